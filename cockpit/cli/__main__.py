"""`python -m cockpit.cli`: how `cockpit up` starts its two processes."""

from __future__ import annotations

from cockpit.cli import main

main()
