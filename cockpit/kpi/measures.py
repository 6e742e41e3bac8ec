"""The measures that sources report: one line each, in the order of the catalogue.

A source maps its columns to these names (`[mapping.measures]`); a KPI is made of them. A measure
keeps one unit and one period length for ever: a change of either is a new measure.
"""

from __future__ import annotations

from cockpit.kpi.model import Measure, MeasureId, MeasureKind, OverTime, Step


def _measure(
    name: str,
    label_fr: str,
    label_en: str,
    unit: str,
    *,
    kind: MeasureKind = "flow",
    step: Step = "day",
    facet: str | None = None,
    over_time: OverTime | None = None,
    sensitive: str | None = None,
) -> Measure:
    return Measure(
        id=MeasureId(name),
        label_fr=label_fr,
        label_en=label_en,
        kind=kind,
        step=step,
        unit=unit,
        facet=facet,
        over_time=over_time or ("last" if kind == "stock" else "sum"),
        sensitive=sensitive,  # type: ignore[arg-type]  # checked by tests/kpi/test_measures.py
    )


_ACTIVITY = (
    _measure("mco_stays", "Séjours MCO", "MCO stays", "séjours", facet="stay_type"),
    _measure("mco_nights", "Nuitées MCO", "MCO nights", "nuitées"),
    _measure("mco_passages", "Passages en UF (RUM)", "Unit stays", "passages", facet="stay_type"),
    _measure("mco_passage_nights", "Nuitées des passages", "Unit stay nights", "nuitées"),
    _measure(
        "surgery_stays",
        "Séjours chirurgicaux",
        "Surgical stays",
        "séjours",
        step="month",
        facet="stay_type",
    ),
    _measure("sessions", "Séances", "Sessions", "séances", facet="session_type"),
    _measure("los_actual_days", "Journées réelles", "Actual days", "journées", step="month"),
    _measure("los_expected_days", "Journées attendues", "Expected days", "journées", step="month"),
    _measure("ghs_value_eur", "Valorisation GHS", "GHS value", "€", step="month"),
    _measure("valued_stays", "Séjours valorisés", "Valued stays", "séjours", step="month"),
    _measure(
        "outpatient_visits",
        "Consultations externes",
        "Outpatient visits",
        "venues",
        facet="specialty",
    ),
    _measure("births", "Accouchements", "Births", "accouchements"),
    _measure("ed_visits", "Passages aux urgences", "ED visits", "passages", facet="age_band"),
    _measure(
        "ed_admissions",
        "Hospitalisations après urgences",
        "Admissions after ED",
        "patients",
        facet="destination",
    ),
    _measure(
        "ed_visits_known_outcome", "Passages avec mode de sortie", "Visits with outcome", "passages"
    ),
    _measure(
        "ed_los_minutes",
        "Durées de passage (histogramme)",
        "ED length of stay (histogram)",
        "passages",
        kind="distribution",
        facet="minutes",
    ),
    _measure("ed_visits_over_8h", "Passages de plus de 8 h", "Visits over 8 h", "passages"),
    _measure(
        "ed_visits_valid_duration", "Passages avec durée valide", "Visits with duration", "passages"
    ),
    _measure(
        "ed_first_doctor_minutes",
        "Délais de premier contact (histogramme)",
        "Time to first doctor (histogram)",
        "passages",
        kind="distribution",
        facet="minutes",
    ),
    _measure("ed_left_without_care", "Départs sans soins", "Left without being seen", "patients"),
    _measure("ed_present_15h", "Présents à 15 h", "Present at 15:00", "patients", kind="stock"),
    _measure("ed_admitted_minutes", "Durée des admis", "Minutes of admitted", "minutes"),
    _measure("ed_admitted_valid", "Admis avec durée valide", "Admitted with duration", "patients"),
    _measure(
        "readmission_eligible", "Séjours éligibles RH30", "Eligible stays", "séjours", step="month"
    ),
    _measure(
        "readmission_30d", "Réhospitalisations 30 j", "30-day readmissions", "séjours", step="month"
    ),
    _measure("or_used_minutes", "Occupation réelle des salles", "Theatre minutes used", "minutes"),
    _measure("or_open_minutes", "Vacations ouvertes", "Theatre minutes open", "minutes"),
    _measure("or_scheduled", "Interventions programmées", "Scheduled operations", "interventions"),
    _measure(
        "or_cancelled_late",
        "Déprogrammations < 24 h",
        "Late cancellations",
        "interventions",
        facet="motive",
    ),
)

_BEDS = (
    _measure("beds_installed", "Lits installés", "Installed beds", "lits", kind="stock"),
    _measure("beds_open", "Lits ouverts", "Staffed beds", "lits", kind="stock"),
    _measure("beds_closed", "Lits fermés", "Closed beds", "lits", kind="stock", facet="motive"),
    _measure(
        "patients_midnight", "Présents à minuit", "Patients at midnight", "patients", kind="stock"
    ),
    _measure(
        "adt_patients_midnight",
        "Présents à minuit vus des mouvements",
        "Inpatients at midnight from movements",
        "patients",
        kind="stock",
    ),
    _measure("patients_0800", "Présents à 8 h", "Patients at 08:00", "patients", kind="stock"),
    _measure("patients_1800", "Présents à 18 h", "Patients at 18:00", "patients", kind="stock"),
    _measure("beds_open_0800", "Lits ouverts à 8 h", "Open beds at 08:00", "lits", kind="stock"),
    _measure(
        "beds_available_0800",
        "Lits disponibles à 8 h",
        "Available beds at 08:00",
        "lits",
        kind="stock",
        facet="discipline",
    ),
    _measure("bed_exits", "Sorties d'hospitalisation", "Inpatient exits", "sorties"),
    _measure("exits_announced", "Sorties annoncées du jour", "Announced exits", "sorties"),
    _measure("entries_planned", "Entrées programmées du jour", "Planned entries", "entrées"),
    _measure(
        "stay_nights",
        "Durées de séjour (histogramme)",
        "Lengths of stay (histogram)",
        "séjours",
        kind="distribution",
        facet="nights",
    ),
    _measure("exits_eligible", "Sorties (hors décès)", "Exits (deaths excluded)", "sorties"),
    _measure("exits_before_noon", "Sorties avant midi", "Exits before noon", "sorties"),
    _measure(
        "boarders_0800",
        "Patients en attente de lit à 8 h",
        "Boarders at 08:00",
        "patients",
        kind="stock",
        facet="age_band",
    ),
    _measure("boarding_nights", "Nuits-brancard", "Stretcher nights", "nuits"),
    _measure(
        "long_stays_present", "Séjours longs présents", "Long stays", "patients", kind="stock"
    ),
    _measure("inpatients_24h", "Présents > 24 h", "Inpatients > 24 h", "patients", kind="stock"),
    _measure(
        "edd_filled", "DPS renseignées", "Expected discharge filled", "patients", kind="stock"
    ),
    _measure("outliers", "Patients hébergés", "Outliers", "patients", kind="stock"),
    _measure("frozen_beds", "Lits gelés BMR/BHRe", "Frozen beds", "lits", kind="stock"),
    _measure(
        "downstream_waiting",
        "Patients en attente d'aval",
        "Waiting for downstream",
        "patients",
        kind="stock",
        facet="downstream",
    ),
)

_FINANCE = (
    _measure(
        "t2a_coded_eur", "T2A codée, par date de sortie", "Coded revenue", "€", facet="revenue_item"
    ),
    _measure(
        "t2a_estimated_eur",
        "T2A estimée (codée + non codée)",
        "Estimated revenue",
        "€",
        facet="revenue_item",
    ),
    _measure("closed_stays", "Séjours clos", "Closed stays", "séjours"),
    _measure("coded_stays", "Séjours codés", "Coded stays", "séjours"),
    _measure(
        "coding_delay_days",
        "Délais de codage (histogramme)",
        "Coding delays (histogram)",
        "séjours",
        kind="distribution",
        step="month",
        facet="days",
    ),
    _measure("revenue_eur", "Produits", "Revenue", "€", step="month", facet="account"),
    _measure("expense_eur", "Charges", "Expenses", "€", step="month", facet="account"),
    _measure(
        "committed_eur", "Charges engagées", "Commitments", "€", step="month", facet="account"
    ),
    _measure("cash_eur", "Solde du compte au Trésor", "Treasury balance", "€", kind="stock"),
    _measure("credit_lines_eur", "Lignes de trésorerie tirées", "Drawn credit", "€", kind="stock"),
    _measure(
        "receivables_eur",
        "Créances (c/411)",
        "Receivables",
        "€",
        kind="stock",
        step="month",
        facet="payer",
    ),
    _measure(
        "invoiced_eur", "Produits facturés", "Invoiced revenue", "€", step="month", facet="payer"
    ),
    _measure(
        "supplier_paid_eur", "Factures payées", "Invoices paid", "€", step="month", facet="family"
    ),
    _measure(
        "supplier_paid_eur_days",
        "Factures payées x délai",
        "Invoices paid x days",
        "€·j",
        step="month",
        facet="family",
    ),
    _measure(
        "supplier_overdue_eur",
        "Dettes échues",
        "Overdue supplier debt",
        "€",
        kind="stock",
        step="month",
        facet="age_band",
    ),
    _measure("debt_eur", "Encours de dette (c/16)", "Debt", "€", kind="stock", step="month"),
)

_WORKFORCE = (
    _measure(
        "fte_paid",
        "ETP rémunérés",
        "Paid FTE",
        "ETP",
        kind="stock",
        step="month",
        facet="profession",
        over_time="mean",
        sensitive="agents",
    ),
    _measure(
        "headcount",
        "Effectif physique",
        "Headcount",
        "agents",
        kind="stock",
        step="month",
        facet="status",
        over_time="mean",
        sensitive="agents",
    ),
    _measure(
        "absence_days",
        "Jours d'absence",
        "Absence days",
        "jours",
        step="month",
        facet="motive",
        sensitive="agents",
    ),
    _measure("absence_days_short", "Jours d'absence courte", "Short absence days", "jours"),
    _measure("fte_planned", "ETP planifiés", "Rostered FTE", "ETP", kind="stock", over_time="mean"),
    _measure(
        "work_accidents",
        "Accidents du travail avec arrêt",
        "Work accidents",
        "accidents",
        step="month",
    ),
    _measure("hours_worked", "Heures travaillées", "Hours worked", "heures", step="month"),
    _measure("staff_entries", "Entrées", "Entries", "agents", step="month", facet="profession"),
    _measure("staff_exits", "Sorties", "Exits", "agents", step="month", facet="profession"),
    _measure(
        "posts_budgeted",
        "Postes budgétés",
        "Budgeted posts",
        "postes",
        kind="stock",
        step="month",
        facet="profession",
    ),
    _measure(
        "posts_filled",
        "Postes pourvus",
        "Filled posts",
        "postes",
        kind="stock",
        step="month",
        facet="profession",
    ),
    _measure(
        "overtime_hours",
        "Heures supplémentaires",
        "Overtime",
        "heures",
        step="month",
        facet="profession",
    ),
    _measure(
        "temp_staff_eur",
        "Intérim et remplacements",
        "Temporary staff",
        "€",
        step="month",
        facet="profession",
    ),
    _measure(
        "hr_payroll_eur",
        "Masse salariale vue de la paie",
        "Payroll as HR counts it",
        "€",
        step="month",
        facet="profession",
    ),
)

_QUALITY = (
    _measure(
        "esatis_points", "Score e-Satis x répondants", "e-Satis points", "points", step="month"
    ),
    _measure(
        "esatis_respondents", "Répondants e-Satis", "e-Satis respondents", "patients", step="month"
    ),
    _measure(
        "esatis_sent", "Questionnaires envoyés", "Questionnaires sent", "patients", step="month"
    ),
    _measure(
        "serious_adverse_events",
        "EIGS déclarés",
        "Serious adverse events",
        "événements",
        step="month",
    ),
    _measure("ifaq_eur", "Dotation IFAQ", "Quality payment", "€", step="month", facet="criterion"),
    _measure("letters_expected", "Lettres attendues", "Letters expected", "séjours", step="month"),
    _measure("letters_d0", "Lettres à J0", "Letters on day 0", "séjours", step="month"),
    _measure(
        "digital_expense_eur",
        "Charges numériques",
        "Digital expenses",
        "€",
        step="month",
        facet="nature",
    ),
    _measure("ins_eligible", "Venues à qualifier", "Visits to qualify", "venues", step="month"),
    _measure(
        "ins_qualified", "Venues avec INS qualifiée", "Visits with INS", "venues", step="month"
    ),
    _measure(
        "cyber_checks",
        "Contrôles cyber",
        "Cyber checks",
        "contrôles",
        kind="stock",
        step="month",
        facet="check",
    ),
    _measure(
        "cyber_checks_passed",
        "Contrôles cyber réussis",
        "Cyber checks passed",
        "contrôles",
        kind="stock",
        step="month",
        facet="check",
    ),
    _measure(
        "app_minutes",
        "Minutes d'ouverture attendues",
        "Service minutes",
        "minutes",
        facet="application",
    ),
    _measure(
        "app_down_minutes",
        "Minutes d'arrêt non prévu",
        "Unplanned down minutes",
        "minutes",
        facet="application",
    ),
)

MEASURES: dict[MeasureId, Measure] = {
    measure.id: measure for measure in (*_ACTIVITY, *_BEDS, *_FINANCE, *_WORKFORCE, *_QUALITY)
}
