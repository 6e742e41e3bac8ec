"""What makes a KPI well formed; the same list for the catalogue (tests) and a hospital's own."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from cockpit.kpi.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cockpit.kpi.model import Kpi, Term, Threshold

SHORT_LABEL = 20
HOME_TILES = 8
AGGREGATIONS = {
    "S/S": "s'additionne dans le temps et entre unités",
    "S/S*": "s'additionne dans le temps et entre établissements ; sous l'établissement, un séjour "
    "traverse plusieurs UF et ce sont les passages en UF qui sont montrés",
    "LV/S": "photographie : dernière valeur dans le temps, somme entre unités",
    "RS": "rapport de sommes : numérateur et dénominateur sont sommés, puis divisés",
    "WM": "moyenne pondérée : les deux sommes sont faites, puis divisées",
    "MED": "médiane refaite à partir de l'histogramme sommé, jamais une moyenne de médianes",
    "mean": "moyenne des mois dans le temps, somme entre unités",
    "recompute": "recalculé à chaque niveau, ne s'additionne pas",
}
DIVIDED = frozenset({"RS", "WM"})
_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ACCOUNT = re.compile(r"[1-4](/\d{1,8})?")
_PATH = re.compile(r"[\w<>+.-]+(/[\w<>+.-]+)*")
_CLOSED_FACETS: dict[str, frozenset[str]] = {
    "stay_type": frozenset({"HC", "AMBU"}),
    "session_type": frozenset({"DIALYSE", "CHIMIO"}),
    "discipline": frozenset({"MED", "CHIR", "OBST", "SC", "UHCD", "SMR", "USLD", "PSY", "HAD"}),
    "status": frozenset({"TITULAIRE", "CDI", "CDD", "PM"}),
}


class Problem(NamedTuple):
    """One field that is wrong and what was expected there (French, for the file's author)."""

    field: str
    expected: str


def check(kpi: Kpi) -> list[Problem]:
    """Everything wrong with one KPI taken alone; empty when it is well formed."""
    return [
        *_texts(kpi),
        *_numbers(kpi),
        *(problem for field, term in _named_terms(kpi) for problem in _term(kpi, field, term)),
        *_arithmetic(kpi),
        *(_threshold(kpi, kpi.threshold) if kpi.threshold else ()),
    ]


def _texts(kpi: Kpi) -> Iterator[Problem]:
    if not _ID.fullmatch(kpi.id):
        yield Problem("id", "des minuscules et chiffres sans accent, séparés par « _ »")
    for field in ("label", "short", "definition"):
        for language in ("fr", "en"):
            if not getattr(kpi, f"{field}_{language}").strip():
                yield Problem(f"{field}_{language}", "un texte non vide")
    for field in ("short_fr", "short_en"):
        if len(getattr(kpi, field)) > SHORT_LABEL:
            yield Problem(field, f"au plus {SHORT_LABEL} caractères")
    if not kpi.unit:
        yield Problem("unit", "une unité")
    if kpi.aggregation and kpi.aggregation not in AGGREGATIONS:
        yield Problem("aggregation", "l'un de " + ", ".join(AGGREGATIONS))


def _numbers(kpi: Kpi) -> Iterator[Problem]:
    if not math.isfinite(kpi.scale) or kpi.scale == 0:
        yield Problem("scale", "un nombre fini différent de zéro")
    if kpi.target is not None and not math.isfinite(kpi.target):
        yield Problem("target", "un nombre fini")
    if not 0 <= kpi.decimals <= 3:  # noqa: PLR2004 - a fourth decimal is noise on a tile
        yield Problem("decimals", "un entier de 0 à 3")
    if not 0 <= kpi.home_rank <= HOME_TILES:
        yield Problem("home_rank", f"un entier de 0 à {HOME_TILES}")


def _named_terms(kpi: Kpi) -> Iterator[tuple[str, Term]]:
    for field in ("numerator", "denominator", "unit_terms", "unit_denominator"):
        for number, term in enumerate(getattr(kpi, field)):
            yield f"{field}.{number}", term


def _term(kpi: Kpi, field: str, term: Term) -> Iterator[Problem]:
    measure = MEASURES.get(term.measure)
    if measure is None:
        yield Problem(f"{field}.measure", "une mesure du catalogue")
        return
    if term.sign not in {-1, 1}:
        yield Problem(f"{field}.sign", "1 ou -1")
    if term.over_time and measure.kind != "stock":
        yield Problem(f"{field}.over_time", "rien : seul un stock choisit sa règle dans le temps")
    if measure.kind == "distribution" and kpi.kind != "median":
        yield Problem(f"{field}.measure", "une mesure qui n'est pas un histogramme")
    if kpi.step == "day" and measure.step == "month":
        yield Problem("step", "« month » : une mesure est mensuelle")
    if not _facets_exist(measure.facet, term.facets):
        yield Problem(f"{field}.facets", "des facettes de cette mesure, sans doublon")


def facet_exists(kpi: Kpi, facet: str) -> bool:
    """Whether a facet may be one of the KPI's: of its numerator's measures, and well formed."""
    return any(
        measure.facet is not None and _facets_exist(measure.facet, (facet,))
        for term in kpi.numerator
        if (measure := MEASURES.get(term.measure)) is not None
    )


def _facets_exist(kind: str | None, facets: tuple[str, ...]) -> bool:
    if not facets:
        return True
    if kind is None or len(set(facets)) != len(facets):
        return False
    if kind in _CLOSED_FACETS:
        return _CLOSED_FACETS[kind].issuperset(facets)
    pattern = _ACCOUNT if kind == "account" else _PATH
    return all(pattern.fullmatch(facet) for facet in facets)


def _arithmetic(kpi: Kpi) -> Iterator[Problem]:
    if not kpi.numerator:
        yield Problem("numerator", "au moins une mesure")
    if kpi.aggregation in DIVIDED and not kpi.denominator:
        yield Problem("denominator", "au moins une mesure : un taux se divise")
    if kpi.additive != "none" and kpi.denominator:
        yield Problem("additive", "« none » : un rapport ne s'additionne pas")
    if kpi.additive == "full" and any(_level(term) for term in kpi.numerator):
        yield Problem("additive", "« units » : un niveau ou un cumul ne s'additionne pas par jour")
    if kpi.additive == "establishments" and not kpi.unit_terms:
        yield Problem("unit_terms", "ce qui est compté sous l'établissement")
    if kpi.unit_terms and not (kpi.unit_label_fr and kpi.unit_label_en):
        yield Problem("unit_label_fr", "le nom de ce qui est compté sous l'établissement, fr et en")
    if bool(kpi.unit_denominator) != bool(kpi.unit_terms and kpi.denominator):
        yield Problem("unit_denominator", "le dénominateur de la variante par unité")
    if kpi.kind == "median" and not _one_histogram(kpi):
        yield Problem("numerator", "un seul histogramme, sans dénominateur, pour une médiane")


def _level(term: Term) -> bool:
    """Whether the term is a level or a running total, which days must not add."""
    measure = MEASURES.get(term.measure)
    return term.span != "period" or (
        measure is not None and measure.kind == "stock" and term.over_time != "sum"
    )


def _one_histogram(kpi: Kpi) -> bool:
    kinds = [MEASURES[term.measure].kind for term in kpi.terms() if term.measure in MEASURES]
    return kinds == ["distribution"] and not kpi.denominator


def _threshold(kpi: Kpi, limit: Threshold) -> Iterator[Problem]:
    upper = [level for level in (limit.amber, limit.red) if level is not None]
    lower = [level for level in (limit.low_amber, limit.low_red) if level is not None]
    if not all(math.isfinite(level) for level in (*upper, *lower)):
        yield Problem("threshold", "des nombres finis")
    if kpi.direction == "context":
        yield Problem("threshold", "rien : un indicateur de contexte n'est ni bon ni mauvais")
    elif not upper and not lower:
        yield Problem("threshold", "au moins un niveau")
    elif lower and kpi.direction != "band":
        yield Problem("threshold.low_amber", "rien : deux côtés seulement pour « band »")
    if limit.on != "gap_pct" and kpi.additive in {"full", "establishments"}:
        yield Problem("threshold.on", "« gap_pct » : le niveau d'un flux dépend de la durée lue")
    if len(upper) == 2 and not _milder(upper, rising=kpi.direction != "up"):  # noqa: PLR2004
        yield Problem("threshold.red", "plus sévère que amber")
    if len(lower) == 2 and not _milder(lower, rising=False):  # noqa: PLR2004
        yield Problem("threshold.low_red", "plus sévère que low_amber")


def _milder(levels: list[float], *, rising: bool) -> bool:
    amber, red = levels
    return amber < red if rising else amber > red
