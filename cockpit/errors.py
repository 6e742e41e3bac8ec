"""What can go wrong, as a tree.

    CockpitError
    ├── Retryable            the same call may work later; the worker backs off
    │   ├── SourceUnavailable    a file is missing, a server is down or slow
    │   ├── WarehouseBusy        another process is publishing
    │   ├── DiskFull             not enough room to publish
    │   └── NoGeneration         nothing was published yet
    │       └── OldGeneration    not rebuilt yet since the program was updated
    └── Refused              the same call will never work; a person must change something
        ├── BadSettings          cockpit.toml is malformed
        ├── DamagedWarehouse     a published or landed file cannot be read
        ├── BadSource            a source's TOML is malformed
        ├── SourceRefused        a source says no (password, right, shape): not tried again alone
        ├── BadStructure         structure.csv is malformed
        ├── BadKpiFile           a local KPI file is malformed
        ├── BadEvents            events.toml is malformed
        ├── BadRules             alerts.toml is malformed
        ├── BadNotify            people.toml, channels.toml or astreinte.csv is malformed
        ├── BadDelivery          a delivered file is refused whole
        ├── DamagedLanding       a kept batch is no longer what was written
        ├── BadRequest           a parameter of a page, a route or a command
        ├── NeverRead            a source of which nothing was read yet
        ├── ShortHistory         a series too short to be tried on its past
        ├── UnknownKpi           no such KPI
        ├── UnknownUnit          no such unit, or outside the scope: the same answer for both
        └── OutOfScope           the role may not see this

Each error is built from facts, writes its own sentence (what happened, what was kept, what to do)
and its own log line. Neither ever holds a secret or the value of a cell. The sentence is in the
language of who reads it; a fact that is a sentence itself (`reason`, `expected`) is French, and
translated then when it is marked where it is raised.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import gettext as _
from cockpit.i18n import mark, pick


class CockpitError(Exception):
    """Root of the tree; `sentence()` is for people, `facts` for the log."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The sentence shown to a person, in their language."""
        return _("Une erreur est survenue. Rien n'a été modifié.")

    def said(self, fact: str) -> str:
        """A fact as text: translated when it is a sentence of the catalogue, whose blanks the fact
        `names` fills."""
        text, names = _(str(self.facts[fact])), self.facts.get("names")
        return text.format(**names) if isinstance(names, dict) else text

    def log_line(self) -> dict[str, object]:
        """Facts for the log, without any value of a cell."""
        return {"error": type(self).__name__, **self.facts}


class Retryable(CockpitError):
    """The same call may work later."""


class Refused(CockpitError):
    """The same call will never work as it is."""


class SourceUnavailable(Retryable):
    """Facts: source, reason."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "La source « {source} » n'a pas répondu : {reason}. "
            "Les derniers chiffres publiés restent affichés. Nouvel essai automatique."
        ).format(source=self.facts["source"], reason=self.said("reason"))


class SourceRefused(Refused):
    """Facts: source, reason. Never tried again by itself: retries would lock an account."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "La source « {source} » a refusé : {reason}. Les derniers "
            "chiffres publiés restent affichés. Corrigez la source : elle n'est plus relue seule "
            "avant son prochain horaire."
        ).format(source=self.facts["source"], reason=self.said("reason"))


class WarehouseBusy(Retryable):
    """Facts: none; another process holds the publish lock."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "Une autre actualisation est en cours. Les chiffres publiés restent affichés. "
            "Réessayez dans une minute."
        )


class DiskFull(Retryable):
    """Facts: free_mb, needed_mb; nothing was published."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "Il reste {free_mb} Mo sur le disque et il en faut "
            "{needed_mb} pour publier. Les chiffres publiés restent affichés. "
            "Libérez de la place ; l'actualisation suivante reprendra seule."
        ).format(free_mb=self.facts["free_mb"], needed_mb=self.facts["needed_mb"])


class NoGeneration(Retryable):
    """Facts: home."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "Aucune donnée n'a encore été publiée. Lancez « cockpit demo » pour l'hôpital "
            "d'exemple ou « cockpit refresh » après avoir déclaré vos sources."
        )


class OldGeneration(NoGeneration):
    """The figures are those of an earlier version of the program. Facts: home."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "Cockpit vient d'être mis à jour : les chiffres sont reconstruits depuis les "
            "livraisons conservées, rien n'est perdu. Revenez dans quelques minutes."
        )


class DamagedWarehouse(Refused):
    """Facts: file. A published or landed file was altered from outside."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "Le fichier « {file} » est abîmé. Les lots conservés sont intacts par "
            "ailleurs : « cockpit rebuild » refait l'entrepôt à partir d'eux."
        ).format(file=self.facts["file"])


class _BadFile(Refused):
    """Facts: file, and where known line, rule, field, expected."""

    kept = mark("Rien n'a été modifié.")

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        where = _("« {file} »").format(file=self.facts["file"])
        if self.facts.get("line"):
            where += _(", ligne {line}").format(line=self.facts["line"])
        if self.facts.get("rule"):
            where += _(", règle « {rule} »").format(rule=self.facts["rule"])
        return self._told(where, self.said("expected"), _(self.kept))

    def _told(self, where: str, expected: str, kept: str) -> str:
        if self.facts.get("field"):
            where += _(", champ « {field} »").format(field=self._field())
        said = _("{where} : attendu {expected}. {kept} Corrigez puis relancez.")
        return said.format(where=where, expected=expected, kept=kept)

    def _field(self) -> str:
        """A measure is named in the reader's language."""
        return pick(str(self.facts["field"]), str(self.facts.get("field_en", "")))


class BadSettings(_BadFile):
    """Facts: file, field, expected."""

    kept = mark("Rien n'a démarré ni changé.")


class BadSource(_BadFile):
    """Facts: file, field, expected."""

    kept = mark("Cette source n'est pas lue ; ses derniers chiffres publiés restent affichés.")


class BadStructure(_BadFile):
    """Facts: file, line, field, expected."""

    kept = mark("La structure précédente reste en service.")


class BadKpiFile(_BadFile):
    """Facts: file, field, expected."""

    kept = mark("Les indicateurs déjà connus restent en service.")


class BadEvents(_BadFile):
    """Facts: file, field, expected."""

    kept = mark("Les prévisions continuent, sans aucun événement.")


class BadRules(_BadFile):
    """Facts: file, rule, field, expected."""

    kept = mark("Le reste des règles d'alerte continue.")


class BadNotify(_BadFile):
    """Facts: file, line, field, expected."""

    kept = mark("Le reste des envois continue.")


class BadDelivery(_BadFile):
    """Facts: file, line, field (field_en), expected (names): the whole file is refused.

    several: `expected` without what is of this file only, when that can be said of others too.
    """

    kept = mark("Ce fichier n'a pas été chargé ; ce qui était publié reste publié.")

    def reason(self) -> str:
        """What tells this refusal from another, whichever the file and the line."""
        return f"{self.facts.get('field', '')}\n{self._of_all()}"

    def _of_all(self) -> str:
        return self.said("several" if "several" in self.facts else "expected")

    def sentence_of(self, count: int) -> str:
        """The sentence once for so many files that it is true of, this one the first."""
        if count == 1:
            return self.sentence()
        where = _("{count} fichiers, dont « {file} »").format(count=count, file=self.facts["file"])
        kept = _("Ces fichiers n'ont pas été chargés ; ce qui était publié reste publié.")
        return self._told(where, self._of_all(), kept)


def together(errors: Sequence[CockpitError]) -> list[str]:
    """Their sentences in order, one for all the files that were refused for the same reason."""
    alike: dict[str, list[CockpitError]] = {}
    for error in errors:
        reason = error.reason() if isinstance(error, BadDelivery) else error.sentence()
        alike.setdefault(reason, []).append(error)
    return [
        one[0].sentence_of(len(one)) if isinstance(one[0], BadDelivery) else one[0].sentence()
        for one in alike.values()
    ]


class DamagedLanding(Refused):
    """Facts: file; its hash is not the one that was noted when it was written."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "Le lot conservé « {file} » est abîmé. Ce qui était publié reste "
            "publié. Remettez le dossier « landing » d'une sauvegarde, ou retirez ce lot et "
            "redéposez le fichier d'origine."
        ).format(file=self.facts["file"])


class BadRequest(Refused):
    """Facts: field, expected."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _("« {field} » refusé : il faut {expected}. Rien n'a été modifié.").format(
            field=self.said("field"), expected=self.said("expected")
        )


class NeverRead(Refused):
    """Facts: source; nothing that can be read was delivered yet."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "Cette source n'a pas encore été lue : déposez une livraison qui puisse l'être, ou "
            "lancez « cockpit refresh {source} », puis revenez ici."
        ).format(source=self.facts["source"])


class ShortHistory(Refused):
    """Facts: known, needed (in periods), step (day or month)."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        step = _("mois") if self.facts["step"] == "month" else _("jours")
        return _("L'historique compte {known} {step} : il en faut {needed} pour cet essai.").format(
            known=self.facts["known"], needed=self.facts["needed"], step=step
        )


class UnknownKpi(Refused):
    """Facts: kpi."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _(
            "Cet indicateur n'existe pas. La page Explorer les liste tous, et la commande "
            "« cockpit kpi list »."
        )


class UnknownUnit(Refused):
    """Facts: unit. Says the same for an absent unit and one outside the scope."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _("Cette unité n'existe pas dans votre périmètre.")


class OutOfScope(Refused):
    """Facts: what."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return _("Votre profil ne donne pas accès à cette information.")
