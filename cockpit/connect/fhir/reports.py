"""MeasureReports of type summary: counts of populations and scores, made by the server itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Literal

from cockpit.connect import json_text, reasons
from cockpit.connect.fhir.lines import DETAIL, Found, Line
from cockpit.connect.fhir.search import Resource, dicts
from cockpit.connect.fhir.units import Directory

ELEMENTS = "status,type,measure,subject,reporter,period,group"
NO_DAY = "début de période attendu"
NO_CODE = "code attendu, pas un texte libre"
NO_NUMBER = "nombre attendu"
SEVERAL = "un seul stratifiant relié par groupe : deux compteraient deux fois"

Strata = Mapping[str, Literal["facet", "unit"]]
"""Code of a stratifier -> what its strata are: a breakdown of the figure, or units."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_POPULATIONS = ("numerator", "denominator", "initial-population")
_STRATUM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", re.ASCII)  # 75+
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def counted(reports: Iterable[Resource], directory: Directory, strata: Strata) -> Found:
    """One line per population and score; day: the first of the period.

    mesure: name of the measure, of the group when it has a code, then `numerator`, `denominator`
    (or another code of population) or `score`. A group that has a stratifier named in `strata` says
    one figure per stratum, and its own as a detail: their sum would count twice. Reports about one
    patient are never read.
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
            _add(found, rank, report, Line(day, unit, name, ""), strata)
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


def _add(found: Found, rank: int, report: Resource, line: Line, strata: Strata) -> None:
    groups = dicts(report.get("group"))
    for group in groups:
        own = _code(group.get("code"))
        if own is None and len(groups) > 1:
            found.refused.append((rank, "group.code", NO_CODE))
            return
        base = replace(line, measure=f"{line.measure}.{own}" if own else line.measure)
        read = [one for one in dicts(group.get("stratifier")) if _stratifier(one) in strata]
        if len(read) > 1:
            found.refused.append((rank, "group.stratifier", SEVERAL))
            continue
        for one in read:
            _add_strata(found, rank, one, base, strata[_stratifier(one)])
        _add_figures(found, rank, group, replace(base, kind=DETAIL if read else base.kind))


def _add_strata(
    found: Found, rank: int, stratifier: dict[str, Any], line: Line, role: Literal["facet", "unit"]
) -> None:
    for stratum in dicts(stratifier.get("stratum")):
        code = _coded(stratum.get("value"), _STRATUM)
        if code is None:
            found.refused.append((rank, "group.stratifier.stratum.value", NO_CODE))
        elif role == "unit":
            _add_figures(found, rank, stratum, replace(line, unit=code))
        else:
            _add_figures(found, rank, stratum, replace(line, facet=code))


def _add_figures(found: Found, rank: int, group: dict[str, Any], line: Line) -> None:
    for name, value in _figures(group):
        if name is None or not json_text.is_number(value):
            why = NO_CODE if name is None else NO_NUMBER
            found.refused.append((rank, "group.population", why))
        else:
            measure = f"{line.measure}.{name}"
            found.lines.append(replace(line, measure=measure, value=str(value)))


def _stratifier(stratifier: dict[str, Any]) -> str:
    """Its first code, "" when it has none."""
    concepts = dicts(stratifier.get("code"))
    return next((code for one in concepts if (code := _coded(one, _CODE))), "")


def _figures(group: dict[str, Any]) -> Iterator[tuple[str | None, Any]]:
    for population in dicts(group.get("population")):
        yield _code(population.get("code")), population.get("count")
    score = json_text.at(group, "measureScore.value")
    if score is not None:
        yield "score", score


def _code(concept: Any) -> str | None:
    """A coded concept; a text only when it is a word of the standard."""
    text = json_text.at(concept, "text")
    return _coded(concept, _CODE) or (str(text) if text in _POPULATIONS else None)


def _coded(concept: Any, allowed: re.Pattern[str]) -> str | None:
    """The first code of a concept; its texts are never read."""
    for coding in dicts(json_text.at(concept, "coding")):
        if isinstance(coding.get("code"), str) and allowed.fullmatch(coding["code"]):
            return str(coding["code"])
    return None
