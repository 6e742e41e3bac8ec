"""One reading of the source `bench` of a home, alone in its process; what it took, as JSON."""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path
from time import perf_counter

from bench.report import cpu_seconds
from cockpit.connect.batch import Batch
from cockpit.connect.config import load_source
from cockpit.connect.deliver import batches
from cockpit.connect.structure import load_structure
from cockpit.settings import Home


def main(root: Path) -> None:
    """Read it; a delivery that is refused is a failure of the bench."""
    home = Home(root)
    config, units = load_source(home.sources / "bench.toml"), load_structure(home.structure)
    start, cpu, kept = perf_counter(), cpu_seconds(), 0
    for batch in batches(home, config, frozenset(), units):
        if not isinstance(batch, Batch):
            raise batch
        kept += len(batch.observations)
    took, spent = perf_counter() - start, cpu_seconds() - cpu
    below = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent += below.ru_utime + below.ru_stime
    print(
        json.dumps(
            {
                "seconds": took,
                "cpu": spent,
                "peak_mb": max(_peak_kb(), below.ru_maxrss) / 1024,
                "kept": kept,
            }
        )
    )


def _peak_kb() -> int:
    """This program's own peak: `ru_maxrss` would count what its parent held at the fork."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))
    assert found
    return int(found[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
