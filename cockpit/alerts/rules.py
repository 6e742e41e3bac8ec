"""The rules: one entry each. Levels, owner and lever are the KPI's own unless a rule says other.

To add one: a `Rule(...)` below. `set_for` is in judged periods (days, weeks or months): how
long the level must last before anyone is told. What touches patients is told before what touches
management, whatever its unit; of two alerts as old, the order of the table decides.
"""

from __future__ import annotations

from cockpit.alerts.model import Rule
from cockpit.kpi.model import Grain, KpiId

FORECAST_SUFFIX = "_forecast"
"""What the id of a rule takes when its level is only expected."""

_HOSPITAL = ("group", "establishment")
_SITES = ("establishment",)
_TOP = ("group",)

STRAIN = frozenset({"het_tension_index_level", "boarders_now_level", "bjml_gap_level"})
"""Rules that are told before all others: a night on call can still change them."""


def _rule(
    kpi: str, levels: tuple[str, ...] = _HOSPITAL, set_for: int = 1, *, grain: Grain | None = None
) -> Rule:
    return Rule(id=f"{kpi}_level", kpi=KpiId(kpi), levels=levels, set_for=set_for, grain=grain)


_PATIENTS: tuple[Rule, ...] = (
    # Strain
    _rule("het_tension_index", _SITES),
    _rule("boarders_now", _SITES),
    _rule("bjml_gap", _SITES),
    # Emergency department
    _rule("ed_los_median", _SITES, set_for=2),
    _rule("ed_los_over_8h_rate", _SITES, set_for=2),
    _rule("ed_first_doctor_median", _SITES, set_for=2),
    _rule("ed_lwbs_rate", _SITES, set_for=2),
    # Beds: two days running before a ward speaks (domain: "> 95 % med 2 days running")
    _rule("boarding_nights", _SITES, set_for=3),
    _rule("bed_occupancy_rate", _SITES, set_for=2),
    Rule(
        id="ward_saturation",
        kpi=KpiId("bed_occupancy_rate"),
        levels=("service", "uf"),
        set_for=2,
        side="high",
        least="red",
        disciplines=("MED",),
    ),
    _rule("bed_occupancy_now", _SITES, set_for=2),
    _rule("beds_closed_rate", _HOSPITAL, set_for=2),
    _rule("beds_open"),
    _rule("long_stays_present", _SITES, set_for=2),
    _rule("outlier_rate", _SITES, set_for=2),
    _rule("frozen_beds_mdro", _SITES),
    _rule("downstream_waiting", _HOSPITAL, set_for=2),
    _rule("expected_discharge_filled_rate", _SITES, grain=Grain.WEEK),
    _rule("discharge_before_noon_rate", _SITES, grain=Grain.WEEK),
    # Safety
    _rule("serious_adverse_events"),
    _rule("critical_app_availability", grain=Grain.WEEK),
)
"""What touches the patients of tonight: no revenue comes before it."""

_MANAGEMENT: tuple[Rule, ...] = (
    # Activity
    _rule("mco_stays"),
    _rule("mco_ambulatory_stays"),
    _rule("sessions"),
    _rule("alos_full", set_for=2),
    _rule("surgery_ambulatory_rate"),
    _rule("ip_dms"),
    _rule("outpatient_visits"),
    _rule("readmission_30d_rate"),
    _rule("or_occupancy_rate", _SITES, grain=Grain.WEEK),
    _rule("or_late_cancellation_rate", _SITES, grain=Grain.WEEK),
    # Finance: the home tiles first; balance-sheet figures belong to the whole legal entity
    _rule("t2a_gap_to_target"),
    _rule("year_end_landing"),
    _rule("cash_position", _TOP, set_for=2),
    _rule("cash_days", _TOP, set_for=2),
    _rule("eprd_variance"),
    _rule("expense_by_title"),
    _rule("revenue_by_title"),
    _rule("t2a_revenue"),
    _rule("eprd_execution_rate"),
    _rule("supplier_payment_days", _TOP),
    _rule("supplier_overdue_amount", _TOP),
    _rule("dso_days", _TOP),
    _rule("gross_margin_rate", _TOP),
    _rule("caf_rate", _TOP),
    _rule("debt_ratio", _TOP),
    _rule("debt_repayment_years", _TOP),
    _rule("coding_completeness", grain=Grain.MONTH),
    _rule("coding_delay_median"),
    # Workforce
    _rule("absence_rate"),
    _rule("fte_paid"),
    _rule("fte_gap_to_budget"),
    _rule("payroll"),
    _rule("short_absence_rate"),
    _rule("work_accident_frequency", _TOP),
    _rule("turnover_rate"),
    _rule("vacancy_rate"),
    _rule("overtime_hours_per_fte"),
    _rule("temp_staff_cost"),
    # Quality and digital
    _rule("esatis_score"),
    _rule("esatis_response_rate"),
    _rule("ifaq_amount"),
    _rule("discharge_letter_d0_rate"),
    _rule("digital_budget_share", _TOP),
    _rule("ins_qualified_rate"),
    _rule("cyber_readiness_score"),
    _rule("forecast_quality", _TOP, set_for=7),
)

RULES: tuple[Rule, ...] = (*_PATIENTS, *_MANAGEMENT)

_SAFETY = frozenset(rule.id for rule in _PATIENTS)


def concern(rule: str) -> int:
    """0 for strain, 1 for what else touches patients tonight, 2 for the rest."""
    known = rule.removesuffix(FORECAST_SUFFIX)
    return 0 if known in STRAIN else 1 if known in _SAFETY else 2
