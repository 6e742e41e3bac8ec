"""Published states: which are kept, and the way back to one of them."""

from __future__ import annotations

import streamlit as st

from cockpit.administer import generations
from cockpit.administer.generations import Published
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext
from cockpit.series.model import Status
from cockpit.views import anchors, dates, french, parts
from cockpit.views.admin import acts, jobs, words
from cockpit.views.context import Context
from cockpit.views.status import CLASSES, ICONS


def show(context: Context) -> None:
    """The generations that are kept, newest first; or the way back to the one of the address."""
    found = generations.published(context.generation.home)
    chosen = next((one for one in found if str(one.number) == context.params.code), None)
    if chosen is not None and not chosen.current:
        _back(context, chosen)
        return
    st.html(parts.section(_("Générations"), _("la plus récente en premier")))
    st.html(parts.said(_("Chaque publication en crée une. Revenir à une ancienne ne perd rien.")))
    st.html(anchors.stack(_card(context, one) for one in found))
    st.html(words.command("cockpit", "generation", "list"))


def _card(context: Context, one: Published) -> str:
    status = Status.OK if one.current else Status.NONE
    when = dates.stamp(one.published_at)
    title = _("Génération {n}").format(n=one.number)
    chip = words.chip(status, _("Affichée")) if one.current else ""
    body = (
        f'<div class="ck-row ck-source {CLASSES[status]}">'
        f'<span aria-hidden="true">{ICONS[status]}</span><span><b>{parts.html(title)}</b> {chip}'
        f'<span class="ck-muted">{parts.html(f"{when} · {_held(one)}")}</span></span></div>'
    )
    if one.current:
        return body
    address = words.at(context, "generations", code=str(one.number))
    return anchors.card(body, address, _("Revenir à la génération {n}").format(n=one.number))


def _held(one: Published) -> str:
    said = [f"{french.number(one.size_bytes / 1e6, 0)}\u00a0Mo"]
    if one.added == 0 and not one.withdrawn:
        said.append(_("mêmes livraisons, alertes ou prévisions refaites"))
    elif one.added is not None:
        said.append(ngettext("{n} lot ajouté", "{n} lots ajoutés", one.added).format(n=one.added))
    if one.withdrawn:
        text = ngettext("{n} lot retiré", "{n} lots retirés", one.withdrawn)
        said.append(text.format(n=one.withdrawn))
    return " · ".join(said)


def _back(context: Context, one: Published) -> None:
    title = _("Revenir à la génération {n}").format(n=one.number)
    st.html(
        parts.column(
            words.back(_("Générations"), words.at(context, "generations"), title),
            words.panel(
                title,
                _("Les directions voient de nouveau les chiffres publiés le {when}.").format(
                    when=dates.stamp(one.published_at)
                ),
                _(
                    "Rien n'est supprimé : les livraisons publiées depuis sont retenues, et "
                    "chacune peut être acceptée de nouveau depuis sa source."
                ),
            ),
        )
    )
    key = ("rollback", str(one.number))
    if st.button(title, type="primary", key="do_rollback"):
        asked = {"do": "rollback", "number": one.number, "who": words.who(context)}
        acts.ask(context, key, asked)
    st.html(words.command("cockpit", "generation", "rollback", str(one.number)))
    if (job := jobs.last(context.generation.home, key)) is None:
        return
    answer = jobs.answered(job, _("Retour en cours"))
    jobs.forget(context.generation.home, key)
    if "error" in answer:
        words.refuse(answer["error"])
        return
    text = _("Retour à la génération {n}, publiée de nouveau sous le n° {made}.")
    words.tell(text.format(n=one.number, made=answer["generation"]))
    words.go("generations")
