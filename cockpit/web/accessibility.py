"""`/accessibilite`: the accessibility statement, and the grid that it rests on. No script.

Source: article 47 of loi 2005-102, décret 2019-768, and the model of statement of RGAA 4.1.2. It
says of one installation what the tests of this version prove, no more.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cockpit import i18n
from cockpit.answers.visit import language_of
from cockpit.errors import BadRequest
from cockpit.i18n import gettext as _
from cockpit.views import french, parts, tables
from cockpit.web import plain, rgaa
from cockpit.web.assets import accepted, encode
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from starlette.requests import Request

    from cockpit.i18n import Language
    from cockpit.settings import Installation
    from cockpit.web.rgaa import Criterion

PATH = "/accessibilite"
_ESTABLISHED = "22/11/2026"
_WHOLE, _HALF = 100, 50


def routes() -> list[Route]:
    """The statement."""
    return [Route(PATH, respond)]


def respond(request: Request) -> Response:
    """In the language that is asked for, else in that of the installation."""
    home = warehouse().home
    try:
        language: Language = language_of(home, request.query_params.get("lang"))
    except BadRequest:
        language = "fr"
    encoding = accepted(request.headers.get("accept-encoding", ""))
    headers = {"cache-control": "no-cache", "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    with i18n.use(language):
        return HTMLResponse(encode(_page(home.installation).encode(), encoding), headers=headers)


def _page(installation: Installation) -> str:
    title = _("Déclaration d'accessibilité")
    back = "/brief" if i18n.language() == "fr" else f"/brief?lang={i18n.language()}"
    link = f'<a href="{back}">{escape(_("Revenir à la synthèse"))}</a>'
    body = (
        f'<a class="ck-skip" href="#content">{_("Aller au contenu")}</a>'
        f'<main class="ck-first ck-plain" id="content">{parts.header(title, installation.name)}'
        f"{_statement(installation)}{parts.section(_('La grille, critère par critère'))}"
        f"{''.join(_theme(number) for number in rgaa.THEMES)}</main>"
        f"{plain.ways(link)}"
    )
    return plain.shell(title, body)


def _statement(installation: Installation) -> str:
    """The parts that the law asks for, in its order."""
    return "".join(
        parts.section(title) + "".join(f"<p>{_set(line)}</p>" for line in lines)
        for title, lines in (
            (_("État de conformité"), _state(installation)),
            (_("Résultats"), _results()),
            (_("Contenus non accessibles"), _missing()),
            (_("Établissement de cette déclaration"), _made()),
            (_("Retour d'information et contact"), _contact(installation)),
            (_("Voie de recours"), _recourse()),
        )
    )


def _set(line: str) -> str:
    """Escaped; a French colon or semicolon never starts a line."""
    return escape(line).replace(" :", "\u00a0:").replace(" ;", "\u00a0;")


def _state(installation: Installation) -> tuple[str, ...]:
    rate = rgaa.rate()
    if rate >= _WHOLE:
        state = _("totalement conforme")
    else:
        state = _("partiellement conforme") if rate >= _HALF else _("non conforme")
    text = _(
        "{name} s'engage à rendre Cockpit accessible, selon l'article 47 de la loi n° 2005-102 du "
        "11 février 2005. Cockpit est {state} avec le référentiel général d'amélioration de "
        "l'accessibilité (RGAA), version 4.1.2, qui reprend les WCAG 2.1 aux niveaux A et AA."
    )
    return (
        text.format(name=installation.name, state=state),
        _(
            "La synthèse sans script (/brief) et ses fiches passent tous les contrôles "
            "automatiques, à toutes les largeurs et dans les deux thèmes. Les pages vivantes "
            "passent les mêmes contrôles ; elles n'ont pas été essayées avec un lecteur d'écran."
        ),
        _(
            "Les critères non conformes ne le sont que sur les pages vivantes, sauf 8.7, qui l'est "
            "en anglais : en français, aucun défaut n'est connu sur /brief."
        ),
    )


def _results() -> tuple[str, ...]:
    text = _(
        "{rate} des critères applicables sont respectés : {c} respectés, {nc} non respectés, {nv} "
        "non vérifiés, comptés comme non respectés, {na} sans objet, sur {all}."
    )
    counted = {state.lower(): rgaa.count(state) for state in rgaa.STATES}
    said = text.format(rate=french.percent(rgaa.rate(), 0), all=len(rgaa.grid()), **counted)
    return (said, _("C'est une auto-évaluation par des tests automatiques, pas un audit."))


def _missing() -> tuple[str, ...]:
    return (
        _(
            "Ce qui n'est pas respecté ou pas vérifié est dans la grille ci-dessous, avec sa "
            "raison. Aucune dérogation pour charge disproportionnée n'est invoquée."
        ),
    )


def _made() -> tuple[str, ...]:
    return (
        _("Cette déclaration a été établie le {day}.").format(day=_ESTABLISHED),
        _(
            "Technologies : HTML5, CSS, JavaScript, WAI-ARIA, SVG. "
            "Les pages sans script se passent de JavaScript."
        ),
        _(
            "Environnement de test : Chromium piloté par les tests du projet, moteur de règles "
            "axe-core, clavier seul, largeurs de 320 à 1280 pixels, texte à 200 %, thèmes clair et "
            "sombre. Lecteurs d'écran : aucun essai à ce jour."
        ),
        _(
            "Pages vérifiées : toutes celles de l'application, la fiche d'un indicateur, celle "
            "d'une alerte, l'éditeur de règles, l'administration et les pages sans script."
        ),
    )


def _contact(installation: Installation) -> tuple[str, ...]:
    if installation.web.accessibility:
        who = _("Écrivez ou téléphonez à : {contact}.")
        reach = who.format(contact=installation.web.accessibility)
    else:
        reach = _("Adressez-vous à la personne qui administre Cockpit dans votre établissement.")
    return (
        _(
            "Si vous n'arrivez pas à lire un chiffre ou à faire un geste, dites-le : "
            "une autre forme vous sera donnée."
        ),
        reach,
    )


def _recourse() -> tuple[str, ...]:
    return (
        _(
            "Si vous avez signalé un défaut qui vous empêche d'accéder à un contenu et n'avez pas "
            "eu de réponse satisfaisante, vous pouvez saisir le Défenseur des droits : par son "
            "formulaire sur defenseurdesdroits.fr, par son délégué dans votre région, ou par "
            "courrier gratuit, sans timbre : Défenseur des droits, Libre réponse 71120, "
            "75342 Paris CEDEX 07."
        ),
    )


def _theme(number: int) -> str:
    columns = [
        tables.Column(_("Critère"), number=False),
        tables.Column(_("État"), number=False),
        tables.Column(_("Preuve ou raison"), number=False, wide=True),
    ]
    rows = [_row(one) for one in rgaa.grid() if one.theme == number]
    caption = f"{number}. {_(rgaa.THEMES[number])}"
    return tables.table(caption, columns, rows)


def _row(one: Criterion) -> tuple[str, str, str]:
    """Titles and reasons are those of a French grid: said to be French on an English page."""
    evidence = ", ".join(test.partition("::")[2] for test in one.tests)
    said = _french(one.evidence) if not evidence else parts.Html(f"<code>{escape(evidence)}</code>")
    return _french(f"{one.number} {one.title}"), _(rgaa.STATES[one.state]), said


def _french(text: str) -> parts.Html:
    return parts.Html(f'<span lang="fr">{escape(text)}</span>')
