"""SOURCE -> BATCH: what a source says becomes checked observations, or a refusal that says where.

config (the TOML) -> registry (which connector) -> guard (the only door to disk) -> connector.read
-> mapping -> checks -> `deliver.batches`.
"""
