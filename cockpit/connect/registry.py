"""Which connectors exist: the files of `connectors/`, and entry points `cockpit.connectors`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import cast

import connectors
from cockpit.connect.contract import Connector
from cockpit.errors import BadSource

GROUP = "cockpit.connectors"


def kinds() -> tuple[str, ...]:
    """Names of the connectors, built-ins first; nothing is imported."""
    found = [*_built_in(), *sorted(_third_party())]
    return tuple(dict.fromkeys(found))


def connector(kind: str) -> Connector:
    """The connector of this kind, imported now. A built-in wins over an entry point of its name.

    Raises BadSource when there is none or when a package that it needs is not installed.
    """
    try:
        if kind in _built_in():
            return cast("Connector", importlib.import_module(f"connectors.{kind}").CONNECTOR)
        if kind in _third_party():
            return cast("Connector", _third_party()[kind].load().CONNECTOR)
    except ImportError as error:
        raise BadSource(
            file=kind, field="connector", expected=f"le paquet « {error.name} » installé"
        ) from error
    raise BadSource(
        file=kind, field="connector", expected="un connecteur parmi " + ", ".join(kinds())
    )


def _built_in() -> tuple[str, ...]:
    modules = pkgutil.iter_modules(connectors.__path__)
    return tuple(sorted(module.name for module in modules if not module.name.startswith("_")))


def _third_party() -> dict[str, EntryPoint]:
    return _found_on(tuple(sys.path))


@lru_cache(maxsize=4)
def _found_on(_import_path: tuple[str, ...]) -> dict[str, EntryPoint]:
    """Once per process: looking into every installed package takes 10 ms."""
    return {point.name: point for point in entry_points(group=GROUP)}
