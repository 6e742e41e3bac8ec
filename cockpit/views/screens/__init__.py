"""One module per screen; each has one public function, `show(context)`."""
