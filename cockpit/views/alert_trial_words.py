"""What is said of a rule that is tried: how often, over which days, what other numbers change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.alerts.dryrun_change import coverage
from cockpit.i18n import gettext as _
from cockpit.i18n import label, ngettext
from cockpit.views import dates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cockpit.alerts.dryrun import Firing, Trial
    from cockpit.alerts.dryrun_change import Episode
    from cockpit.views.alert_trial import Asked, Compared
    from cockpit.views.alert_trial_chart import Tried

_MOST = 8


def said(found: Trial) -> str:
    """How many times, how many of them alerts, at how many units; over which days."""
    first, second = coverage(found), _counted(found)
    if found.known == found.days:
        first, second = second, first
    return f"{first} {second}".strip()


def _counted(found: Trial) -> str:
    runs = found.firings
    if not found.known:
        return ""
    if found.known < found.days:
        never, often = (
            _("N'aurait pas sonné ces jours-là."),
            _("Aurait sonné {n} fois ces jours-là."),
        )
        return often.format(n=len(runs)) if runs else never
    if not runs:
        return _("Cette règle n'aurait pas sonné en 12 mois.")
    red = sum(one.severity == "red" for one in runs)
    units = len({one.unit for one in runs})
    where = ngettext("dans {n} unité", "dans {n} unités", units).format(n=units)
    text = _("Aurait sonné {n} fois en 12 mois, dont {red} en alerte, {where}.")
    return text.format(n=len(runs), red=red, where=where)


def changed(against: Compared, before: Trial) -> str:
    """As "14 fois → 9 fois : 5 de moins"; over which days when it is not all of them."""
    change = against.change
    less = change.before - change.after
    if change.is_nothing:
        text = _("Rien ne change : {n} fois avec ces nombres aussi.").format(n=change.after)
    else:
        text = _("{before} fois → {after} fois : {difference}.").format(
            before=change.before, after=change.after, difference=_difference(less)
        )
    if change.is_cut:
        text = f"{text} {_('Une même montée peut sonner en plusieurs fois.')}"
    moved = coverage(against.found)
    return f"{text} {moved}".strip() if moved != coverage(before) else text


def _difference(less: int) -> str:
    if less == 0:
        return _("autant, mais pas les mêmes jours")
    return (_("{n} de moins") if less > 0 else _("{n} de plus")).format(n=abs(less))


def missed(found: Sequence[Episode], name: Callable[[str], str]) -> str:
    """The known alerts that other numbers would not have said, those voted useful named so."""
    days = []
    for one in found[:_MOST]:
        day = f"{name(one.unit)} {dates.numeric(one.first)}"
        days.append(_("{day} (jugée utile)").format(day=day) if one.useful else day)
    rest = len(found) - _MOST
    if rest > 0:
        days.append(ngettext("{n} autre", "{n} autres", rest).format(n=rest))
    text = ngettext(
        "{n} alerte connue n'aurait pas été dite : {days}.",
        "{n} alertes connues n'auraient pas été dites : {days}.",
        len(found),
    )
    return text.format(n=len(found), days=", ".join(days))


def looked_at(one: Asked) -> str:
    """What the curve shows."""
    if one.kpi is None:
        return _("critères réunis")
    name = label(one.kpi)
    return f"{name} · {one.rule.facet}" if one.rule.facet else name


def legend(drawing: Tried) -> str:
    """What the marks and lines are, in the words of the picture."""
    text = _(
        "Losange : alerte. Triangle : vigilance. Bande : tant que la règle parle. "
        "Lignes : ses niveaux."
    )
    return f"{text} {_('En gris : ce qui ne sonnerait plus.')}" if drawing.gone else text


def times_at(unit: str, times: int) -> str:
    """As "Site A · 14 fois"."""
    return f"{unit} · {_('{n} fois').format(n=times)}"


def day(one: Firing) -> str:
    """The day on which it would have spoken."""
    return dates.numeric(one.fired)
