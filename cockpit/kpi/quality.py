"""Quality, security and digital: patients' voice, discharge letters, identity, cyber, forecasts."""

from __future__ import annotations

from cockpit.kpi.model import Domain, Kpi, KpiId, Threshold
from cockpit.kpi.terms import term

ESATIS = "Plateforme e-Satis (ATIH)"
QUALITY_OFFICE = "Direction qualité"

# fmt: off
QUALITY: tuple[Kpi, ...] = (
    Kpi(
        id=KpiId("esatis_score"), domain=Domain.QUALITY,
        label_fr="Score e-Satis", label_en="e-Satis score",
        short_fr="Score e-Satis", short_en="e-Satis score",
        definition_fr="Satisfaction des patients sur 100 : moyenne pondérée par les répondants. "
        "Le score mensuel est brut ; seul le score annuel de la HAS est ajusté et opposable. Pas "
        "de service sous 30 répondants.",
        definition_en="Patient satisfaction out of 100: mean weighted by respondents. The monthly "
        "score is raw; only the yearly HAS score is adjusted and official. No ward below 30 "
        "respondents.",
        unit="/100", direction="up", step="month", decimals=1,
        numerator=(term("esatis_points"),),
        denominator=(term("esatis_respondents"),),
        aggregation="WM",
        threshold=Threshold(on="gap", against="last_year", amber=-1.5, red=-3),
        reference_fr="72,7 à la première publication, en 2016 (HAS) ; repère interne : 73 à 75 "
        "aujourd'hui (+48 h MCO).",
        alert_fr="-1,5 point sur un an (vigilance), -3 points (alerte), ou classe C ou D.",
        source_fr=ESATIS, waiting_for="export e-Satis", owner_fr=QUALITY_OFFICE,
        lever_fr="Traiter le thème le plus bas du verbatim, le plus souvent la sortie ou le repas",
    ),
    Kpi(
        id=KpiId("esatis_response_rate"), domain=Domain.QUALITY,
        label_fr="Taux de réponse e-Satis", label_en="e-Satis response rate",
        short_fr="Réponses e-Satis", short_en="e-Satis responses",
        definition_fr="Questionnaires complets divisés par les questionnaires envoyés. Dépend "
        "d'abord des adresses électroniques recueillies à l'admission.",
        definition_en="Complete questionnaires divided by questionnaires sent. Depends first on "
        "e-mail addresses collected at admission.",
        unit="%", direction="up", step="month", decimals=1, scale=100,
        numerator=(term("esatis_respondents"),),
        denominator=(term("esatis_sent"),),
        aggregation="RS",
        threshold=Threshold(amber=25, red=20),
        reference_fr="29,1 % en 2018 (HAS).",
        alert_fr="Moins de 25 % (vigilance), moins de 20 % (alerte), ou moins de la moitié des "
        "adresses recueillies.",
        source_fr=ESATIS, waiting_for="export e-Satis", owner_fr=QUALITY_OFFICE,
        lever_fr="Recueillir l'adresse électronique à l'admission et en parler à la sortie",
    ),
    Kpi(
        id=KpiId("serious_adverse_events"), domain=Domain.QUALITY,
        label_fr="Événements indésirables graves associés aux soins (EIGS)",
        label_en="Serious adverse events",
        short_fr="EIGS déclarés", short_en="Adverse events",
        definition_fr="Événements graves déclarés dans le mois. Une hausse peut être une bonne "
        "nouvelle : on déclare mieux. Jamais affichés pour un service sous 11.",
        definition_en="Serious events reported in the month. A rise may be good news: reporting "
        "improves. Never shown for a ward below 11.",
        unit="événements", direction="context", step="month", decimals=0,
        numerator=(term("serious_adverse_events"),),
        additive="full", aggregation="S/S",
        reference_fr="Pas de référence : la culture de déclaration prime.",
        alert_fr="Tout EIGS est signalé sans délai.",
        source_fr="Logiciel qualité et gestion des risques",
        waiting_for="logiciel de gestion des risques", owner_fr=QUALITY_OFFICE,
        lever_fr="S'assurer que l'analyse des causes est lancée sous 15 jours et le patient "
        "informé",
    ),
    Kpi(
        id=KpiId("ifaq_amount"), domain=Domain.QUALITY,
        label_fr="Dotation IFAQ (qualité)", label_en="Quality payment (IFAQ)",
        short_fr="Dotation IFAQ", short_en="Quality payment",
        definition_fr="Montant notifié par critère au titre de l'incitation financière à "
        "l'amélioration de la qualité. Notifiée une à deux fois par an : se lit à l'année.",
        definition_en="Amount notified by criterion under the quality incentive scheme. Notified "
        "once or twice a year: read it by year.",
        unit="€", direction="up", step="month", decimals=0,
        numerator=(term("ifaq_eur"),),
        additive="full", aggregation="S/S",
        threshold=Threshold(on="gap_pct", against="last_year", amber=-5, red=-10),
        reference_fr="Repère interne : 0,4 à 0,7 % des recettes T2A.",
        alert_fr="-5 % sur un an (vigilance), -10 % (alerte), ou perte d'un critère.",
        source_fr="Notification de l'ARS", waiting_for="notification IFAQ de l'ARS",
        owner_fr=QUALITY_OFFICE,
        lever_fr="Cibler le critère perdu le mieux doté avec le service concerné",
        facet_label_fr="Critère",
    ),
    Kpi(
        id=KpiId("discharge_letter_d0_rate"), domain=Domain.QUALITY,
        label_fr="Lettre de liaison remise le jour de la sortie",
        label_en="Discharge letter on day 0",
        short_fr="Lettre à J0", short_en="Letter on day 0",
        definition_fr="Séjours dont la lettre de liaison est validée et envoyée le jour de la "
        "sortie, divisés par les séjours qui en demandent une. C'est une obligation du code de la "
        "santé publique.",
        definition_en="Stays whose discharge letter is validated and sent on exit day divided by "
        "stays that need one. A legal duty.",
        unit="%", direction="up", step="month", decimals=1, scale=100, target=100,
        numerator=(term("letters_d0"),),
        denominator=(term("letters_expected"),),
        aggregation="RS",
        threshold=Threshold(amber=60, red=50),
        reference_fr="Obligation légale (CSP R.1112-1-2) ; repère interne : 55 à 75 %.",
        alert_fr="Moins de 60 % (vigilance), moins de 50 % (alerte).",
        source_fr="DPI, MSSanté", waiting_for="DPI : date de la lettre de liaison",
        owner_fr="Présidence de CME",
        lever_fr="Mettre la lettre type dans la visite de sortie et équiper le service de la "
        "dictée",
    ),
    Kpi(
        id=KpiId("digital_budget_share"), domain=Domain.QUALITY,
        label_fr="Part du budget consacrée au numérique (cumul)",
        label_en="Digital share of budget (year to date)",
        short_fr="Budget numérique", short_en="Digital budget",
        definition_fr="Dépenses d'exploitation du numérique (équipes, licences, maintenance, "
        "hébergement, télécoms) depuis janvier, divisées par toutes les charges depuis janvier. "
        "Investissements exclus.",
        definition_en="Digital operating expenses (staff, licences, maintenance, hosting, "
        "telecoms) since January divided by all expenses since January. Investment excluded.",
        unit="%", direction="band", step="month", decimals=2, scale=100, target=3,
        numerator=(term("digital_expense_eur", span="ytd"),),
        denominator=(term("expense_eur", span="ytd"),),
        aggregation="RS",
        threshold=Threshold(low_amber=1.7, low_red=1.5),
        reference_fr="Environ 1,7 % aujourd'hui (Cour des comptes) ; cible de 3 % défendue par la "
        "profession.",
        alert_fr="Moins de 1,7 % (vigilance), moins de 1,5 % (alerte).",
        source_fr="GEF (axe numérique), oSIS", waiting_for="dépenses numériques par nature",
        owner_fr="DSI",
        lever_fr="Présenter au directoire le retour mesuré des projets numériques à financer",
        facet_label_fr="Nature",
    ),
    Kpi(
        id=KpiId("ins_qualified_rate"), domain=Domain.QUALITY,
        label_fr="Identités nationales de santé (INS) qualifiées",
        label_en="Qualified national identity",
        short_fr="INS qualifiées", short_en="Qualified identity",
        definition_fr="Venues dont l'identité est qualifiée (téléservice INSi et pièce "
        "d'identité) divisées par les venues à qualifier.",
        definition_en="Visits whose national identity is qualified (online check and identity "
        "document) divided by visits to qualify.",
        unit="%", direction="up", step="month", decimals=1, scale=100, target=90,
        numerator=(term("ins_qualified"),),
        denominator=(term("ins_eligible"),),
        aggregation="RS",
        threshold=Threshold(amber=80, red=70),
        reference_fr="Repère interne : 80 à 90 %, cibles des programmes SUN-ES et HOP'EN.",
        alert_fr="Moins de 80 % (vigilance), moins de 70 % (alerte).",
        source_fr="GAM, téléservice INSi", waiting_for="GAM : statut de l'INS par venue",
        owner_fr="Identitovigilance",
        lever_fr="Demander la pièce d'identité à chaque venue aux guichets en retard",
    ),
    Kpi(
        id=KpiId("cyber_readiness_score"), domain=Domain.QUALITY,
        label_fr="Préparation cyber (programme CaRE)", label_en="Cyber readiness",
        short_fr="Préparation cyber", short_en="Cyber readiness",
        definition_fr="Contrôles réussis divisés par les contrôles attendus : annuaire, double "
        "authentification, restauration d'une sauvegarde hors ligne et exercice de continuité de "
        "moins d'un an, postes obsolètes. Regarder aussi le site le plus faible.",
        definition_en="Checks passed divided by checks expected: directory, two-factor sign-in, "
        "offline backup restored and continuity exercise within a year, obsolete computers. Look "
        "at the weakest site too.",
        unit="%", direction="up", step="month", decimals=0, scale=100,
        numerator=(term("cyber_checks_passed"),),
        denominator=(term("cyber_checks"),),
        aggregation="RS",
        threshold=Threshold(amber=70, red=50),
        reference_fr="30 attaques par rançongiciel en 2022-2023, coût d'une crise jusqu'à 10 M€ "
        "(Cour des comptes).",
        alert_fr="Moins de 70 % (vigilance), moins de 50 % (alerte), ou tout constat critique de "
        "plus de 30 jours.",
        source_fr="Tableau de bord du RSSI, audits de l'annuaire",
        waiting_for="tableau des contrôles du RSSI", owner_fr="RSSI",
        lever_fr="Tester cette semaine la restauration d'une sauvegarde hors ligne",
        facet_label_fr="Contrôle",
    ),
    Kpi(
        id=KpiId("critical_app_availability"), domain=Domain.QUALITY,
        label_fr="Disponibilité des applications critiques", label_en="Critical app availability",
        short_fr="Disponibilité SI", short_en="App availability",
        definition_fr="Part du temps attendu sans arrêt imprévu : DPI, GAM, urgences, "
        "laboratoire, imagerie. Les arrêts programmés ne comptent pas.",
        definition_en="Share of expected time without unplanned outage: patient record, "
        "administration, ED, laboratory, imaging. Planned stops do not count.",
        unit="%", direction="up", step="day", decimals=2, scale=100, target=99.5,
        numerator=(term("app_minutes"), term("app_down_minutes", sign=-1)),
        denominator=(term("app_minutes"),),
        aggregation="RS",
        threshold=Threshold(amber=99.5, red=99),
        reference_fr="Repère interne : 99,5 %.",
        alert_fr="Moins de 99,5 % (vigilance), moins de 99 % (alerte), ou tout arrêt du DPI de "
        "plus de 30 minutes.",
        source_fr="Supervision informatique",
        waiting_for="supervision : minutes d'arrêt par application", owner_fr="DSI",
        lever_fr="Exiger le compte rendu d'incident et vérifier la procédure dégradée du service",
        facet_label_fr="Application",
    ),
    Kpi(
        id=KpiId("forecast_quality"), domain=Domain.QUALITY,
        label_fr="Qualité des prévisions (erreur à 7 jours)",
        label_en="Forecast quality (7-day error)",
        short_fr="Erreur de prévision", short_en="Forecast error",
        definition_fr="Somme des écarts entre passages aux urgences prévus et réels divisée par "
        "les passages réels, sur 28 jours, pour les prévisions figées faites à l'époque. À lire "
        "avec la part des jours tombés dans l'intervalle (80 % attendus) et l'erreur d'une "
        "moyenne des mêmes jours de semaine.",
        definition_en="Sum of the gaps between forecast and actual ED visits divided by actual "
        "visits, over 28 days, for forecasts frozen at the time. Read it with the share of days "
        "inside the interval (80 % expected) and the error of a same-weekday mean.",
        unit="%", direction="down", step="day", decimals=1, kind="forecast_quality",
        numerator=(term("ed_visits"),),
        aggregation="recompute",
        threshold=Threshold(amber=10, red=12),
        reference_fr="Repère interne (simulation, 165 passages par jour) : plancher 6 %, moyenne "
        "des mêmes jours 10 %.",
        alert_fr="10 % (vigilance), 12 % (alerte) ; moins bien que la moyenne des mêmes jours 14 "
        "jours : prévision masquée.",
        source_fr="Prévisions figées de Cockpit",
        waiting_for="28 jours de prévisions et de passages", owner_fr="DSI",
        lever_fr="Vérifier la fraîcheur des RPU, puis les événements absents du calendrier",
    ),
)
# fmt: on
