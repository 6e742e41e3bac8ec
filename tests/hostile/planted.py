"""Sources of each kind that hold a patient, and ways to break them that hold one too.

The unit UFTEMOIN and the name of the source are what *must* be found by the search of the tests.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import openpyxl
from openpyxl.comments import Comment

from cockpit.settings import Home
from cockpit.state import vault
from tests.connectors import hl7_messages, sample_pmsi, sample_rpu
from tests.connectors.sample_fhir import UF, ward
from tests.connectors.servers import s3 as s3_server
from tests.connectors.servers import sshd
from tests.connectors.servers.fhir import FhirServer
from tests.connectors.servers.http import Asking, Reply, Server, as_json, serving

WITNESS = "UFTEMOIN"
STRUCTURE = f"""unit;parent;level;label
GHT;;group;GHT d'essai
E1;GHT;establishment;Site E1
{WITNESS};E1;uf;Unité du témoin
"""
PERSON = {
    "nom": "CANARI-MÉSANGE",
    "prenom": "Zouloufine",
    "nir": "231079913812345",
    "ddn": "17/07/1931",
    "cp": "99138",
    "adresse": "7 sente des Bergeronnettes",
    "commune": "PERRUCHEVILLE",
    "nda": "NDA77149013",
    "motif": "chute dans l'escalier de la volière",
    "courriel": "zouloufine@voliere.example",
    "soignant": "Journade",  # looks like the name of a column
}
BORN = ("1931-07-17", "17071931", "19310717")
IN_FRENCH = "une cellule qui dit CANARI-MÉSANGE Zouloufine"
CANARIES = frozenset({*PERSON.values(), *BORN, *hl7_messages.CANARIES, "CANARI", "voliere"})
SECRETS = {"CANARI_JETON": "jeton-perruche-93d1", "CANARI_BASE": "motdepasse-perruche-base-77e2"}
VAULT = "motdepasse-perruche-coffre-41c8"
HTML = f"<!DOCTYPE html><html><body>{PERSON['nom']} {PERSON['nir']}</body></html>".encode()


@dataclass(frozen=True)
class Fault:
    """What breaks a source, and what mends it. refused: a person must act, so it is audited."""

    begin: Callable[[], object]
    end: Callable[[], object]
    refused: bool = True


@dataclass(frozen=True)
class Planted:
    """One source of an installation, read by `refresh`. faults: by name."""

    home: Home
    name: str
    faults: dict[str, Fault]
    secrets: frozenset[str] = frozenset()


@dataclass
class Ground:
    """A home with its structure; short ways to write a source and its faults."""

    home: Home
    name: str
    faults: dict[str, Fault] = field(default_factory=dict)

    def source(self, text: str, mapping: str = "") -> None:
        head = f'connector = "{self.name}"\nschedule = "0 5 * * *"\nstale_after = "36h"\n'
        path = self.home.sources / f"temoin-{self.name}.toml"
        path.write_text(head + text + "\n" + mapping, "utf-8")

    def allow(self, *places: str) -> None:
        text = f"[network]\nallow = {json.dumps(places)}\n"
        (self.home.root / "cockpit.toml").write_text(text, "utf-8")

    def file(self, name: str, data: bytes) -> None:
        path = self.home.drop / name
        self.faults[name] = Fault(lambda: path.write_bytes(data), path.unlink)

    def answer(self, name: str, server: Server, reply: Any, *, refused: bool = True) -> None:
        usual = server.answer
        self.faults[name] = Fault(
            lambda: setattr(server, "answer", lambda _: reply),
            lambda: setattr(server, "answer", usual),
            refused,
        )

    def planted(self, *secrets: str) -> Planted:
        return Planted(self.home, f"temoin-{self.name}", self.faults, frozenset(secrets))


def _ground(root: Path, name: str) -> Ground:
    home = Home(root).prepare()
    home.structure.write_text(STRUCTURE, "utf-8")
    return Ground(home, name)


WIDE = """[mapping]
date = { column = "jour", format = "%Y-%m-%d" }
unit = { column = "uf" }
[mapping.measures]
n = "births"
"""
HEADER = ("jour", "uf", "n", *PERSON)


def _row(day: str, unit: str, number: str) -> tuple[str, ...]:
    return (day, unit, number, *PERSON.values())


LINES = [
    _row("2026-01-12", WITNESS, "3"),
    _row("2026-01-13", WITNESS, PERSON["nir"] + "x"),
    _row("2026-01-14", PERSON["nom"], "4"),
    _row(PERSON["ddn"], WITNESS, "5"),
    _row("2026-01-15", WITNESS, IN_FRENCH),
    _row("2026-01-16", WITNESS, "1e999"),
]
"""One good line; each of the others has a patient where a figure, a unit or a day should be."""


def _text(*lines: tuple[str, ...], end: str = "\n") -> bytes:
    return ("\n".join(";".join(line) for line in lines) + end).encode()


@contextmanager
def csv(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "csv")
    ground.source('path = "drop/*.csv"', WIDE)
    ragged = (*_row("2026-01-17", WITNESS, "6"), PERSON["nom"])
    quoted = _row("2026-01-18", f'"{PERSON["nom"]}" {PERSON["nir"]}', "6")
    good = _text(HEADER, *LINES, ragged, quoted)
    (ground.home.drop / "naissances.csv").write_bytes(good)
    half = _text(HEADER, LINES[0], end=f"\n2026-01-20;{WITNESS};4;{PERSON['nom']}")
    (ground.home.drop / "naissances-en-cours.csv").write_bytes(half)
    patients = [tuple(line) for line in LINES]
    doubled = (*patients[0], *PERSON.values())
    ground.file("x-sans-entete.csv", _text(doubled, *patients))
    ground.file("x-entete-double.csv", _text((*HEADER, "jour"), *LINES))
    ground.file("x-page.csv", HTML)
    ground.file("x-nul.csv", good.replace(b";3;", b";\0;"))
    ground.file("x-melange.csv", good.decode().encode("utf-8") + PERSON["nom"].encode("utf-16"))
    ground.file("x-guillemet.csv", good + f'2026-01-19;"{PERSON["nom"]};{PERSON["nir"]}\n'.encode())
    ground.file("x-vide.csv", _text(HEADER))
    yield ground.planted()


def _workbook(*lines: tuple[str, ...]) -> bytes:
    """What a secretary would send: the person is also in the title, the author and a comment."""
    book = openpyxl.Workbook()
    book.properties.creator = book.properties.title = PERSON["nom"]
    for line in lines:
        book.active.append(line)
    book.active["A1"].comment = Comment(PERSON["nir"], PERSON["soignant"])
    other = book.create_sheet(PERSON["commune"])
    other.append([PERSON["adresse"]])
    found = io.BytesIO()
    book.save(found)
    return found.getvalue()


@contextmanager
def excel(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "excel")
    ground.source('path = "drop/*.xlsx"', WIDE)
    good = _workbook(HEADER, *LINES)
    (ground.home.drop / "naissances.xlsx").write_bytes(good)
    doubled = (*LINES[0], *PERSON.values())
    ground.file("x-sans-entete.xlsx", _workbook(doubled, *LINES))
    ground.file("x-entete-double.xlsx", _workbook((*HEADER, "jour"), *LINES))
    ground.file("x-page.xlsx", HTML)
    ground.file("x-coupe.xlsx", good[: len(good) * 2 // 3])
    ground.file("x-vide.xlsx", _workbook(HEADER))
    ground.file("x-texte.xlsx", _text(HEADER, *LINES))
    yield ground.planted()


Put = Callable[[str, bytes], object]
Drop = Callable[[str], object]


def _far(ground: Ground, put: Put, drop: Drop) -> None:
    """The files of `csv`, elsewhere, and the same ways to break them."""
    good = _text(HEADER, *LINES)
    put("naissances.csv", good)
    broken = {
        "x-entete-double.csv": _text((*HEADER, "jour"), *LINES),
        "x-sans-entete.csv": _text(*LINES),
        "x-page.csv": HTML,
        "x-guillemet.csv": good + f'2026-01-19;"{PERSON["nom"]};{PERSON["nir"]}\n'.encode(),
        "x-vide.csv": _text(HEADER),
    }
    for name, data in broken.items():
        ground.faults[name] = Fault(partial(put, name, data), partial(drop, name))


def _changed(ground: Ground, name: str, old: str, new: str, *, refused: bool = True) -> None:
    """The source's own file, with one setting that is wrong."""
    path = ground.home.sources / f"temoin-{ground.name}.toml"
    usual = path.read_text("utf-8")
    assert old in usual
    ground.faults[name] = Fault(
        lambda: path.write_text(usual.replace(old, new), "utf-8"),
        lambda: path.write_text(usual, "utf-8"),
        refused,
    )


def _settings(given: dict[str, object]) -> str:
    """As the lines of a TOML file."""
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in given.items())


@contextmanager
def sftp(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "sftp")
    vault.keep(ground.home, "sftp", VAULT)
    with sshd.running() as server, _shouting() as shouting:
        ground.allow(server.place, shouting)
        ground.source(_settings({**server.settings(), "settle_s": 0.1}), WIDE)
        place = server.folder.joinpath
        _far(ground, lambda name, data: place(name).write_bytes(data), lambda n: place(n).unlink())
        other = (server.home / "user.pub").read_text("utf-8").strip()
        _changed(ground, "autre serveur", server.host_key, other)
        key = str(server.settings()["key"])
        _changed(ground, "mot de passe", f'key = "{key}"', 'password = "secret:sftp"')
        _changed(ground, "pas un dossier", str(server.folder), str(server.folder / "absent"))
        usual, shout = f"port = {server.port}", f"port = {shouting.rpartition(':')[2]}"
        _changed(ground, "pas un ssh", usual, shout, refused=False)
        yield ground.planted(VAULT)


@contextmanager
def s3(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "s3")
    with s3_server.running() as server, _shouting() as shouting:
        ground.allow(server.place, shouting)
        keys = {"access_key": "env:CANARI_JETON", "secret_key": "env:CANARI_BASE"}
        ground.source(_settings({**server.settings(), **keys}), WIDE)
        _far(
            ground,
            lambda name, data: server.put(f"depot/{name}", data),
            lambda name: server.remove(f"depot/{name}"),
        )
        _changed(ground, "autre compartiment", s3_server.BUCKET, "absent")
        _changed(ground, "pas un s3", server.place, shouting, refused=False)
        yield ground.planted(*SECRETS.values())


@contextmanager
def rpu(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "rpu")
    ground.source(f'path = "drop/*.xml"\nunits = {{ {sample_rpu.FINESS} = "{WITNESS}" }}')
    said = {"CP": PERSON["cp"], "COMMUNE": PERSON["commune"], "NAISSANCE": PERSON["ddn"]}
    said |= {"MOTIF": PERSON["motif"], "DP": PERSON["nda"], "TRANSPORT": PERSON["nom"]}
    visits = [
        sample_rpu.visit("12/01/2026 10:00", "12/01/2026 12:30", **said),
        sample_rpu.visit("13/01/2026 10:00", PERSON["nir"], **said),
        sample_rpu.visit(PERSON["nom"], "13/01/2026 12:30", **said),
        sample_rpu.visit("13/01/2026 11:00", "", GRAVITE=PERSON["motif"], SEXE=PERSON["nir"]),
    ]
    stuffed = "".join(f"<{name.upper()}>{text}</{name.upper()}>" for name, text in PERSON.items())
    visits[0] = visits[0].replace("<PATIENT>", f"<PATIENT>{stuffed}<!-- {PERSON['nom']} -->")
    good = sample_rpu.document(visits)
    (ground.home.drop / "RPU.xml").write_bytes(good)
    doctype = f'<!DOCTYPE OSCOUR [<!ENTITY nom "{PERSON["nom"]}">]><OSCOUR>'.encode()
    ground.file("x-doctype.xml", good.replace(b"<OSCOUR>", doctype))
    ground.file("x-coupe.xml", good[: len(good) * 2 // 3])
    ground.file("x-page.xml", HTML)
    ground.file("x-balise.xml", good.replace(b"</COMMUNE>", f"</{PERSON['commune']}>".encode(), 1))
    ground.file("x-illisibles.xml", sample_rpu.document(visits[2:3]))
    ground.file("x-finess.xml", sample_rpu.document(visits[:1], finess=PERSON["nom"]))
    yield ground.planted()


@contextmanager
def pmsi(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "pmsi")
    units = f'{{ 2110 = "{WITNESS}", {sample_pmsi.FINESS} = "E1" }}'
    ground.source(f'path = "drop/*.txt"\nunits = {units}')

    def rum(**more: Any) -> str:
        line = sample_pmsi.rum("122", entry="01012026", leave="12012026", **more)
        line = line.replace("15061950", BORN[1]).replace("84000", PERSON["cp"])
        return line.replace("NDA1".ljust(20), PERSON["nda"].ljust(20))

    stuffed = " ".join(PERSON.values())
    good = sample_pmsi.lines(rum(), rum(stay=2) + stuffed, rum(stay=3, unit="PERR"))
    (ground.home.drop / "rss.txt").write_bytes(good)
    ground.file("x-page.txt", HTML + b"\r\n")
    ground.file("x-noms.txt", sample_pmsi.lines(stuffed))
    ground.file("x-version.txt", sample_pmsi.lines(rum().replace(" 122", " CAN") + stuffed))
    ground.file("x-longueur.txt", sample_pmsi.lines(rum() + stuffed))
    ground.file("x-coupe.txt", good[:150])
    yield ground.planted()


@contextmanager
def hl7(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "hl7")
    ground.source('path = "drop/*.hl7"')
    person = f"{PERSON['nom']}^{PERSON['prenom']}"
    home = "^^".join((PERSON["adresse"], PERSON["commune"], PERSON["cp"]))
    more = (
        f"PID|2||{PERSON['nir']}||{person}||{BORN[2]}|F|||{home}||{PERSON['courriel']}",
        f"NTE|1||{PERSON['motif']}",
    )

    def adt(event: str, at: str, **given: Any) -> bytes:
        known = {"visit": PERSON["nda"], "unit": WITNESS, "extra": more, "charset": "UNICODE UTF-8"}
        return hl7_messages.adt(event, at, **{**known, **given})

    messages = [
        adt("A01", "20260110090000", movement="M0"),
        adt("A01", "20260112090000", movement=PERSON["nir"], visit="NDA2"),
        adt("A01", "20260113090000", movement="M2", visit="NDA3", unit=person),
        adt("A01", PERSON["nom"], movement="M3", visit="NDA4"),
        adt("A01", "20260113100000", movement="M4", visit="", pv1={44: PERSON["nom"]}),
        adt("A01", "20260113110000", movement="M5", action=PERSON["prenom"]),
        adt("A01", "20260113110000", mode=PERSON["prenom"]),
        adt("A01", "20260113110000", version=person),
        adt("A01", "20260113110000").replace(b"ADT^A01", person.encode()),
        adt("A01", "20260113090000", movement="M7", visit="NDA5", unit=PERSON["prenom"]),
        adt("A01", "20260113090000", movement="M8", visit="NDA6", medical="CANARI"),
        adt("A03", "20260114110000", movement="M6", visit="NDA2"),
        adt("A08", "20260116120000"),
    ]
    (ground.home.drop / "temoin-hl7.hl7").write_bytes(b"".join(messages))
    ground.file("x-page.hl7", HTML)
    ground.file("x-noms.hl7", " ".join(PERSON.values()).encode())
    ground.file("x-coupe.hl7", b"\x0b" + messages[0] + b"\x1c\r\x0b" + messages[1][:200])
    yield ground.planted()


def _records() -> list[dict[str, str]]:
    return [dict(zip(HEADER, line, strict=True)) for line in LINES]


@contextmanager
def rest(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "rest")
    token = SECRETS["CANARI_JETON"]

    def answer(asking: Asking) -> Reply:
        said = json.dumps({"error": PERSON["nom"], "heard": asking.headers["authorization"]})
        wrong = asking.headers["authorization"] != f"Bearer {token}"
        return Reply(said.encode(), 401) if wrong else as_json({"items": _records()})

    with serving(answer) as server:
        ground.allow(server.place)
        ground.source(
            f'url = "{server.url("/naissances")}"\nrecords = "items"\nauth = "bearer"\n'
            'token = "env:CANARI_JETON"',
            WIDE,
        )
        whole = json.dumps({"items": _records()}).encode()
        echo = json.dumps({"vous": f"Bearer {token}", "patient": PERSON}).encode()
        ground.answer("page", server, Reply(HTML))
        ground.answer("refus", server, Reply(echo, 401))
        ground.answer("panne", server, Reply(echo, 404))
        ground.answer("coupe", server, Reply(whole[:-9]))
        ground.answer("vide", server, as_json({"items": []}))
        ground.answer("autre forme", server, as_json({PERSON["nom"]: _records()}))
        ground.answer("sans colonne", server, as_json({"items": [PERSON]}))
        ground.answer("redirection", server, Reply(echo, 302, {"Location": f"/?q={token}"}))
        yield ground.planted(token)


def _encounters() -> list[dict[str, Any]]:
    text = {"status": "generated", "div": f"<div>{PERSON['nom']} {PERSON['motif']}</div>"}
    person = {"reference": f"Patient/{PERSON['nda']}", "display": PERSON["nom"]}
    usual = {
        "resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, "text": text,
        "subject": person, "identifier": [{"value": PERSON["nda"]}, {"value": PERSON["nir"]}],
        "reasonCode": [{"text": PERSON["motif"]}], "period": {
            "start": "2026-01-12T09:00:00+01:00", "end": "2026-01-14T09:00:00+01:00"},
        "location": [{"location": {"reference": "Location/w1", "display": PERSON["adresse"]}}],
    }  # fmt: skip
    nowhere = [{"location": {"reference": "Location/w2", "display": PERSON["nom"]}}]
    return [
        {**usual, "id": "s1"},
        {**usual, "id": PERSON["nda"], "period": {"start": BORN[0]}},
        {**usual, "id": "s3", "location": nowhere},
        {**usual, "id": "s4", "location": [{"location": {"reference": PERSON["nom"]}}]},
        {**usual, "id": "s5", "hospitalization": {
            "dischargeDisposition": {"coding": [{"code": PERSON["nom"]}], "text": PERSON["motif"]}}},
    ]  # fmt: skip


@contextmanager
def fhir(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "fhir")
    vault.keep(ground.home, "fhir", VAULT)
    places = [ward("w1", WITNESS), ward("w2", PERSON["nom"])]
    patient = {"resourceType": "Patient", "id": PERSON["nda"], "name": [{"family": PERSON["nom"]}]}
    answer = FhirServer([*places, *_encounters(), patient], elements=False)
    with serving(answer) as server:
        answer.root = server.url("").removesuffix("/")
        ground.allow(server.place)
        ground.source(
            f'base_url = "{server.url("/fhir")}"\nmode = "encounters"\nunit_system = "{UF}"\n'
            'auth = "basic"\nuser = "cockpit"\npassword = "secret:fhir"'
        )
        outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": PERSON["nom"]}]}
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": 9, "entry": [
            {"resource": one} for one in _encounters()]}  # fmt: skip
        ground.answer("page", server, Reply(HTML))
        ground.answer("refus", server, as_json({**outcome, "vous": VAULT}, 401))
        ground.answer("outcome", server, as_json(outcome))
        ground.answer("coupe", server, Reply(json.dumps(bundle).encode()[:-30]))
        ground.answer("partie", server, as_json(bundle))
        ground.answer("patient", server, as_json(patient))
        yield ground.planted(VAULT)


class _Shout(BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(HTML)


@contextmanager
def _shouting() -> Iterator[str]:
    """A server that says a patient's name to whoever connects."""
    with ThreadingTCPServer(("127.0.0.1", 0), _Shout) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


QUERY = "SELECT * FROM passages ORDER BY jour"


@contextmanager
def sql(root: Path) -> Iterator[Planted]:
    ground = _ground(root, "sql")
    base = ground.home.drop / "passages.db"
    query = ground.home.sources / "passages.sql"
    named = ", ".join(f"{name} TEXT" for name in HEADER)
    with closing(sqlite3.connect(base)) as opened, opened:
        opened.execute(f"CREATE TABLE passages ({named})")
        marks = ", ".join("?" * len(HEADER))
        opened.executemany(f"INSERT INTO passages VALUES ({marks})", LINES)
    query.write_text(QUERY, "utf-8")
    own = 'dialect = "sqlite"\ndatabase = "drop/passages.db"\nquery_file = "sources/passages.sql"'
    ground.source(own, WIDE)

    def asked(name: str, text: str) -> None:
        ground.faults[name] = Fault(
            lambda: query.write_text(text, "utf-8"), lambda: query.write_text(QUERY, "utf-8")
        )

    asked("deux ordres", f"{QUERY}; DELETE FROM passages WHERE nom = '{PERSON['nom']}'")
    asked("écriture", f"UPDATE passages SET nom = '{PERSON['nir']}'")
    asked("fonction", "SELECT json(nom) AS n, jour, uf FROM passages")
    asked("sans colonne", "SELECT nom, nir FROM passages")
    asked("rien", f"{QUERY.replace(' ORDER', ' WHERE 1 = 0 ORDER')}")
    whole = base.read_bytes()

    def broken(name: str, data: bytes) -> None:
        ground.faults[name] = Fault(lambda: base.write_bytes(data), lambda: base.write_bytes(whole))

    broken("base coupée", whole[:3000])
    broken("page", HTML)
    with _shouting() as place:
        ground.allow(place)
        toml = ground.home.sources / "temoin-sql.toml"
        usual = toml.read_text("utf-8")
        elsewhere = usual.replace(own, (
            f'dialect = "postgresql"\nhost = "127.0.0.1"\nport = {place.rpartition(":")[2]}\n'
            'database = "dpi"\nuser = "lecteur"\npassword = "env:CANARI_BASE"\ntls = "none"\n'
            'query_file = "sources/passages.sql"'
        ))  # fmt: skip
        ground.faults["pas une base"] = Fault(
            lambda: toml.write_text(elsewhere, "utf-8"),
            lambda: toml.write_text(usual, "utf-8"),
            refused=False,
        )
        yield ground.planted(SECRETS["CANARI_BASE"])


KINDS: dict[str, Callable[[Path], AbstractContextManager[Planted]]] = {
    "csv": csv, "excel": excel, "fhir": fhir, "hl7": hl7, "pmsi": pmsi, "rest": rest, "rpu": rpu,
    "s3": s3, "sftp": sftp, "sql": sql,
}  # fmt: skip
