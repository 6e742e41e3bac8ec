"""`cockpit source`: what is connected, whether it answers, what it would give, what it gave."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from cockpit import settings
from cockpit.cli.out import FAILED, Json, application, give, say
from cockpit.errors import BadRequest, together

if TYPE_CHECKING:
    from cockpit.connect.batch import Batch
    from cockpit.connect.clauses import Mode
    from cockpit.connect.config import SourceConfig
    from cockpit.kpi.units import UnitTree
    from cockpit.settings import Home

app = application("Les sources : liste, vérification, aperçu, historique.")

WHO = "cockpit"

Name = Annotated[str, typer.Argument(metavar="NAME", help="Nom du fichier, sans « .toml ».")]
Conformance = Annotated[
    bool, typer.Option("--conformance", help="Éprouver aussi les promesses du connecteur.")
]
Write = Annotated[bool, typer.Option("--write", help="L'écrire dans le fichier de la source.")]
Clauses = Annotated[
    str | None,
    typer.Option(
        "--mode", metavar="MODE", help="Pour un écart : « evolve », « freeze » ou « discard »."
    ),
]
_PREVIEW_ROWS = 20
_PREVIEW_EFFECTS = 50


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Les sources déclarées et leur dernier passage."""
    from cockpit import state  # noqa: PLC0415 - SQLAlchemy: 0.2 s
    from cockpit.connect.config import load_sources  # noqa: PLC0415

    home = settings.home()
    configs, errors = load_sources(home)
    last = state.last_run_by_source(state.engine(home))
    rows: list[dict[str, object]] = []
    for config in configs:
        run = last.get(config.name)
        rows.append(
            {
                "source": config.name,
                "label": config.label,
                "connector": config.connector,
                "schedule": config.schedule,
                "owner": config.owner,
                "status": run.status if run else "never",
                "last_run": f"{run.started_at.isoformat(timespec='seconds')}Z" if run else None,
                "sentence": run.sentence if run else "",
            }
        )
    for error in errors:
        say(error.sentence())
    give(rows, as_json=as_json, columns=("source", "connector", "schedule", "status", "last_run"))


@app.command()
def check(name: Name, as_json: Json = False, conformance: Conformance = False) -> None:
    """Vérifier qu'une source peut être lue maintenant, sans rien charger."""
    from cockpit.connect import registry  # noqa: PLC0415
    from cockpit.connect.conformance import promises  # noqa: PLC0415
    from cockpit.connect.contract import Asked, Deadline  # noqa: PLC0415

    config = _config(name)
    connector = registry.connector(config.connector)
    asked = Asked(settings.home(), name, deadline=Deadline.after(config.time_limit.total_seconds()))
    found = connector.check(asked, connector.Config.model_validate(config.settings))
    answer: dict[str, object] = {"source": name, "ok": found.ok, "sentence": found.sentence}
    kept = list(promises(settings.home(), config)) if conformance else []
    if conformance:
        answer["ok"] = found.ok and all(one.ok for one in kept)
        answer["promises"] = [
            {"promise": one.name, "ok": one.ok, "sentence": one.sentence} for one in kept
        ]
    _show_check(answer, as_json=as_json)
    if not answer["ok"]:
        raise typer.Exit(FAILED)


def _show_check(answer: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        give(answer, as_json=True)
        return
    give({name: text for name, text in answer.items() if name != "promises"}, as_json=False)
    if "promises" in answer:
        give(answer["promises"], as_json=False, columns=("promise", "ok", "sentence"))


@app.command()
def preview(name: Name, as_json: Json = False) -> None:
    """Ce qui attend à une source et ce que cela changerait, sans rien publier.

    Sans rien en attente : le premier fichier connu, relu.
    """
    from cockpit.connect.structure import load_structure  # noqa: PLC0415
    from cockpit.preview import preview as seen_aside  # noqa: PLC0415 - DuckDB: 0.3 s

    home, config = settings.home(), _config(name)
    units = load_structure(home.structure)
    found = seen_aside(home, config, units)
    if found.refusals and not found.batches:
        raise found.refusals[0]
    batch = found.batches[0] if found.batches else _first_known(home, config, units)
    if batch is None:
        say("Aucun fichier à lire pour cette source.")
        give({"source": name, "file": None, "rows": [], "refusals": []}, as_json=as_json)
        return
    answer = _previewed(batch) | {
        "source": name,
        "waiting": [one.file for one in found.batches],
        "refused_files": together(found.refusals),
        "effects": [asdict(one) | {"period": one.period.isoformat()} for one in found.effects],
    }
    _show_preview(answer, as_json=as_json)


def _first_known(home: Home, config: SourceConfig, units: UnitTree) -> Batch | None:
    from cockpit.connect.deliver import batches  # noqa: PLC0415
    from cockpit.errors import BadDelivery  # noqa: PLC0415

    found = next(batches(home, config, frozenset(), units), None)
    if isinstance(found, BadDelivery):
        raise found
    return found


def _previewed(batch: Batch) -> dict[str, object]:
    first = next(batch.observations.tables(), None)
    rows = first.slice(0, _PREVIEW_ROWS).to_pylist() if first is not None else []
    return {
        "file": batch.file,
        "lines": batch.lines,
        "accepted": len(batch.observations),
        "refused": batch.quarantine.num_rows,
        "warnings": list(batch.warnings),
        "rows": [row | {"day": row["day"].isoformat()} for row in rows],
        "refusals": batch.quarantine.slice(0, _PREVIEW_ROWS).to_pylist(),
    }


def _show_preview(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        give(answer, as_json=True)
        return
    say(
        f"{answer['file']} : {answer['lines']} lignes lues, {answer['accepted']} observations, "
        f"{answer['refused']} refus."
    )
    for sentence in answer["warnings"]:
        say(sentence)
    columns = ("measure", "unit", "day", "facet", "scenario", "value")
    give(answer["rows"], as_json=False, columns=columns)
    if answer["refusals"]:
        give(answer["refusals"], as_json=False, columns=("file", "line", "column", "reason"))
    for sentence in answer["refused_files"]:
        say(sentence)
    say(f"Effet sur les indicateurs : {len(answer['effects'])} chiffre(s) changeraient.")
    if answer["effects"]:
        shown = answer["effects"][:_PREVIEW_EFFECTS]
        give(shown, as_json=False, columns=("kpi", "unit", "period", "before", "after"))


@app.command()
def contract(name: Name, mode: Clauses = None, write: Write = False, as_json: Json = False) -> None:
    """Le contrat que la dernière livraison respecte : colonnes, types, clé, fraîcheur."""
    from cockpit.administer import contracts  # noqa: PLC0415 - pandas, DuckDB: 0.5 s

    home = settings.home()
    found = contracts.learned(home, name)
    if wanted := _mode(mode):
        found = contracts.with_mode(found, wanted)
    if write:
        contracts.freeze(home, name, found, WHO)
        say(f"Contrat de « {name} » écrit ; il vaut pour les livraisons à venir.")
    if as_json:
        give({"source": name, "written": write, "contract": found}, as_json=True)
    else:
        typer.echo(contracts.text(found).rstrip())


def _mode(given: str | None) -> Mode | None:
    from cockpit.connect.clauses import Mode  # noqa: PLC0415

    modes: dict[str, Mode] = {mode: mode for mode in get_args(Mode)}
    if given is not None and given not in modes:
        raise BadRequest(field="--mode", expected="evolve, freeze ou discard")
    return modes.get(given or "")


@app.command()
def history(name: Name, as_json: Json = False) -> None:
    """Les derniers passages d'une source."""
    from cockpit import state  # noqa: PLC0415
    from cockpit.answers.runs import run_json  # noqa: PLC0415

    runs = state.runs_of(state.engine(settings.home()), name)
    if not runs:
        _config(name)
    columns = ("started_at", "status", "files", "lines", "accepted", "refused", "sentence")
    give([run_json(run) for run in runs], as_json=as_json, columns=columns)


def _config(name: str) -> SourceConfig:
    """Raises BadSource when its file is faulty, BadRequest when there is none."""
    from cockpit.connect.config import load_source  # noqa: PLC0415

    folder = settings.home().sources
    path = next((path for path in folder.glob("*.toml") if path.stem == name), None)
    if path is None:
        raise BadRequest(field="NAME", expected="une source de « cockpit source list »")
    return load_source(path)
