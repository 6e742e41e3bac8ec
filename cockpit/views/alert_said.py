"""What readers say of an alert on its sheet: a decision, and whether it was worth hearing of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cockpit.alerts.desk import decisions as desk
from cockpit.i18n import gettext as _
from cockpit.kpi.model import UnitId
from cockpit.views import alert_votes, decision_form, parts
from cockpit.views.decision_form import Proposed
from cockpit.views.screens import decisions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.alerts.desk.inbox import Item
    from cockpit.alerts.desk.keep import Kept
    from cockpit.alerts.model import Alert
    from cockpit.kpi.model import Kpi
    from cockpit.views.context import Context


def show(context: Context, kpi: Kpi | None, item: Item | None, told: Sequence[Kept]) -> None:
    """About the episode that is open, else the last one; nothing without any. told: the newest
    first, all of which the reader may touch."""
    if not told:
        return
    kept = told[0]
    asked = (decisions.NEW, str(kept.id))
    if (context.params.act, context.params.code) == asked:
        with st.container(key="decision_form"):
            st.html(parts.section(_("Décider"), kept.unit_label))
            decision_form.form(context, _proposed(kpi, item.alert if item else None, kept))
    elif st.button(_("Décider"), key=f"decide_{kept.id}", width="stretch"):
        st.query_params["act"], st.query_params["code"] = asked
        st.rerun()
    ids = {one.id for one in told}
    every = desk.decisions(context.generation, context.scope, context.kpis)
    if taken := [one for one in every if one.decision.episode in ids]:
        st.html(parts.section(_("Décisions prises"), _("à cette unité")))
        st.html(decisions.stack(context, taken))
    alert_votes.box(context, kept)


def _proposed(kpi: Kpi | None, alert: Alert | None, kept: Kept) -> Proposed:
    """The KPI and the unit of the alert, and what brings the figure back to its level."""
    back = None
    if alert is not None and alert.value is not None and alert.level is not None:
        back = alert.level - alert.value
    return Proposed(
        kpi=kpi,
        unit=UnitId(kept.episode.unit),
        facet=kept.facet,
        owner=alert.owner_fr if alert else "",
        episode=kept.id,
        back=back,
    )
