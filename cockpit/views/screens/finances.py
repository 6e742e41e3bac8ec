"""Finances: voted, booked, expected at year end; activity revenue with its uncoded part; cash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from cockpit.forecast.accounts import stored_landing
from cockpit.forecast.landing import Landing, TitleLanding
from cockpit.forecast.oversight import overseen
from cockpit.i18n import gettext as _
from cockpit.kpi.model import Kpi, KpiId, MeasureId, Term
from cockpit.series.across import breakdown
from cockpit.series.curve import curve
from cockpit.series.model import Period, Status
from cockpit.series.trend import trend, trends
from cockpit.views import dates, facets, forecasts, french, parts, tables, widgets
from cockpit.views.context import Context
from cockpit.views.screens import comptes

_HEAD = ("year_end_landing", "eprd_variance", "t2a_gap_to_target", "cash_position")
_MORE = (
    "gross_margin_rate",
    "caf_rate",
    "supplier_payment_days",
    "supplier_overdue_amount",
    "dso_days",
    "coding_completeness",
    "coding_delay_median",
    "debt_ratio",
)
_RARE = 0.01


def show(context: Context) -> None:
    """Tiles, landing by title, accounts of one title, T2A, cash curve, other ratios."""
    widgets.head(context, _("Finances"), widgets.breadcrumb(context, "finances"))
    st.html(parts.section(_("Vue d'ensemble"), context.unit.label))
    _tiles(context, _HEAD)
    _landing(context)
    comptes.show(context)
    _t2a(context)
    for kpi in context.having("cash_position"):
        drawn = curve(context.generation, context.scope, kpi, context.unit.id, Period.DAY)
        if drawn.points:
            widgets.chart(context, drawn, kpi, _("Trésorerie, 60 jours"))
    st.html(parts.section(_("Ratios et délais")))
    _tiles(context, _MORE)


def _tiles(context: Context, names: Sequence[str]) -> None:
    kpis = context.having(*names)
    found = trends(context.generation, context.scope, kpis, context.unit.id, context.period)
    shown = [one for one in found if one.value is not None]
    if shown:
        st.html(widgets.kept_tiles(context, shown))


def _landing(context: Context) -> None:
    (kpi,) = context.having("year_end_landing") or (None,)
    made = stored_landing(context.generation, context.scope, kpi, context.unit.id) if kpi else None
    if made is None:
        st.html(parts.empty(_("Pas d'atterrissage calculé pour ce périmètre.")))
        return
    st.html(parts.section(_("Budget, réalisé, atterrissage"), dates.until(made.origin)))
    stopped = kpi and overseen(context.generation.home, kpi.id, context.unit.id).off
    if stopped:
        st.html(parts.note(forecasts.off(stopped), Status.AMBER))
        return
    st.html(landing_card(made))
    st.html(landing_table(made))


def landing_table(made: Landing) -> str:
    """One line per title, then the result; a gap is written as its effect on the result."""
    columns = [
        tables.Column(_("Titre"), number=False),
        tables.Column(_("Réalisé")),
        tables.Column(_("Budget annuel")),
        tables.Column(_("Atterrissage")),
        tables.Column(_("Effet sur le résultat"), wide=True),
    ]
    listed = sorted(made.by_title, key=lambda title: (title.side != "revenue", title.title))
    rows = [_title_row(title) for title in listed]
    realised = sum(t.realised if t.side == "revenue" else -t.realised for t in listed)
    total = (
        _("Résultat"),
        french.thousands(realised),
        french.thousands(made.budget),
        french.thousands(made.p50),
        comptes.effect(None if made.budget is None else made.p50 - made.budget),
    )
    caption = _("Atterrissage {year} par titre").format(year=made.year)
    return tables.table(caption, columns, rows, total=total)


def _title_row(title: TitleLanding) -> tuple[str, ...]:
    gap = None if title.budget is None else title.p50 - title.budget
    sign = 1 if title.side == "revenue" else -1
    side = _("Produits") if title.side == "revenue" else _("Charges")
    return (
        f"{side} · {facets.title(title.side, title.title)}",
        french.thousands(title.realised),
        french.thousands(title.budget),
        french.thousands(title.p50),
        comptes.effect(None if gap is None else sign * gap),
    )


def landing_card(made: Landing) -> str:
    """What the year should end on, the chance of missing the budget, and how far to trust it."""
    sentences = [_range(made), *_risks(made)]
    said = "".join(f"<p>{escape(one)}</p>" for one in sentences)
    title, trust = escape(_("Atterrissage")), escape(_trust(made))
    return (
        f'<section class="ck-card"><h2>{title}</h2>{said}<p class="ck-muted">{trust}</p></section>'
    )


def _range(made: Landing) -> str:
    text = _(
        "Résultat attendu {mid}, entre {low} et {high} huit fois sur dix ; {months} mois clos."
    )
    return text.format(
        mid=french.euros(made.p50),
        low=french.euros(made.p10),
        high=french.euros(made.p90),
        months=made.closed_months,
    )


def _risks(made: Landing) -> Iterator[str]:
    """The chances that matter to a budget: a result under the voted one, expenses above."""
    below = made.probability_below_budget
    if below is not None:
        text = _("Probabilité de finir sous le résultat voté ({budget}) : {chance}.")
        yield text.format(budget=french.euros(made.budget), chance=chance(below))
    for side in made.by_side:
        over = side.probability_over
        if side.side == "expense" and over is not None:
            text = _("Probabilité de dépasser les charges votées ({budget}) : {chance}.")
            yield text.format(budget=french.euros(side.budget), chance=chance(over))


def _trust(made: Landing) -> str:
    """The method, and how wrong it usually is at this month of the year."""
    method = _(
        "Méthode : réalisé, plus la moyenne du profil des mois et d'un lissage exponentiel, titre "
        "par titre ; le résultat est la somme des titres."
    )
    if made.usual_error is None:
        return f"{method} {_('Historique trop court pour mesurer son erreur : à titre indicatif.')}"
    error = _("Erreur habituelle à ce mois de l'année : {error}.")
    return f"{method} {error.format(error=french.euros(made.usual_error))}"


def chance(probability: float) -> str:
    """A probability in words of percent; never 0 nor 100, which no forecast may claim."""
    if probability < _RARE:
        return _("moins de 1 %")
    if probability > 1 - _RARE:
        return _("plus de 99 %")
    return french.percent(100 * probability, 0)


def _t2a(context: Context) -> None:
    """Activity revenue of the month: what is coded, and what is estimated until it is."""
    (kpi,) = context.having("t2a_revenue") or (None,)
    if kpi is None:
        return
    whole = trend(context.generation, context.scope, kpi, context.unit.id, Period.MONTH)
    if whole.value is None or whole.window is None:
        return
    window = whole.window
    coded_kpi = _coded(kpi)
    coded = sum(
        breakdown(context.generation, context.scope, coded_kpi, context.unit.id, window).values()
    )
    items = breakdown(context.generation, context.scope, kpi, context.unit.id, window)
    st.html(parts.section(_("Recettes T2A"), dates.covering(window)))
    st.html(parts.note(coded_share(whole.value, coded), Status.NONE))
    st.html(
        tables.shares(
            (facets.label(code), french.euros(amount), amount) for code, amount in items.items()
        )
    )


def _coded(kpi: Kpi) -> Kpi:
    """The same revenue without the estimate of what is not coded yet."""
    terms = (Term(MeasureId("t2a_coded_eur")),)
    return replace(kpi, id=KpiId("t2a_coded"), numerator=terms)


def coded_share(whole: float, coded: float) -> str:
    """How much of a figure is known, and how much is estimated."""
    text = _("{whole} dont {coded} codés et {rest} estimés ({share}), séjours pas encore codés.")
    rest = max(0.0, whole - coded)
    return text.format(
        whole=french.euros(whole),
        coded=french.euros(coded),
        rest=french.euros(rest),
        share=french.percent(100 * rest / whole if whole else None),
    )
