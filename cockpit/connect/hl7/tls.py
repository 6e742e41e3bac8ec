"""MLLP over TLS: who listens proves itself, and may ask the same of who sends.

Certificates are files of COCKPIT_HOME, read when the listener starts.
"""

from __future__ import annotations

import ssl
import stat
from pathlib import Path

from cockpit.connect import guard
from cockpit.connect.contract import Asked
from cockpit.connect.hl7.config import Hl7Config
from cockpit.errors import BadDelivery, BadSource

_LARGEST_PEM = 1 << 20
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def context(asked: Asked, config: Hl7Config) -> ssl.SSLContext | None:
    """What the listener speaks: TLS 1.2 at least; None when the source asks for none.

    With `tls_client_ca` a sender without a certificate of that authority is refused. Raises
    BadSource for a file that does not hold what it should, or a key that other accounts may read.
    """
    if not config.tls_certificate:
        return None
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    certificate = _file(
        asked, config, "tls_certificate", "un certificat PEM du dossier de l'installation"
    )
    key = _file(asked, config, "tls_key", "une clé PEM du dossier de l'installation")
    if key.stat().st_mode & _OTHERS:
        raise _bad(asked, "tls_key", "une clé fermée aux autres comptes (chmod 600)")
    try:
        # an encrypted key would be asked for on the terminal
        found.load_cert_chain(certificate, key, password=lambda: "")
    except (ssl.SSLError, OSError, ValueError) as error:
        expected = "une clé PEM sans mot de passe, celle de tls_certificate"
        raise _bad(asked, "tls_key", expected) from error
    if config.tls_client_ca:
        _trust(found, asked, config)
    return found


def _trust(found: ssl.SSLContext, asked: Asked, config: Hl7Config) -> None:
    expected = "un fichier PEM du dossier de l'installation qui tient une autorité de certification"
    try:
        found.load_verify_locations(_file(asked, config, "tls_client_ca", expected))
    except (ssl.SSLError, OSError) as error:
        raise _bad(asked, "tls_client_ca", expected) from error
    found.verify_mode = ssl.CERT_REQUIRED


def _file(asked: Asked, config: Hl7Config, field: str, expected: str) -> Path:
    """The path of a file that the guard opens: it lies in COCKPIT_HOME."""
    name = str(getattr(config, field))
    try:
        with guard.opened(asked.home, name, _LARGEST_PEM):
            return asked.home.root / name
    except BadDelivery as error:
        raise _bad(asked, field, expected) from error


def _bad(asked: Asked, field: str, expected: str) -> BadSource:
    return BadSource(file=f"{asked.source}.toml", field=field, expected=expected)
