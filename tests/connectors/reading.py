"""Short ways to allow a server, write a source and read what it delivers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cockpit.connect import registry
from cockpit.connect.contract import LINE, Asked, Deadline, Delivery
from cockpit.errors import BadDelivery
from cockpit.settings import Home


def home_allowing(root: Path, *places: str) -> Home:
    """A home whose operator listed these `host:port`."""
    listed = ", ".join(f'"{place}"' for place in places)
    root.mkdir(parents=True, exist_ok=True)
    (root / "cockpit.toml").write_text(f"[network]\nallow = [{listed}]\n", "utf-8")
    return Home(root).prepare()


@dataclass(frozen=True)
class Reading:
    """One source to read. secrets are written in files; `secret()` gives their reference."""

    kind: str
    home: Home
    settings: dict[str, object] = field(default_factory=dict)

    def secret(self, text: str) -> str:
        path = self.home.root / "secret-of-the-test"
        path.write_text(f"{text}\n", "utf-8")
        return f"file:{path}"

    def deliveries(
        self, *columns: str, cursor: str = "", seconds: float = 20, **more: object
    ) -> list[Delivery | BadDelivery]:
        connector = registry.connector(self.kind)
        config = connector.Config.model_validate({**self.settings, **more})
        asked = Asked(self.home, "essai", columns, cursor=cursor, deadline=Deadline.after(seconds))
        return list(connector.read(asked, config))

    def rows(self, *columns: str, **more: object) -> list[tuple[str, ...]]:
        """The cells of the only delivery, in the order of the columns."""
        (found,) = self.deliveries(*columns, **more)
        assert isinstance(found, Delivery), found
        return rows_of(found, columns)

    def refusal(self, *columns: str, **more: object) -> BadDelivery:
        """The error of the only delivery."""
        (found,) = self.deliveries(*columns, **more)
        assert isinstance(found, BadDelivery), found
        return found


def rows_of(delivery: Delivery, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    tables = [part.table for part in delivery.parts]
    assert all(table.column_names[-1] == LINE for table in tables)
    return [tuple(row[name] for name in columns) for table in tables for row in table.to_pylist()]
