"""A reader process: asks for the newest generation again and again until the file `stop` appears.

Prints JSON: how many reads, how many generations, what went wrong (nothing should).
"""

from __future__ import annotations

import json
import sys

import sqlalchemy as sa

from cockpit import settings
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Warehouse

VALUE = schema.observation.c.value
STATEMENT = sa.select(
    sa.func.count(VALUE).label("rows"),
    sa.func.min(VALUE).label("low"),
    sa.func.max(VALUE).label("high"),
)


def main() -> None:
    """Read until told to stop."""
    home = settings.home()
    warehouse = Warehouse(home)
    seen: set[int] = set()
    errors: list[str] = []
    reads = 0
    print("ready", flush=True)
    while not (home.root / "stop").exists():
        reads += 1
        try:
            generation = warehouse.generation()
            row = generation.read(STATEMENT).iloc[0]
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must show it
            errors.append(repr(error))
            continue
        seen.add(generation.id)
        if (row["rows"], row["low"]) != (600, row["high"]):
            errors.append(f"half a state: {row.to_dict()}")
    json.dump({"reads": reads, "generations": len(seen), "errors": errors[:5]}, sys.stdout)


if __name__ == "__main__":
    main()
