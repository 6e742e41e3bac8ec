"""HL7 v2 ADT messages (IHE PAM France), from files or from an MLLP listener: the census by unit.

Both ways feed one pseudonymous spool (cockpit/connect/hl7/spool.py); what is read from it are
counts of patients per unit and day, never a patient.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

from cockpit import clock
from cockpit.connect import guard
from cockpit.connect.contract import Asked, Check, Delivery, Stream
from cockpit.connect.hl7 import config as hl7_config
from cockpit.connect.hl7 import files as hl7_files
from cockpit.connect.hl7 import spool as hl7_spool
from cockpit.connect.hl7 import tls as hl7_tls
from cockpit.connect.hl7.census import COLUMNS
from cockpit.connect.hl7.config import Hl7Config
from cockpit.connect.hl7.reading import NAME, Cursor, census
from cockpit.connect.hl7.retention import erase, forget_old
from cockpit.errors import BadDelivery, SourceUnavailable
from cockpit.settings import Home

_CONNECT_S = 2.0


class _Hl7:
    kind = "hl7"
    Config = Hl7Config
    REPLACE = "day"
    PLACES = frozenset({"path", "listen", "peers", "tls_certificate", "tls_key", "tls_client_ca"})
    MAPPING = {  # noqa: RUF012 - a table, read only
        "date": {"column": "jour", "format": "%Y-%m-%d"},
        "unit": {"column": "uf"},
        "measures": {
            "presents_minuit": "patients_midnight",
            "presents_8h": "patients_0800",
            "sorties": "bed_exits",
            "sorties_hors_deces": "exits_eligible",
            "sorties_avant_midi": "exits_before_noon",
            "presents_24h": "inpatients_24h",
            "dps_renseignees": "edd_filled",
            "heberges": "outliers",
        },
    }

    def check(self, asked: Asked, config: Hl7Config) -> Check:
        refusal = _check_files(asked, config) or _check_listener(asked, config)
        if refusal:
            return Check(ok=False, sentence=refusal)
        return Check(ok=True, sentence=_last_heard(asked) or "Les messages peuvent être lus.")

    def discover(self, asked: Asked, config: Hl7Config) -> list[Stream]:
        if not config.listen and not guard.matching(asked.home, config.path):
            return []
        return [Stream(NAME, COLUMNS)]

    def read(self, asked: Asked, config: Hl7Config) -> Iterator[Delivery | BadDelivery]:
        with hl7_spool.opened(asked.home, asked.source) as spool:
            yield from hl7_files.load_files(asked, config, spool)
            facts = spool.facts()
            if facts.heard is None and not facts.last_refused and config.listen:
                raise SourceUnavailable(source=asked.source, reason="aucun message reçu")
            yield from census(asked, config, spool)
            delivered = Cursor.read(asked.cursor, facts.spool).last
            forget_old(spool, config, delivered, asked.deadline)

    def forget(self, home: Home, source: str) -> None:
        erase(home, source)


def _check_files(asked: Asked, config: Hl7Config) -> str:
    """Why the newest file cannot be read, "" when it can or when there is no path."""
    if not config.path:
        return ""
    names = guard.matching(asked.home, config.path)
    if not names:
        return "" if config.listen else f"Aucun fichier ne correspond à « {config.path} »."
    try:
        with guard.opened(asked.home, names[-1]) as found:
            hl7_files.check_head(names[-1], found.stream)
    except BadDelivery as refusal:
        return refusal.sentence()
    return ""


def _check_listener(asked: Asked, config: Hl7Config) -> str:
    """Why no message can arrive, "" when one can or when nothing is to be listened to."""
    if not config.listen:
        return ""
    host, port = hl7_config.bind_address(asked, config)
    hl7_tls.context(asked, config)
    try:
        socket.create_connection((host, port), timeout=_CONNECT_S).close()
    except OSError:
        return f"Personne n'écoute à {config.listen} : le worker est-il en marche ?"
    return ""


def _last_heard(asked: Asked) -> str:
    if not asked.source or not hl7_spool.path_of(asked.home, asked.source).exists():
        return ""
    with hl7_spool.opened(asked.home, asked.source) as spool:
        heard = spool.facts().heard
    if heard is None:
        return ""
    at = datetime.fromtimestamp(heard, UTC).astimezone(clock.PARIS)
    return f"Dernier message du {at:%d/%m/%Y à %H:%M}."


CONNECTOR = _Hl7()
