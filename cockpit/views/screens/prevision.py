"""The forecast on a KPI's sheet: its words, what had been said before, its trust, who decides."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cockpit import clock
from cockpit.errors import CockpitError
from cockpit.forecast import events, oversight
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.choose import Series
from cockpit.forecast.said import observed
from cockpit.forecast.store import latest
from cockpit.forecast.trust import LEADS, overlay, trust
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext
from cockpit.kpi.model import Grain
from cockpit.state.forecasts import forecast_acts
from cockpit.views import anchors, charts, dates, forecast_trust, forecasts, french, parts, widgets
from cockpit.views.admin import words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from cockpit.forecast.model import Forecast
    from cockpit.forecast.oversight import Overseen
    from cockpit.kpi.model import Kpi
    from cockpit.state.forecasts import ForecastAct
    from cockpit.views.context import Context

_CORRECTED_DAYS = 400


def show(context: Context, kpi: Kpi) -> None:
    """The card, then three folds: day by day, predicted and observed, trust and decisions."""
    made = latest(context.generation, context.scope, kpi, context.unit.id)
    if made is None:
        return
    stands = oversight.overseen(context.generation.home, kpi.id, context.unit.id)
    calendar = calendar_of(context, kpi)
    st.html(words.told() + forecasts.card(kpi, made, stands, calendar))
    if kpi.step != "day" or not made.is_daily:
        return
    if stands.off is None:
        with st.expander(_("Les 7 prochains jours"), key="ahead"):
            st.html(forecasts.days(kpi, made, calendar))
    _overlay(context, kpi)
    _trust(context, kpi, made, stands)


def calendar_of(context: Context, kpi: Kpi) -> FrenchCalendar:
    """The calendar that explains, with the events that the hospital marked for this series."""
    home = context.generation.home
    marked = events.load(home.root).of(Series(kpi, context.unit.id), context.units)
    here = home.installation
    return FrenchCalendar(here.holidays, here.school_zone, events=marked)


def _overlay(context: Context, kpi: Kpi) -> None:
    """What had been said one, three or seven days before; read when it is opened."""
    with st.expander(_("Prévu et observé"), key="overlay", on_change="rerun") as shown:
        if not shown.open:
            return
        leads = [str(lead) for lead in LEADS]
        chosen = context.params.tab or ""
        chosen = chosen if chosen in leads else leads[0]
        widgets.pills("tab", _("Prévu"), leads, chosen, _before)
        days = overlay(context.generation, context.scope, kpi, context.unit.id, int(chosen))
        if not days:
            st.html(parts.empty(_("Aucune prévision n'est encore échue.")))
            return
        said = forecast_trust.overlay_said(kpi, days, int(chosen))
        spec = charts.plain(kpi, Grain.DAY)
        since = (clock.today() - days[0].day).days
        seen = observed(context.generation, context.scope, kpi, context.unit.id, days=since)
        pairs = zip(seen.index.tolist(), seen.tolist(), strict=True)
        known = [(day, value) for day, value in pairs if day >= days[0].day]
        st.vega_lite_chart(forecast_trust.overlay_rows(kpi, days, known), spec, alt=said)
        st.html(parts.said(said))
        with st.expander(_("Voir les valeurs"), key="overlay_table"):
            st.html(forecast_trust.overlay_table(kpi, days))


def _before(lead: str) -> str:
    return ngettext("{n} jour avant", "{n} jours avant", int(lead)).format(n=lead)


def _trust(context: Context, kpi: Kpi, made: Forecast, stands: Overseen) -> None:
    """Errors, misses, model card, decisions and their log; read when it is opened."""
    with st.expander(_("Confiance et décisions"), key="trust", on_change="rerun") as shown:
        if not shown.open:
            return
        ask = (context.generation, context.scope, kpi, context.unit.id)
        found = trust(*ask, calendar_of(context, kpi).events)
        known = observed(*ask, days=_CORRECTED_DAYS)
        acts = forecast_acts(context.generation.home, kpi=kpi.id, unit=context.unit.id, facet="")
        st.html(
            parts.column(
                forecast_trust.errors(kpi, found),
                forecast_trust.coverage(found),
                forecast_trust.misses(kpi, found.misses, partial(_mark, context)),
                forecast_trust.corrections(kpi, stands.overrides, known),
                forecast_trust.model_card(made, stands, found),
                forecast_trust.log(kpi, acts),
                anchors.stack([_events(context), _whole(context)]),
            )
        )
        _decide(context, kpi, made, stands)


def _mark(context: Context, day: date) -> str:
    """Where what happened that day is marked."""
    return context.link("fiabilite", screen="events", code=day.isoformat(), tab=None)


def _events(context: Context) -> str:
    address = context.link("fiabilite", screen="events", tab=None)
    return _row(_("Marquer un événement : grève, ouverture, panne"), address)


def _whole(context: Context) -> str:
    address = context.link("fiabilite", kpi=None, tab=None)
    return _row(_("Fiabilité de toutes les prévisions"), address)


def _row(label: str, address: str) -> str:
    body = f'<div class="ck-row"><span>{parts.html(label)}</span></div>'
    return anchors.card(body, address, label)


def _decide(context: Context, kpi: Kpi, made: Forecast, stands: Overseen) -> None:
    """The three decisions of a referent; each asks who and why."""
    st.html(parts.section(_("Décider")))
    home, key = context.generation.home, (kpi.id, context.unit.id, "")
    if stands.off is not None:
        _form(
            context,
            "on",
            _("Remettre en service"),
            lambda who, why: oversight.switch(home, key, on=True, who=who, reason=why),
        )
        return
    if not stands.is_validated(made):
        _form(
            context,
            "validate",
            _("Valider pour l'usage"),
            lambda who, why: oversight.validate(home, made, who=who, reason=why),
        )
    _correct(context, kpi, made)
    _form(
        context,
        "off",
        _("Arrêter cette prévision"),
        lambda who, why: oversight.switch(home, key, on=False, who=who, reason=why),
    )


def _correct(context: Context, kpi: Kpi, made: Forecast) -> None:
    ahead = {point.day: point for point in forecasts.coming(made)}
    if not ahead:
        return
    home = context.generation.home

    def figure() -> Callable[[str, str], ForecastAct]:
        day = st.selectbox(_("Jour"), list(ahead), format_func=dates.short_day, key="correct_day")
        given = st.text_input(
            _("Valeur attendue"),
            placeholder=french.value(kpi, ahead[min(ahead)].mid),
            key="correct_value",
        )
        read = french.parse_number(given)
        value = float("nan") if read is None else read

        def act(who: str, why: str) -> ForecastAct:
            return oversight.override(home, made, day=day, value=value, who=who, reason=why)

        return act

    _form(context, "override", _("Corriger un jour"), None, figure)


def _form(
    context: Context,
    name: str,
    title: str,
    act: Callable[[str, str], ForecastAct] | None,
    more: Callable[[], Callable[[str, str], ForecastAct]] | None = None,
) -> None:
    """Who, why, and one button; the act is done once, then told at the top of the card."""
    with st.expander(title, key=f"decide_{name}"), st.form(f"form_{name}", border=False):
        chosen = more() if more is not None else act
        who = widgets.name_field(f"who_{name}")
        why = st.text_area(_("Motif"), key=f"why_{name}", max_chars=oversight.LONGEST_REASON)
        if not st.form_submit_button(title, type="primary"):
            return
        try:
            if chosen is not None:
                chosen(named(context, who), why)
        except CockpitError as error:
            words.refuse(error.sentence())
            return
        words.tell(_("Décision enregistrée le {day}.").format(day=dates.numeric(clock.today())))
        st.rerun()


def named(context: Context, who: str) -> str:
    """The name as it was given, with the profile, until sign-in says who it is.

    Raises BadRequest without a name.
    """
    return oversight.signed(f"{oversight.signed(who)} ({context.scope.role})")
