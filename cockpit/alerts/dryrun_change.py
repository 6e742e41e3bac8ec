"""What other numbers would change of a rule: the times that go, those that come, what is missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from cockpit.alerts import noise
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cockpit.access.scope import Scope
    from cockpit.alerts.dryrun import Firing, Trial
    from cockpit.warehouse.attach import Generation


@dataclass(frozen=True, slots=True)
class Change:
    """gone: times of before during which the other never speaks. new: the other way round. Both
    by day. A run cut in two by a level in between is neither: it still speaks."""

    before: int
    after: int
    gone: tuple[Firing, ...]
    new: tuple[Firing, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether both speak on the same occasions, and as often."""
        return self.before == self.after and not self.gone and not self.new

    @property
    def is_cut(self) -> bool:
        """Whether what spoke as one speaks in several times, or the other way round."""
        return self.before - self.after != len(self.gone) - len(self.new)


class Episode(NamedTuple):
    """An alert that people were told of. first, last: days on which its figures were beyond.

    useful: whether somebody voted that it was.
    """

    unit: str
    first: date
    last: date
    useful: bool


def episodes(
    generation: Generation, scope: Scope, rule: str, span: tuple[date, date]
) -> tuple[Episode, ...]:
    """What people of the scope were told of a rule on these days."""
    told = [one for one in noise.told(generation, scope, *span) if one.rule == rule]
    useful = set(noise.useful_days(generation, scope, rule, *span)) if told else set()
    return tuple(
        Episode(one.unit, one.since, max(one.since, one.as_of), (one.unit, one.since) in useful)
        for one in told
    )


def change(before: Sequence[Firing], after: Sequence[Firing]) -> Change:
    """Two tries of one range."""
    gone = tuple(one for one in before if not _meets(one, after))
    new = tuple(one for one in after if not _meets(one, before))
    return Change(len(before), len(after), gone, new)


def missed(
    episodes: Iterable[Episode], before: Iterable[Firing], after: Iterable[Firing]
) -> tuple[Episode, ...]:
    """The known episodes of which the second would have said nothing, by day.

    One that the first does not find again either (its figures were restated since) is not held
    against the second.
    """
    first, second = tuple(before), tuple(after)
    return tuple(
        sorted(
            (one for one in episodes if _told(one, first) and not _told(one, second)),
            key=lambda one: (one.first, one.unit),
        )
    )


def coverage(found: Trial) -> str:
    """How much of the range could be tried, in one or two sentences; "" for all of it."""
    said = []
    if not found.known:
        text = _(
            "Aucune prévision d'alors n'est gardée sur ces {days} jours : rien n'a pu être essayé."
        )
        return text.format(days=found.days)
    if found.known < found.days:
        text = _(
            "Essayée sur {known} des {days} jours : ceux dont la prévision d'alors est gardée."
        )
        said.append(text.format(known=found.known, days=found.days))
    if found.partly:
        text = ngettext(
            "Pour {n} de ces jours, seules quelques échéances sont gardées : une annonce a pu "
            "échapper.",
            "Pour {n} de ces jours, seules quelques échéances sont gardées : des annonces ont pu "
            "échapper.",
            found.partly,
        )
        said.append(text.format(n=found.partly))
    if found.unseen:
        text = ngettext(
            "{n} règle comptée ne se voit pas de votre profil : ce nombre est un minimum.",
            "{n} règles comptées ne se voient pas de votre profil : ce nombre est un minimum.",
            found.unseen,
        )
        said.append(text.format(n=found.unseen))
    return " ".join(said)


def _meets(one: Firing, others: Iterable[Firing]) -> bool:
    return any(
        other.unit == one.unit
        and other.fired < (one.over or date.max)
        and one.fired < (other.over or date.max)
        for other in others
    )


def _told(one: Episode, firings: Iterable[Firing]) -> bool:
    return any(
        run.unit == one.unit and run.since <= one.last and one.first < (run.over or date.max)
        for run in firings
    )
