"""Which servers a source may reach: one writing per server, in the operator's file and in a source."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cockpit.connect import network
from cockpit.connect.contract import Asked, Deadline
from cockpit.errors import BadSettings, BadSource, SourceUnavailable
from cockpit.places import canonical_host, canonical_place
from cockpit.settings import Home

GOOD = {
    "fhir.hopital.local:443": "fhir.hopital.local:443",
    "FHIR.Hopital.LOCAL:8443": "fhir.hopital.local:8443",
    "localhost:1": "localhost:1",
    "10.0.0.1:80": "10.0.0.1:80",
    "[::1]:65535": "::1:65535",
    "[fd00::10]:443": "fd00::10:443",
}
BAD = [
    "", "fhir.local", "fhir.local:", ":443", "fhir.local:0", "fhir.local:65536", "fhir.local:+80",
    "fhir.local:٤٤٣", "fhir.local:080", "fhir.local:80 ", " fhir.local:80", "http://fhir.local:80",
    "fhir.local:80/x", "u:p@fhir.local:80", "*.local:80", "*:80", "fhir.local.:80", "-a.local:80",
    "a..b:80", "a_b.local:80", "127.1:80", "127.0.1:80", "2130706433:80", "0x7f000001:80",
    "0x7f.0.0.1:80", "0177.0.0.1:80", "127.0.0.01:80", "127.0.0.1.:80", "１２７.0.0.1:80",
    "①.local:80", "[::ffff:127.0.0.1]:80", "[0:0:0:0:0:0:0:1]:80", "[::1:80", "::1]:80",
    "[[::1]]:80", "[127.0.0.1]:80x", "fhir.local\n:80", "a" * 300 + ".local:80", "1.2.3.4.5:80",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_place_has_one_writing(text: str) -> None:
    assert canonical_place(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_any_other_writing_of_a_place_is_refused_in_french(text: str) -> None:
    with pytest.raises(ValueError, match="serveur:port"):
        canonical_place(text)


def _home(root: Path, listed: str) -> Home:
    (root / "cockpit.toml").write_text(f"[network]\nallow = {listed}\n", "utf-8")
    return Home(root)


def test_the_operator_s_list_is_kept_in_one_writing(tmp_path: Path) -> None:
    home = _home(tmp_path, '["FHIR.Local:443", "[::1]:80"]')
    assert home.installation.network.allow == {"fhir.local:443", "::1:80"}


@pytest.mark.parametrize(
    ("listed", "said"),
    [('["fhir.local:443", "http://u:CANARI@h:80"]', "n° 2"), ("[443]", "n° 1"),
     ('"fhir.local:443"', "une liste"), ('["fhir.local"]', "sans « http:// »")],
)  # fmt: skip
def test_a_wrong_entry_is_named_by_its_place_never_quoted(tmp_path, listed: str, said: str) -> None:
    with pytest.raises(BadSettings) as error:
        _ = _home(tmp_path, listed).installation
    assert error.value.facts["field"] == "network.allow"
    assert said in error.value.sentence()
    assert "CANARI" not in error.value.sentence()


@pytest.mark.parametrize(
    ("host", "port"),
    [("fhir.local", 80), ("other.local", 443), ("fhir.local.", 443), ("a.fhir.local", 443)],
)
def test_a_server_that_is_not_listed_is_refused_before_its_name_is_asked(
    tmp_path: Path, monkeypatch, host: str, port: int
) -> None:
    def asked_for(*_: object, **__: object) -> list[object]:
        raise AssertionError

    monkeypatch.setattr(socket, "getaddrinfo", asked_for)
    with pytest.raises(BadSource, match=r"\[network\] allow"):
        network.allowed(Asked(_home(tmp_path, '["fhir.local:443"]')), host, port)


def test_an_unknown_name_may_work_later(tmp_path: Path) -> None:
    asked = Asked(_home(tmp_path, '["absent.invalid:443"]'), "essai")
    with pytest.raises(SourceUnavailable, match="inconnu"):
        network.allowed(asked, "absent.invalid", 443)


def test_no_connection_is_begun_after_the_deadline(tmp_path: Path) -> None:
    asked = Asked(_home(tmp_path, '["127.0.0.1:9"]'), "essai", deadline=Deadline.after(-1))
    with pytest.raises(SourceUnavailable, match="délai dépassé") as error:
        network.connect(asked, network.allowed(asked, "127.0.0.1", 9))
    assert error.value.facts["source"] == "essai"


def test_an_address_within_brackets_is_the_address() -> None:
    assert canonical_host("[::1]") == canonical_host("::1") == "::1"
