"""What can be done to one source: each act says what it does, does it, says what it did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cockpit.administer import sources, waiting
from cockpit.administer.sources import SourceState
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import language, ngettext
from cockpit.series.model import Status
from cockpit.views import french, parts
from cockpit.views.admin import jobs, words
from cockpit.views.context import Context

CHILD = "cockpit.views.admin.child"


def ask(context: Context, key: jobs.Key, asked: dict[str, Any]) -> jobs.Job:
    """Have the child do something, and say it in the reader's language."""
    spoken = {"language": language(), **asked}
    return jobs.start(context.generation.home, key, [CHILD], spoken)


def forget(context: Context, one: SourceState) -> None:
    """What the last acts gave was read: who comes back to one starts afresh."""
    for key in (_test_key(one), _publish_key(one)):
        jobs.forget(context.generation.home, key)


def _test_key(one: SourceState) -> jobs.Key:
    return ("test", one.name, one.version)


def _publish_key(one: SourceState) -> jobs.Key:
    return ("publish", one.name)


def _test(context: Context, one: SourceState) -> None:
    st.html(
        words.panel(
            _("Tester la source"),
            _("La source est lue plusieurs fois, sans rien charger ni publier."),
        )
    )
    key = _test_key(one)
    _told(context, key, _("Essai de la source"), _tested)
    if st.button(_("Tester maintenant"), type="primary", key="do_test"):
        ask(context, key, {"do": "test", "source": one.name})
        st.rerun()
    st.html(words.command("cockpit", "source", "check", one.name, "--conformance"))


def _tested(answer: dict[str, Any]) -> None:
    words_of = (Status.OK, Status.RED)
    st.html(words.announced(answer["sentence"], words_of[0 if answer["ok"] else 1]))
    rows = "".join(
        f'<li class="ck-share"><span>{parts.html(one["sentence"])}</span>'
        f"<b>{_kept(ok=one['ok'])}</b></li>"
        for one in answer["promises"]
    )
    if rows:
        title = parts.html(_("Promesses"))
        st.html(f'<section class="ck-card"><h2>{title}</h2><ul>{rows}</ul></section>')


def _kept(*, ok: bool) -> str:
    return words.chip(Status.OK if ok else Status.RED, _("Tenue") if ok else _("Non tenue"))


def _publish(context: Context, one: SourceState) -> None:
    st.html(
        words.panel(
            _("Publier"),
            _(
                "La source est lue maintenant ; ce qui est nouveau devient ce que voient les "
                "directions. L'état précédent reste dans « Générations »."
            ),
        )
    )
    key = _publish_key(one)
    _told(context, key, _("Lecture et publication"), _published)
    if st.button(_("Publier maintenant"), type="primary", key="do_publish"):
        command = ["cockpit.cli", "refresh", one.name, "--no-forecasts", "--json"]
        jobs.start(context.generation.home, key, command, {})
        st.rerun()
    st.html(words.command("cockpit", "refresh", one.name, "--no-forecasts"))


def _published(answer: dict[str, Any]) -> None:
    st.html(words.announced(*published(answer)))


def published(answer: dict[str, Any]) -> tuple[str, Status]:
    """What a refresh did, in one sentence."""
    runs = answer.get("runs", [])
    failed = [run["sentence"] for run in runs if run["status"] == "failed"]
    if failed:
        return " ".join(failed), Status.RED
    if not answer.get("published"):
        return _("Rien de nouveau : les chiffres affichés n'ont pas changé."), Status.NONE
    lines, refused = (sum(run[name] for run in runs) for name in ("accepted", "refused"))
    said = ngettext("{n} ligne acceptée", "{n} lignes acceptées", lines)
    no = ngettext("{n} refusée", "{n} refusées", refused)
    text = _("Génération {number} publiée : {accepted}, {refused}.")
    if not lines and not refused:  # what was accepted by hand had been read before
        text = _("Génération {number} publiée, avec ce qui attendait d'être publié.")
    sentence = text.format(
        number=answer["generation"],
        accepted=said.format(n=french.number(lines)),
        refused=no.format(n=french.number(refused)),
    )
    warned = [run["sentence"] for run in runs if run["sentence"]]
    return " ".join((sentence, *warned)), Status.AMBER if warned else Status.OK


def _told(
    context: Context, key: jobs.Key, doing: str, draw: Callable[[dict[str, Any]], None]
) -> None:
    """What a job that was asked for gave; its progress while it runs."""
    if job := jobs.last(context.generation.home, key):
        answer = jobs.answered(job, doing)
        if "error" in answer:
            words.refuse(answer["error"])
        else:
            draw(answer)


def _pause(context: Context, one: SourceState) -> None:
    st.html(
        words.panel(
            _("Mettre en pause"),
            _("La source n'est plus lue. Ses chiffres publiés restent, et vieilliront."),
        )
    )
    if st.button(_("Mettre en pause"), type="primary", key="do_pause"):
        _do(context, one, sources.pause, _("« {name} » est en pause."))
    st.html(words.command("cockpit", "source", "pause", one.name))


def _resume(context: Context, one: SourceState) -> None:
    st.html(
        words.panel(_("Reprendre la lecture"), _("La source est relue dès son prochain horaire."))
    )
    if st.button(_("Reprendre la lecture"), type="primary", key="do_resume"):
        _do(context, one, sources.resume, _("« {name} » est de nouveau lue."))
    st.html(words.command("cockpit", "source", "resume", one.name))


def _remove(context: Context, one: SourceState) -> None:
    st.html(
        words.panel(
            _("Retirer la source"),
            _(
                "Elle n'est plus lue et quitte la liste. Son fichier est mis de côté, "
                "ses chiffres publiés restent."
            ),
            _(
                "Si une autre source doit donner les mêmes chiffres, retirez d'abord les siens : "
                "tant qu'ils sont publiés, ceux de l'autre sont refusés."
            ),
        )
    )
    first = words.at(context, "source", source=one.name, act="withdraw")
    st.html(words.buttons(words.button(_("Retirer d'abord ses chiffres"), first)))
    if st.button(_("Retirer la source"), type="primary", key="do_remove"):
        try:
            sources.remove(context.generation.home, one.name, words.who(context))
        except CockpitError as error:
            words.refuse(error.sentence())
            return
        words.tell(_("« {name} » est retirée.").format(name=one.label))
        words.go("sources")
    st.html(words.command("cockpit", "source", "remove", one.name))


def _discard(context: Context, one: SourceState) -> None:
    given = context.params.code or ""
    seq = int(given) if given.isdecimal() else 0
    st.html(
        words.panel(
            _("Écarter la livraison n° {n}").format(n=seq),
            _("Elle ne sera jamais publiée ni relue. Ses lignes restent sur le disque."),
        )
    )
    if st.button(_("Écarter définitivement"), type="primary", key="do_discard"):
        said = _("Livraison n° {n} écartée : elle ne sera pas publiée.").format(n=seq)
        _do(context, one, lambda home, name, me: waiting.discard(home, name, seq, me), said)
    st.html(words.command("cockpit", "source", "discard", one.name, str(seq)))


def _do(context: Context, one: SourceState, act: Callable[..., object], sentence: str) -> None:
    try:
        act(context.generation.home, one.name, words.who(context))
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    words.tell(sentence.format(name=one.label))
    words.go("source", source=one.name)


ACTS: dict[str, Callable[[Context, SourceState], None]] = {
    "test": _test,
    "publish": _publish,
    "pause": _pause,
    "resume": _resume,
    "remove": _remove,
    "discard": _discard,
}
