"""Settings of an `hl7` source, shared by the connector and by its listener."""

from __future__ import annotations

import ipaddress
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from cockpit.connect import guard
from cockpit.connect.contract import Asked
from cockpit.errors import BadSource
from cockpit.places import canonical_place

MOST_PEERS = 64


def _pattern(text: str) -> str:
    return guard.relative_pattern(text) if text else text


def _place(text: str) -> str:
    if not text:
        return text
    host = canonical_place(text).rpartition(":")[0]
    try:
        ipaddress.ip_address(host)
    except ValueError:
        message = "une adresse et un port, comme « 127.0.0.1:2575 »"
        raise ValueError(message) from None
    return text


def _peer(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        message = "des adresses comme « 10.1.2.3 » ou « 10.1.2.0/24 »"
        raise ValueError(message) from None


def _class(text: str) -> str:
    if not (text.isascii() and text.isalnum() and text.isupper() and len(text) == 1):
        message = "une lettre majuscule, comme I"
        raise ValueError(message)
    return text


_Letter = Annotated[str, AfterValidator(_class)]


class Hl7Config(BaseModel):
    """Settings of an HL7 source: files, a listener, or both.

    listen: an address other than loopback must also stand in `[network] allow` of cockpit.toml.
    units: code of the messages -> code of structure.csv. since: first day whose patients present
    were all announced; by default the day after the first message, as nobody knows who lay in the
    beds before it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, AfterValidator(_pattern)] = Field(
        "",
        title="Fichiers",
        description="Chemin dans le dossier de l'installation, avec * au besoin",
    )
    listen: Annotated[str, AfterValidator(_place)] = Field(
        "",
        title="Adresse d'écoute (MLLP)",
        description="Adresse et port où la GAM envoie ses messages, comme 127.0.0.1:2575",
    )
    peers: tuple[Annotated[str, AfterValidator(_peer)], ...] = Field(
        (),
        max_length=MOST_PEERS,
        title="Émetteurs acceptés",
        description="Adresses ou réseaux ; vide, tout émetteur qui atteint l'adresse d'écoute",
    )
    since: date | None = Field(
        None,
        title="Compter à partir du",
        description="Premier jour où tous les patients présents sont connus ; "
        "sinon le lendemain du premier message",
    )
    window_hours: int = Field(
        72,
        ge=24,
        le=240,
        title="Heures recomptées à chaque lecture",
        description="Les messages en retard sur plus longtemps corrigent leurs seuls jours",
    )
    bed_classes: tuple[_Letter, ...] = Field(
        ("I",),
        min_length=1,
        title="Classes comptées comme hospitalisées (PV1-2)",
        description="I : hospitalisation complète",
    )
    leave_counts: bool = Field(
        default=True,
        title="Un patient en permission est compté présent",
        description="Son lit lui reste réservé",
    )
    processing: tuple[_Letter, ...] = Field(
        ("P",),
        min_length=1,
        title="Modes de traitement acceptés (MSH-11)",
        description="P : production ; T et D sont des messages d'essai",
    )

    units: dict[str, str] = Field(
        default_factory=dict,
        title="Unité de chaque code de la GAM",
        description="Code de l'unité dans structure.csv ; sans correspondance, le code même",
    )
    tls_certificate: Annotated[str, AfterValidator(_pattern)] = Field(
        "",
        title="Certificat de l'écoute (TLS)",
        description="Fichier PEM du dossier de l'installation, avec ses intermédiaires ; "
        "vide : en clair",
    )
    tls_key: Annotated[str, AfterValidator(_pattern)] = Field(
        "",
        title="Clé du certificat (TLS)",
        description="Fichier PEM du dossier de l'installation, "
        "lisible par le seul compte de Cockpit",
    )
    tls_client_ca: Annotated[str, AfterValidator(_pattern)] = Field(
        "",
        title="Autorité des émetteurs (TLS)",
        description="Fichier PEM ; renseigné, un émetteur sans certificat d'elle est refusé",
    )

    @model_validator(mode="after")
    def _whole_tls(self) -> Self:
        if bool(self.tls_certificate) != bool(self.tls_key):
            message = "« tls_certificate » et « tls_key » ensemble"
            raise ValueError(message)
        if self.tls_certificate and not self.listen:
            message = "« listen » avec « tls_certificate » : TLS protège l'écoute"
            raise ValueError(message)
        if self.tls_client_ca and not self.tls_certificate:
            message = "« tls_certificate » avec « tls_client_ca »"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if not self.path and not self.listen:
            message = "au moins « path » (fichiers) ou « listen » (écoute MLLP)"
            raise ValueError(message)
        return self


def bind_address(asked: Asked, config: Hl7Config) -> tuple[str, int]:
    """Where to listen. Raises BadSource for an address that the operator did not open."""
    place = canonical_place(config.listen) if config.listen else ""
    host, _, port = place.rpartition(":")
    opened = asked.home.installation.network.allow
    if not place or not (ipaddress.ip_address(host).is_loopback or place in opened):
        raise BadSource(
            file=f"{asked.source}.toml",
            field="listen",
            expected="une adresse de cette machine (127.0.0.1:2575), ou une adresse que "
            "[network] allow de cockpit.toml nomme avec son port",
        )
    return host, int(port)
