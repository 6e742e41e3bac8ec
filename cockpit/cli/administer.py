"""What the administration page does, as commands: sources, held batches, generations.

The answers of `--json` are on standard output; what was done is said on standard error.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cockpit import settings
from cockpit.cli import sources as source_commands
from cockpit.cli import structure, withdraw
from cockpit.cli.out import Json, application, give, say
from cockpit.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.connect.config import SourceConfig

WHO = source_commands.WHO

generation = application("Les générations publiées : lister, revenir à une antérieure.")
source = source_commands.app

Name = source_commands.Name
Changes = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FIELD=VALUE",
        help="Un champ et sa valeur : « mapping.date.column=jour » ; « owner= » l'ôte.",
    ),
]
From = Annotated[
    str | None, typer.Option("--from", metavar="FILE", help="Le TOML entier ; « - » : entrée.")
]
Seq = Annotated[int | None, typer.Option("--seq", help="Ce lot seulement.")]
Codes = Annotated[
    list[str] | None,
    typer.Option("--codes", metavar="COLUMN", help="Les codes que contient cette colonne."),
]


def register(whole: typer.Typer) -> None:
    """Add the groups of commands; those of `source` join its own."""
    whole.add_typer(generation, name="generation")
    whole.add_typer(structure.app, name="structure")
    source.command()(withdraw.withdraw)


@source.command()
def add(name: Name, changes: Changes = None, file: From = None, as_json: Json = False) -> None:
    """Ajouter une source, depuis un fichier TOML ou champ par champ."""
    from cockpit.administer import sources  # noqa: PLC0415 - pandas, DuckDB: 0.5 s

    home = settings.home()
    if file:
        config = sources.create_text(home, name, _read(file), WHO)
    else:
        config = sources.create(home, name, _changed({}, changes), WHO)
    say(f"Source « {name} » ajoutée.")
    _show(config, as_json=as_json)


@source.command("set")
def set_(name: Name, changes: Changes = None, file: From = None, as_json: Json = False) -> None:
    """Modifier des champs d'une source, ou tout son texte ; ses commentaires restent."""
    from cockpit.administer import sources  # noqa: PLC0415

    home = settings.home()
    version = sources.version_of(home, name)
    if file:
        config = sources.save_text(home, name, _read(file), version, WHO)
    else:
        values = _changed(sources.read_values(home, name), changes)
        config = sources.save(home, name, values, WHO, version=version)
    say(f"Source « {name} » modifiée.")
    _show(config, as_json=as_json)


@source.command()
def columns(name: Name, codes: Codes = None, as_json: Json = False) -> None:
    """Les colonnes que la source offre et ce qu'elles peuvent être, ou les codes d'une colonne."""
    from cockpit.administer import mapping  # noqa: PLC0415

    home = settings.home()
    found = mapping.codes_of(home, name, codes) if codes else {"": mapping.columns_of(home, name)}
    rows = []
    for column, texts in found.items():
        hints = mapping.suggest(texts)
        for text in texts:
            hint = hints.get(text)
            own = {"column": column, "code": text} if column else {"column": text}
            rows.append({**own, "suggestion": (hint.measure or hint.kind) if hint else None})
    shown = ("column", "code", "suggestion") if codes else ("column", "suggestion")
    give(rows, as_json=as_json, columns=shown)


@source.command()
def pause(name: Name, as_json: Json = False) -> None:
    """Ne plus lire une source ; ses chiffres publiés restent."""
    from cockpit.administer import sources  # noqa: PLC0415

    config = sources.pause(settings.home(), name, WHO)
    say(f"Source « {name} » en pause.")
    _show(config, as_json=as_json)


@source.command()
def resume(name: Name, as_json: Json = False) -> None:
    """Lire de nouveau une source en pause."""
    from cockpit.administer import sources  # noqa: PLC0415

    config = sources.resume(settings.home(), name, WHO)
    say(f"Source « {name} » remise en service.")
    _show(config, as_json=as_json)


@source.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Retirer une source ; son fichier est mis de côté, ses chiffres restent."""
    from cockpit.administer import sources  # noqa: PLC0415

    home = settings.home()
    aside = sources.remove(home, name, WHO)
    say(f"Source « {name} » retirée ; ses chiffres publiés restent.")
    say(f"Pour les retirer aussi : « cockpit source withdraw {name} ».")
    give({"source": name, "file": str(aside.relative_to(home.root))}, as_json=as_json)


@source.command()
def held(name: Name, as_json: Json = False) -> None:
    """Les lots retenus d'une source, et pourquoi."""
    from cockpit.administer.waiting import waiting  # noqa: PLC0415

    rows = [
        {
            "seq": one.batch.seq,
            "file": one.batch.file,
            "received_at": f"{one.batch.received_at.isoformat(timespec='seconds')}Z",
            "accepted": one.batch.accepted,
            "refused": one.batch.refused,
            "why": one.why,
        }
        for one in waiting(settings.home(), name)
    ]
    give(rows, as_json=as_json, columns=("seq", "file", "received_at", "accepted", "why"))


@source.command()
def approve(name: Name, seq: Seq = None, as_json: Json = False) -> None:
    """Accepter les lots retenus : la prochaine actualisation les publie."""
    from cockpit.administer import waiting  # noqa: PLC0415

    count = waiting.approve(settings.home(), name, WHO, seq)
    say(f"{count} lot(s) accepté(s) ; la prochaine actualisation les publie.")
    give({"source": name, "approved": count}, as_json=as_json)


@source.command()
def discard(
    name: Name,
    seq: Annotated[int, typer.Argument(metavar="SEQ", help="Numéro du lot.")],
    as_json: Json = False,
) -> None:
    """Écarter un lot retenu ou refusé : il n'est jamais publié ni relu."""
    from cockpit.administer import waiting  # noqa: PLC0415

    waiting.discard(settings.home(), name, seq, WHO)
    say(f"Lot n° {seq} écarté.")
    give({"source": name, "discarded": seq}, as_json=as_json)


@generation.command("list")
def generations(as_json: Json = False) -> None:
    """Les générations conservées, de la plus récente à la plus ancienne."""
    from cockpit.administer.generations import published  # noqa: PLC0415

    rows = [
        {
            "generation": one.number,
            "published_at": f"{one.published_at.isoformat(timespec='seconds')}Z",
            "size_mb": round(one.size_bytes / 1e6, 1),
            "added": one.added,
            "withdrawn": one.withdrawn,
            "current": one.current,
        }
        for one in published(settings.home())
    ]
    columns = ("generation", "published_at", "size_mb", "added", "withdrawn", "current")
    give(rows, as_json=as_json, columns=columns)


@generation.command()
def rollback(
    number: Annotated[int, typer.Argument(metavar="N", help="Numéro de la génération.")],
    as_json: Json = False,
) -> None:
    """Revenir à une génération ; les lots qu'elle n'a pas sont retenus, rien n'est supprimé."""
    from cockpit.administer import generations as all_of_them  # noqa: PLC0415

    made = all_of_them.rollback(settings.home(), number, WHO)
    say(f"Retour à la génération {number}, publiée sous le n° {made}.")
    give({"generation": made, "copy_of": number}, as_json=as_json)


def _show(config: SourceConfig, *, as_json: bool) -> None:
    row = {
        "source": config.name,
        "label": config.label,
        "connector": config.connector,
        "schedule": config.schedule,
        "paused": config.paused,
    }
    give(row, as_json=as_json)


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(field="--from", expected="un fichier lisible, en UTF-8") from error


def _changed(values: dict[str, Any], changes: Sequence[str] | None) -> dict[str, Any]:
    """The values with `a.b.c=value` applied, one after the other."""
    if not changes:
        raise BadRequest(field="FIELD=VALUE", expected="au moins un champ, ou --from")
    for change in changes:
        path, mark, text = change.partition("=")
        names = _names(path)
        if not mark or not all(names):
            raise BadRequest(field=path, expected="champ=valeur, comme owner=DIM")
        table = values
        for name in names[:-1]:
            table = table.setdefault(name, {})
            if not isinstance(table, dict):
                raise BadRequest(field=path, expected="un champ qui n'est pas sous une valeur")
        table[names[-1]] = _value(text) if text else None
    return values


def _names(path: str) -> list[str]:
    """`mapping.measures."lits.ouverts"`: a name that holds a dot stands between quotes."""
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|([^."]+)', path)] or [""]


def _value(text: str) -> object:
    """As TOML when it is some, else as text: `30`, `true`, `["a", "b"]`, `0 6 * * *`."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
