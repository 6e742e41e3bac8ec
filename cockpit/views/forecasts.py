"""A forecast's own card: what made it, on what, and how wrong it has been."""

from __future__ import annotations

from html import escape

from cockpit.forecast.model import Forecast
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.model import Kpi
from cockpit.views import dates, french, parts

MODELS = {
    "prophet_fr": mark("Prophet (jours fériés et vacances scolaires français)"),
    "weekday_mean": mark("moyenne des mêmes jours de la semaine"),
    "landing_profile": mark("profil mensuel"),
}


def card(kpi: Kpi, made: Forecast) -> str:
    """Error printed beside the naive one; a refused forecast says why."""
    if made.refused:
        return parts.note(_("Pas de prévision : {reason}").format(reason=made.refused))
    return (
        f'<section class="ck-card"><h2>{escape(_("Prévision"))}</h2>'
        f"<p>{escape(_next(kpi, made))} {escape(_error(made))}</p>"
        f'<p class="ck-muted">{escape(_origin(made))}</p></section>'
    )


def _next(kpi: Kpi, made: Forecast) -> str:
    if not made.points:
        return ""
    point = made.points[0]
    text = _("{day} : {mid}, entre {low} et {high} (intervalle à 80 %).")
    return text.format(
        day=dates.short_day(point.day),
        mid=french.value(kpi, point.mid),
        low=french.value(kpi, point.low),
        high=french.value(kpi, point.high),
    )


def _error(made: Forecast) -> str:
    if made.mape is None:
        return _("Historique trop court pour mesurer l'erreur.")
    text = _("Erreur moyenne à 7 jours : {mape}, contre {naive} pour la moyenne des mêmes jours.")
    return text.format(mape=french.percent(made.mape), naive=french.percent(made.mape_naive))


def _origin(made: Forecast) -> str:
    text = _("Modèle {model}, calculé sur les données du {first} au {last}.")
    return text.format(
        model=model_name(made.model),
        first=dates.numeric(made.history_from),
        last=dates.numeric(made.origin),
    )


def model_name(model: str) -> str:
    """A model in words; its own name when it has none."""
    return _(MODELS[model]) if model in MODELS else model
