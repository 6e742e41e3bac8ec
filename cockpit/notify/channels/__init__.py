"""How a letter leaves: one file per way, each with `send(errand)`.

They reach only what `[network] allow` of cockpit.toml names, call `errand.hand()` just before what
cannot be taken back, and raise the errors of `cockpit/notify/failure.py`.
"""
