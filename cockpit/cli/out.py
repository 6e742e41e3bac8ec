"""How every command speaks: JSON or a table on standard output, sentences on standard error."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from cockpit import log
from cockpit.errors import (
    BadRequest,
    CockpitError,
    OutOfScope,
    UnknownKpi,
    UnknownUnit,
)

MISUSED = 2
FAILED = 1
_MISUSES = (BadRequest, UnknownKpi, UnknownUnit, OutOfScope)
_WIDEST = 48
DEBUG = "COCKPIT_DEBUG"
"""Environment: set, an unexpected error shows its trace."""

Json = Annotated[bool, typer.Option("--json", help="Écrire du JSON, et rien d'autre.")]
As = Annotated[str | None, typer.Option("--as", help="Voir comme ce profil (director_ght…).")]
UnitCode = Annotated[str | None, typer.Option("--unit", help="Code de l'unité.")]


class Commands(TyperGroup):
    """Turns an error of the project into its sentence and the exit status that it deserves."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; logs go to standard error, never among what it answers."""
        log.configure(level=logging.WARNING)
        try:
            return super().invoke(ctx)
        except CockpitError as error:
            say(error.sentence())
            raise typer.Exit(MISUSED if isinstance(error, _MISUSES) else FAILED) from error
        except (typer.Exit, typer.Abort, TyperException):
            raise
        except Exception as error:  # a person never reads a trace (house style, 7)
            if os.environ.get(DEBUG):
                raise
            say(_unexpected(error))
            raise typer.Exit(FAILED) from error


def _unexpected(error: Exception) -> str:
    what = type(error).__name__
    if isinstance(error, OSError) and error.filename:
        what += f" : « {error.filename} »"
    return (
        f"Erreur inattendue ({what}). Ce qui était publié reste publié. « cockpit check » examine "
        f"l'installation ; {DEBUG}=1 montre le détail."
    )


def application(text: str) -> typer.Typer:
    """An empty set of commands with the habits of this project."""
    return typer.Typer(
        cls=Commands,
        help=text,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def say(sentence: str) -> None:
    """One sentence for a person, on standard error."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - this is the command line


def give(answer: object, *, as_json: bool, columns: Sequence[str] = ()) -> None:
    """The answer: JSON, or a table of `columns` when it is a list, or lines `name: value`."""
    if as_json:
        text = json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=2)
    elif isinstance(answer, list):
        text = table(answer, columns)
    elif isinstance(answer, Mapping):
        text = "\n".join(f"{name} : {_text(value)}" for name, value in answer.items())
    else:
        text = str(answer)
    try:
        print(text, flush=True)  # noqa: T201
    except BrokenPipeError as error:  # `cockpit kpi list | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from error


def table(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> str:
    """Aligned columns; a long cell is cut but in the last one, an absent value is empty."""
    *first, last = columns
    cells = [[*(_cell(row.get(name)) for name in first), _text(row.get(last))] for row in rows]
    if not cells:
        return "(rien)"
    lines = [list(columns), *cells]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cell(value: object) -> str:
    text = _text(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _text(value: object) -> str:
    """The whole of it, on one line: half a sentence tells nobody what to do."""
    if value is None:
        return ""
    text = f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return " ".join(text.split())
