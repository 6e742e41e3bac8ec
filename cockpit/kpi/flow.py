"""Flow through the beds: turnover, boarding, long stays, discharge, outliers; part of beds."""

from __future__ import annotations

from cockpit.kpi.model import Domain, Kpi, KpiId, Threshold
from cockpit.kpi.terms import term, unit_days

MOVES = "Mouvements de la GAM (HL7 PAM)"
WAITING_MOVES = "flux des mouvements de patients"
ED_RECORD = "Dossier des urgences (heure de décision) et mouvements"
CELL = "Cellule des lits"

# fmt: off
FLOW = (
    Kpi(
        id=KpiId("bed_turnover"), domain=Domain.BEDS,
        label_fr="Rotation des lits", label_en="Bed turnover",
        short_fr="Rotation des lits", short_en="Bed turnover",
        definition_fr="Sorties d'hospitalisation complète divisées par les lits ouverts, ramenées "
        "à 30 jours : nombre de patients qu'un lit accueille par mois. Ne se compare qu'entre "
        "services de même discipline.",
        definition_en="Overnight exits divided by open beds, brought to 30 days: how many "
        "patients one bed serves in a month. Compare only wards of the same discipline.",
        unit="séjours/lit/mois", direction="context", step="month", decimals=1, scale=30,
        numerator=(term("bed_exits"),),
        denominator=(unit_days("beds_open"),),
        aggregation="RS",
        reference_fr="Repère interne : médecine 3,9, chirurgie 5,0, UHCD 25.",
        alert_fr="-10 % sur un an.",
        source_fr=MOVES, waiting_for=WAITING_MOVES, owner_fr=CELL,
        lever_fr="Réduire avec le bionettoyage le temps entre une sortie et l'entrée suivante",
    ),
    Kpi(
        id=KpiId("boarders_now"), domain=Domain.BEDS,
        label_fr="Patients en attente de lit (brancards, 8 h)", label_en="ED boarders (08:00)",
        short_fr="En attente de lit", short_en="Waiting for a bed",
        definition_fr="Patients des urgences dont l'hospitalisation est décidée et qui n'ont pas "
        "de lit, au relevé de 8 h. Une photographie : elle s'additionne entre sites, jamais entre "
        "jours.",
        definition_en="ED patients whose admission is decided and who have no bed, at the 08:00 "
        "reading. A snapshot: it adds up between sites, never between days.",
        unit="patients", direction="down", step="day", decimals=0, target=4, home_rank=2,
        numerator=(term("boarders_0800"),),
        additive="units", aggregation="LV/S",
        threshold=Threshold(amber=6, red=10),
        reference_fr="Repère interne : 0 à 4 en régime normal, tension à partir de 8 pour un CH "
        "de 600 lits.",
        alert_fr="6 patients (vigilance), 10 patients (alerte) ; tout patient de 75 ans et plus "
        "au-delà de 8 h.",
        source_fr=ED_RECORD,
        waiting_for="dossier des urgences : heure de décision d'hospitalisation", owner_fr=CELL,
        lever_fr="Attribuer les premières sorties du matin aux patients sur brancard, les plus "
        "âgés d'abord",
        facet_label_fr="Tranche d'âge",
    ),
    Kpi(
        id=KpiId("boarding_nights"), domain=Domain.BEDS,
        label_fr="Nuits-brancard", label_en="Stretcher nights",
        short_fr="Nuits-brancard", short_en="Stretcher nights",
        definition_fr="Patients restés aux urgences de minuit à 5 h après une décision "
        "d'hospitalisation. Une nuit compte pour un patient ; elles s'additionnent dans le temps.",
        definition_en="Patients who stayed in the ED from midnight to 5 a.m. after a decision to "
        "admit. One night counts for one patient; they add up over time.",
        unit="nuits", direction="down", step="day", decimals=0,
        numerator=(term("boarding_nights"),),
        additive="full", aggregation="S/S",
        threshold=Threshold(on="gap_pct", against="last_year", amber=25, red=50),
        reference_fr="Pas de référence publiée : objectif zéro nuit pour les 75 ans et plus.",
        alert_fr="+25 % sur un an (vigilance), +50 % (alerte) ; plus de 3 par nuit trois nuits de "
        "suite.",
        source_fr=ED_RECORD,
        waiting_for="dossier des urgences : heure de décision d'hospitalisation", owner_fr=CELL,
        lever_fr="Fixer à 18 h les lits de la nuit avec le cadre de garde",
    ),
    Kpi(
        id=KpiId("long_stays_present"), domain=Domain.BEDS,
        label_fr="Séjours longs et patients en attente d'aval",
        label_en="Long-stay patients present",
        short_fr="Séjours longs", short_en="Long stays",
        definition_fr="Patients présents en MCO depuis plus de 15 jours, ou signalés « "
        "médicalement sortants ». Un patient compte une fois. Dernière valeur connue.",
        definition_en="Patients present in MCO for more than 15 days, or flagged medically fit to "
        "leave. One patient counts once. Last known level.",
        unit="patients", direction="down", step="day", decimals=0,
        numerator=(term("long_stays_present"),),
        additive="units", aggregation="LV/S",
        threshold=Threshold(on="gap_pct", against="last_year", amber=10, red=25),
        reference_fr="Repère interne : 8 à 12 % des lits de médecine.",
        alert_fr="+10 % sur un an (vigilance), +25 % (alerte) ; surveiller aussi 10 % des lits de "
        "médecine ouverts.",
        source_fr="Mouvements, indicateur « sortant » du DPI, Trajectoire",
        waiting_for="présents avec date d'entrée", owner_fr="Direction des soins",
        lever_fr="Tenir une revue hebdomadaire des séjours de plus de 15 jours avec le service "
        "social",
    ),
    Kpi(
        id=KpiId("discharge_before_noon_rate"), domain=Domain.BEDS,
        label_fr="Sorties avant midi", label_en="Discharges before noon",
        short_fr="Sorties avant midi", short_en="Exits before noon",
        definition_fr="Sorties à domicile ou par transfert avant 12 h divisées par toutes les "
        "sorties du jour ; décès et ambulatoire exclus.",
        definition_en="Home or transfer exits before 12:00 divided by all exits of the day; "
        "deaths and day care excluded.",
        unit="%", direction="up", step="day", decimals=1, scale=100, target=35,
        numerator=(term("exits_before_noon"),),
        denominator=(term("exits_eligible"),),
        aggregation="RS",
        threshold=Threshold(amber=20, red=15),
        reference_fr="Repère interne : 22 à 30 % d'ordinaire, objectif de 35 à 40 %.",
        alert_fr="Moins de 20 % sur une semaine (vigilance), moins de 15 % (alerte).",
        source_fr=MOVES + " : heure de sortie", waiting_for=WAITING_MOVES,
        owner_fr="Direction des soins",
        lever_fr="Préparer la veille ordonnances et transports des sorties prévues",
    ),
    Kpi(
        id=KpiId("expected_discharge_filled_rate"), domain=Domain.BEDS,
        label_fr="Date prévisionnelle de sortie (DPS) renseignée",
        label_en="Expected discharge date filled",
        short_fr="DPS renseignée", short_en="Discharge date set",
        definition_fr="Patients présents depuis plus de 24 h dont la date prévisionnelle de "
        "sortie est saisie, divisés par les patients présents depuis plus de 24 h. Sans elle, la "
        "prévision des lits ne vaut rien.",
        definition_en="Patients present for more than 24 h with an expected discharge date, "
        "divided by patients present for more than 24 h. Without it the bed forecast is worth "
        "nothing.",
        unit="%", direction="up", step="day", decimals=1, scale=100, target=80,
        numerator=(unit_days("edd_filled"),),
        denominator=(unit_days("inpatients_24h"),),
        aggregation="RS",
        threshold=Threshold(amber=70, red=60),
        reference_fr="Repère interne : 80 à 90 %.",
        alert_fr="Moins de 70 % (vigilance), moins de 60 % (alerte : prévision des lits "
        "inutilisable).",
        source_fr="DPI", waiting_for="DPI : date prévisionnelle de sortie",
        owner_fr="Direction des soins",
        lever_fr="Rendre la saisie obligatoire à la visite du deuxième jour",
    ),
    Kpi(
        id=KpiId("outlier_rate"), domain=Domain.BEDS,
        label_fr="Taux d'hébergements (hors discipline)", label_en="Outliers",
        short_fr="Hébergements", short_en="Outliers",
        definition_fr="Patients dont l'UF d'hébergement n'est pas de la discipline de l'UF "
        "médicalement responsable, divisés par les patients présents à minuit. Ces séjours durent "
        "plus longtemps.",
        definition_en="Patients whose hosting unit is not of the discipline of the unit medically "
        "responsible, divided by patients present at midnight. These stays last longer.",
        unit="%", direction="down", step="day", decimals=1, scale=100,
        numerator=(unit_days("outliers"),),
        denominator=(unit_days("patients_midnight"),),
        aggregation="RS",
        threshold=Threshold(amber=8, red=10),
        reference_fr="Repère interne : 2 à 6 %, jusqu'à 10 % au pic de l'hiver.",
        alert_fr="8 % (vigilance), 10 % (alerte).",
        source_fr=MOVES + " : UF d'hébergement et UF médicale", waiting_for=WAITING_MOVES,
        owner_fr=CELL,
        lever_fr="Rapatrier chaque jour les hébergés vers le premier lit libéré de leur discipline",
    ),
    Kpi(
        id=KpiId("frozen_beds_mdro"), domain=Domain.BEDS,
        label_fr="Lits gelés par isolement (BMR, BHRe)", label_en="Beds frozen by isolation",
        short_fr="Lits gelés BMR", short_en="Frozen beds",
        definition_fr="Lits inutilisables parce que le voisin est isolé (contact ou gouttelettes) "
        "ou regroupé. Dernière valeur connue ; les petits effectifs sont masqués par service.",
        definition_en="Beds that cannot be used because the neighbour is isolated (contact or "
        "droplet) or cohorted. Last known level; small numbers are hidden by ward.",
        unit="lits", direction="down", step="day", decimals=0,
        numerator=(term("frozen_beds"),),
        additive="units", aggregation="LV/S",
        threshold=Threshold(amber=5, red=8),
        reference_fr="Repère interne : 0 à 2 % des lits, jusqu'à 8 lits lors d'une épidémie.",
        alert_fr="Plus de 4 lits (vigilance), 8 lits (alerte), ou toute nouvelle BHRe.",
        source_fr="Registre de l'EOH, indicateur d'isolement du DPI",
        waiting_for="registre des isolements", owner_fr="EOH",
        lever_fr="Réunir l'EOH et le service pour regrouper les patients et libérer les chambres",
    ),
    Kpi(
        id=KpiId("downstream_waiting"), domain=Domain.BEDS,
        label_fr="Attente d'aval (SMR, HAD, EHPAD)", label_en="Waiting for downstream care",
        short_fr="Attente d'aval", short_en="Downstream waiting",
        definition_fr="Patients hospitalisés dont une demande d'aval est ouverte dans "
        "ViaTrajectoire. Dernière valeur connue, additionnée entre services ; la durée médiane "
        "d'attente se lit dans ViaTrajectoire.",
        definition_en="Inpatients with an open downstream request in ViaTrajectoire. Last known "
        "level, summed over wards; the median wait is read in ViaTrajectoire.",
        unit="patients", direction="down", step="day", decimals=0,
        numerator=(term("downstream_waiting"),),
        additive="units", aggregation="LV/S",
        threshold=Threshold(amber=25, red=35),
        reference_fr="Repère interne : attente médiane de 5 à 9 jours vers le SMR.",
        alert_fr="25 patients (vigilance), 35 patients (alerte), ou attente médiane de plus de 10 "
        "jours.",
        source_fr="ViaTrajectoire", waiting_for="export ViaTrajectoire",
        owner_fr="Direction des soins",
        lever_fr="Demander aux SMR et à la HAD du GHT leurs places de la semaine",
        facet_label_fr="Type d'aval",
    ),
)
# fmt: on
