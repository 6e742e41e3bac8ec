"""The structure: every unit in its tree; rename, close, merge, and what becomes of its past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from html import escape

import streamlit as st

from cockpit import clock
from cockpit.administer import structure
from cockpit.connect.structure import load_structure
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext
from cockpit.kpi.units import Unit, UnitTree
from cockpit.settings import Home
from cockpit.views import anchors, dates, parts
from cockpit.views.admin import acts, jobs, words
from cockpit.views.context import Context

LEVELS = {
    "group": mark("groupe"),
    "establishment": mark("établissement"),
    "pole": mark("pôle"),
    "service": mark("service"),
    "uf": mark("UF"),
}
_DAY = "DD/MM/YYYY"


def show(context: Context) -> None:
    """The tree; or the unit of the address with its three acts. Raises BadStructure."""
    home = context.generation.home
    tree = load_structure(home.structure)
    chosen = next((unit for unit in tree if unit.id == context.params.code), None)
    if chosen is None:
        _tree(context, tree)
        return
    up = words.at(context, "structure")
    st.html(words.back(_("Structure"), up, chosen.label))
    st.html(parts.said(_about(tree, chosen)))
    _rename(context, chosen)
    _close(context, chosen)
    _merge(context, tree, chosen)


def _tree(context: Context, tree: UnitTree) -> None:
    count = ngettext("{n} unité", "{n} unités", len(tree)).format(n=len(tree))
    st.html(parts.section(_("Structure"), count))
    _publish(context)
    top = tree.roots()[0]
    ordered = [unit for root in tree.roots() for unit in tree.descendants(root.id)]
    deep = {unit.id: len(tree.ancestors(unit.id)) for unit in ordered}
    rows = "".join(
        f'<li style="--deep:{deep[unit.id]}">{_line(context, unit)}</li>' for unit in ordered
    )
    st.html(f'<ul class="ck-units" aria-label="{escape(top.label)}">{rows}</ul>')
    st.html(words.command("cockpit", "structure", "list"))


def _line(context: Context, unit: Unit) -> str:
    until = _("jusqu'au {day}").format(day=dates.numeric(unit.valid_to)) if unit.valid_to else ""
    small = " · ".join(filter(None, (unit.id, _(LEVELS[unit.level]), until)))
    body = (
        f'<div class="ck-row ck-unit-row"><span>{parts.html(unit.label)} '
        f'<small class="ck-muted">{parts.html(small)}</small></span></div>'
    )
    return anchors.card(body, words.at(context, "structure", code=unit.id), unit.label)


def _publish(context: Context) -> None:
    """A structure that changed is seen once a refresh has published it."""
    key = ("publish structure",)
    home = context.generation.home
    if not _differs(context, home) and jobs.last(home, key) is None:
        return
    st.html(parts.note(_("La structure a changé : publiez-la pour que les directions la voient.")))
    if st.button(_("Publier la structure"), type="primary", key="publish_structure"):
        command = ["cockpit.cli", "refresh", "--no-forecasts", "--json"]
        jobs.start(home, key, command, {})
    st.html(words.command("cockpit", "refresh", "--no-forecasts"))
    if job := jobs.last(home, key):
        answer = jobs.answered(job, _("Publication de la structure"))
        jobs.forget(home, key)
        if "error" in answer:
            words.refuse(answer["error"])
        else:
            st.html(words.announced(*acts.published(answer)))


def _differs(context: Context, home: Home) -> bool:
    return load_structure(home.structure).units != context.units.units


def _about(tree: UnitTree, unit: Unit) -> str:
    path = " › ".join(above.label for above in reversed(tree.ancestors(unit.id)))
    opened = (
        _("ouverte le {day}").format(day=dates.numeric(unit.valid_from)) if unit.valid_from else ""
    )
    shut = (
        _("fermée après le {day}").format(day=dates.numeric(unit.valid_to)) if unit.valid_to else ""
    )
    return " · ".join(filter(None, (path, unit.id, _(LEVELS[unit.level]), opened, shut)))


def _rename(context: Context, unit: Unit) -> None:
    with _folded(_("Renommer")), st.form(f"rename_{unit.id}", border=False):
        st.html(parts.said(_("Le code et tout l'historique restent ; seul le nom affiché change.")))
        name = st.text_input(_("Nouveau nom"), unit.label, key=f"label_{unit.id}")
        sure = st.checkbox(_("Je confirme le nouveau nom"), key=f"sure_rename_{unit.id}")
        if st.form_submit_button(_("Renommer"), type="primary"):
            said = _("« {old} » s'appelle désormais « {new} ».").format(old=unit.label, new=name)
            me = words.who(context)
            home = context.generation.home
            _done(lambda: structure.rename(home, unit.id, name.strip(), me), said, sure=sure)
        st.html(words.command("cockpit", "structure", "rename", unit.id, name))


def _close(context: Context, unit: Unit) -> None:
    with _folded(_("Fermer")), st.form(f"close_{unit.id}", border=False):
        st.html(
            parts.said(
                _(
                    "Son passé reste affiché et compté dans les totaux. Des chiffres datés "
                    "d'après ce jour seront refusés."
                )
            )
        )
        last = _last_day(f"close_day_{unit.id}")
        sure = st.checkbox(_("Je confirme la fermeture"), key=f"sure_close_{unit.id}")
        if st.form_submit_button(_("Fermer l'unité"), type="primary"):
            said = _("« {name} » ferme après le {day}.").format(
                name=unit.label, day=dates.numeric(last)
            )
            me = words.who(context)
            home = context.generation.home
            _done(lambda: structure.close(home, unit.id, last, me), said, sure=sure)
        st.html(words.command("cockpit", "structure", "close", unit.id, last.isoformat()))


def _merge(context: Context, tree: UnitTree, unit: Unit) -> None:
    beside = [
        one
        for one in (tree.children(unit.parent) if unit.parent else ())
        if one.level == unit.level and one.id != unit.id and one.valid_to is None
    ]
    if unit.level not in {"pole", "service", "uf"}:
        return
    with _folded(_("Regrouper")), st.form(f"merge_{unit.id}", border=False):
        st.html(
            parts.said(
                _(
                    "Les unités reprises ferment et gardent leurs lignes ; leur passé est montré "
                    "par celle qui les reprend, et les totaux au-dessus ne bougent pas."
                )
            )
        )
        names = {str(one.id): f"{one.label} ({one.id})" for one in beside}
        also = st.multiselect(
            _("Avec"), list(names), format_func=names.__getitem__, key=f"also_{unit.id}"
        )
        into = st.text_input(_("Code de l'unité qui reprend"), key=f"into_{unit.id}")
        name = st.text_input(
            _("Nom de l'unité qui reprend"), unit.label, key=f"into_name_{unit.id}"
        )
        last = _last_day(f"merge_day_{unit.id}")
        sure = st.checkbox(_("Je confirme le regroupement"), key=f"sure_merge_{unit.id}")
        if st.form_submit_button(_("Regrouper"), type="primary"):
            codes = [unit.id, *also]
            said = ngettext(
                "{n} unité reprise par « {name} » après le {day}.",
                "{n} unités reprises par « {name} » après le {day}.",
                len(codes),
            ).format(n=len(codes), name=name, day=dates.numeric(last))
            me = words.who(context)
            home = context.generation.home
            _done(
                lambda: structure.merge(home, codes, into.strip(), name.strip(), last, me),
                said,
                sure=sure,
            )
        line = (
            "structure",
            "merge",
            unit.id,
            "…",
            "--into",
            "CODE",
            "--last-day",
            last.isoformat(),
        )
        st.html(words.command("cockpit", *line))


def _folded(title: str) -> st.delta_generator.DeltaGenerator:
    return st.expander(title)


def _last_day(key: str) -> date:
    found = st.date_input(_("Dernier jour"), clock.today(), format=_DAY, key=key)
    if not isinstance(found, date):
        raise BadRequest(field="last_day", expected=mark("un jour"))
    return found


def _done(act: Callable[[], object], said: str, *, sure: bool) -> None:
    """Do it if it was confirmed, then say it at the top of the tree."""
    if not sure:
        words.refuse(_("Rien n'a été changé : cochez la confirmation."))
        return
    try:
        act()
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    words.tell(f"{said} " + _("La prochaine publication le montre."))
    words.go("structure")
