"""Workforce: paid staff, payroll, absence, turnover, overtime, temporary staff."""

from __future__ import annotations

from cockpit.kpi.model import Domain, Kpi, KpiId, Threshold
from cockpit.kpi.terms import term, unit_days

SIRH = "SIRH (paie), DSN"
WAITING_SIRH = "export mensuel du SIRH"
PLANNING = "Gestion du temps de travail (planning)"

# fmt: off
WORKFORCE: tuple[Kpi, ...] = (
    Kpi(
        id=KpiId("fte_paid"), domain=Domain.WORKFORCE,
        label_fr="ETP rémunérés (ETPR)", label_en="Paid full-time equivalents",
        short_fr="ETP rémunérés", short_en="Paid FTE",
        definition_fr="Agents payés dans le mois, au prorata de leur quotité et de leurs jours "
        "payés. Sur une période, c'est la moyenne des mois. Ni l'effectif physique, ni les ETP au "
        "contrat.",
        definition_en="Staff paid in the month, in proportion to their working share and paid "
        "days. Over a period, the mean of the months. Neither headcount nor contract FTE.",
        unit="ETP", direction="band", step="month", decimals=1,
        numerator=(term("fte_paid"),),
        additive="units", aggregation="mean",
        threshold=Threshold(on="gap_pct", against="budget", low_amber=-3, amber=0.5, red=1),
        reference_fr="TPER : tableau prévisionnel des effectifs rémunérés de l'EPRD.",
        alert_fr="+0,5 % au TPER (vigilance), +1 % (alerte) ; -3 % : postes à pourvoir.",
        source_fr=SIRH, waiting_for=WAITING_SIRH, owner_fr="DRH",
        lever_fr="Arbitrer en commission hebdomadaire chaque recrutement du pôle au-dessus de son "
        "TPER",
        facet_label_fr="Métier",
    ),
    Kpi(
        id=KpiId("fte_gap_to_budget"), domain=Domain.WORKFORCE,
        label_fr="Écart des ETPR au TPER", label_en="Gap to authorised FTE",
        short_fr="Écart au TPER", short_en="FTE gap to budget",
        definition_fr="ETP rémunérés moins ETP autorisés au TPER, en moyenne des mois. Positif : "
        "plus d'agents payés que prévu.",
        definition_en="Paid FTE minus authorised FTE, as a mean of months. Positive: more staff "
        "paid than planned.",
        unit="ETP", direction="band", step="month", decimals=1, target=0,
        numerator=(term("fte_paid"), term("fte_paid", sign=-1, scenario="budget")),
        additive="units", aggregation="mean",
        threshold=Threshold(amber=10, red=20),
        reference_fr="0 : le TPER voté.",
        alert_fr="+10 ETP (vigilance), +20 ETP (alerte) ; -3 % sur les IDE.",
        source_fr=SIRH + ", TPER", waiting_for=WAITING_SIRH + " avec le TPER", owner_fr="DRH",
        lever_fr="Revoir les remplacements et renforts non financés du pôle en dépassement",
        facet_label_fr="Métier",
    ),
    Kpi(
        id=KpiId("payroll"), domain=Domain.WORKFORCE,
        label_fr="Masse salariale (titre 1)", label_en="Payroll (title 1)",
        short_fr="Masse salariale", short_en="Payroll",
        definition_fr="Charges du titre 1 : rémunérations médicales et non médicales, charges "
        "sociales, impôts sur salaires et personnel extérieur (intérim).",
        definition_en="Title 1 expenses: medical and other pay, social charges, payroll taxes and "
        "external staff.",
        unit="€", direction="down", step="month", decimals=0,
        numerator=(term("expense_eur", "1"),),
        additive="full", aggregation="S/S",
        threshold=Threshold(on="gap_pct", against="budget", amber=0.7, red=1.5),
        reference_fr="France : +4,4 % en 2024, +5,0 % en 2023 (DREES).",
        alert_fr="+0,7 % au profil de l'EPRD (vigilance), +1,5 % (alerte).",
        source_fr="Paie et GEF", waiting_for="balance mensuelle de la GEF", owner_fr="DRH",
        lever_fr="Séparer effet prix et effet effectif, puis geler les heures supplémentaires non "
        "justifiées",
        facet_label_fr="Compte",
    ),
    Kpi(
        id=KpiId("fte_unit_cost"), domain=Domain.WORKFORCE,
        label_fr="Coût moyen par ETPR (annualisé)", label_en="Mean cost per FTE (annualised)",
        short_fr="Coût par ETP", short_en="Cost per FTE",
        definition_fr="Charges du titre 1 divisées par les ETP rémunérés cumulés en jours, "
        "ramenées à une année. Une hausse au-delà des mesures nationales signale la dérive du GVT "
        "ou de l'intérim.",
        definition_en="Title 1 expenses divided by paid FTE cumulated in days, brought to one "
        "year. A rise above national measures points to seniority drift or temporary staff.",
        unit="k€/ETP", direction="context", step="month", decimals=1, scale=365.25 / 1000,
        numerator=(term("expense_eur", "1"),),
        denominator=(unit_days("fte_paid"),),
        aggregation="RS",
        reference_fr="Repère interne : personnel non médical 48 à 52 k€, médical 110 à 125 k€.",
        alert_fr="+1,5 point au-dessus des mesures nationales.",
        source_fr=SIRH + " et GEF", waiting_for="export mensuel du SIRH et balance de la GEF",
        owner_fr="DRH",
        lever_fr="Décomposer la hausse entre mesures nationales, ancienneté, intérim et heures "
        "supplémentaires",
    ),
    Kpi(
        id=KpiId("absence_rate"), domain=Domain.WORKFORCE,
        label_fr="Taux d'absentéisme", label_en="Absence rate",
        short_fr="Absentéisme", short_en="Absence rate",
        definition_fr="Jours calendaires d'absence divisés par les ETP rémunérés cumulés en jours "
        "calendaires. Tous motifs sauf congés, RTT, formation et grève. Compter en jours ouvrés "
        "donnerait jusqu'à 1,5 point d'écart.",
        definition_en="Calendar days absent divided by paid FTE cumulated in calendar days. All "
        "motives except leave, training and strike. Counting working days would differ by up to "
        "1.5 points.",
        unit="%", direction="down", step="month", decimals=1, scale=100, target=9.9, home_rank=5,
        numerator=(term("absence_days"),),
        denominator=(unit_days("fte_paid"),),
        aggregation="RS",
        threshold=Threshold(amber=10, red=12),
        reference_fr="9,9 % dans les établissements publics de santé en 2021 (enquête FHF).",
        alert_fr="10 % (vigilance), 12 % (alerte), 15 % dans une unité, ou +1,5 point sur le même "
        "mois.",
        source_fr=PLANNING + ", " + SIRH, waiting_for=WAITING_SIRH, owner_fr="DRH",
        lever_fr="Renforcer le pool de remplacement et recevoir les cadres des trois unités les "
        "plus touchées",
        facet_label_fr="Motif",
    ),
    Kpi(
        id=KpiId("short_absence_rate"), domain=Domain.WORKFORCE,
        label_fr="Absentéisme court (5 jours au plus)", label_en="Short-term absence",
        short_fr="Absences courtes", short_en="Short absence",
        definition_fr="Jours d'absence des arrêts de cinq jours au plus divisés par les ETP "
        "planifiés cumulés en jours. C'est la part qui prévient : elle monte avant les longues "
        "absences et avec les épidémies.",
        definition_en="Days of absences of at most five days divided by rostered FTE cumulated in "
        "days. The part that warns early: it rises before long absences and with epidemics.",
        unit="%", direction="down", step="day", decimals=1, scale=100,
        numerator=(term("absence_days_short"),),
        denominator=(unit_days("fte_planned"),),
        aggregation="RS",
        threshold=Threshold(on="gap", against="last_year", amber=0.5, red=1),
        reference_fr="Repère interne : 1,0 à 1,8 %.",
        alert_fr="+0,5 point sur la même période de l'an dernier (vigilance), +1 point (alerte).",
        source_fr=PLANNING, waiting_for="export quotidien du planning", owner_fr="DRH",
        lever_fr="Mobiliser le pool et décaler les formations de la semaine",
    ),
    Kpi(
        id=KpiId("absence_by_motive"), domain=Domain.WORKFORCE,
        label_fr="Jours d'absence par motif", label_en="Absence days by motive",
        short_fr="Jours d'absence", short_en="Absence days",
        definition_fr="Jours calendaires d'absence par motif : maladie ordinaire, longue maladie, "
        "accidents et maladies professionnelles, parentalité, autres. Masqués sous 10 agents : un "
        "motif est une donnée de santé.",
        definition_en="Calendar days absent by motive: ordinary sickness, long sickness, work "
        "accidents and illness, parental, other. Hidden below 10 staff: a motive is health data.",
        unit="jours", direction="context", step="month", decimals=0,
        numerator=(term("absence_days"),),
        additive="full", aggregation="S/S",
        reference_fr="La maladie ordinaire fait environ la moitié du total (Relyens).",
        alert_fr="Un motif dont la part bouge de plus de 5 points.",
        source_fr=SIRH, waiting_for=WAITING_SIRH, owner_fr="DRH",
        lever_fr="Adapter la réponse au motif : prévention des accidents, visites de reprise, "
        "remplacement long",
        facet_label_fr="Motif",
    ),
    Kpi(
        id=KpiId("work_accident_frequency"), domain=Domain.WORKFORCE,
        label_fr="Taux de fréquence des accidents du travail (12 mois)",
        label_en="Work-accident frequency (12 months)",
        short_fr="Accidents travail", short_en="Work accidents",
        definition_fr="Accidents avec au moins un jour d'arrêt pour un million d'heures "
        "travaillées, sur douze mois glissants. Accidents de trajet exclus.",
        definition_en="Accidents with at least one day off per million hours worked, over twelve "
        "rolling months. Commuting accidents excluded.",
        unit="/M h", direction="down", step="month", decimals=1, scale=1e6,
        numerator=(term("work_accidents", span="trailing_12m"),),
        denominator=(term("hours_worked", span="trailing_12m"),),
        aggregation="RS",
        threshold=Threshold(on="gap_pct", against="last_year", amber=20, red=40),
        reference_fr="Repère interne : 25 à 35.",
        alert_fr="+20 % sur un an (vigilance), +40 % (alerte).",
        source_fr=SIRH + ", DUERP", waiting_for="accidents du travail et heures travaillées",
        owner_fr="DRH",
        lever_fr="Équiper en aides au transfert les services où la manutention domine",
    ),
    Kpi(
        id=KpiId("turnover_rate"), domain=Domain.WORKFORCE,
        label_fr="Rotation du personnel (12 mois)", label_en="Staff turnover (12 months)",
        short_fr="Rotation", short_en="Turnover",
        definition_fr="Moyenne des entrées et des sorties des douze derniers mois, divisée par "
        "l'effectif physique moyen. Les internes, qui changent tous les six mois, la gonflent "
        "s'ils sont dans la source.",
        definition_en="Mean of entries and exits over the last twelve months divided by mean "
        "headcount. Residents, who change every six months, inflate it if the source has them.",
        unit="%", direction="down", step="month", decimals=1, scale=50,
        numerator=(
            term("staff_entries", span="trailing_12m"),
            term("staff_exits", span="trailing_12m"),
        ),
        denominator=(term("headcount", over_time="mean", span="trailing_12m"),),
        aggregation="RS",
        threshold=Threshold(amber=18, red=25),
        reference_fr="Repère interne : 8 à 12 % tous métiers, 10 à 18 % pour les IDE.",
        alert_fr="18 % (vigilance), 25 % (alerte).",
        source_fr=SIRH, waiting_for="entrées et sorties mensuelles du SIRH", owner_fr="DRH",
        lever_fr="Tenir des entretiens de départ et à six mois dans les unités qui perdent leurs "
        "agents",
    ),
    Kpi(
        id=KpiId("vacancy_rate"), domain=Domain.WORKFORCE,
        label_fr="Postes vacants", label_en="Vacancy rate",
        short_fr="Postes vacants", short_en="Vacant posts",
        definition_fr="Postes budgétés non pourvus divisés par les postes budgétés, en fin de "
        "mois. Un poste tenu par un intérimaire reste vacant.",
        definition_en="Budgeted posts not filled divided by budgeted posts, at month end. A post "
        "held by temporary staff stays vacant.",
        unit="%", direction="down", step="month", decimals=1, scale=100,
        numerator=(term("posts_budgeted"), term("posts_filled", sign=-1)),
        denominator=(term("posts_budgeted"),),
        aggregation="RS",
        threshold=Threshold(amber=6, red=10),
        reference_fr="2 à 5 % des soignants (enquête FHF) ; repère interne : environ 30 % des "
        "postes statutaires de PH.",
        alert_fr="6 % (vigilance), 10 % (alerte) ; tout métier critique (IBODE, IADE, "
        "anesthésiste, urgentiste).",
        source_fr=SIRH + " et tableau des emplois", waiting_for="tableau des emplois",
        owner_fr="DRH",
        lever_fr="Lancer une campagne ciblée avec les écoles et sécuriser les contrats de fin "
        "d'études",
        facet_label_fr="Métier",
    ),
    Kpi(
        id=KpiId("overtime_hours_per_fte"), domain=Domain.WORKFORCE,
        label_fr="Heures supplémentaires par ETP et par mois",
        label_en="Overtime per FTE and month",
        short_fr="Heures supp. / ETP", short_en="Overtime per FTE",
        definition_fr="Heures supplémentaires payées ou mises en compteur, divisées par les ETP "
        "rémunérés cumulés en jours, ramenées à un mois moyen.",
        definition_en="Overtime paid or banked divided by paid FTE cumulated in days, brought to "
        "an average month.",
        unit="h/ETP", direction="down", step="month", decimals=1, scale=30.4375,
        numerator=(term("overtime_hours"),),
        denominator=(unit_days("fte_paid"),),
        aggregation="RS",
        threshold=Threshold(amber=3, red=4),
        reference_fr="Repère interne : 1,0 à 2,5 heures.",
        alert_fr="3 heures (vigilance), 4 heures (alerte) ; surveiller aussi les compteurs et "
        "CET, +5 % dans l'année.",
        source_fr=PLANNING, waiting_for="heures supplémentaires mensuelles", owner_fr="DRH",
        lever_fr="Rééquilibrer les roulements et pourvoir d'abord les postes qui font naître les "
        "heures",
        facet_label_fr="Métier",
    ),
    Kpi(
        id=KpiId("temp_staff_cost"), domain=Domain.WORKFORCE,
        label_fr="Coût de l'intérim et des remplacements", label_en="Temporary staffing cost",
        short_fr="Intérim", short_en="Temporary staff",
        definition_fr="Intérim médical et paramédical (c/6211), contrats de gré à gré et temps "
        "additionnel. Déjà compris dans la masse salariale : ne pas les ajouter.",
        definition_en="Medical and other agency staff (6211), direct short contracts and "
        "additional time. Already within payroll: do not add them up.",
        unit="€", direction="down", step="month", decimals=0,
        numerator=(term("temp_staff_eur"),),
        additive="full", aggregation="S/S",
        threshold=Threshold(on="gap_pct", against="budget", amber=10, red=20),
        reference_fr="France 2022 : 147,5 M€ d'intérim médical, 472 M€ de paramédical ; plafonds "
        "du décret 2025-612.",
        alert_fr="+10 % au budget (vigilance), +20 % (alerte), ou un tarif journalier au-dessus "
        "du plafond légal.",
        source_fr="GEF, factures des agences", waiting_for="dépenses d'intérim par métier",
        owner_fr="DRH",
        lever_fr="Remplacer les missions récurrentes par des contrats ou une équipe territoriale "
        "du GHT",
        facet_label_fr="Métier",
    ),
    Kpi(
        id=KpiId("contract_share"), domain=Domain.WORKFORCE,
        label_fr="Part des contractuels", label_en="Share of contract staff",
        short_fr="Contractuels", short_en="Contract staff",
        definition_fr="Agents en CDD ou CDI divisés par l'effectif physique non médical "
        "(titulaires, CDI, CDD). Personnel médical exclu des deux côtés.",
        definition_en="Staff on fixed-term or permanent contracts divided by non-medical "
        "headcount. Medical staff excluded on both sides.",
        unit="%", direction="context", step="month", decimals=1, scale=100,
        numerator=(term("headcount", "CDD", "CDI"),),
        denominator=(term("headcount", "TITULAIRE", "CDD", "CDI"),),
        aggregation="RS",
        reference_fr="Repère interne : 20 à 25 %.",
        alert_fr="+2 points en un an.",
        source_fr=SIRH, waiting_for="effectif par statut du SIRH", owner_fr="DRH",
        lever_fr="Programmer mises en stage et concours sur les métiers en tension",
    ),
)
# fmt: on
