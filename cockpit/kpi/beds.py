"""Beds: capacity, occupancy, minimum need; what moves patients through them is in `flow`."""

from __future__ import annotations

from cockpit.kpi.flow import FLOW
from cockpit.kpi.model import Domain, Kpi, KpiId, Threshold
from cockpit.kpi.terms import term, unit_days

BED_TOOL = "Outil de gestion des lits"
WAITING_BEDS = "état quotidien des lits (installés, ouverts, fermés)"
CELL = "Cellule des lits"

# fmt: off
_CAPACITY = (
    Kpi(
        id=KpiId("beds_installed"), domain=Domain.BEDS,
        label_fr="Lits installés", label_en="Installed beds",
        short_fr="Lits installés", short_en="Installed beds",
        definition_fr="Lits autorisés et installés selon le fichier de structure, places exclues. "
        "Dernière valeur connue : elle s'additionne entre services, jamais entre jours.",
        definition_en="Beds authorised and installed in the structure file, day places excluded. "
        "Last known level: it adds up between wards, never between days.",
        unit="lits", direction="context", step="day", decimals=0,
        numerator=(term("beds_installed"),),
        additive="units", aggregation="LV/S",
        reference_fr="367 300 lits en France fin 2024, -0,5 % sur un an (DREES, SAE).",
        alert_fr="Tout changement absent du plan capacitaire.",
        source_fr="Fichier de structure, ROR", waiting_for=WAITING_BEDS,
        owner_fr="Direction des opérations",
        lever_fr="Faire corriger le fichier de structure ou inscrire le changement au plan "
        "capacitaire",
    ),
    Kpi(
        id=KpiId("beds_open"), domain=Domain.BEDS,
        label_fr="Lits ouverts (armés)", label_en="Staffed beds",
        short_fr="Lits ouverts", short_en="Staffed beds",
        definition_fr="Lits installés, moins les lits fermés, plus les lits supplémentaires "
        "ouverts ce jour-là. Dernière valeur connue.",
        definition_en="Installed beds, minus closed beds, plus extra beds opened that day. Last "
        "known level.",
        unit="lits", direction="up", step="day", decimals=0,
        numerator=(term("beds_open"),),
        additive="units", aggregation="LV/S",
        threshold=Threshold(on="gap_pct", against="last_year", amber=-2, red=-5),
        reference_fr="Pas de repère national : plan capacitaire de l'établissement.",
        alert_fr="2 % sous le plan capacitaire (vigilance), 5 % (alerte) ; sans plan saisi, la "
        "comparaison est l'an dernier.",
        source_fr=BED_TOOL + ", planning", waiting_for=WAITING_BEDS, owner_fr="Direction des soins",
        lever_fr="Affecter le pool de remplacement au service qui peut rouvrir le plus de lits",
    ),
    Kpi(
        id=KpiId("beds_closed_rate"), domain=Domain.BEDS,
        label_fr="Taux de lits fermés", label_en="Closed-bed rate",
        short_fr="Lits fermés", short_en="Closed beds",
        definition_fr="Journées-lits fermées divisées par les journées-lits installées, tous "
        "motifs (RH, travaux, épidémie, été, BMR, plan). Les fermetures d'été prévues comptent : "
        "lire le motif.",
        definition_en="Closed bed-days divided by installed bed-days, all motives (staff, works, "
        "epidemic, summer, resistant germs, plan). Planned summer closures count: read the "
        "motive.",
        unit="%", direction="down", step="day", decimals=1, scale=100, target=6, home_rank=4,
        numerator=(unit_days("beds_closed"),),
        denominator=(unit_days("beds_installed"),),
        aggregation="RS",
        threshold=Threshold(amber=8, red=12),
        reference_fr="Environ 6 % à l'automne 2021 (enquête FHF).",
        alert_fr="8 % (vigilance), 12 % (alerte), ou +3 points hors plan d'été.",
        source_fr=BED_TOOL + ", ROR", waiting_for=WAITING_BEDS, owner_fr="Direction des soins",
        lever_fr="Rouvrir d'abord les lits fermés pour motif RH dans le service le plus saturé",
        facet_label_fr="Motif",
    ),
    Kpi(
        id=KpiId("inpatients"), domain=Domain.BEDS,
        label_fr="Patients présents à minuit", label_en="Inpatients at midnight",
        short_fr="Présents à minuit", short_en="Inpatients",
        definition_fr="Patients hospitalisés présents à minuit, c'est-à-dire lits occupés. "
        "Dernière valeur connue.",
        definition_en="Inpatients present at midnight, that is beds occupied. Last known level.",
        unit="patients", direction="context", step="day", decimals=0,
        numerator=(term("patients_midnight"),),
        additive="units", aggregation="LV/S",
        reference_fr="Pas de repère national : plan capacitaire de l'établissement.",
        alert_fr="Au-dessus des lits ouverts du service.",
        source_fr=BED_TOOL, waiting_for=WAITING_BEDS, owner_fr="Direction des soins",
        lever_fr="Ouvrir les lits tampons, ou avancer les sorties du lendemain",
    ),
    Kpi(
        id=KpiId("bed_occupancy_rate"), domain=Domain.BEDS,
        label_fr="Taux d'occupation (minuit)", label_en="Midnight occupancy",
        short_fr="Occupation à minuit", short_en="Occupancy",
        definition_fr="Patients présents à minuit divisés par les lits ouverts à minuit, cumulés "
        "jour après jour. Les lits fermés ne comptent pas au dénominateur (la SAE, elle, raisonne "
        "en lits installés) ; plus de 100 % est possible avec des lits supplémentaires.",
        definition_en="Patients present at midnight divided by open beds at midnight, cumulated "
        "day after day. Closed beds are not in the denominator (the SAE survey counts installed "
        "beds); more than 100 % is possible with extra beds.",
        unit="%", direction="band", step="day", decimals=1, scale=100, target=88,
        numerator=(unit_days("patients_midnight"),),
        denominator=(unit_days("beds_open"),),
        aggregation="RS",
        threshold=Threshold(low_red=65, low_amber=70, amber=92, red=95),
        reference_fr="CHR Metz-Thionville 2013 : MCO 85,3 %, médecine 90,5 %, chirurgie 73,6 % ; "
        "repère interne : 82 à 90 %.",
        alert_fr="92 % (vigilance), 95 % (alerte, deux jours de suite en médecine) ; moins de 65 "
        "% : lits à redéployer.",
        source_fr="Mouvements de la GAM (HL7 PAM)",
        waiting_for="recensement de minuit et lits ouverts", owner_fr=CELL,
        lever_fr="Ouvrir des lits tampons ou redéployer des lits du service le moins occupé",
    ),
    Kpi(
        id=KpiId("bed_occupancy_now"), domain=Domain.BEDS,
        label_fr="Taux d'occupation instantané (8 h)", label_en="Live occupancy (08:00)",
        short_fr="Occupation", short_en="Occupancy now",
        definition_fr="Patients présents divisés par les lits ouverts au dernier relevé (8 h). "
        "C'est un instant : sur une période, c'est le dernier relevé qui est montré, jamais une "
        "moyenne. À lire avec l'écart au BJML.",
        definition_en="Patients present divided by open beds at the last reading (08:00). An "
        "instant: over a period the last reading is shown, never a mean. Read it with the gap to "
        "BJML.",
        unit="%", direction="band", step="day", decimals=1, scale=100, target=88, home_rank=3,
        numerator=(term("patients_0800"),),
        denominator=(term("beds_open_0800"),),
        aggregation="RS",
        threshold=Threshold(amber=95, red=97),
        reference_fr="Repère interne : maximum entre 10 h et 14 h, avant les sorties.",
        alert_fr="95 % (vigilance), 97 % (alerte).",
        source_fr="Mouvements de la GAM et " + BED_TOOL.lower(), waiting_for="recensement de 8 h",
        owner_fr=CELL,
        lever_fr="Avancer les sorties du matin et ouvrir les lits tampons",
    ),
    Kpi(
        id=KpiId("beds_available_now"), domain=Domain.BEDS,
        label_fr="Lits disponibles (8 h)", label_en="Available beds (08:00)",
        short_fr="Lits disponibles", short_en="Available beds",
        definition_fr="Lits ouverts, moins les lits occupés, réservés pour une arrivée proche, ou "
        "gelés (BMR, chambre double). Relevé officiel de 8 h.",
        definition_en="Open beds, minus beds that are occupied, booked for a near arrival, or "
        "frozen (resistant germs, shared room). Official 08:00 reading.",
        unit="lits", direction="up", step="day", decimals=0,
        numerator=(term("beds_available_0800"),),
        additive="units", aggregation="LV/S",
        reference_fr="À comparer au BJML de la semaine.",
        alert_fr="Moins de lits que le BJML de la semaine (voir l'écart au BJML).",
        source_fr=BED_TOOL + ", ROR", waiting_for="lits disponibles à 8 h par discipline",
        owner_fr=CELL,
        lever_fr="Tenir la réunion de lits de 8 h 30 et attribuer les lits avant 10 h",
        facet_label_fr="Discipline",
    ),
    Kpi(
        id=KpiId("bjml"), domain=Domain.BEDS,
        label_fr="BJML (besoin journalier minimal en lits)", label_en="Minimum daily bed need",
        short_fr="BJML", short_en="Minimum bed need",
        definition_fr="Lits que les urgences demandent au moins trois jours sur quatre : 25e "
        "percentile des hospitalisations quotidiennes après passage, sur la même semaine ISO des "
        "trois dernières années. C'est une règle publique et explicable, non une prévision ; elle "
        "ne s'additionne pas.",
        definition_en="Beds that the ED needs at least three days in four: 25th percentile of "
        "daily admissions after a visit, over the same ISO week of the last three years. A "
        "public, explainable rule, not a forecast; not additive.",
        unit="lits/j", direction="context", step="day", decimals=0, kind="bjml",
        numerator=(term("ed_admissions"),),
        aggregation="recompute",
        reference_fr="Circulaire DGOS/R2/2019/235 (sept ans) ; pratique de l'ORU Occitanie : 25e "
        "percentile sur trois ans.",
        alert_fr="Pas d'alerte propre : c'est le repère de l'écart au BJML.",
        source_fr="Historique des RPU", waiting_for="trois ans de RPU", owner_fr=CELL,
        lever_fr="Programmer au moins ce nombre de lits d'aval chaque jour de la semaine",
    ),
    Kpi(
        id=KpiId("bjml_gap"), domain=Domain.BEDS,
        label_fr="Écart entre lits disponibles et BJML", label_en="Gap to minimum bed need",
        short_fr="Écart au BJML", short_en="Gap to bed need",
        definition_fr="Lits disponibles à 8 h en médecine, chirurgie et UHCD, moins le BJML de la "
        "semaine (indicateur HET1 de la FEDORU). Négatif : la journée commence sans les lits dont "
        "elle aura besoin.",
        definition_en="Beds available at 08:00 in medicine, surgery and short-stay ED unit, minus "
        "the week's BJML (FEDORU HET1). Negative: the day starts without the beds it will need.",
        unit="lits", direction="up", step="day", decimals=0, kind="bjml_gap", target=0,
        numerator=(
            term("beds_available_0800", "MED", "CHIR", "UHCD"),
            term("ed_admissions", sign=-1),
        ),
        aggregation="recompute",
        threshold=Threshold(amber=-0.5, red=-5),
        reference_fr="0 ou plus attendu chaque matin (circulaire DGOS/R2/2019/235).",
        alert_fr="Écart négatif (vigilance), 5 lits ou plus en dessous (alerte).",
        source_fr=BED_TOOL + " et historique des RPU",
        waiting_for="lits disponibles à 8 h et trois ans de RPU", owner_fr=CELL,
        lever_fr="Ouvrir des lits tampons et reporter les entrées programmées non urgentes",
    ),
)
# fmt: on

BEDS: tuple[Kpi, ...] = (*_CAPACITY, *FLOW)
