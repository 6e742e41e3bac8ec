"""A forecast's own card: the next days in words, how wrong it has been, who vouches for it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.forecast import explain
from cockpit.forecast.reasons import told
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.series.model import Status
from cockpit.views import dates, french, parts, signatures
from cockpit.views.status import CLASSES, ICONS

if TYPE_CHECKING:
    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.model import Forecast
    from cockpit.forecast.oversight import Overseen
    from cockpit.kpi.model import Kpi
    from cockpit.series.model import ForecastPoint
    from cockpit.state.forecasts import ForecastAct

MODELS = {
    "mean": mark("moyenne de plusieurs modèles"),
    "calreg": mark("régression sur le calendrier"),
    "ets7": mark("lissage exponentiel"),
    "prophet_rc": mark("Prophet recalé sur le niveau récent"),
    "naive7": mark("répétition de la semaine d'avant"),
    "weekday_mean_8w": mark("moyenne des mêmes jours sur 8 semaines"),
    "week_mean_8w": mark("moyenne de 8 semaines"),
    "landing_profile": mark("profil mensuel"),
    "landing_ets12_profile": mark("profil mensuel et lissage exponentiel"),
    "monthly": mark("moyenne de modèles mensuels"),
}
DAYS_SAID = 7


def card(kpi: Kpi, made: Forecast, stands: Overseen, calendar: FrenchCalendar) -> str:
    """The next day explained, the error beside the naive one; or why nothing is shown."""
    if made.refused:
        return parts.note(refusal(made))
    if stands.off is not None:
        return parts.note(off(stands.off), Status.AMBER)
    ahead = coming(made)
    said = _explained(kpi, made, ahead[0], calendar) if ahead else ""
    notes = "".join(_note(told(text)) for text in (made.banner, made.sentence) if text)
    corrected = "".join(
        f'<p class="ck-corrected">{escape(correction(kpi, act))}</p>'
        for day, act in sorted(stands.overrides.items())
        if day >= clock.today()
    )
    return (
        f'<section class="ck-card ck-forecast"><h2>{escape(_("Prévision"))}'
        f"{_vouched(made, stands)}</h2>{notes}{said}{corrected}"
        f'<p class="ck-muted">{escape(_error(kpi, made))}</p></section>'
    )


def coming(made: Forecast) -> tuple[ForecastPoint, ...]:
    """The points that are still to come."""
    return tuple(point for point in made.points if point.day >= clock.today())


def refusal(made: Forecast) -> str:
    """Why there is no forecast; the sentences of the engine already say that there is none."""
    if made.refused.startswith(("Pas de prévision", "Prévision indisponible")):
        return told(made.refused)
    return _("Pas de prévision : {reason}").format(reason=told(made.refused))


def off(act: ForecastAct) -> str:
    """Who switched it off, when and why."""
    text = _("Prévision arrêtée le {day} par {who} : {reason}")
    return text.format(
        day=dates.stamp(act.at), who=signatures.shown(act.who), reason=told(act.reason)
    )


def correction(kpi: Kpi, act: ForecastAct) -> str:
    """A figure that a person put in place of the model's; both are kept."""
    text = _("{day} : {value} attendus selon {who}, au lieu de {model} ({reason}).")
    return text.format(
        day=dates.short_day(act.day) if act.day else "",
        value=french.value(kpi, act.value),
        who=signatures.shown(act.who),
        model=french.value(kpi, act.predicted),
        reason=act.reason.rstrip("."),
    )


def days(kpi: Kpi, made: Forecast, calendar: FrenchCalendar) -> str:
    """The coming week, one sentence a day."""
    said = "".join(
        f"<li>{_marked(kpi, point, explain.sentence(kpi, made, point, calendar, error=False))}</li>"
        for point in coming(made)[:DAYS_SAID]
    )
    return f'<ul class="ck-days">{said}</ul>'


def _explained(kpi: Kpi, made: Forecast, point: ForecastPoint, calendar: FrenchCalendar) -> str:
    return (
        f"<p>{_marked(kpi, point, explain.sentence(kpi, made, point, calendar, error=False))}</p>"
    )


def _marked(kpi: Kpi, point: ForecastPoint, sentence: str) -> str:
    """The sentence with its first figure in bold, to be found at a glance."""
    figure = escape(french.value(kpi, point.mid))
    return escape(sentence).replace(figure, f"<b>{figure}</b>", 1)


def _note(text: str) -> str:
    return f'<p class="ck-note {CLASSES[Status.AMBER]}">{escape(text)}</p>'


def _vouched(made: Forecast, stands: Overseen) -> str:
    """A chip: who validated it, or that nobody did (or did before its models changed)."""
    if stands.validated is not None and stands.is_validated(made):
        status, words = (
            Status.OK,
            _("Validée par {who}").format(who=signatures.shown(stands.validated.who)),
        )
    elif stands.validated is not None:
        status, words = Status.AMBER, _("À revalider : modèles changés")
    else:
        status, words = Status.NONE, _("Pas encore validée")
    sign = f'<span aria-hidden="true">{ICONS[status]}</span>'
    return f' <span class="ck-chip {CLASSES[status]}">{sign} {escape(words)}</span>'


def _error(kpi: Kpi, made: Forecast) -> str:
    if made.mape is None:
        return _("Historique trop court pour mesurer l'erreur.")
    if made.mape_naive is None:
        return _("Erreur habituelle : {mape}.").format(mape=french.percent(made.mape))
    text = _("Erreur habituelle : {mape}, contre {naive} en répétant l'année d'avant.")
    if kpi.step == "day":
        text = _(
            "Erreur habituelle à 7 jours : {mape}, contre {naive} en répétant la semaine d'avant."
        )
    return text.format(mape=french.percent(made.mape), naive=french.percent(made.mape_naive))


def model_name(model: str) -> str:
    """A model in words; its own name when it has none."""
    return _(MODELS[model]) if model in MODELS else model
