"""Eight figures as a Superset dashboard, made through its REST API by a person signed in."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, APIResponse

FIGURE = ".header-line"
_COLUMNS, _TALL = 6, 18  # two figures a row of 12 columns; heights are in steps of 8 pixels
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def sign_in(web: APIRequestContext, user: str, password: str) -> None:
    """The session cookie of a person, as the sign-in page gives it; kept by the context."""
    found = _TOKEN.search(_good(web.get("/login/")).text())
    form = {"username": user, "password": password, "csrf_token": found.group(1) if found else ""}
    web.post("/login/", form=form, max_redirects=0)
    _good(web.get("/api/v1/me/"))


def publish(web: APIRequestContext, folder: Path, figures: Sequence[dict[str, Any]]) -> list[int]:
    """One dashboard, `/superset/dashboard/figures/`, one big number per figure; the charts' ids."""
    tools = _Tools(web)
    uri = f"sqlite:///{_written(folder / 'figures.db', figures)}"
    database = tools.made("database", database_name="figures", sqlalchemy_uri=uri)
    dataset = tools.made("dataset", database=database, schema="main", table_name="figures")
    board = tools.made("dashboard", dashboard_title="Synthèse", slug="figures", published=True)
    charts = [
        tools.made(
            "chart",
            slice_name=one["label"],
            viz_type="big_number_total",
            datasource_id=dataset,
            datasource_type="table",
            params=json.dumps(_big_number(dataset, place)),
            dashboards=[board],
        )
        for place, one in enumerate(figures)
    ]
    tools.changed("dashboard", board, position_json=json.dumps(_grid(charts)))
    return charts


def at_rest(charts: Sequence[int]) -> str:
    """A selector of the page once every chart has its figure."""
    return "#app" + "".join(f":has(.dashboard-chart-id-{one} {FIGURE})" for one in charts)


class _Tools:
    """The REST API with the token that its changes ask for."""

    def __init__(self, web: APIRequestContext) -> None:
        self._web = web
        token = _good(web.get("/api/v1/security/csrf_token/")).json()["result"]
        self._headers = {"X-CSRFToken": token}

    def made(self, what: str, **fields: object) -> int:
        url = f"/api/v1/{what}/"
        return int(_good(self._web.post(url, data=fields, headers=self._headers)).json()["id"])

    def changed(self, what: str, key: int, **fields: object) -> None:
        _good(self._web.put(f"/api/v1/{what}/{key}", data=fields, headers=self._headers))


def _good(answer: APIResponse) -> APIResponse:
    if not answer.ok:
        raise RuntimeError(f"Superset answered {answer.status} at {answer.url}")
    return answer


def _written(path: Path, figures: Sequence[dict[str, Any]]) -> Path:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE figures (place INTEGER, label TEXT, value REAL)")
        rows = [(place, one["label"], one["value"]) for place, one in enumerate(figures)]
        base.executemany("INSERT INTO figures VALUES (?, ?, ?)", rows)
    base.close()
    return path


def _big_number(dataset: int, place: int) -> dict[str, Any]:
    return {
        "viz_type": "big_number_total",
        "datasource": f"{dataset}__table",
        "metric": {"expressionType": "SQL", "sqlExpression": "MAX(value)", "label": "value"},
        "adhoc_filters": [
            {"expressionType": "SQL", "clause": "WHERE", "sqlExpression": f"place = {place}"}
        ],
        "header_font_size": 0.4,
        "subheader_font_size": 0.15,
        "y_axis_format": "SMART_NUMBER",
    }


def _grid(charts: Sequence[int]) -> dict[str, Any]:
    """Its version 2 of a layout: rows of two charts, the eight in a phone's first screen."""
    rows = [f"ROW-{place}" for place in range(0, len(charts), 2)]
    layout: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": rows, "parents": ["ROOT_ID"]},
    }
    for place, chart in enumerate(charts):
        row, name = rows[place // 2], f"CHART-{chart}"
        above = ["ROOT_ID", "GRID_ID"]
        layout.setdefault(row, {"type": "ROW", "id": row, "children": [], "parents": above})
        layout[row]["meta"] = {"background": "BACKGROUND_TRANSPARENT"}
        layout[row]["children"].append(name)
        layout[name] = {
            "type": "CHART",
            "id": name,
            "children": [],
            "parents": [*above, row],
            "meta": {"chartId": chart, "width": _COLUMNS, "height": _TALL},
        }
    return layout
