"""One file per kind of source; the file's name is the `connector` of a source's TOML."""
