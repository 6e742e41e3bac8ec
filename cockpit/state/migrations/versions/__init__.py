"""Schema of the state database, one file per change."""
