"""docs/kpi.md, written from the catalogue: `python -m cockpit.kpi.document > docs/kpi.md`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cockpit.kpi.catalogue import KPIS, home_kpis
from cockpit.kpi.checks import AGGREGATIONS
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Domain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cockpit.kpi.model import Kpi, Term, Threshold

DOMAINS_FR = {
    Domain.ACTIVITY: "Activité",
    Domain.BEDS: "Lits et flux",
    Domain.FINANCE: "Finances",
    Domain.WORKFORCE: "Ressources humaines",
    Domain.QUALITY: "Qualité et numérique",
}
DIRECTIONS_FR = {
    "up": "plus haut est mieux",
    "down": "plus bas est mieux",
    "band": "dans une zone cible",
    "context": "contexte, ni bon ni mauvais",
}
KINDS_FR = {
    "median": "médiane de l'histogramme de ",
    "bjml": "25e percentile, même semaine ISO des trois années passées, de ",
    "bjml_gap": "lits disponibles moins BJML, à partir de ",
    "het": "nombre d'indicateurs FEDORU à trois écarts-types, à partir de ",
    "het_radar": "somme des niveaux des six indicateurs FEDORU, à partir de ",
    "landing": "réalisé plus prévision des mois restants de ",
    "forecast_quality": "erreur à sept jours des prévisions figées de ",
}
_OVER_TIME_FR = {
    "sum": "cumulés en unités-jours",
    "mean": "en moyenne",
    "last": "en dernier relevé",
}
_SPANS_FR = {
    "trailing_12m": "sur douze mois glissants",
    "ytd": "depuis janvier",
    "year": "sur l'année civile",
}
_SCENARIOS_FR = {"actual": "réalisé", "budget": "à l'EPRD", "plan": "au plan"}
_AGAINST_FR = {"target": "à la cible", "budget": "à l'EPRD", "last_year": "à l'an dernier"}


def document() -> str:
    """The whole page, in Markdown."""
    sections = (line for domain in Domain for line in _section(domain))
    return "\n".join([*_head(), *sections, *_measures()]) + "\n"


_KINDS_OF_MEASURE = {"flow": "flux", "stock": "stock", "distribution": "histogramme"}
_STEPS_FR = {"day": "jour", "month": "mois"}


def _measures() -> list[str]:
    """What a source's columns may be mapped to."""
    rows = [
        f"| `{m.id}` | {m.label_fr} | {m.unit} | {_KINDS_OF_MEASURE[m.kind]} | "
        f"{_STEPS_FR[m.step]} | {m.facet or ''} |"
        for m in MEASURES.values()
    ]
    return [
        "",
        "## Mesures",
        "",
        "Ce que les colonnes d'une source peuvent devenir (`[mapping.measures]`).",
        "",
        "| mesure | libellé | unité | nature | pas | découpage |",
        "|---|---|---|---|---|---|",
        *rows,
    ]


def exact_formula(kpi: Kpi) -> str:
    """The formula as computed, in French, with the name of each measure.

    For the kinds that are no ratio of sums: what the rule is, and the measures it reads.
    """
    if kpi.kind in KINDS_FR:
        return KINDS_FR[kpi.kind] + ", ".join(_term(term) for term in kpi.numerator)
    if kpi.denominator:
        whole = f"{_bracketed(kpi.numerator)} / {_bracketed(kpi.denominator)}"
    else:
        whole = _sum(kpi.numerator) if kpi.scale == 1 else _bracketed(kpi.numerator)
    return whole if kpi.scale == 1 else f"{_number(kpi.scale)} × {whole}"


def aggregation(kpi: Kpi) -> str:
    """How the KPI adds up over time and units, in French words."""
    if kpi.additive == "units" and kpi.aggregation == "S/S":
        return "cumul depuis janvier : se lit à sa dernière date, s'additionne entre unités"
    return AGGREGATIONS[kpi.aggregation]


def levels(kpi: Kpi) -> str:
    """The default alert levels in words; empty when the KPI has none."""
    return _levels(kpi, kpi.threshold) if kpi.threshold else ""


def _head() -> list[str]:
    tiles = " · ".join(f"`{kpi.id}`" for kpi in home_kpis())
    return [
        "<!-- Écrit par `python -m cockpit.kpi.document` : ne pas modifier à la main. -->",
        "# Catalogue des indicateurs",
        "",
        f"{len(KPIS)} indicateurs. Un taux est toujours un rapport de sommes, jamais une moyenne.",
        "« Repère interne » signale un ordre de grandeur du métier, non publié : à régler.",
        "Les niveaux d'alerte sont des valeurs par défaut : un fichier `kpis/<nom>.toml` les règle",
        "(`id` et les champs à changer) ou ajoute un indicateur (tous les champs de `Kpi`).",
        "",
        f"Tuiles d'accueil, dans l'ordre : {tiles}.",
    ]


def _section(domain: Domain) -> list[str]:
    kpis = [kpi for kpi in KPIS.values() if kpi.domain == domain]
    return [
        "",
        f"## {DOMAINS_FR[domain]} ({len(kpis)})",
        "",
        "| identifiant | indicateur | unité | sens | cible | pas | agrégation |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_row(kpi) for kpi in kpis),
        *(line for kpi in kpis for line in _sheet(kpi)),
    ]


def _row(kpi: Kpi) -> str:
    cells = (
        f"[`{kpi.id}`](#{kpi.id})",
        kpi.label_fr,
        kpi.unit,
        DIRECTIONS_FR[kpi.direction],
        "" if kpi.target is None else _number(kpi.target),
        "jour" if kpi.step == "day" else "mois",
        kpi.aggregation,
    )
    return "| " + " | ".join(cells) + " |"


def _sheet(kpi: Kpi) -> Iterable[str]:
    yield from ("", f'<a id="{kpi.id}"></a>', f"### {kpi.label_fr}", "", kpi.definition_fr, "")
    yield f"- Formule exacte : {exact_formula(kpi)}"
    if kpi.unit_terms:
        below = _sum(kpi.unit_terms)
        if kpi.unit_denominator:
            below += " / " + _sum(kpi.unit_denominator)
        yield f"- Sous l'établissement, « {kpi.unit_label_fr} » : {below}"
    yield f"- Agrégation : {aggregation(kpi)}."
    if kpi.facet_label_fr:
        yield f"- Ventilation : {kpi.facet_label_fr.lower()}."
    if kpi.compare_working_days:
        yield "- Comparé à nombre égal de jours ouvrés."
    yield f"- Référence : {kpi.reference_fr}"
    yield f"- Alerte : {kpi.alert_fr}"
    if kpi.threshold:
        yield f"- Niveaux par défaut : {levels(kpi)}."
    yield f"- Source : {kpi.source_fr}. À brancher : {kpi.waiting_for}."
    yield f"- Responsable : {kpi.owner_fr}. Levier : {kpi.lever_fr}."


def _sum(terms: Sequence[Term]) -> str:
    text = ""
    for term in terms:
        minus = term.sign < 0
        text += (" − " if minus else " + ") if text else ("− " if minus else "")
        text += _term(term)
    return text


def _bracketed(terms: Sequence[Term]) -> str:
    return f"({_sum(terms)})" if len(terms) > 1 else _sum(terms)


def _term(term: Term) -> str:
    notes = [
        " ou ".join(term.facets),
        _OVER_TIME_FR[term.over_time] if term.over_time else "",
        _SPANS_FR.get(term.span, ""),
        _SCENARIOS_FR[term.scenario] if term.scenario else "",
    ]
    said = " ; ".join(note for note in notes if note)
    return f"{MEASURES[term.measure].label_fr} `{term.measure}`" + (f" [{said}]" if said else "")


def _levels(kpi: Kpi, limit: Threshold) -> str:
    unit = "%" if limit.on == "gap_pct" else "points" if kpi.unit == "%" else kpi.unit
    if limit.on == "value":
        where, unit = "", kpi.unit
    else:
        where = f"écart {_AGAINST_FR[limit.against]} "
    below, above = ("≤ ", "≥ ")
    sides = (
        (above if kpi.direction != "up" else below, limit.amber, limit.red),
        (below, limit.low_amber, limit.low_red),
    )
    parts = [
        f"{word} {where}{sign}{_number(level)} {unit}"
        for sign, amber, red in sides
        for word, level in (("vigilance", amber), ("alerte", red))
        if level is not None
    ]
    return ", ".join(parts)


def _number(value: float) -> str:
    """12 000, 0,001, −1,5: as a French reader writes it."""
    text = f"{value:,.7f}".rstrip("0").rstrip(".")
    return text.replace(",", "\u202f").replace(".", ",").replace("-", "−")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(document())
