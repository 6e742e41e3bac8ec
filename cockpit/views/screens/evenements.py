"""What the hospital marks: a strike, an opening, a breakdown, that forecasts learn or forget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from cockpit import clock
from cockpit.administer import events as editor
from cockpit.errors import CockpitError
from cockpit.forecast import events
from cockpit.forecast.events import Marked
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark, ngettext
from cockpit.kpi.model import Kpi, KpiId
from cockpit.series.model import Status
from cockpit.views import alert_acts, dates, parts, widgets
from cockpit.views.admin import words
from cockpit.views.context import Context
from cockpit.views.screens.prevision import named

SCREEN = "events"
USES = {
    "exclude": (mark("À oublier"), mark("Ces jours n'apprennent rien aux prévisions.")),
    "effect": (mark("À apprendre"), mark("Le même effet est attendu sous le même libellé.")),
}
_CHIPS = {"exclude": mark("Oublié"), "effect": mark("Appris")}
_SHOWN = 8
_EARLIEST, _AHEAD = date(2000, 1, 1), timedelta(days=730)
_ONLY_HERE = ("act", "code", "kind")
_EVERY = ""

Numbered = tuple[int, Marked]


def show(context: Context) -> None:
    """What waits for a confirmation or the form, then the events, newest first."""
    found = events.load(context.generation.home.root)
    if found.problem:
        st.html(words.announced(found.problem, Status.RED))
        return
    ask = (context.scope, context.units, context.kpis)
    listed = [
        (number, one) for number, one in enumerate(found.marked, 1) if events.concerns(one, *ask)
    ]
    number = context.params.code or ""
    asked = dict(listed).get(int(number)) if number.isdigit() else None
    if context.params.act == "remove" and asked is not None:
        _confirm(context, int(number), asked)
    else:
        _form(context, folded=bool(listed) and context.params.code is None)
    _list(context, sorted(listed, key=lambda one: one[1].first, reverse=True))


def _form(context: Context, *, folded: bool) -> None:
    """Period, unit, indicator, kind and words; open when there is a day to mark or none yet."""
    with (
        st.expander(_("Marquer un événement"), expanded=not folded, key=_key("add")),
        st.form("event", border=False),
    ):
        fields = _fields(context)
        who = widgets.name_field(_key("who"))
        if not st.form_submit_button(_("Marquer"), type="primary"):
            return
        done = partial(_add, context, fields, who)
        _done(done, _("« {label} » est marqué. Les prévisions le suivent au prochain calcul."))


def _fields(context: Context) -> dict[str, Any]:
    """What the form says; the day, the unit and the indicator of the address are proposed."""
    text = st.text_input(
        _("Ce qui s'est passé"),
        key=_key("label"),
        max_chars=60,
        placeholder=_("Grève, ouverture, déménagement, cyberattaque"),
    )
    day = _day(context.params.code)
    with st.container(horizontal=True, key="event_days"):
        first, last = (_asked(name, day) for name in (_("Premier jour"), _("Dernier jour")))
    units, kpis = _units(context), _kpis(context)
    unit = _chosen(_("Unité"), _key("unit"), units, context.params.unit)
    kpi = _chosen(_("Indicateur"), _key("kpi"), kpis, context.params.kpi)
    use = st.radio(
        _("Pour les prévisions"),
        list(USES),
        format_func=lambda one: _(USES[one][0]),
        captions=[_(said) for _name, said in USES.values()],
        key=_key("use"),
    )
    days = {"first": first, "last": last}
    return days | {"label": text.strip(), "unit": unit, "kpi": kpi, "use": use}


def _key(field: str) -> str:
    """A field of the form; another one after each event, so that the next form is empty."""
    return f"event_{field}_{alert_acts.current_round()}"


def _asked(title: str, day: date) -> date | None:
    latest = clock.today() + _AHEAD
    return st.date_input(title, day, _EARLIEST, latest, format="DD/MM/YYYY", key=_key(title))


def _day(code: str | None) -> date:
    try:
        return date.fromisoformat(code or "")
    except ValueError:
        return clock.yesterday()


def _units(context: Context) -> dict[str, str]:
    """The units that the reader decides of; the whole hospital for who sees it whole."""
    units, roots = context.units, context.scope.roots
    seen = {str(unit.id): unit.label for unit in units if units.is_within(unit.id, roots)}
    tops = [str(unit.id) for unit in units.roots()]
    if not set(tops) <= {str(root) for root in roots}:
        return seen
    below = {unit: said for unit, said in seen.items() if [unit] != tops}
    return {_EVERY: _("Tout l'établissement"), **below}


def _kpis(context: Context) -> dict[str, str]:
    """The daily indicators that the reader sees; all at once for who sees every family."""
    every = {_EVERY: _("Tous les indicateurs")}
    seen = [kpi for kpi in context.kpis.values() if _is_forecast(context, kpi)]
    whole = all(kpi.domain in context.scope.domains for kpi in context.kpis.values())
    return (every if whole else {}) | {str(kpi.id): label(kpi) for kpi in seen}


def _is_forecast(context: Context, kpi: Kpi) -> bool:
    return kpi.step == "day" and kpi.domain in context.scope.domains


def _chosen(title: str, key: str, options: dict[str, str], proposed: str | None) -> str | None:
    listed = list(options)
    at = listed.index(proposed) if proposed in options else 0
    chosen = st.selectbox(title, listed, at, format_func=lambda one: options[one], key=key)
    return chosen or None


def _list(context: Context, listed: Sequence[Numbered]) -> None:
    """Every event that weighs on what the reader sees."""
    count = ngettext("{n} événement", "{n} événements", len(listed)).format(n=len(listed))
    st.html(parts.section(_("Événements marqués"), count))
    if not listed:
        st.html(parts.empty(_("Aucun événement n'est marqué.")))
        return
    st.html(_cards(context, listed[:_SHOWN]))
    if rest := listed[_SHOWN:]:
        with st.expander(_("Voir les {n} autres").format(n=len(rest))):
            st.html(_cards(context, rest))


def _cards(context: Context, listed: Sequence[Numbered]) -> str:
    return parts.pile(_card(context, *one) for one in listed)


def _card(context: Context, number: int, one: Marked) -> str:
    chip = words.chip(Status.NONE, _(_CHIPS[one.use]))
    said = _said(context, one)
    act = ""
    if events.decides(one, context.scope, context.units, context.kpis):
        address = _here(context, act="remove", code=str(number))
        act = words.buttons(words.button(_("Retirer"), address))
    return (
        f'<section class="ck-card ck-event"><h3>{parts.html(one.label)} {chip}</h3>'
        f'<p class="ck-muted">{parts.html(said)}</p>{act}</section>'
    )


def _said(context: Context, one: Marked) -> str:
    """Its days, with their year, then what it concerns."""
    ends = dict.fromkeys((one.first, one.last))
    days = " – ".join(dates.numeric(day) for day in ends)
    return f"{days} · {_where(context, one)}"


def _where(context: Context, one: Marked) -> str:
    unit, kpi = _("Tout l'établissement"), _("Tous les indicateurs")
    if one.unit is not None:
        known = one.unit in context.units
        unit = context.units.get(one.unit).label if known else str(one.unit)
    if one.kpi is not None:
        found = context.kpis.get(KpiId(one.kpi))
        kpi = label(found) if found else str(one.kpi)
    return f"{unit} · {kpi}"


def _here(context: Context, **changes: str) -> str:
    return context.link("fiabilite", screen=SCREEN, **{**dict.fromkeys(_ONLY_HERE), **changes})


def _confirm(context: Context, number: int, one: Marked) -> None:
    """Before an event is taken away: which one, and who does it."""
    title = _("Retirer « {label} » ?").format(label=one.label)
    st.html(words.panel(title, _said(context, one)))
    with st.form("event_remove", border=False):
        who = widgets.name_field("event_remove_who")
        if st.form_submit_button(_("Retirer"), type="primary"):
            done = partial(_remove, context, number, one, who)
            _done(done, _("« {label} » est retiré. Les prévisions le suivent au prochain calcul."))
    st.html(words.buttons(words.button(_("Annuler"), _here(context))))


def _add(context: Context, fields: dict[str, Any], who: str) -> Marked:
    events.require(events.given(fields), context.scope, context.units, context.kpis)
    return editor.add(context.generation.home, fields, named(context, who))


def _remove(context: Context, number: int, one: Marked, who: str) -> Marked:
    events.require(one, context.scope, context.units, context.kpis)
    return editor.remove(context.generation.home, number, named(context, who), seen=one)


def _done(act: Callable[[], Marked], said: str) -> None:
    """Do it once, then say it at the top of the list; a refusal is said where it was asked."""
    try:
        made = act()
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    words.tell(said.format(label=made.label))
    alert_acts.next_round()
    for name in _ONLY_HERE:
        st.query_params.pop(name, None)
    st.rerun()
