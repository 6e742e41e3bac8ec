"""Hospital activity: consultations, births, theatre; see also `stays` and `emergency`."""

from __future__ import annotations

from cockpit.kpi.emergency import EMERGENCY
from cockpit.kpi.model import Domain, Kpi, KpiId, Threshold
from cockpit.kpi.stays import STAYS
from cockpit.kpi.terms import term

BLOC = "Logiciel de bloc opératoire"
WAITING_BLOC = "export quotidien du logiciel de bloc"

# fmt: off
_CONSULTATIONS = (
    Kpi(
        id=KpiId("outpatient_visits"), domain=Domain.ACTIVITY,
        label_fr="Consultations et actes externes", label_en="Outpatient consultations",
        short_fr="Consultations", short_en="Consultations",
        definition_fr="Venues de consultation facturées en externe (C, CS, APC, TC et forfaits), "
        "toutes UF de consultation. Se compare au même mois à nombre égal de jours ouvrés.",
        definition_en="Outpatient consultation visits invoiced, all consultation units. Compared "
        "with the same month at equal working days.",
        unit="venues", direction="up", step="day", decimals=0, compare_working_days=True,
        numerator=(term("outpatient_visits"),),
        additive="full", aggregation="S/S",
        threshold=Threshold(on="gap_pct", against="last_year", amber=-5, red=-10),
        reference_fr="Repère interne : 190 000 à 220 000 par an pour un CH de 600 lits.",
        alert_fr="-5 % au même mois de l'an dernier (vigilance), -10 % (alerte).",
        source_fr="GAM, RSF-ACE", waiting_for="export GAM des consultations", owner_fr="DAF",
        lever_fr="Rouvrir des plages de consultation dans les spécialités à plus de trente jours "
        "d'attente",
        facet_label_fr="Spécialité",
    ),
    Kpi(
        id=KpiId("births"), domain=Domain.ACTIVITY,
        label_fr="Accouchements", label_en="Births",
        short_fr="Accouchements", short_en="Births",
        definition_fr="Séjours portant l'issue d'un accouchement (codes Z37 ou Z38), ou cahier de "
        "salle de naissance. Se compte en mères, non en nouveau-nés.",
        definition_en="Stays with a delivery outcome (Z37 or Z38), or the delivery-room register. "
        "Counts mothers, not newborns.",
        unit="accouchements", direction="context", step="day", decimals=0,
        numerator=(term("births"),),
        additive="full", aggregation="S/S",
        reference_fr="722 000 naissances en France en 2022, -2,3 % sur un an ; repère interne : "
        "recul de 2 à 7 % par an.",
        alert_fr="Moins de 300 sur douze mois (seuil de sécurité), ou -8 % sur un an.",
        source_fr="Dossier d'obstétrique, PMSI MCO",
        waiting_for="cahier de naissance ou export PMSI", owner_fr="DIM",
        lever_fr="Revoir la filière d'orientation avec les sages-femmes libérales et le réseau de "
        "périnatalité",
    ),
)

_OUTCOMES_AND_THEATRE = (
    Kpi(
        id=KpiId("readmission_30d_rate"), domain=Domain.ACTIVITY,
        label_fr="Réhospitalisation entre 1 et 30 jours (RH30)", label_en="30-day readmission rate",
        short_fr="Réhosp. 30 j", short_en="30-day readmission",
        definition_fr="Part des séjours éligibles suivis d'un séjour aigu 1 à 30 jours après la "
        "sortie ; chimiothérapie, dialyse et retours prévus exclus. À lire au trimestre ou sur "
        "douze mois, et jamais entre services sans ajustement sur l'âge et l'activité.",
        definition_en="Share of eligible stays followed by an acute stay 1 to 30 days after exit; "
        "chemotherapy, dialysis and planned returns excluded. Read by quarter or year, never "
        "between wards without case-mix adjustment.",
        unit="%", direction="down", step="month", decimals=1, scale=100,
        numerator=(term("readmission_30d"),),
        denominator=(term("readmission_eligible"),),
        aggregation="RS",
        threshold=Threshold(on="gap", against="last_year", amber=1, red=2),
        reference_fr="Repère interne : 10 à 13 % ; indicateur ajusté publié par la HAS et l'ATIH.",
        alert_fr="+1 point sur un an (vigilance), +2 points (alerte).",
        source_fr="PMSI chaîné (ANO)", waiting_for="PMSI chaîné", owner_fr="DIM",
        lever_fr="Faire appeler à 48 h les patients fragiles sortis des trois services les plus "
        "concernés",
    ),
    Kpi(
        id=KpiId("or_occupancy_rate"), domain=Domain.ACTIVITY,
        label_fr="Taux d'occupation des salles d'opération (TROS / TVO)",
        label_en="Theatre utilisation",
        short_fr="Occupation du bloc", short_en="Theatre use",
        definition_fr="Temps réel d'occupation des salles (entrée à sortie de salle) divisé par "
        "le temps de vacation ouvert. Trop bas, des salles armées restent vides ; trop haut, les "
        "débordements se paient en heures supplémentaires. Aucun chirurgien n'est nommé.",
        definition_en="Actual room occupation (room entry to exit) divided by opened session "
        "time. Too low, staffed rooms stand empty; too high, overruns are paid in overtime. No "
        "surgeon is named.",
        unit="%", direction="band", step="day", decimals=1, scale=100, target=80,
        numerator=(term("or_used_minutes"),),
        denominator=(term("or_open_minutes"),),
        aggregation="RS",
        threshold=Threshold(low_red=65, low_amber=75, amber=85, red=92),
        reference_fr="Définitions TROS et TVO de la MeaH (54 h par salle et par semaine) ; repère "
        "interne : 75 à 85 %.",
        alert_fr="Hors de 75 à 85 % (vigilance) ; moins de 65 % ou plus de 92 % (alerte).",
        source_fr=BLOC, waiting_for=WAITING_BLOC, owner_fr="Conseil de bloc",
        lever_fr="Réattribuer au conseil de bloc les vacations rendues moins de deux semaines "
        "avant",
    ),
    Kpi(
        id=KpiId("or_late_cancellation_rate"), domain=Domain.ACTIVITY,
        label_fr="Déprogrammations à moins de 24 h", label_en="Late theatre cancellations",
        short_fr="Déprogrammations", short_en="Late cancellations",
        definition_fr="Interventions annulées après la clôture du programme la veille, divisées "
        "par les interventions programmées la veille. Le motif « lit » relève de la capacité, non "
        "du bloc.",
        definition_en="Operations cancelled after the programme closed the day before, divided by "
        "operations scheduled the day before. The motive « bed » is a matter of capacity, not of "
        "the theatre.",
        unit="%", direction="down", step="day", decimals=1, scale=100, target=5,
        numerator=(term("or_cancelled_late"),),
        denominator=(term("or_scheduled"),),
        aggregation="RS",
        threshold=Threshold(amber=6, red=10),
        reference_fr="Repère interne : 3 à 5 % au plus.",
        alert_fr="6 % (vigilance), 10 % (alerte), ou trois dans la journée pour manque de lit.",
        source_fr=BLOC, waiting_for=WAITING_BLOC, owner_fr="Conseil de bloc",
        lever_fr="Confirmer à J-2 le lit, l'implant et la consultation d'anesthésie de chaque "
        "patient",
        facet_label_fr="Motif",
    ),
)
# fmt: on

ACTIVITY: tuple[Kpi, ...] = (*STAYS, *_CONSULTATIONS, *EMERGENCY, *_OUTCOMES_AND_THEATRE)
