"""What can go wrong, as a tree.

    CockpitError
    ├── Retryable            the same call may work later; the worker backs off
    │   ├── SourceUnavailable    a file is missing, a server is down or slow
    │   ├── WarehouseBusy        another process is publishing
    │   ├── DiskFull             not enough room to publish
    │   └── NoGeneration         nothing was published yet
    └── Refused              the same call will never work; a person must change something
        ├── BadSettings          cockpit.toml is malformed
        ├── DamagedWarehouse     a published or landed file cannot be read
        ├── BadSource            a source's TOML is malformed
        ├── SourceRefused        a source says no (password, right, shape): not tried again alone
        ├── BadStructure         structure.csv is malformed
        ├── BadKpiFile           a local KPI file is malformed
        ├── BadDelivery          a delivered file is refused whole
        ├── DamagedLanding       a kept batch is no longer what was written
        ├── BadRequest           a parameter of a page, a route or a command
        ├── UnknownKpi           no such KPI
        ├── UnknownUnit          no such unit, or outside the scope: the same answer for both
        └── OutOfScope           the role may not see this

Each error is built from facts, writes its own French sentence (what happened, what was kept, what
to do) and its own log line. Neither ever holds a secret or the value of a cell.
"""

from __future__ import annotations


class CockpitError(Exception):
    """Root of the tree; `sentence()` is for people, `facts` for the log."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The French sentence shown to a person."""
        return "Une erreur est survenue. Rien n'a été modifié."

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
        return (
            f"La source « {self.facts['source']} » n'a pas répondu : {self.facts['reason']}. "
            "Les derniers chiffres publiés restent affichés. Nouvel essai automatique."
        )


class SourceRefused(Refused):
    """Facts: source, reason. Never tried again by itself: retries would lock an account."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return (
            f"La source « {self.facts['source']} » a refusé : {self.facts['reason']}. Les derniers "
            "chiffres publiés restent affichés. Corrigez la source : elle n'est plus relue seule "
            "avant son prochain horaire."
        )


class WarehouseBusy(Retryable):
    """Facts: none; another process holds the publish lock."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return (
            "Une autre actualisation est en cours. Les chiffres publiés restent affichés. "
            "Réessayez dans une minute."
        )


class DiskFull(Retryable):
    """Facts: free_mb, needed_mb; nothing was published."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return (
            f"Il reste {self.facts['free_mb']} Mo sur le disque et il en faut "
            f"{self.facts['needed_mb']} pour publier. Les chiffres publiés restent affichés. "
            "Libérez de la place ; l'actualisation suivante reprendra seule."
        )


class NoGeneration(Retryable):
    """Facts: home."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return (
            "Aucune donnée n'a encore été publiée. Lancez « cockpit demo » pour l'hôpital "
            "d'exemple ou « cockpit refresh » après avoir déclaré vos sources."
        )


class DamagedWarehouse(Refused):
    """Facts: file. A published or landed file was altered from outside."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return (
            f"Le fichier « {self.facts['file']} » est abîmé. Les lots conservés sont intacts par "
            "ailleurs : « cockpit rebuild » refait l'entrepôt à partir d'eux."
        )


class _BadFile(Refused):
    """Facts: file, and where known line, field, expected."""

    kept = "Rien n'a été modifié."

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        where = f"« {self.facts['file']} »"
        if self.facts.get("line"):
            where += f", ligne {self.facts['line']}"
        if self.facts.get("field"):
            where += f", champ « {self.facts['field']} »"
        return f"{where} : attendu {self.facts['expected']}. {self.kept} Corrigez puis relancez."


class BadSettings(_BadFile):
    """Facts: file, field, expected."""

    kept = "Rien n'a démarré ni changé."


class BadSource(_BadFile):
    """Facts: file, field, expected."""

    kept = "Cette source n'est pas lue ; ses derniers chiffres publiés restent affichés."


class BadStructure(_BadFile):
    """Facts: file, line, field, expected."""

    kept = "La structure précédente reste en service."


class BadKpiFile(_BadFile):
    """Facts: file, field, expected."""

    kept = "Les indicateurs déjà connus restent en service."


class BadDelivery(_BadFile):
    """Facts: file, line, field, expected: the whole file is refused."""

    kept = "Ce fichier n'a pas été chargé ; ce qui était publié reste publié."


class DamagedLanding(Refused):
    """Facts: file; its hash is not the one that was noted when it was written."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return (
            f"Le lot conservé « {self.facts['file']} » est abîmé. Ce qui était publié reste "
            "publié. Remettez le dossier « landing » d'une sauvegarde, ou retirez ce lot et "
            "redéposez le fichier d'origine."
        )


class BadRequest(Refused):
    """Facts: field, expected."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return f"Paramètre « {self.facts['field']} » refusé : attendu {self.facts['expected']}."


class UnknownKpi(Refused):
    """Facts: kpi."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return "Cet indicateur n'existe pas. « cockpit kpi list » donne le catalogue."


class UnknownUnit(Refused):
    """Facts: unit. Says the same for an absent unit and one outside the scope."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return "Cette unité n'existe pas dans votre périmètre."


class OutOfScope(Refused):
    """Facts: what."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return "Votre profil ne donne pas accès à cette information."
