"""One alert: its curve with the span shaded, where it comes from, what to do, what people did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cockpit import state
from cockpit.alerts import rulebook
from cockpit.alerts.desk import inbox, keep
from cockpit.alerts.judge import condition_of, grain_of
from cockpit.alerts.rule import Fixed
from cockpit.i18n import gettext as _
from cockpit.i18n import label, ngettext, pick
from cockpit.kpi import tension_day
from cockpit.kpi.model import Domain, Grain
from cockpit.series.contributions import contributions
from cockpit.series.curve import curve
from cockpit.series.model import Period, Status
from cockpit.views import (
    alert_acts,
    alert_cards,
    alert_charts,
    alert_het,
    alert_log,
    alert_matters,
    alert_said,
    anchors,
    cards,
    charts,
    dates,
    french,
    groups,
    parts,
    tables,
    widgets,
)
from cockpit.views.admin import words
from cockpit.views.alert_charts import Span

if TYPE_CHECKING:
    from cockpit.alerts.desk.inbox import Item
    from cockpit.alerts.model import Alert, Severity
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import Kpi, UnitId
    from cockpit.views.alert_log import Told
    from cockpit.views.alert_matters import Matter
    from cockpit.views.context import Context

_TOP, _MOST = 3, 6
_HET = "het_tension_index"
_PERIODS = {Grain.MONTH: Period.MONTH, Grain.WEEK: Period.WEEK, Grain.YEAR: Period.YEAR}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the sheet is about. item: the alert when it is open. told: its past, newest first."""

    unit: UnitId
    rule: Rule | None
    kpi: Kpi | None
    item: Item | None
    others: tuple[Item, ...]
    told: tuple[Told, ...]


def address(context: Context, rule: str, unit: UnitId | str, facet: str = "") -> str:
    """The sheet of a rule at a unit. facet: of the alert; it tells one late source from another."""
    clean = dict.fromkeys(("domain", "act", "code", "screen", "tab"))
    return context.link("alertes", **{**clean, "alert": rule, "unit": unit, "facet": facet})


def show(context: Context, name: str) -> None:
    """Raises BadRequest for a rule that is not, OutOfScope for a KPI that the role does not see."""
    found = _read(context, name)
    unit = context.units.get(found.unit).label
    back = words.back(_("Alertes"), context.link("alertes", alert=None, unit=None))
    matter = _matter(found)
    title = groups.title(matter.group, context.units) if matter else _title(found, name)
    head, *figure = title.split(f" · {unit}") if matter else [title]
    widgets.head(
        context,
        head + (figure[0] if figure else ""),
        back,
        words.told(),
        eyebrow=f"{unit} · {dates.short_day(context.generation.published_at.date())}",
        named=f"{head} · {_('Alertes')}",
    )
    _standing(context, matter)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _evolution(context, found)
        _todo(context, found)
        _where(context, found)
    with right:
        alert_said.show(context, found.kpi, found.item, [kept for kept, _log in found.told])
        _past(context, found, matter)


def _read(context: Context, name: str) -> Sheet:
    """What is open of the rule here and elsewhere, and what it did before."""
    home, scope = context.generation.home, context.scope
    found = inbox.inbox(context.generation, scope, context.now)
    items = [one for one in inbox.each(found) if one.alert.rule == name]
    unit = context.unit.id if context.params.unit or not items else items[0].alert.unit
    facet = context.params.facet
    same = [one for one in items if one.alert.unit == unit and facet in {None, one.alert.facet}]
    here = same[0] if same else None
    book = rulebook.load(home)
    rule = book.by_id.get(name) if here else book.get(name)
    kpi = here.alert.kpi if here else rule.kpi if rule else None
    engine = state.engine(home)
    past = keep.history(engine, name, unit)
    mine = [one for one in past if facet in {None, one.facet}]
    seen = [one for one in mine if inbox.may_touch(one, context.units, scope)]
    return Sheet(
        unit,
        rule,
        context.kpi(kpi) if kpi else None,
        here,
        tuple(one for one in items if one is not here),
        tuple((one, keep.log_of(engine, one.id)) for one in seen),
    )


def _matter(found: Sheet) -> Matter | None:
    """The alert alone, whatever its group."""
    if found.item is None:
        return None
    alone = [found.item]
    return alert_matters.matters(alone, alert_matters.pile_of(found.item))[0]


def _title(found: Sheet, name: str) -> str:
    if found.kpi is not None and not (found.rule and found.rule.label_fr):
        return label(found.kpi)
    return pick(found.rule.label_fr, found.rule.label_en) if found.rule else name


def _standing(context: Context, matter: Matter | None) -> None:
    if matter is None:
        st.html(parts.note(_("Cette alerte n'est pas ouverte en ce moment."), Status.OK))
        return
    with st.container(key="matter_sheet"):
        st.html(parts.unseen(_("L'alerte")))
        st.html(alert_cards.card(matter, context.units, context.now))
        alert_acts.row(context, matter, noting=False)


def _evolution(context: Context, found: Sheet) -> None:
    """The KPI at the unit, the runs shaded, the level drawn where it is one of the figure."""
    kpi = found.kpi
    if kpi is None:
        return
    drawn = curve(context.generation, context.scope, kpi, found.unit, _period(found, kpi))
    spans, level = _spans(found), _level(found, kpi)
    said = alert_charts.describe(drawn, kpi, spans, level)
    with st.container(border=True, key=f"chart_{kpi.id}"):
        st.html(parts.section(_("Évolution"), _facet(found)))
        if drawn.points:
            made = alert_charts.spec(drawn, kpi, spans, level)
            st.vega_lite_chart(charts.rows(drawn, kpi), made, alt=said)
        st.html(parts.said(said))
        with st.expander(_("Voir les valeurs")):
            st.html(charts.table(drawn, kpi))
    sheet = context.link("indicateur", kpi=kpi.id, unit=found.unit, alert=None)
    text = _("Fiche de l'indicateur : {name}").format(name=label(kpi))
    st.html(anchors.card(cards.line(Status.NONE, text, mute=True), sheet, text))


def _facet(found: Sheet) -> str:
    """The rule looks at a part of the KPI; the curve shows the whole and says so."""
    facet = found.item.alert.facet if found.item else found.rule.facet if found.rule else ""
    return (
        _("total, toutes natures ; la règle suit « {facet} »").format(facet=facet) if facet else ""
    )


def _period(found: Sheet, kpi: Kpi) -> Period:
    """The curve has the step at which the rule judges."""
    if found.rule is None:
        return Period.DAY
    grain = grain_of(found.rule, kpi, condition_of(found.rule, kpi)[0])
    return _PERIODS.get(grain, Period.DAY)


def _spans(found: Sheet) -> list[Span]:
    """The present run first, then those before."""
    spans = []
    if found.item:
        alert = found.item.alert
        spans.append(Span(min(alert.since, alert.as_of), alert.as_of, alert.severity))
    for kept, _log in found.told:
        one = kept.episode
        if one.resolved_at is not None:
            spans.append(Span(one.since, max(one.since, one.as_of), one.worst))
    return spans


def _level(found: Sheet, kpi: Kpi) -> tuple[float, Severity] | None:
    """A level that the curve can be held against: one of the value itself, of the whole."""
    if found.item is None or found.rule is None or found.rule.facet:
        return None
    alert = found.item.alert
    is_own = isinstance(condition_of(found.rule, kpi)[0], Fixed) or alert.kind == "forecast"
    return (alert.level, alert.severity) if is_own and alert.level is not None else None


def _where(context: Context, found: Sheet) -> None:
    """The three units that explain the change most; the other units where the rule speaks."""
    kpi = found.kpi
    if kpi is not None and context.units.children(found.unit):
        ask = (context.generation, context.scope, kpi, found.unit, _period(found, kpi))
        shares = contributions(*ask)[:_TOP]
        if shares:
            reach = max(abs(share.total) for share in shares)
            rows = [
                anchors.card(
                    tables.share_row(kpi, one, reach),
                    context.link("indicateur", kpi=kpi.id, unit=one.code, alert=None),
                    one.label,
                )
                if one.code
                else tables.share_row(kpi, one, reach)
                for one in shares
            ]
            st.html(parts.section(_("Où ?"), _("ce qui explique le plus")))
            st.html(anchors.stack(rows))
    if found.item is not None and found.item.waiting:
        _suspended(context, found.item.waiting)
    if found.others:
        _elsewhere(context, found.others)


def _suspended(context: Context, waiting: Sequence[Item]) -> None:
    """What a late source keeps from being judged."""
    rows = []
    for one in (other.alert for other in waiting):
        said = f"{pick(one.title_fr, one.title_en)} · {pick(one.body_fr, one.body_en)}"
        rows.append(_link(context, one, said))
    st.html(parts.section(_("En attente de cette source")))
    st.html(anchors.stack(rows))


def _elsewhere(context: Context, others: Sequence[Item]) -> None:
    rows = [_other(context, one) for one in others]
    st.html(parts.section(_("La même règle ailleurs")))
    st.html(anchors.stack(rows[:_MOST]))
    if rest := rows[_MOST:]:
        said = ngettext("Voir l'autre", "Voir les {n} autres", len(rest)).format(n=len(rest))
        with st.expander(said):
            st.html(anchors.stack(rest))


def _other(context: Context, one: Item) -> str:
    """The same rule at another unit; what is on its way back is not shown as an alert."""
    found, is_back = one.alert, one.stage == "recovering"
    end = french.value(context.kpis[found.kpi], found.value) if found.kpi else ""
    text = f"{found.unit_label} · {_('Retour en cours').lower()}" if is_back else found.unit_label
    return _link(context, found, text, end, Status.OK if is_back else None)


def _link(
    context: Context, found: Alert, text: str, end: str = "", status: Status | None = None
) -> str:
    """One line that leads to the sheet of an alert. status: other than its severity."""
    line = cards.line(status or alert_cards.SEVERITIES[found.severity], text, end)
    return anchors.card(line, address(context, found.rule, found.unit, found.facet), text)


def _todo(context: Context, found: Sheet) -> None:
    """The action card of the rule, and the six indicators of a tension."""
    if found.rule is not None and found.rule.card:
        steps = "".join(f"<li>{escape(step)}</li>" for step in found.rule.card)
        title = escape(_("Fiche réflexe"))
        st.html(
            f'<section class="ck-card"><h2>{title}</h2><ol class="ck-steps">{steps}</ol></section>'
        )
    kpi = found.kpi
    if kpi is not None and kpi.id == _HET and Domain.ACTIVITY in context.scope.domains:
        drawn = curve(context.generation, context.scope, kpi, found.unit, _period(found, kpi))
        if drawn.points:
            ask = (context.generation, context.scope, found.unit, drawn.points[-1].day)
            st.html(alert_het.table(tension_day.indicators(*ask)))


def _past(context: Context, found: Sheet, matter: Matter | None) -> None:
    """Who did what when, and a place to write."""
    st.html(parts.section(_("Historique"), _("à cette unité")))
    st.html(alert_log.history(found.told, context.now))
    if matter is not None and matter.code:
        alert_acts.note_box(context, matter)
    if found.rule is not None:
        text = _("Règle de cette alerte")
        rule = context.link(
            "alertes", screen="regles", alert=found.rule.id, unit=None, act=None, code=None
        )
        st.html(anchors.card(cards.line(Status.NONE, text, mute=True), rule, text))
