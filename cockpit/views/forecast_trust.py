"""How far a forecast can be trusted, as HTML: predicted beside observed, errors, misses, model."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from cockpit.forecast.oversight import override_errors
from cockpit.forecast.reasons import told
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext
from cockpit.series.model import Status
from cockpit.views import anchors, charts, dates, forecasts, french, parts, signatures, tables
from cockpit.views.parts import Html
from cockpit.views.status import CLASSES
from cockpit.views.vega import ACTUAL, FORECAST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from cockpit.forecast.model import Forecast
    from cockpit.forecast.oversight import Overseen
    from cockpit.forecast.trust import Miss, Overlaid, Trust
    from cockpit.kpi.model import Kpi
    from cockpit.state.forecasts import Act, ForecastAct

ACTS: Mapping[Act, str] = {
    "validate": mark("Validation"),
    "override": mark("Correction"),
    "withdraw": mark("Correction retirée"),
    "off": mark("Arrêt"),
    "on": mark("Remise en service"),
    "drop": mark("Modèle écarté"),
    "promote": mark("Modèles changés"),
}
_LOG_LINES = 12


def overlay_rows(
    kpi: Kpi, days: Sequence[Overlaid], known: Sequence[tuple[date, float]]
) -> pd.DataFrame:
    """The data of a line chart: what happened in full, what had been predicted dashed.

    known: every day and its value. Days of which nothing had been said break the dashed line.
    """
    columns = list(charts.COLUMNS)
    happened = charts.point_rows(kpi, list(known))
    said = {one.day: one for one in days}
    expected = [(day, said[day].predicted if day in said else math.nan) for day, _value in known]
    predicted = charts.point_rows(kpi, expected)
    for name in ("low", "high"):
        bounds = [charts.scaled(kpi, getattr(said.get(day), name, None)) for day, _value in known]
        predicted[name] = pd.Series(bounds, index=predicted.index, dtype=float)
    predicted = predicted.assign(series=FORECAST, label="", side="", beside=float("nan"))
    both = pd.concat([happened.assign(series=ACTUAL), predicted], ignore_index=True)
    return both.reindex(columns=columns)


def overlay_said(kpi: Kpi, days: Sequence[Overlaid], lead: int) -> str:
    """Two sentences: the usual gap, then how much of it was really announced at the time."""
    gap = sum(abs(one.observed - one.predicted) for one in days) / len(days)
    replayed = sum(one.replayed for one in days)
    text = ngettext(
        "Prévu {lead} jour avant, observé ensuite : écart moyen {gap} sur {count} jours.",
        "Prévu {lead} jours avant, observé ensuite : écart moyen {gap} sur {count} jours.",
        lead,
    )
    said = text.format(lead=lead, gap=french.value(kpi, gap), count=len(days))
    if not replayed:
        return said
    more = _(
        "{n} jours sont rejoués : calculés après coup, sur les seules données connues alors, "
        "de {lead} à {last} jours avant."
    )
    return f"{said} {more.format(n=replayed, lead=lead, last=lead + 6)}"


def overlay_table(kpi: Kpi, days: Sequence[Overlaid]) -> str:
    """The same days, the newest first."""
    columns = [
        tables.Column(_("Jour"), number=False),
        tables.Column(_("Prévu")),
        tables.Column(_("Observé")),
        tables.Column(_("Origine"), number=False),
    ]
    rows = [
        (
            dates.short_day(one.day),
            french.value(kpi, one.predicted),
            french.value(kpi, one.observed),
            _("rejoué") if one.replayed else _("publié"),
        )
        for one in reversed(days)
    ]
    return tables.table(_("Prévu et observé"), columns, rows)


def errors(kpi: Kpi, found: Trust) -> str:
    """The error by horizon, beside that of repeating last week."""
    columns = [
        tables.Column(_("Horizon"), number=False),
        tables.Column(_("Erreur")),
        tables.Column(_("Semaine répétée")),
        tables.Column(_("Écart")),
    ]
    rows = [
        (
            ngettext("{n} jour", "{n} jours", one.days).format(n=one.days),
            _error(kpi, one.mae, one.share),
            _error(kpi, one.mae_naive, one.share_naive),
            _gain(one.mae, one.mae_naive),
        )
        for one in found.errors
    ]
    origins = max((one.origins for one in found.errors), default=0)
    caption = ngettext(
        "Erreur moyenne jusqu'à cet horizon, sur {n} prévision passée",
        "Erreur moyenne jusqu'à cet horizon, sur {n} prévisions passées",
        origins,
    )
    return tables.table(caption.format(n=origins), columns, rows)


def _error(kpi: Kpi, mae: float, share: float | None) -> str:
    size = tables.signed(kpi, mae).lstrip("+")
    return size if share is None else f"{french.percent(share)} ({size})"


def _gain(ours: float, naive: float) -> Html:
    if naive == 0:
        return Html("")
    share = 100 * (ours / naive - 1)
    tone = "ck-good" if share < 0 else "ck-bad"
    return Html(f'<span class="{tone}">{escape(french.percent(share, 0, signed=True))}</span>')


def coverage(found: Trust) -> str:
    """How many of the last days fell inside the 80 % interval, and what was expected."""
    if found.coverage80 is None:
        text = _("Trop peu de jours annoncés pour juger l'intervalle.")
        return parts.said(text)
    inside = round(found.coverage80 * found.covered_days)
    text = _(
        "{inside} des {days} derniers jours dans l'intervalle à 80 % "
        "({share}, attendu de 65 à 92 %)."
    )
    share = french.percent(100 * found.coverage80, 0)
    return parts.said(text.format(inside=inside, days=found.covered_days, share=share))


def misses(kpi: Kpi, found: Sequence[Miss], mark_at: Callable[[date], str]) -> str:
    """The last days outside the interval, with what the hospital had marked.

    mark_at: the address where the cause of a day is marked.
    """
    if not found:
        return parts.said(_("Aucun jour récent hors de l'intervalle."))
    columns = [
        tables.Column(_("Jour"), number=False),
        tables.Column(_("Observé")),
        tables.Column(_("Annoncé")),
        tables.Column(_("Cause marquée"), number=False),
    ]
    rows = [
        (
            dates.short_day(one.day),
            french.value(kpi, one.observed),
            _("{low} – {high} ({level})").format(
                low=french.number(one.low, kpi.decimals),
                high=french.number(one.high, kpi.decimals),
                level=french.percent(one.level, 0),
            ),
            one.cause or _to_mark(one.day, mark_at(one.day)),
        )
        for one in found
    ]
    return tables.table(_("Derniers jours hors de l'intervalle"), columns, rows)


def _to_mark(day: date, address: str) -> Html:
    """The way to say what happened on a day."""
    said = _("marquer")
    return Html(anchors.word(said, address, f"{said}, {dates.long_day(day)}"))


def model_card(made: Forecast, stands: Overseen, found: Trust) -> str:
    """What made it, on what, who validated it, what it cannot do."""
    share = french.percent(100 / len(made.members), 0) if made.members else ""
    members = ", ".join(f"{forecasts.model_name(one)} ({share})" for one in made.members)
    judged = _("{published} publiées, {replayed} rejouées").format(
        published=found.published, replayed=found.replayed
    )
    vouched = stands.validated
    rows = (
        (_("Données"), f"{dates.numeric(made.history_from)} – {dates.numeric(made.origin)}"),
        (_("Modèles et poids"), members or forecasts.model_name(made.model)),
        (_("Versions"), made.versions),
        (_("Calculée le"), dates.stamp(made.made_at)),
        (_("Prévisions jugées"), judged),
        (_("Validée par"), _validated(made, stands) if vouched else _("personne encore")),
        (_("Limites"), " ".join(_limits(made))),
        (_("Empreinte des données"), made.data_hash),
    )
    listed = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows if text
    )
    title = escape(_("Fiche du modèle"))
    return f'<section class="ck-card"><h2>{title}</h2><dl>{listed}</dl></section>'


def _validated(made: Forecast, stands: Overseen) -> str:
    act = stands.validated
    if act is None:
        return ""
    said = _("{who}, le {day}").format(who=signatures.shown(act.who), day=dates.stamp(act.at))
    return said if stands.is_validated(made) else f"{said} ; {_('les modèles ont changé depuis')}"


def _limits(made: Forecast) -> list[str]:
    known = [told(text) for text in (made.sentence, made.banner) if text]
    return [
        *known,
        _("28 jours au plus."),
        _("Ne voit ni épidémie nouvelle, ni grève, ni fermeture que personne n'a marquée."),
    ]


def corrections(kpi: Kpi, acts: Mapping[date, ForecastAct], known: pd.Series[float]) -> str:
    """Corrected days that have come: the person's error beside the model's."""
    judged = list(override_errors(acts, known))
    if not judged:
        return ""
    ours = sum(abs((act.value or 0.0) - seen) for act, seen in judged) / len(judged)
    model = sum(abs((act.predicted or 0.0) - seen) for act, seen in judged) / len(judged)
    text = ngettext(
        "{n} correction échue : écart moyen {ours}, contre {model} pour le modèle.",
        "{n} corrections échues : écart moyen {ours}, contre {model} pour le modèle.",
        len(judged),
    )
    said = text.format(n=len(judged), ours=french.value(kpi, ours), model=french.value(kpi, model))
    return parts.said(said)


def log(kpi: Kpi, acts: Sequence[ForecastAct]) -> str:
    """Who did what, when and why, the newest first."""
    if not acts:
        return parts.said(_("Aucune décision enregistrée."))
    items = "".join(_act(kpi, act) for act in acts[:_LOG_LINES])
    return f'<section class="ck-card"><h2>{escape(_("Journal"))}</h2><ul>{items}</ul></section>'


def _act(kpi: Kpi, act: ForecastAct) -> str:
    head = f"{_(ACTS[act.act])} · {signatures.shown(act.who)} · {dates.stamp(act.at)}"
    if act.day is not None:
        head += f" · {dates.short_day(act.day)}"
    if act.value is not None:
        head += f" : {french.value(kpi, act.predicted)} → {french.value(kpi, act.value)}"
    why = escape(told(act.reason))
    return f'<li class="ck-act {CLASSES[Status.NONE]}"><b>{escape(head)}</b> {why}</li>'
