"""SQL: one checked SELECT, on an account that cannot write -> lines."""
