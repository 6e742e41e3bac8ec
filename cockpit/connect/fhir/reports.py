"""MeasureReports of type summary: counts of populations and scores, made by the server itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from cockpit.connect import json_text, reasons
from cockpit.connect.fhir.lines import Found, Line
from cockpit.connect.fhir.search import Resource, dicts
from cockpit.connect.fhir.units import Directory

ELEMENTS = "status,type,measure,subject,reporter,period,group"
NO_DAY = "début de période attendu"
NO_CODE = "code attendu, pas un texte libre"
NO_NUMBER = "nombre attendu"

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_POPULATIONS = ("numerator", "denominator", "initial-population")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def counted(reports: Iterable[Resource], directory: Directory) -> Found:
    """One line per population and score; day: the first of the period.

    mesure: name of the measure, of the group when it has a code, then `numerator`, `denominator`
    (or another code of population) or `score`. Reports about one patient are never read.
    """
    found = Found()
    for rank, report in enumerate(reports, 1):
        if report.get("type") != "summary" or report.get("status") != "complete":
            continue
        day, name = _day(report), _name(report)
        unit = _unit(report, directory)
        if day is None:
            found.refused.append((rank, "period.start", NO_DAY))
        elif name is None:
            found.refused.append((rank, "measure", NO_CODE))
        elif unit is None:
            found.refused.append((rank, "reporter", reasons.NO_UNIT))
        else:
            _add(found, rank, report, Line(day, unit, name, ""))
    return found


def _day(report: Resource) -> str | None:
    text = str(json_text.at(report, "period.start") or "")[:10]
    try:
        return date.fromisoformat(text).isoformat() if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _name(report: Resource) -> str | None:
    """Last part of the canonical URL, without its version."""
    text = str(report.get("measure") or "").partition("|")[0]
    found = re.split(r"[/:#]", text)[-1]
    return found if _CODE.fullmatch(found) else None


def _unit(report: Resource, directory: Directory) -> str | None:
    """A subject that is a place or an organisation, else who reports; never a patient."""
    return directory.unit(report.get("subject")) or directory.unit(report.get("reporter"))


def _add(found: Found, rank: int, report: Resource, line: Line) -> None:
    groups = dicts(report.get("group"))
    for group in groups:
        own = _code(group.get("code"))
        if own is None and len(groups) > 1:
            found.refused.append((rank, "group.code", NO_CODE))
            return
        base = f"{line.measure}.{own}" if own else line.measure
        for name, value in _figures(group):
            if name is None or not json_text.is_number(value):
                why = NO_CODE if name is None else NO_NUMBER
                found.refused.append((rank, "group.population", why))
            else:
                found.lines.append(Line(line.day, line.unit, f"{base}.{name}", str(value)))


def _figures(group: dict[str, Any]) -> Iterator[tuple[str | None, Any]]:
    for population in dicts(group.get("population")):
        yield _code(population.get("code")), population.get("count")
    score = json_text.at(group, "measureScore.value")
    if score is not None:
        yield "score", score


def _code(concept: Any) -> str | None:
    """A coded concept; a text only when it is a word of the standard."""
    for coding in dicts(json_text.at(concept, "coding")):
        if isinstance(coding.get("code"), str) and _CODE.fullmatch(coding["code"]):
            return str(coding["code"])
    text = json_text.at(concept, "text")
    return str(text) if text in _POPULATIONS else None
