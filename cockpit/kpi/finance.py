"""Finance: activity revenue, budget (EPRD), margin; cash, debt and coding are in `treasury`."""

from __future__ import annotations

from cockpit.kpi.model import Domain, Kpi, KpiId, Threshold
from cockpit.kpi.terms import term
from cockpit.kpi.treasury import CAF_12M, TREASURY

GEF = "Gestion économique et financière (mandats et titres), balance Hélios"
WAITING_GEF = "balance mensuelle de la GEF avec l'EPRD"
T2A = "PMSI valorisé et GAM ; part non codée estimée à la publication"
WAITING_T2A = "recettes T2A par date de sortie et avancement du codage"

EXCEPTIONAL = ("3/77", "3/78")
CASH_TITLES = ("1", "2", "3")

# Margin and CAF are read on twelve rolling months: grants and reversals fall in blocks, a single
# month means nothing.
CURRENT_REVENUE = (
    term("revenue_eur", span="trailing_12m"),
    term("revenue_eur", *EXCEPTIONAL, sign=-1, span="trailing_12m"),
)
CURRENT_EXPENSE = term("expense_eur", *CASH_TITLES, sign=-1, span="trailing_12m")

# fmt: off
_BUDGET = (
    Kpi(
        id=KpiId("t2a_revenue"), domain=Domain.FINANCE,
        label_fr="Recettes T2A (part non codée estimée)",
        label_en="Activity-based revenue (uncoded part estimated)",
        short_fr="Recettes T2A", short_en="T2A revenue",
        definition_fr="Séjours, séances, consultations, urgences et liste en sus, valorisés aux "
        "tarifs de l'année. Les séjours sortis mais pas encore codés sont estimés à chaque "
        "publication d'après le rythme habituel du codage : environ 45 % d'un mois manque encore "
        "sept jours après. Comparer deux années à tarifs constants.",
        definition_en="Stays, sessions, consultations, ED and drugs paid on top, valued at the "
        "year's tariffs. Stays that ended but are not coded yet are estimated at each publication "
        "from the usual pace of coding: about 45 % of a month is still missing seven days later. "
        "Compare two years at constant tariffs.",
        unit="€", direction="up", step="day", decimals=0,
        numerator=(term("t2a_estimated_eur"),),
        additive="full", aggregation="S/S",
        threshold=Threshold(on="gap_pct", against="budget", amber=-1, red=-2.5),
        reference_fr="Pas de repère national : cible EPRD de l'établissement, à tarifs constants.",
        alert_fr="Cumul inférieur de 1 % à la cible (vigilance), de 2,5 % (alerte).",
        source_fr=T2A, waiting_for=WAITING_T2A, owner_fr="DAF",
        lever_fr="Identifier avec le DIM le pôle en écart, puis les lits fermés ou vacations "
        "perdues qui l'expliquent",
        facet_label_fr="Nature de recette",
    ),
    Kpi(
        id=KpiId("t2a_gap_to_target"), domain=Domain.FINANCE,
        label_fr="Écart T2A à la cible EPRD (cumul)",
        label_en="T2A gap to EPRD target (year to date)",
        short_fr="Écart T2A / cible", short_en="T2A gap to target",
        definition_fr="Recettes T2A depuis janvier, part non codée estimée comprise, moins la "
        "cible EPRD mensualisée sur la même durée. La mensualisation suit le profil des années "
        "passées, non des douzièmes.",
        definition_en="T2A revenue since January, estimated uncoded part included, minus the "
        "monthly EPRD target over the same time. The target follows the profile of past years, "
        "not twelfths.",
        unit="k€", direction="up", step="month", decimals=0, scale=0.001, target=0, home_rank=6,
        numerator=(
            term("t2a_estimated_eur", span="ytd"),
            term("t2a_estimated_eur", sign=-1, span="ytd", scenario="budget"),
        ),
        additive="units", aggregation="S/S",
        threshold=Threshold(amber=-500, red=-1250),
        reference_fr="0 : la cible votée à l'EPRD.",
        alert_fr="-500 k€ (vigilance), -1 250 k€ (alerte) : 1 % et 2,5 % d'un semestre à 50 M€, à "
        "régler selon la taille.",
        source_fr=T2A + " ; EPRD mensualisé", waiting_for=WAITING_T2A + ", cible EPRD mensuelle",
        owner_fr="DAF",
        lever_fr="Arrêter en directoire le plan de rattrapage du pôle qui porte l'essentiel de "
        "l'écart",
        facet_label_fr="Nature de recette",
    ),
    Kpi(
        id=KpiId("revenue_by_title"), domain=Domain.FINANCE,
        label_fr="Produits par titre (T1, T2, T3)", label_en="Revenue by title",
        short_fr="Produits", short_en="Revenue",
        definition_fr="Comptes de classe 7 par titre : T1 assurance maladie, T2 autres produits "
        "de l'activité, T3 autres. Budget principal et annexes présents dans la source.",
        definition_en="Class 7 accounts by title: T1 health insurance, T2 other activity revenue, "
        "T3 other. Main and annex budgets found in the source.",
        unit="€", direction="up", step="month", decimals=0,
        numerator=(term("revenue_eur"),),
        additive="full", aggregation="S/S",
        threshold=Threshold(on="gap_pct", against="budget", amber=-2, red=-5),
        reference_fr="Pas de repère national : EPRD de l'établissement.",
        alert_fr="-2 % à l'EPRD mensualisé (vigilance), -5 % (alerte) ; -5 % sur le titre 2 "
        "encaissé.",
        source_fr=GEF, waiting_for=WAITING_GEF, owner_fr="DAF",
        lever_fr="Relancer la facturation et le recouvrement du titre 2 avec le bureau des entrées",
        facet_label_fr="Titre et compte",
    ),
    Kpi(
        id=KpiId("expense_by_title"), domain=Domain.FINANCE,
        label_fr="Charges par titre (T1 à T4)", label_en="Expenses by title",
        short_fr="Charges", short_en="Expenses",
        definition_fr="Comptes de classe 6 par titre : T1 personnel, T2 à caractère médical, T3 "
        "hôtelier et général, T4 amortissements, provisions, charges financières et "
        "exceptionnelles. Montants mandatés.",
        definition_en="Class 6 accounts by title: T1 staff, T2 medical, T3 hotel and general, T4 "
        "depreciation, provisions, financial and exceptional. Amounts ordered for payment.",
        unit="€", direction="down", step="month", decimals=0,
        numerator=(term("expense_eur"),),
        additive="full", aggregation="S/S",
        threshold=Threshold(on="gap_pct", against="budget", amber=1, red=2),
        reference_fr="France 2023 : 105,9 Md€, dont personnel 60,8, médical 21,0, hôtelier et "
        "général 12,0 ; +6,6 % (DREES).",
        alert_fr="+1 % au profil de l'EPRD (vigilance), +2 % (alerte).",
        source_fr=GEF, waiting_for=WAITING_GEF, owner_fr="DAF",
        lever_fr="Descendre au compte et à l'UF qui dérivent et fixer un plan avec le pôle",
        facet_label_fr="Titre et compte",
    ),
    Kpi(
        id=KpiId("eprd_execution_rate"), domain=Domain.FINANCE,
        label_fr="Taux d'exécution de l'EPRD (charges)",
        label_en="Budget execution rate (expenses)",
        short_fr="Exécution EPRD", short_en="Budget execution",
        definition_fr="Charges réalisées depuis janvier divisées par les charges votées pour "
        "l'année. Se compare à la part de l'EPRD mensualisé attendue à la même date, jamais à un "
        "nombre de douzièmes.",
        definition_en="Expenses since January divided by the expenses voted for the year. Compare "
        "with the share of the monthly budget expected at the same date, never with twelfths.",
        unit="%", direction="band", step="month", decimals=1, scale=100,
        numerator=(term("expense_eur", span="ytd"),),
        denominator=(term("expense_eur", span="year", scenario="budget"),),
        aggregation="RS",
        threshold=Threshold(on="gap", against="budget", amber=1.5, red=3),
        reference_fr="Part de l'EPRD mensualisé attendue à la même date.",
        alert_fr="+1,5 point au profil (vigilance), +3 points (alerte).",
        source_fr=GEF, waiting_for=WAITING_GEF, owner_fr="DAF",
        lever_fr="Suspendre les engagements non essentiels du titre en avance",
    ),
    Kpi(
        id=KpiId("eprd_variance"), domain=Domain.FINANCE,
        label_fr="Écart à l'EPRD mensualisé (impact sur le résultat)",
        label_en="Variance to monthly budget (result impact)",
        short_fr="Écart à l'EPRD", short_en="Budget variance",
        definition_fr="Produits moins charges réalisés depuis janvier, moins la même différence à "
        "l'EPRD mensualisé. Négatif dégrade le résultat, que l'écart vienne de charges en trop ou "
        "de produits en moins.",
        definition_en="Revenue minus expenses since January, minus the same difference in the "
        "monthly budget. Negative worsens the result, whether it comes from more expenses or less "
        "revenue.",
        unit="k€", direction="up", step="month", decimals=0, scale=0.001, target=0,
        numerator=(
            term("revenue_eur", span="ytd"),
            term("revenue_eur", sign=-1, span="ytd", scenario="budget"),
            term("expense_eur", sign=-1, span="ytd"),
            term("expense_eur", span="ytd", scenario="budget"),
        ),
        additive="units", aggregation="S/S",
        threshold=Threshold(amber=-250, red=-500),
        reference_fr="0 : l'EPRD voté.",
        alert_fr="-250 k€ ou 0,5 % du titre (vigilance), -500 k€ (alerte).",
        source_fr=GEF, waiting_for=WAITING_GEF, owner_fr="DAF",
        lever_fr="Demander au pôle en écart un plan chiffré pour la prochaine revue de gestion",
        facet_label_fr="Titre et compte",
    ),
    Kpi(
        id=KpiId("year_end_landing"), domain=Domain.FINANCE,
        label_fr="Atterrissage annuel (résultat prévisionnel)",
        label_en="Year-end landing (forecast result)",
        short_fr="Atterrissage", short_en="Year-end landing",
        definition_fr="Résultat attendu au 31 décembre : réalisé depuis janvier plus prévision "
        "des mois restants, par titre, avec un intervalle où la réalité doit tomber huit fois sur "
        "dix. Résultat consolidé de tous les budgets.",
        definition_en="Result expected on 31 December: actuals since January plus the forecast of "
        "the remaining months, by title, with an interval where reality should fall eight times "
        "in ten. Consolidated over all budgets.",
        unit="M€", direction="up", step="month", decimals=1, scale=1e-6, kind="landing",
        home_rank=7,
        numerator=(term("revenue_eur"), term("expense_eur", sign=-1)),
        aggregation="recompute",
        threshold=Threshold(on="gap", against="budget", amber=-0.5, red=-0.9),
        reference_fr="Hôpitaux publics : déficit de 2,5 % des produits en 2024, 2,3 % en 2023 "
        "(DREES).",
        alert_fr="0,5 M€ (vigilance) ou 0,9 M€ (alerte) sous l'EPRD, soit 0,5 % de 180 M€ de "
        "produits ; à régler.",
        source_fr=GEF + " ; prévision de Cockpit", waiting_for=WAITING_GEF, owner_fr="DAF",
        lever_fr="Présenter au directoire les mesures d'économie encore possibles avant la clôture",
        facet_label_fr="Titre et compte",
    ),
    Kpi(
        id=KpiId("gross_margin_rate"), domain=Domain.FINANCE,
        label_fr="Taux de marge brute (hors aides, 12 mois)",
        label_en="Gross operating margin (12 months)",
        short_fr="Marge brute", short_en="Gross margin",
        definition_fr="Produits courants moins charges des titres 1 à 3, divisés par les produits "
        "courants, sur douze mois glissants. Produits exceptionnels et reprises (comptes 77 et "
        "78) exclus : c'est ce que l'activité dégage pour investir et rembourser.",
        definition_en="Current revenue minus expenses of titles 1 to 3, divided by current "
        "revenue, over twelve rolling months. Exceptional revenue and reversals (accounts 77 and "
        "78) excluded: what activity leaves to invest and repay.",
        unit="%", direction="up", step="month", decimals=1, scale=100, target=8,
        numerator=(*CURRENT_REVENUE, CURRENT_EXPENSE),
        denominator=CURRENT_REVENUE,
        aggregation="RS",
        threshold=Threshold(amber=3, red=2),
        reference_fr="8 % : référence historique Copermo ; repère interne : 2 à 5 % aujourd'hui "
        "en CH.",
        alert_fr="Moins de 3 % (vigilance), moins de 2 % (alerte).",
        source_fr=GEF + ", compte financier, RIA", waiting_for=WAITING_GEF, owner_fr="DAF",
        lever_fr="Inscrire au plan de retour à l'équilibre les trois postes qui pèsent le plus",
    ),
    Kpi(
        id=KpiId("caf_rate"), domain=Domain.FINANCE,
        label_fr="Taux de CAF (capacité d'autofinancement, 12 mois)",
        label_en="Self-financing rate (12 months)",
        short_fr="Taux de CAF", short_en="Self-financing rate",
        definition_fr="Résultat, plus charges sans décaissement (675, 68), moins produits sans "
        "encaissement ou de cession (775, 777, 78), divisé par les produits, sur douze mois "
        "glissants. Le montant est au numérateur.",
        definition_en="Result, plus expenses without payment (675, 68), minus revenue without "
        "receipt or from disposals (775, 777, 78), divided by revenue, over twelve rolling "
        "months. The amount is the numerator.",
        unit="%", direction="up", step="month", decimals=1, scale=100,
        numerator=CAF_12M,
        denominator=(term("revenue_eur", span="trailing_12m"),),
        aggregation="RS",
        threshold=Threshold(amber=1, red=0),
        reference_fr="1,7 % des produits en 2023, 2,9 % en 2022 (DREES).",
        alert_fr="1 % (vigilance), CAF nulle ou négative (alerte) ; à comparer au remboursement "
        "en capital de l'année.",
        source_fr=GEF + ", compte financier, RIA", waiting_for=WAITING_GEF, owner_fr="DAF",
        lever_fr="Recaler le plan d'investissement sur la CAF nette attendue",
    ),
)
# fmt: on

FINANCE: tuple[Kpi, ...] = (*_BUDGET, *TREASURY)
