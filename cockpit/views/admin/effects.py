"""Before anything is published: rows as mapped, refused ones, and what each KPI would become."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.i18n import label, ngettext
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Grain, KpiId, MeasureId, UnitId
from cockpit.series.model import Status
from cockpit.views import dates, facets, french, parts, tables
from cockpit.views.admin import acts, jobs, source, words
from cockpit.views.context import Context
from cockpit.views.parts import Html

_FIRST = 12

Json = dict[str, Any]


def show(context: Context) -> None:
    """The preview of the source of the address, once asked for. Raises BadRequest."""
    one = source.named(context)
    up = words.at(context, "source", source=one.name)
    key = ("preview", one.name, one.version, str(context.generation.id))
    st.html(
        parts.column(
            words.back(one.label, up),
            words.panel(
                _("Aperçu"),
                _(
                    "Ce qui attend dans la source est lu et calculé à part : personne ne le voit, "
                    "rien n'est publié."
                ),
            ),
        )
    )
    job = jobs.last(context.generation.home, key)
    if st.button(
        _("Refaire l'aperçu") if job else _("Lancer l'aperçu"),
        type="secondary" if job else "primary",
        key="do_preview",
    ):
        job = acts.ask(context, key, {"do": "preview", "source": one.name})
    st.html(words.command("cockpit", "source", "preview", one.name))
    if job is None:
        return
    answer = jobs.answered(job, _("Aperçu en cours"))
    if "error" in answer:
        words.refuse(answer["error"])
        return
    draw(context, answer, words.at(context, "source", source=one.name, act="publish"))


def draw(context: Context, answer: Json, publish: str) -> None:
    """Summary, effects, rows, refusals; then the way to publish."""
    for one in answer["whole"]:
        st.html(words.announced(one, Status.RED))
    if not answer["files"]:
        if not answer["whole"]:
            st.html(parts.empty(_("Rien de nouveau dans cette source.")))
        return
    st.html(words.announced(summary(answer["files"]), Status.NONE))
    for one in answer.get("warnings", ()):
        st.html(words.announced(one, Status.AMBER))
    _changes(context, answer)
    if answer["publishable"]:
        st.html(words.buttons(words.button(_("Publier ces chiffres"), publish, main=True)))
    st.html(parts.section(_("Lignes comme elles seront lues"), _("les premières")))
    st.html(rows_table(context, answer["rows"]))
    if answer["refusals"]:
        st.html(parts.section(_("Lignes refusées"), _("les premières")))
        st.html(_refused_table(answer["refusals"]))


def summary(files: Sequence[Json]) -> str:
    """What was read, in one sentence."""
    accepted, refused = (sum(one[name] for one in files) for name in ("accepted", "refused"))
    first = files[0]["file"]
    if len(files) > 1:
        first = _("{n} livraisons, de {first} à {last}").format(
            n=len(files), first=first, last=files[-1]["file"]
        )
    said = ngettext("{n} ligne acceptée", "{n} lignes acceptées", accepted)
    no = ngettext("{n} refusée", "{n} refusées", refused)
    return _("{file} : {accepted}, {refused}.").format(
        file=first,
        accepted=said.format(n=french.number(accepted)),
        refused=no.format(n=french.number(refused)),
    )


def _changes(context: Context, answer: Json) -> None:
    found = answer["effects"]
    count = ngettext("{n} chiffre", "{n} chiffres", answer["changed"])
    st.html(parts.section(_("Effet sur les indicateurs"), count.format(n=answer["changed"])))
    if not found:
        st.html(parts.empty(_("Aucun indicateur ne changerait.")))
        return
    st.html(effects_table(context, found[:_FIRST]))
    if rest := found[_FIRST:]:
        with st.expander(_("Voir les {n} autres").format(n=len(rest))):
            st.html(effects_table(context, rest))


def effects_table(context: Context, found: Sequence[Json]) -> str:
    """Before and after, largest first; each row names the KPI, the unit and the period."""
    columns = [
        tables.Column(_("Indicateur"), number=False),
        tables.Column(_("Avant")),
        tables.Column(_("Après")),
        tables.Column(_("Écart")),
    ]
    rows = [_row(context, one) for one in found if KpiId(one["kpi"]) in context.kpis]
    return tables.table(
        _("Avant et après publication, le plus grand écart en premier"), columns, rows
    )


def _row(context: Context, one: Json) -> tuple[str, str, str, str]:
    kpi = context.kpis[KpiId(one["kpi"])]
    before, after = one["before"], one["after"]
    where = unit_name(context, one["unit"])
    when = dates.named(date.fromisoformat(one["period"]), Grain(one["grain"]))
    if one["periods"] > 1:
        when += " " + _("et {n} autres").format(n=one["periods"] - 1)
    small = parts.html(f"{where} · {when}")
    if before is None or after is None:
        gap = _("nouveau") if before is None else _("disparaît")
    else:
        gap = tables.signed(kpi, after - before)
    name = Html(f'{parts.html(label(kpi))}<br><small class="ck-muted">{small}</small>')
    return name, french.value(kpi, before), french.value(kpi, after), gap


def unit_name(context: Context, code: str) -> str:
    """A unit's label; its code when this generation does not know it yet."""
    return context.units.get(UnitId(code)).label if code in context.units else code


def rows_table(context: Context, rows: Sequence[Json]) -> str:
    """Observations: measure, unit, day, breakdown, value."""
    columns = [
        tables.Column(_("Mesure"), number=False),
        tables.Column(_("Unité"), number=False),
        tables.Column(_("Jour"), number=False),
        tables.Column(_("Découpage"), number=False),
        tables.Column(_("Valeur")),
    ]
    listed = [
        (
            label(MEASURES[MeasureId(row["measure"])]),
            unit_name(context, row["unit"]),
            dates.numeric(date.fromisoformat(row["day"])),
            _facet(row),
            french.number(row["value"], 0 if float(row["value"]).is_integer() else 2),
        )
        for row in rows
    ]
    return tables.table(_("Observations tirées de la source"), columns, listed)


def _facet(row: Json) -> str:
    said = facets.label(row["facet"]) if row["facet"] else ""
    scenario = "" if row["scenario"] == "actual" else row["scenario"]
    return " · ".join(filter(None, (said, scenario)))


def _refused_table(rows: Sequence[Json]) -> str:
    columns = [
        tables.Column(_("Fichier"), number=False),
        tables.Column(_("Ligne")),
        tables.Column(_("Colonne"), number=False),
        tables.Column(_("Motif"), number=False, wide=True),
    ]
    listed = [
        (row["file"], french.number(row["line"]), row["column"], row["reason"]) for row in rows
    ]
    return tables.table(_("Lignes mises en quarantaine"), columns, listed)
