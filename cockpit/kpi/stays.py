"""Hospital stays: volume, length, day surgery, value; part of the activity domain."""

from __future__ import annotations

from cockpit.kpi.model import Domain, Kpi, KpiId, Threshold
from cockpit.kpi.terms import term

PMSI = "PMSI MCO (RSS validés par le DIM), complété par la GAM pour les jours récents"
WAITING_PMSI = "export PMSI MCO (RSS ou RSA)"

# fmt: off
STAYS = (
    Kpi(
        id=KpiId("mco_stays"), domain=Domain.ACTIVITY,
        label_fr="Séjours MCO (hors séances)", label_en="MCO stays (sessions excluded)",
        short_fr="Séjours MCO", short_en="MCO stays",
        definition_fr="Nombre de résumés de sortie (RSS) dont la date de sortie tombe dans la "
        "période, hors séances (CMD 28) et hors erreurs de groupage (CMD 90). Un séjour traverse "
        "plusieurs UF : sous l'établissement, ce sont les passages (RUM) qui sont comptés. Les "
        "séjours d'UHCD seule sont inclus.",
        definition_en="Number of discharge summaries whose exit date falls in the period, "
        "sessions and grouping errors excluded. A stay crosses several units: below an "
        "establishment, unit stays are counted. Stays made only in the short-stay ED unit are "
        "included.",
        unit="séjours", direction="up", step="day", decimals=0,
        numerator=(term("mco_stays"),),
        additive="establishments", aggregation="S/S*",
        unit_terms=(term("mco_passages"),),
        unit_label_fr="Passages en UF", unit_label_en="Unit stays",
        threshold=Threshold(on="gap_pct", against="last_year", amber=-2, red=-4),
        reference_fr="France 2024 : +3,9 % de séjours par rapport à 2023 (DREES).",
        alert_fr="Cumul inférieur de 2 % (vigilance) ou de 4 % (alerte) à l'an dernier ; à "
        "comparer aussi à l'EPRD.",
        source_fr=PMSI, waiting_for=WAITING_PMSI, owner_fr="DIM",
        lever_fr="Revoir avec le chef de pôle les admissions programmées des quatre prochaines "
        "semaines",
        facet_label_fr="Type de séjour",
    ),
    Kpi(
        id=KpiId("mco_full_stays"), domain=Domain.ACTIVITY,
        label_fr="Séjours d'hospitalisation complète (au moins 1 nuit)", label_en="Overnight stays",
        short_fr="Séjours complets", short_en="Overnight stays",
        definition_fr="Nombre de séjours MCO d'au moins une nuit. Il baisse mécaniquement quand "
        "l'ambulatoire progresse : à lire avec les séjours de 0 nuit.",
        definition_en="Number of MCO stays of at least one night. It falls by itself when day "
        "care grows: read it with same-day stays.",
        unit="séjours", direction="context", step="day", decimals=0,
        numerator=(term("mco_stays", "HC"),),
        additive="establishments", aggregation="S/S*",
        unit_terms=(term("mco_passages", "HC"),),
        unit_label_fr="Passages en UF (complets)", unit_label_en="Overnight unit stays",
        reference_fr="Pas de repère national : suivre l'EPRD de l'établissement.",
        alert_fr="Écart cumulé inférieur de 3 % à l'EPRD ou à l'an dernier.",
        source_fr=PMSI, waiting_for=WAITING_PMSI, owner_fr="DIM",
        lever_fr="Vérifier d'abord les lits fermés du pôle, puis les admissions programmées "
        "reportées",
    ),
    Kpi(
        id=KpiId("mco_ambulatory_stays"), domain=Domain.ACTIVITY,
        label_fr="Séjours ambulatoires (0 nuit)", label_en="Same-day stays",
        short_fr="Ambulatoire", short_en="Same-day stays",
        definition_fr="Nombre de séjours MCO sans nuit, hors séances : hôpital de jour de "
        "médecine, chirurgie ambulatoire et interventionnel. Se compare à nombre égal de jours "
        "ouvrés.",
        definition_en="Number of MCO stays without a night, sessions excluded: medical day "
        "hospital, day surgery and interventional care. Compared at equal working days.",
        unit="séjours", direction="up", step="day", decimals=0, compare_working_days=True,
        numerator=(term("mco_stays", "AMBU"),),
        additive="establishments", aggregation="S/S*",
        unit_terms=(term("mco_passages", "AMBU"),),
        unit_label_fr="Passages en UF (0 nuit)", unit_label_en="Same-day unit stays",
        threshold=Threshold(on="gap_pct", against="last_year", amber=-3, red=-6),
        reference_fr="France 2024 : +6,1 % (DREES) ; 49 % des séjours MCO étaient sans nuit en "
        "2022 (Sécurité sociale).",
        alert_fr="Écart cumulé inférieur de 3 % à l'an dernier (vigilance), de 6 % (alerte).",
        source_fr=PMSI, waiting_for=WAITING_PMSI, owner_fr="DIM",
        lever_fr="Ouvrir des vacations d'ambulatoire sur les créneaux de bloc rendus",
    ),
    Kpi(
        id=KpiId("surgery_ambulatory_rate"), domain=Domain.ACTIVITY,
        label_fr="Taux de chirurgie ambulatoire", label_en="Day-surgery rate",
        short_fr="Chir. ambulatoire", short_en="Day-surgery rate",
        definition_fr="Part des séjours chirurgicaux (GHM en C, hors CMD 14 et 15) réalisés sans "
        "nuit. Le numérateur prend les GHM en C de 0 nuit, non les seuls GHM en J, définition "
        "plus ancienne.",
        definition_en="Share of surgical stays (C groups, obstetrics and newborns excluded) made "
        "without a night. The numerator takes C groups with 0 night, not the older J-severity "
        "groups alone.",
        unit="%", direction="up", step="month", decimals=1, scale=100, target=55,
        numerator=(term("surgery_stays", "AMBU"),),
        denominator=(term("surgery_stays"),),
        aggregation="RS",
        threshold=Threshold(amber=50, red=45),
        reference_fr="54,5 % des patients opérés en 2018, tous secteurs (observatoire régional) ; "
        "repère interne : 50 à 58 % en CH.",
        alert_fr="Moins de 50 % (vigilance), moins de 45 % (alerte) ; surveiller aussi -2 points "
        "sur un an.",
        source_fr=PMSI, waiting_for=WAITING_PMSI, owner_fr="DIM",
        lever_fr="Revoir geste par geste les chirurgies à fort potentiel avec les chirurgiens et "
        "l'anesthésie",
    ),
    Kpi(
        id=KpiId("sessions"), domain=Domain.ACTIVITY,
        label_fr="Séances (dialyse, chimiothérapie, radiothérapie)",
        label_en="Sessions (dialysis, chemo, radiotherapy)",
        short_fr="Séances", short_en="Sessions",
        definition_fr="Somme des séances portées par les RUM de la CMD 28 ; un même résumé peut "
        "en porter plusieurs. Activité de six jours par semaine, très régulière en dialyse.",
        definition_en="Sum of the sessions carried by unit summaries of CMD 28; one summary may "
        "carry several. A six-day week, very steady in dialysis.",
        unit="séances", direction="up", step="day", decimals=0,
        numerator=(term("sessions"),),
        additive="full", aggregation="S/S",
        threshold=Threshold(on="gap_pct", against="last_year", amber=-5, red=-10),
        reference_fr="Repère interne : activité stable, très peu de bruit en dialyse.",
        alert_fr="Écart de 5 % au plan (vigilance), de 10 % (alerte) ; sans plan saisi, la "
        "comparaison est l'an dernier.",
        source_fr="PMSI MCO (NBSEAN) ; logiciels de dialyse et d'oncologie", owner_fr="DIM",
        waiting_for="export PMSI ou logiciel de dialyse",
        lever_fr="Vérifier la saisie des séances, puis les postes de dialyse fermés",
        facet_label_fr="Type de séance",
    ),
    Kpi(
        id=KpiId("alos_full"), domain=Domain.ACTIVITY,
        label_fr="Durée moyenne de séjour (hospitalisation complète)",
        label_en="Average length of stay (overnight)",
        short_fr="DMS", short_en="Length of stay",
        definition_fr="Nuitées des séjours MCO d'au moins une nuit, divisées par ces séjours "
        "(sortie moins entrée, et non journées). Les séjours d'UHCD seule la tirent vers le bas "
        "et les nouveau-nés doublent l'obstétrique : comparer à périmètre constant.",
        definition_en="Nights of MCO stays of at least one night divided by these stays (exit "
        "minus entry, not days). Short-stay ED stays pull it down and newborns double obstetrics: "
        "compare like with like.",
        unit="j", direction="down", step="month", decimals=1,
        numerator=(term("mco_nights"),),
        denominator=(term("mco_stays", "HC"),),
        aggregation="RS",
        unit_terms=(term("mco_passage_nights"),), unit_denominator=(term("mco_passages", "HC"),),
        unit_label_fr="Durée moyenne des passages en UF", unit_label_en="Average unit stay",
        threshold=Threshold(on="gap", against="last_year", amber=0.3, red=0.6),
        reference_fr="5,5 nuits en MCO, France 2021-2022 (Sécurité sociale).",
        alert_fr="+0,3 jour sur un an (vigilance), +0,6 (alerte) ; à confirmer sur trois mois.",
        source_fr=PMSI, waiting_for=WAITING_PMSI, owner_fr="DIM",
        lever_fr="Réunir la cellule des lits sur les séjours de plus de 15 jours du service",
    ),
    Kpi(
        id=KpiId("ip_dms"), domain=Domain.ACTIVITY,
        label_fr="IP-DMS (indice de performance de la durée de séjour)",
        label_en="Length-of-stay performance index",
        short_fr="IP-DMS", short_en="LOS index",
        definition_fr="Journées réelles divisées par les journées attendues si chaque GHM avait "
        "la DMS nationale. 1,00 = durée nationale à activité égale ; au-dessus, les séjours sont "
        "plus longs. Hors ambulatoire, séances et CMD 90.",
        definition_en="Actual days divided by the days expected if each group had the national "
        "length of stay. 1.00 is the national length at equal case mix; above, stays are longer. "
        "Day care, sessions and CMD 90 excluded.",
        unit="indice", direction="down", step="month", decimals=2, target=1.0,
        numerator=(term("los_actual_days"),),
        denominator=(term("los_expected_days"),),
        aggregation="RS",
        threshold=Threshold(amber=1.05, red=1.10),
        reference_fr="1,00 par construction (DMS nationale par GHM, ATIH) ; repère interne : bon "
        "sous 0,95, à revoir dès 1,05.",
        alert_fr="1,05 (vigilance), 1,10 (alerte) ; surveiller aussi +0,03 en six mois.",
        source_fr="PMSI MCO et table nationale des DMS par GHM (ATIH)", owner_fr="DIM",
        waiting_for="export PMSI avec les DMS nationales par GHM",
        lever_fr="Cibler les cinq GHM qui portent le plus de journées en trop",
    ),
    Kpi(
        id=KpiId("stay_mean_value"), domain=Domain.ACTIVITY,
        label_fr="Recette moyenne par séjour (PMCT)", label_en="Mean revenue per stay",
        short_fr="Recette par séjour", short_en="Revenue per stay",
        definition_fr="Valorisation GHS (extrêmes et suppléments compris) divisée par les séjours "
        "valorisés. Les tarifs changent au 1er mars : une baisse à tarifs égaux est un signal de "
        "codage ou de gravité, non de prix.",
        definition_en="GHS value (outliers and supplements included) divided by valued stays. "
        "Tariffs change on 1 March: a fall at equal tariffs points to coding or severity, not to "
        "prices.",
        unit="€", direction="context", step="month", decimals=0,
        numerator=(term("ghs_value_eur"),),
        denominator=(term("valued_stays"),),
        aggregation="RS",
        reference_fr="Repère interne : 2 300 à 2 900 € tous séjours MCO d'un CH, 3 000 à 3 500 € "
        "en complet.",
        alert_fr="-2 % à tarifs égaux : demander une relecture du codage.",
        source_fr="PMSI valorisé (RSA et tarifs de l'année)", owner_fr="DIM",
        waiting_for="PMSI valorisé (OVALIDE)",
        lever_fr="Demander au DIM une relecture des séjours de niveau 1 du service",
    ),
)
# fmt: on
