"""`cockpit alert`: what needs somebody today, what the past says of the rules, what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cockpit import settings
from cockpit.cli.asking import visiting
from cockpit.cli.out import As, Json, UnitCode, application, give, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from cockpit.alerts.dryrun_change import Change

app = application("Les alertes : évaluation, lecture, essai sur le passé, décisions.")
_COLUMNS = ("severity", "since", "unit", "title")
_NOISE = ("fired", "hours", "taken", "flaps", "useful", "useless", "suggested", "rule")
_DECISIONS = ("id", "due", "owner", "kpi", "unit", "expected", "change", "cautions", "what")

Rule = Annotated[str, typer.Argument(metavar="RULE", help="Identifiant de la règle.")]
From = Annotated[str | None, typer.Option("--from", help="Premier jour (défaut : 12 mois).")]
To = Annotated[str | None, typer.Option("--to", help="Dernier jour (défaut : hier).")]
Amber = Annotated[float | None, typer.Option("--amber", help="Avec cette vigilance.")]
Red = Annotated[float | None, typer.Option("--red", help="Avec cette alerte.")]
Wait = Annotated[int | None, typer.Option("--wait", help="Avec ce nombre de périodes d'attente.")]
Hold = Annotated[int | None, typer.Option("--hold", help="Avec ce nombre de périodes de retour.")]
Month = Annotated[str | None, typer.Option("--month", help="AAAA-MM (défaut : le dernier clos).")]
By = Annotated[str, typer.Option("--by", help="Nom de la personne.")]
Due = Annotated[str, typer.Option("--due", help="Échéance, AAAA-MM-JJ.")]
Owner = Annotated[str, typer.Option("--owner", help="Qui la mène.")]
Expected = Annotated[float | None, typer.Option("--expected", help="Effet attendu, signé.")]
Episode = Annotated[int | None, typer.Option("--episode", help="Alerte qui y a conduit.")]
KpiId = Annotated[str, typer.Option("--kpi", help="Indicateur qui doit bouger.")]
What = Annotated[str, typer.Argument(metavar="WHAT", help="« Ouvrir dix places de SMR ».")]


@app.command("list")
def list_(as_json: Json = False, role: As = None) -> None:
    """Les alertes ouvertes, la plus grave d'abord."""
    from cockpit.answers import give as answers  # noqa: PLC0415 - see cli/asking.py

    with visiting(role) as who:
        give(answers.alerts(who), as_json=as_json, columns=_COLUMNS)


@app.command()
def evaluate(as_json: Json = False, role: As = None) -> None:
    """Évaluer les règles sur les données déjà chargées, publier, puis lister."""
    from cockpit import refresh  # noqa: PLC0415

    refresh.alert_now(settings.home())
    list_(as_json=as_json, role=role)


@app.command("dry-run")
def dry_run(  # noqa: PLR0917 - one parameter per option
    rule: Rule,
    first: From = None,
    last: To = None,
    unit: UnitCode = None,
    amber: Amber = None,
    red: Red = None,
    wait: Wait = None,
    hold: Hold = None,
    as_json: Json = False,
    role: As = None,
) -> None:
    """Essayer une règle sur le passé : combien de fois aurait-elle sonné, et quand."""
    from cockpit import clock  # noqa: PLC0415
    from cockpit.answers import alert_proof as answers  # noqa: PLC0415
    from cockpit.kpi.model import UnitId  # noqa: PLC0415

    until = _day("--to", last) if last else clock.yesterday()
    span = (_day("--from", first) if first else answers.a_year(until)[0], until)
    other = answers.Variant(amber, red, wait, hold)
    with visiting(role) as who:
        found = answers.dry_run(who, rule, span, unit=UnitId(unit) if unit else None, other=other)
    if as_json:
        give(found.rows, as_json=True)
        return
    over = "en 12 mois" if first is None else f"du {span[0]:%d/%m/%Y} au {span[1]:%d/%m/%Y}"
    if found.coverage:
        say(found.coverage)
    if found.is_partial:
        over = "ces jours-là"
    if found.tried:
        say(_sentence(found.rows, "fired", over))
    if found.change and found.tried:
        say("Avec ces nombres : " + _sentence(found.rows, "other", over))
        for line in _changed(found.change, found.rows):
            say(line)
    give(found.rows, as_json=False, columns=("unit", "unit_label", "fired", "last"))


def _changed(change: Change, rows: list[dict[str, object]]) -> Iterator[str]:
    """What goes, what comes, and what people were told of and would not have been."""
    for said, listed in (("En moins", change.gone), ("En plus", change.new)):
        if listed:
            times = ", ".join(f"{one.fired:%d/%m/%Y} ({one.unit})" for one in listed)
            yield f"{said} : {times}."
    if change.is_cut:
        yield "Une même montée peut sonner en plusieurs fois."
    missed = [f"{day} ({row['unit']})" for row in rows for day in _texts(row.get("missed"))]
    if missed:
        yield f"Alertes connues qui auraient manqué : {', '.join(missed)}."


def _texts(found: object) -> list[str]:
    return [str(one) for one in found] if isinstance(found, list) else []


def _sentence(rows: list[dict[str, object]], field: str, over: str) -> str:
    """As "Aurait sonné 14 fois en 12 mois"."""
    found = [row[field] for row in rows]
    count = sum(one["fired"] if isinstance(one, dict) else int(str(one)) for one in found)
    return f"Aurait sonné {count} fois {over}." if count else f"N'aurait pas sonné {over}."


@app.command()
def noise(month: Month = None, as_json: Json = False, role: As = None) -> None:
    """Le bruit du mois : règle par règle, ce qui a sonné, servi ou non, et un seuil proposé."""
    from cockpit.answers import alert_proof as answers  # noqa: PLC0415

    with visiting(role) as who:
        rows = answers.alert_noise(who, *_month(month))
    if not as_json:
        rows = [row | {"suggested": _level(row["suggested"])} for row in rows]
    give(rows, as_json=as_json, columns=_NOISE)


def _level(found: object) -> str | None:
    if not isinstance(found, dict):
        return None
    return f"{found['level']} {found['value']:g} ({found['before']} > {found['after']})"


@app.command()
def vote(
    episode: Annotated[int, typer.Argument(metavar="EPISODE", help="Numéro de l'alerte.")],
    by: By,
    useful: Annotated[bool, typer.Option("--useful/--useless", help="A-t-elle servi ?")] = True,
    why: Annotated[str, typer.Option("--why", help="Pourquoi.")] = "",
) -> None:
    """Dire si une alerte a servi."""
    from cockpit import clock, state  # noqa: PLC0415
    from cockpit.alerts.desk import votes  # noqa: PLC0415

    at = clock.utc_naive(clock.now())
    cast = votes.Vote(episode=episode, at=at, who=by, useful=useful, why=why)
    votes.vote(state.engine(settings.home()), cast)
    say("Vote enregistré.")


@app.command()
def decide(  # noqa: PLR0917 - one parameter per option
    what: What,
    by: By,
    owner: Owner,
    due: Due,
    kpi: KpiId = "",
    unit: UnitCode = None,
    expected: Expected = None,
    episode: Episode = None,
    as_json: Json = False,
    role: As = None,
) -> None:
    """Noter une décision : qui, pour quand, et quel indicateur doit bouger."""
    from cockpit import clock, state  # noqa: PLC0415
    from cockpit.alerts.desk import decisions as desk  # noqa: PLC0415
    from cockpit.answers import alert_proof as answers  # noqa: PLC0415
    from cockpit.kpi.model import UnitId  # noqa: PLC0415

    with visiting(role) as who:
        decided = desk.Decision(
            at=clock.utc_naive(clock.now()),
            who=by,
            what=what,
            owner=owner,
            due=_day("--due", due),
            kpi=who.kpi(kpi).id if kpi else "",
            unit=who.unit(UnitId(unit) if unit else None) if kpi else "",
            expected=expected,
            episode=episode,
        )
        number = desk.decide(state.engine(settings.home()), decided)
        say(f"Décision n° {number} notée.")
        give(answers.decision(who, desk.Kept(number, decided, None)), as_json=as_json)


@app.command()
def done(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Numéro de la décision.")],
    on: Annotated[str | None, typer.Option("--on", help="Jour (défaut : aujourd'hui).")] = None,
) -> None:
    """Noter le jour où une décision a été menée à bien : l'effet se mesure à partir de là."""
    from cockpit import clock, state  # noqa: PLC0415
    from cockpit.alerts.desk import decisions as desk  # noqa: PLC0415

    day = _day("--on", on) if on else clock.today()
    desk.carried_out(state.engine(settings.home()), number, day)
    say(f"Décision n° {number} menée à bien le {day:%d/%m/%Y}.")


@app.command()
def decisions(as_json: Json = False, role: As = None) -> None:
    """Les décisions et leur effet mesuré : quatre semaines après contre quatre semaines avant."""
    from cockpit.answers import alert_proof as answers  # noqa: PLC0415

    with visiting(role) as who:
        rows = answers.decisions(who)
    if not as_json:
        rows = [row | _flat(row["effect"]) for row in rows]
    give(rows, as_json=as_json, columns=_DECISIONS)


def _flat(effect: object) -> dict[str, object]:
    if not isinstance(effect, dict):
        return {}
    return {"change": effect["change"], "cautions": " ; ".join(effect["cautions"])}


def _month(text: str | None) -> tuple[date, date]:
    """The month of "2026-10", else the last one that is over. Raises BadRequest."""
    from datetime import timedelta  # noqa: PLC0415

    from cockpit import clock  # noqa: PLC0415
    from cockpit.kpi.windows import month_end  # noqa: PLC0415

    if text is None:
        last = clock.today().replace(day=1) - timedelta(days=1)
        return last.replace(day=1), last
    first = _day("--month", f"{text}-01", "un mois AAAA-MM")
    return first, month_end(first)


def _day(field: str, text: str, expected: str = "un jour AAAA-MM-JJ") -> date:
    from datetime import date  # noqa: PLC0415

    from cockpit.errors import BadRequest  # noqa: PLC0415

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(field=field, expected=expected) from error
