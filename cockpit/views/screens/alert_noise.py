"""The noise of a month: what each rule disturbed people for, and quieter levels to choose from.

Nothing is applied here: a person writes a level in the editor of rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cockpit import clock
from cockpit.alerts import dryrun, noise, rulebook
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext
from cockpit.kpi.windows import add_months, month_end
from cockpit.views import (
    alert_rule_words,
    alert_tabs,
    alert_votes,
    anchors,
    dates,
    french,
    parts,
    tables,
    widgets,
)
from cockpit.views.admin import words

if TYPE_CHECKING:
    from cockpit.alerts.noise import Noise, Quieter
    from cockpit.alerts.observe import Reader
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import Kpi
    from cockpit.views.context import Context

_MONTHS = 12
_SHOWN = 8
_HOURS = 24
_LEVELS = {
    "amber": mark("vigilance"),
    "red": mark("alerte"),
    "low_amber": mark("vigilance basse"),
    "low_red": mark("alerte basse"),
}


def show(context: Context) -> None:
    """The month of `?code=`; without it the last closed one, or this one when that was silent."""
    months = _months()
    chosen, found = _read(context, months)
    first = months[chosen]
    tabs = alert_tabs.switch(context, alert_tabs.NOISE)
    widgets.head(context, _("Bruit du mois"), tabs, words.told(), eyebrow=dates.month(first))
    widgets.choice("code", _("Mois"), list(months), chosen, words=partial(_title, months))
    if not found:
        st.html(parts.empty(_("Aucune alerte ne s'est ouverte ce mois-là.")))
        return
    st.html(parts.said(summary(found)))
    book = rulebook.load(context.generation.home).by_id
    st.html(_table(context, book, found[:_SHOWN]))
    if rest := found[_SHOWN:]:
        said = ngettext("Voir l'autre", "Voir les {n} autres", len(rest)).format(n=len(rest))
        with st.expander(said, key="noise_rest"):
            st.html(_table(context, book, rest, more=True))
    _suggestions(context, [book[one.rule] for one in found if one.rule in book])


def _read(context: Context, months: Mapping[str, date]) -> tuple[str, Sequence[Noise]]:
    """The month that is shown, and its noise."""
    code = context.params.code or ""
    if code in months:
        return code, _noise(context, months[code])
    this, last = list(months)[:2]
    for month in (last, this):
        if found := _noise(context, months[month]):
            return month, found
    return last, ()


def _noise(context: Context, first: date) -> Sequence[Noise]:
    return noise.report(context.generation, context.scope, first, month_end(first), context.now)


def _months() -> dict[str, date]:
    """This month and those before, the newest first, by the name of their address."""
    this = clock.today().replace(day=1)
    firsts = [add_months(this, -back) for back in range(_MONTHS)]
    return {f"{first:%Y-%m}": first for first in firsts}


def _title(months: Mapping[str, date], code: str) -> str:
    is_now = months[code] == clock.today().replace(day=1)
    said = dates.month(months[code])
    return _("{month} (en cours)").format(month=said) if is_now else said


def summary(found: Sequence[Noise]) -> str:
    """The month in one sentence."""
    fired = sum(one.fired for one in found)
    taken = round(sum(one.taken * one.fired for one in found))
    flaps = sum(one.flaps for one in found)
    rules = ngettext("{n} règle a sonné", "{n} règles ont sonné", len(found)).format(n=len(found))
    text = _("{rules}, {fired} en tout ; {taken} ; {flaps} ; {votes}.")
    return text.format(
        rules=rules,
        fired=ngettext("{n} alerte", "{n} alertes", fired).format(n=fired),
        taken=ngettext("{n} prise en main", "{n} prises en main", taken).format(n=taken),
        flaps=ngettext("{n} repartie sous 7 jours", "{n} reparties sous 7 jours", flaps).format(
            n=flaps
        ),
        votes=alert_votes.counted(
            sum(one.useful for one in found), sum(one.useless for one in found)
        ),
    )


def _table(
    context: Context, book: Mapping[str, Rule], found: Sequence[Noise], *, more: bool = False
) -> str:
    columns = [
        tables.Column(_("Règle"), number=False),
        tables.Column(_("A sonné")),
        tables.Column(_("Prises en main")),
        tables.Column(_("Reparties sous 7 j")),
        tables.Column(_("Durée médiane")),
        tables.Column(_("Avis"), number=False, wide=True),
    ]
    rows = [_row(context, book.get(one.rule), one) for one in found]
    caption = tables.further(_("Règle par règle, la plus bruyante d'abord"), more=more)
    return tables.table(caption, columns, rows)


def _row(context: Context, rule: Rule | None, one: Noise) -> tuple[str, ...]:
    name = one.rule
    if rule is not None:
        name = parts.Html(
            anchors.word(alert_rule_words.name(rule, _kpi(context, rule)), _at(context, rule))
        )
    return (
        name,
        str(one.fired),
        str(round(one.taken * one.fired)),
        str(one.flaps),
        _lasted(one.hours),
        alert_votes.counted(one.useful, one.useless),
    )


def _lasted(hours: float) -> str:
    """Hours below two days, else days."""
    if hours < 2 * _HOURS:
        return f"{french.number(hours)}{french.NBSP}h"
    return f"{french.number(hours / _HOURS)}{french.NBSP}{_('j')}"


def _kpi(context: Context, rule: Rule) -> Kpi | None:
    return context.kpis.get(rule.kpi) if rule.kpi else None


def _at(context: Context, rule: Rule) -> str:
    """The editor of a rule."""
    clean = dict.fromkeys(("act", "code", "facet", "unit"))
    return context.link("alertes", **{**clean, "screen": alert_tabs.RULES, "alert": rule.id})


def _suggestions(context: Context, rules: Sequence[Rule]) -> None:
    """Tried on the last twelve months when they are asked for: it takes seconds."""
    title = _("Seuils qui feraient deux fois moins de bruit")
    with st.expander(title, key="quieter", on_change="rerun") as fold:
        if not fold.open:
            return
        until = clock.yesterday()
        span = (add_months(until, -_MONTHS) + timedelta(days=1), until)
        ask = (context.generation, context.scope, context.kpis.values())
        reader = dryrun.reader_over(*ask, *span)
        with st.spinner(_("Essai sur les douze derniers mois…")):
            tried = [(rule, _quieter(context, rule, reader, span)) for rule in rules]
        drawn = [_suggestion(context, rule, found) for rule, found in tried if found]
        st.html(
            parts.said(
                _(
                    "Essayés sur douze mois, en gardant toutes les alertes votées utiles. Rien "
                    "n'est appliqué ici : le seuil s'écrit dans la règle."
                )
            )
        )
        st.html(anchors.stack(drawn) if drawn else parts.empty(_("Aucun seuil n'est proposé.")))


def _quieter(
    context: Context, rule: Rule, reader: Reader, span: tuple[date, date]
) -> Quieter | None:
    """Kept for the generation until somebody votes."""
    useful = noise.useful_days(context.generation, context.scope, rule.id, *span)
    key = ("quieter", context.scope.key(), rule.model_dump_json(), useful, span)
    return context.generation.cached(key, lambda: noise.quieter(rule, reader, useful))


def _suggestion(context: Context, rule: Rule, found: Quieter) -> str:
    """One rule with its level and what it would have changed; leads to the editor."""
    kpi = _kpi(context, rule)
    name = alert_rule_words.name(rule, kpi)
    text = _("{level} à {value} : {after} fois au lieu de {before} en 12 mois")
    said = text.format(
        level=_(_LEVELS[found.level]),
        value=f"{alert_rule_words.figure(found.value)} {alert_rule_words.measured(rule, kpi)}",
        after=found.after,
        before=found.before,
    )
    body = (
        f'<div class="ck-row ck-rule"><span><b>{parts.html(name)}</b><br>'
        f'<span class="ck-muted">{parts.html(said)}{parts.html(_apart(context, found))}</span>'
        "</span></div>"
    )
    return anchors.card(body, _at(context, rule), f"{name} : {said}")


def _apart(context: Context, found: Quieter) -> str:
    """Units that the level does not move."""
    if not found.apart:
        return ""
    named = ", ".join(context.units.get(unit).label for unit in found.apart)
    return " · " + _("sans {units} (seuils propres)").format(units=named)
