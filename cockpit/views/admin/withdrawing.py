"""Taking back figures that a source has published: what would go, then done once confirmed."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from cockpit.administer import withdrawals
from cockpit.administer.sources import SourceState
from cockpit.administer.withdrawals import Effect
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import label, ngettext
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId
from cockpit.views import dates, french, parts, tables
from cockpit.views.admin import acts, jobs, words
from cockpit.views.context import Context
from cockpit.warehouse.withdrawal import Withdrawal

_DAY = "DD/MM/YYYY"


def show(context: Context, one: SourceState) -> None:
    """What to take back, how many figures and which KPIs that is, and the button."""
    st.html(
        words.panel(
            _("Retirer des chiffres"),
            _(
                "Les chiffres que cette source a publiés quittent les écrans ; ceux qu'une autre "
                "source n'a pas pu donner à cause d'eux entrent alors. « Générations » permet d'y "
                "revenir."
            ),
        )
    )
    _told(context, one)
    whole = withdrawals.effect(context.generation, Withdrawal(one.name))
    if not whole.figures:
        st.html(parts.empty(_("Cette source n'a aucun chiffre publié.")))
        return
    asked = _asked(one, whole)
    try:
        found = withdrawals.effect(context.generation, asked)
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    _preview(found)
    sure = st.checkbox(_("Je confirme le retrait"), key=f"sure_withdraw_{one.name}")
    if st.button(_("Retirer ces chiffres"), type="primary", key="do_withdraw"):
        _do(context, asked, sure=sure)
    st.html(words.command("cockpit", "source", "withdraw", one.name, *_options(asked)))


def _asked(one: SourceState, whole: Effect) -> Withdrawal:
    names = {found.measure: label(MEASURES[MeasureId(found.measure)]) for found in whole.given}
    measure = st.selectbox(
        _("Mesure"),
        ["", *names],
        key=f"withdraw_{one.name}",
        format_func=lambda name: names.get(name) or _("(toutes)"),
    )
    first, last = st.columns(2)
    return Withdrawal(
        one.name,
        measure or "",
        _day(first.date_input(_("Depuis le"), None, format=_DAY, key="withdraw_first")),
        _day(last.date_input(_("Jusqu'au"), None, format=_DAY, key="withdraw_last")),
    )


def _day(given: Any) -> date | None:
    return given if isinstance(given, date) else None


def _preview(found: Effect) -> None:
    count = ngettext("{n} chiffre", "{n} chiffres", found.figures)
    st.html(parts.section(_("Ce qui partirait"), count.format(n=french.number(found.figures))))
    columns = [
        tables.Column(_("Mesure"), number=False),
        tables.Column(_("Chiffres")),
        tables.Column(_("Premier jour")),
        tables.Column(_("Dernier jour")),
    ]
    rows = [
        (
            label(MEASURES[MeasureId(one.measure)]),
            french.number(one.figures),
            dates.numeric(one.first),
            dates.numeric(one.last),
        )
        for one in found.given
    ]
    st.html(tables.table(_("Chiffres publiés par cette source, par mesure"), columns, rows))
    named = ", ".join(label(kpi) for kpi in found.kpis) or _("(aucun)")
    st.html(parts.said(_("Indicateurs concernés : {names}.").format(names=named)))


def _options(asked: Withdrawal) -> list[str]:
    given = {
        "--measure": asked.measure,
        "--from": asked.first.isoformat() if asked.first else "",
        "--to": asked.last.isoformat() if asked.last else "",
    }
    return [*(word for name, text in given.items() if text for word in (name, text)), "--yes"]


def _do(context: Context, asked: Withdrawal, *, sure: bool) -> None:
    if not sure:
        words.refuse(_("Rien n'a été changé : cochez la confirmation."))
        return
    acts.ask(
        context,
        ("withdraw", asked.source),
        {
            "do": "withdraw",
            "source": asked.source,
            "measure": asked.measure,
            "first": asked.first.isoformat() if asked.first else "",
            "last": asked.last.isoformat() if asked.last else "",
            "who": words.who(context),
        },
    )
    st.rerun()


def _told(context: Context, one: SourceState) -> None:
    """What the withdrawal that was asked for did; its progress while it runs."""
    key = ("withdraw", one.name)
    if (job := jobs.last(context.generation.home, key)) is None:
        return
    answer = jobs.answered(job, _("Retrait en cours"))
    jobs.forget(context.generation.home, key)
    if "error" in answer:
        words.refuse(answer["error"])
        return
    said = ngettext("{n} chiffre retiré.", "{n} chiffres retirés.", answer["figures"])
    words.tell(said.format(n=french.number(answer["figures"])))
    words.go("source", source=one.name)
