"""Emergency department: visits, durations, tension; part of the activity domain."""

from __future__ import annotations

from cockpit.kpi.model import Domain, Kpi, KpiId, Threshold
from cockpit.kpi.terms import term

RPU = "Résumés de passage aux urgences (RPU), envoi quotidien de J-1 à J-6"
WAITING_RPU = "export quotidien des RPU"
OWNER = "Chef du service des urgences"

# fmt: off
EMERGENCY = (
    Kpi(
        id=KpiId("ed_visits"), domain=Domain.ACTIVITY,
        label_fr="Passages aux urgences", label_en="ED visits",
        short_fr="Passages urgences", short_en="ED visits",
        definition_fr="Nombre de passages enregistrés, à la date d'entrée. Les six derniers jours "
        "peuvent encore être complétés : ils sont affichés comme provisoires. À comparer à la "
        "même semaine de l'an dernier.",
        definition_en="Number of registered visits, by date of arrival. The last six days may "
        "still be completed: they are shown as provisional. Compare with the same week last year.",
        unit="passages", direction="context", step="day", decimals=0, home_rank=1,
        numerator=(term("ed_visits"),),
        additive="full", aggregation="S/S",
        reference_fr="France : +2,5 % en 2024 (DREES) ; lundi environ 11 % au-dessus des autres "
        "jours en 2023 (DREES).",
        alert_fr="Passages au-dessus du haut de l'intervalle de prévision, ou criticité HET2 d'au "
        "moins 3.",
        source_fr=RPU, waiting_for=WAITING_RPU, owner_fr=OWNER,
        lever_fr="Renforcer la ligne médicale de l'après-midi et prévenir la régulation du SAMU",
        facet_label_fr="Tranche d'âge",
    ),
    Kpi(
        id=KpiId("ed_visits_75_share"), domain=Domain.ACTIVITY,
        label_fr="Part des passages de 75 ans et plus", label_en="Share of visits aged 75+",
        short_fr="Part des 75 ans +", short_en="Share aged 75+",
        definition_fr="Passages de patients de 75 ans et plus divisés par les passages d'âge "
        "connu. Annonce le besoin de lits : plus d'un passage sur deux de cet âge est "
        "hospitalisé.",
        definition_en="Visits of patients aged 75 and over divided by visits of known age. "
        "Announces the need for beds: more than one such visit in two ends in admission.",
        unit="%", direction="context", step="day", decimals=1, scale=100,
        numerator=(term("ed_visits", "75+"),),
        denominator=(term("ed_visits", "0-17", "18-74", "75+"),),
        aggregation="RS",
        reference_fr="14 % en France, 9 à 17 % selon la région (DREES) ; 15 % en 2021 (FEDORU).",
        alert_fr="+3 points par rapport à la même semaine ISO.",
        source_fr=RPU, waiting_for=WAITING_RPU, owner_fr=OWNER,
        lever_fr="Déclencher l'équipe mobile de gériatrie et les entrées directes avec les EHPAD",
    ),
    Kpi(
        id=KpiId("ed_hospitalisation_rate"), domain=Domain.ACTIVITY,
        label_fr="Taux d'hospitalisation après passage", label_en="ED admission rate",
        short_fr="Taux hospitalisation", short_en="ED admission rate",
        definition_fr="Passages suivis d'une mutation ou d'un transfert (MODE_SORTIE 6 ou 7) "
        "divisés par les passages dont le mode de sortie est connu. Le mode de sortie manque "
        "souvent à J-1 : regarder la complétude.",
        definition_en="Visits followed by admission or transfer divided by visits whose outcome "
        "is known. The outcome is often missing the day after: look at completeness.",
        unit="%", direction="context", step="day", decimals=1, scale=100,
        numerator=(term("ed_admissions"),),
        denominator=(term("ed_visits_known_outcome"),),
        aggregation="RS",
        reference_fr="20 % en 2013 (DREES) ; 24,9 % en Alsace en 2013 ; repère interne : 20 à 25 "
        "% en CH.",
        alert_fr="Criticité HET4 : au-dessus de la moyenne du même jour de semaine plus trois "
        "écarts-types.",
        source_fr=RPU, waiting_for=WAITING_RPU, owner_fr=OWNER,
        lever_fr="Prévenir la cellule des lits et armer les lits tampons avant 14 h",
        facet_label_fr="Destination",
    ),
    Kpi(
        id=KpiId("ed_admissions"), domain=Domain.ACTIVITY,
        label_fr="Hospitalisations après urgences", label_en="Admissions from the ED",
        short_fr="Hospit. via urgences", short_en="ED admissions",
        definition_fr="Passages suivis d'une mutation ou d'un transfert (MODE_SORTIE 6 ou 7), à la "
        "date d'entrée, par destination. C'est la demande de lits non programmée du jour.",
        definition_en="Visits followed by admission or transfer, at the date of arrival, by "
        "destination. It is the day's unplanned demand for beds.",
        unit="patients", direction="context", step="day", decimals=0,
        numerator=(term("ed_admissions"),),
        additive="full", aggregation="S/S",
        reference_fr="Pas de repère national : comparer à la même semaine de l'an dernier.",
        alert_fr="Au-dessus du haut de l'intervalle de prévision.",
        source_fr=RPU, waiting_for=WAITING_RPU, owner_fr=OWNER,
        lever_fr="Prévenir la cellule des lits et armer les lits tampons avant 14 h",
        facet_label_fr="Destination",
    ),
    Kpi(
        id=KpiId("ed_los_median"), domain=Domain.ACTIVITY,
        label_fr="Durée médiane de passage", label_en="Median ED length of stay",
        short_fr="Durée médiane", short_en="Median ED stay",
        definition_fr="Durée entre l'entrée et la sortie que la moitié des passages dépasse ; "
        "durées nulles ou de plus de 72 h écartées. Refaite à partir de l'histogramme des durées "
        ": jamais une moyenne de médianes.",
        definition_en="Time from arrival to exit that half of the visits exceed; durations of "
        "zero or above 72 h are dropped. Made again from the histogram of durations: never a mean "
        "of medians.",
        unit="min", direction="down", step="day", decimals=0, kind="median", target=180,
        numerator=(term("ed_los_minutes"),),
        aggregation="MED",
        threshold=Threshold(amber=240, red=300),
        reference_fr="3 h tous passages, 2 h 30 pour un retour à domicile, 5 h 20 pour un admis "
        "(DREES, enquête 2023).",
        alert_fr="4 h (vigilance), 5 h (alerte) ; 8 h pour les seuls patients admis.",
        source_fr=RPU, waiting_for=WAITING_RPU, owner_fr=OWNER,
        lever_fr="Ouvrir le circuit court et fixer un délai aux avis spécialisés et à l'imagerie",
    ),
    Kpi(
        id=KpiId("ed_los_over_8h_rate"), domain=Domain.ACTIVITY,
        label_fr="Part des passages de plus de 8 h", label_en="Share of visits over 8 h",
        short_fr="Passages > 8 h", short_en="Visits over 8 h",
        definition_fr="Passages de plus de 480 minutes divisés par les passages dont la durée est "
        "valide (plus de 0 et au plus 72 h).",
        definition_en="Visits lasting more than 480 minutes divided by visits with a valid "
        "duration (above 0 and at most 72 h).",
        unit="%", direction="down", step="day", decimals=1, scale=100, target=15,
        numerator=(term("ed_visits_over_8h"),),
        denominator=(term("ed_visits_valid_duration"),),
        aggregation="RS",
        threshold=Threshold(amber=20, red=30),
        reference_fr="15 % tous âges, 36 % des 75 ans et plus, 3 % des enfants (DREES, enquête "
        "2023).",
        alert_fr="20 % (vigilance), 30 % (alerte) ; 45 % pour les 75 ans et plus.",
        source_fr=RPU, waiting_for=WAITING_RPU, owner_fr=OWNER,
        lever_fr="Chercher chaque matin un lit pour tout patient admis depuis plus de 8 h",
    ),
    Kpi(
        id=KpiId("ed_first_doctor_median"), domain=Domain.ACTIVITY,
        label_fr="Délai médian de premier contact médical", label_en="Median time to first doctor",
        short_fr="1er contact médical", short_en="Time to doctor",
        definition_fr="Délai entre l'entrée et le premier contact avec un médecin que la moitié "
        "des passages dépasse. Absent du RPU : il faut le dossier des urgences.",
        definition_en="Time from arrival to the first doctor that half of the visits exceed. Not "
        "in the RPU: it needs the ED record.",
        unit="min", direction="down", step="day", decimals=0, kind="median", target=60,
        numerator=(term("ed_first_doctor_minutes"),),
        aggregation="MED",
        threshold=Threshold(amber=90, red=120),
        reference_fr="Repère interne : 45 à 75 minutes pour 60 000 passages par an.",
        alert_fr="90 minutes (vigilance), 120 minutes (alerte).",
        source_fr="Dossier médical des urgences (accueil infirmier et première note médicale)",
        waiting_for="dossier des urgences : heure du premier contact médical", owner_fr=OWNER,
        lever_fr="Placer un médecin d'accueil et d'orientation aux heures de pointe",
    ),
    Kpi(
        id=KpiId("ed_lwbs_rate"), domain=Domain.ACTIVITY,
        label_fr="Départs sans soins (PSA, fugue, SCAM)", label_en="Left without being seen",
        short_fr="Départs sans soins", short_en="Left without care",
        definition_fr="Passages orientés « parti sans attendre », « fugue » ou « sortie contre "
        "avis » divisés par tous les passages. Souvent sous-codé : une baisse peut n'être qu'un "
        "défaut de saisie.",
        definition_en="Visits that left without waiting, absconded or left against advice, "
        "divided by all visits. Often undercoded: a fall may only be missing entries.",
        unit="%", direction="down", step="day", decimals=1, scale=100,
        numerator=(term("ed_left_without_care"),),
        denominator=(term("ed_visits"),),
        aggregation="RS",
        threshold=Threshold(amber=5, red=8),
        reference_fr="1,1 % codés en Alsace en 2013 ; repère interne : 2 à 5 % en réalité.",
        alert_fr="5 % (vigilance), 8 % (alerte).",
        source_fr=RPU, waiting_for=WAITING_RPU, owner_fr=OWNER,
        lever_fr="Informer les patients du temps d'attente et réévaluer le tri toutes les deux "
        "heures",
    ),
    Kpi(
        id=KpiId("ed_present_15h"), domain=Domain.ACTIVITY,
        label_fr="Charge à 15 h (patients présents)", label_en="Patients present at 15:00",
        short_fr="Présents à 15 h", short_en="Present at 15:00",
        definition_fr="Patients entrés avant 15 h et non encore sortis à 15 h (indicateur HET5 de "
        "la FEDORU). C'est une photographie : elle s'additionne entre sites, jamais entre jours.",
        definition_en="Patients who arrived before 15:00 and had not left at 15:00 (FEDORU HET5). "
        "A snapshot: it adds up between sites, never between days.",
        unit="patients", direction="down", step="day", decimals=0,
        numerator=(term("ed_present_15h"),),
        additive="units", aggregation="LV/S",
        reference_fr="Historique propre du site ; repère interne : 35 à 45 patients pour 48 000 "
        "passages par an.",
        alert_fr="Criticité HET5 d'au moins 3 : moyenne du site plus trois écarts-types.",
        source_fr=RPU, waiting_for=WAITING_RPU, owner_fr=OWNER,
        lever_fr="Faire sortir vers l'UHCD ou l'aval les patients dont la décision est prise",
    ),
    Kpi(
        id=KpiId("het_tension_index"), domain=Domain.ACTIVITY,
        label_fr="Indice « hôpital en tension » (HET)", label_en="Hospital tension index",
        short_fr="Tension HET", short_en="Tension index",
        definition_fr="Nombre des six indicateurs FEDORU (lits disponibles face au BJML, "
        "passages, durée des admis, taux d'hospitalisation, présents à 15 h, passages de 75 ans "
        "et plus) qui s'écartent d'au moins trois écarts-types de l'historique du site. Trois ou "
        "plus : tension globale.",
        definition_en="How many of the six FEDORU indicators (available beds against BJML, "
        "visits, time of admitted patients, admission rate, present at 15:00, visits aged 75+) "
        "lie three standard deviations or more from the site's own history. Three or more: "
        "overall tension.",
        unit="/6", direction="down", step="day", decimals=0, kind="het",
        numerator=(
            term("beds_available_0800", "MED", "CHIR", "UHCD"),
            term("ed_visits"),
            term("ed_admitted_minutes"),
            term("ed_admitted_valid"),
            term("ed_admissions"),
            term("ed_visits_known_outcome"),
            term("ed_present_15h"),
            term("ed_visits", "75+"),
        ),
        aggregation="recompute",
        threshold=Threshold(amber=2, red=3),
        reference_fr="Tension globale dès 3 sur 6 (FEDORU) ; 12 % des jours en Occitanie en 2022 "
        "(ORU).",
        alert_fr="2 indicateurs (vigilance), 3 indicateurs ou plus (alerte : plan de tension).",
        source_fr="RPU et recensement des lits de 8 h",
        waiting_for="export quotidien des RPU et lits disponibles à 8 h",
        owner_fr="Cellule des lits",
        lever_fr="Réunir la cellule de tension et activer le premier palier du plan hospitalier",
    ),
)
# fmt: on
