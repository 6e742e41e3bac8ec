"""Batches become immutable generations in DuckDB, and generations are read."""
