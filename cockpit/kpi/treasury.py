"""Cash, receivables, suppliers, debt and the coding that revenue waits for; part of finance."""

from __future__ import annotations

from cockpit.kpi.model import Domain, Kpi, KpiId, Threshold
from cockpit.kpi.terms import term

GEF = "GEF, Chorus Pro, Hélios"
TREASURY_EXTRACT = "Extraction de trésorerie DGFiP / Hélios"
CODING = "Outil du DIM rapproché de la GAM"

CASH = (term("cash_eur"), term("credit_lines_eur", sign=-1))
CAF_12M = (
    term("revenue_eur", span="trailing_12m"),
    term("expense_eur", sign=-1, span="trailing_12m"),
    term("expense_eur", "4/675", "4/68", span="trailing_12m"),
    term("revenue_eur", "3/775", "3/777", "3/78", sign=-1, span="trailing_12m"),
)

# fmt: off
TREASURY = (
    Kpi(
        id=KpiId("cash_position"), domain=Domain.FINANCE,
        label_fr="Trésorerie", label_en="Cash position",
        short_fr="Trésorerie", short_en="Cash position",
        definition_fr="Solde du compte au Trésor (c/515) moins les lignes de trésorerie tirées. "
        "Dernier solde connu : il varie de plusieurs millions dans le mois, entre les versements "
        "de l'assurance maladie et la paie.",
        definition_en="Balance of the Treasury account (515) minus drawn credit lines. Last known "
        "balance: it moves by several millions within a month, between insurance payments and "
        "payroll.",
        unit="€", direction="band", step="day", decimals=0, home_rank=8,
        numerator=CASH,
        additive="units", aggregation="LV/S",
        threshold=Threshold(low_amber=3_000_000, low_red=1_600_000),
        reference_fr="Repère interne : au moins une semaine de paie au point bas, la veille des "
        "versements.",
        alert_fr="3 M€ (vigilance), 1,6 M€ (alerte) : environ une semaine de paie de 2 000 ETP, à "
        "régler selon la taille.",
        source_fr=TREASURY_EXTRACT, waiting_for="solde quotidien du compte au Trésor",
        owner_fr="DAF",
        lever_fr="Tirer la ligne de trésorerie ou avancer le recouvrement avant la paie",
    ),
    Kpi(
        id=KpiId("cash_days"), domain=Domain.FINANCE,
        label_fr="Trésorerie en jours de charges", label_en="Cash in days of expenses",
        short_fr="Jours de trésorerie", short_en="Cash days",
        definition_fr="Trésorerie en fin de période divisée par un jour de charges décaissables "
        "(titres 1 à 3 des douze derniers mois, divisés par 365).",
        definition_en="Cash at the end of the period divided by one day of cash expenses (titles "
        "1 to 3 of the last twelve months, divided by 365).",
        unit="j", direction="up", step="month", decimals=1, scale=365, target=20,
        numerator=CASH,
        denominator=(term("expense_eur", "1", "2", "3", span="trailing_12m"),),
        aggregation="RS",
        threshold=Threshold(amber=15, red=7),
        reference_fr="Repère interne : confortable de 20 à 30 jours ; sous 10 jours, dettes "
        "sociales et fiscales menacées.",
        alert_fr="15 jours (vigilance), 7 jours (alerte).",
        source_fr=TREASURY_EXTRACT + " et GEF",
        waiting_for="solde du compte au Trésor et balance de la GEF", owner_fr="DAF",
        lever_fr="Négocier un étalement avec les principaux créanciers et l'ARS",
    ),
    Kpi(
        id=KpiId("dso_days"), domain=Domain.FINANCE,
        label_fr="Délai de recouvrement (DSO)", label_en="Days sales outstanding",
        short_fr="Recouvrement", short_en="Collection delay",
        definition_fr="Créances (c/411) divisées par les produits facturés des douze derniers "
        "mois, en jours. Très différent selon le payeur : lire le détail avant de conclure.",
        definition_en="Receivables (411) divided by revenue invoiced over the last twelve months, "
        "in days. Very different by payer: read the breakdown first.",
        unit="j", direction="down", step="month", decimals=0, scale=365,
        numerator=(term("receivables_eur"),),
        denominator=(term("invoiced_eur", span="trailing_12m"),),
        aggregation="RS",
        threshold=Threshold(on="gap", against="last_year", amber=10, red=20),
        reference_fr="Repère interne : AMO 20 à 35 j, AMC 60 à 90 j, patients 150 j et plus.",
        alert_fr="+10 jours sur un an (vigilance), +20 jours (alerte).",
        source_fr="GAM et GEF", waiting_for="créances et facturation par payeur", owner_fr="DAF",
        lever_fr="Traiter les rejets des caisses et encaisser les patients avant la sortie",
        facet_label_fr="Payeur",
    ),
    Kpi(
        id=KpiId("supplier_payment_days"), domain=Domain.FINANCE,
        label_fr="Délai global de paiement des fournisseurs", label_en="Supplier payment time",
        short_fr="Délai fournisseurs", short_en="Supplier delay",
        definition_fr="Jours entre la réception de la facture et son paiement, moyenne pondérée "
        "par les montants payés. La moyenne simple peut différer : une grosse facture pèse plus "
        "qu'une petite.",
        definition_en="Days from receipt of the invoice to its payment, mean weighted by the "
        "amounts paid. The simple mean may differ: a large invoice weighs more than a small one.",
        unit="j", direction="down", step="month", decimals=0, target=50,
        numerator=(term("supplier_paid_eur_days"),),
        denominator=(term("supplier_paid_eur"),),
        aggregation="WM",
        threshold=Threshold(amber=45, red=50),
        reference_fr="Maximum réglementaire de 50 jours pour un établissement public de santé "
        "(décret 2013-269).",
        alert_fr="45 jours (vigilance), 50 jours (alerte : intérêts dus de plein droit).",
        source_fr=GEF, waiting_for="factures payées et leur délai", owner_fr="DAF",
        lever_fr="Fluidifier la constatation du service fait dans les services en retard",
        facet_label_fr="Famille d'achat",
    ),
    Kpi(
        id=KpiId("supplier_overdue_amount"), domain=Domain.FINANCE,
        label_fr="Dettes fournisseurs échues", label_en="Overdue supplier debt",
        short_fr="Dettes échues", short_en="Overdue debt",
        definition_fr="Factures fournisseurs (c/401) ouvertes depuis plus de 50 jours, en fin de "
        "mois.",
        definition_en="Supplier invoices (401) open for more than 50 days, at month end.",
        unit="€", direction="down", step="month", decimals=0,
        numerator=(term("supplier_overdue_eur"),),
        additive="units", aggregation="LV/S",
        threshold=Threshold(on="gap_pct", against="last_year", amber=20, red=50),
        reference_fr="Repère interne : moins d'un mois d'achats des titres 2 et 3.",
        alert_fr="+20 % sur un an (vigilance), +50 % (alerte), ou plus d'un mois d'achats des "
        "titres 2 et 3.",
        source_fr=GEF, waiting_for="balance âgée des fournisseurs", owner_fr="DAF",
        lever_fr="Prioriser avec le comptable public les fournisseurs critiques (pharmacie, "
        "dispositifs)",
        facet_label_fr="Ancienneté",
    ),
    Kpi(
        id=KpiId("debt_ratio"), domain=Domain.FINANCE,
        label_fr="Encours de dette rapporté aux produits", label_en="Debt to revenue",
        short_fr="Dette / produits", short_en="Debt to revenue",
        definition_fr="Encours de dette (c/16, intérêts courus exclus) divisé par les produits "
        "des douze derniers mois.",
        definition_en="Debt outstanding (16, accrued interest excluded) divided by revenue of the "
        "last twelve months.",
        unit="%", direction="down", step="month", decimals=1, scale=100, target=30,
        numerator=(term("debt_eur"),),
        denominator=(term("revenue_eur", span="trailing_12m"),),
        aggregation="RS",
        threshold=Threshold(amber=30, red=35),
        reference_fr="27,8 % en 2024, 29 % en 2023 (DREES) ; critère réglementaire de 30 % "
        "(décret 2011-1872).",
        alert_fr="30 % (vigilance), 35 % (alerte).",
        source_fr="Compte financier, outil de gestion de la dette", waiting_for="encours de dette",
        owner_fr="DAF",
        lever_fr="Différer l'emprunt nouveau et arbitrer le plan d'investissement",
    ),
    Kpi(
        id=KpiId("debt_repayment_years"), domain=Domain.FINANCE,
        label_fr="Durée apparente de la dette", label_en="Debt repayment time",
        short_fr="Durée de la dette", short_en="Debt years",
        definition_fr="Encours de dette divisé par la CAF des douze derniers mois : années qu'il "
        "faudrait pour tout rembourser. Sans sens quand la CAF est nulle ou négative.",
        definition_en="Debt outstanding divided by self-financing of the last twelve months: "
        "years needed to repay it all. Meaningless when self-financing is zero or negative.",
        unit="ans", direction="down", step="month", decimals=1, target=10,
        numerator=(term("debt_eur"),),
        denominator=CAF_12M,
        aggregation="RS",
        threshold=Threshold(amber=10, red=15),
        reference_fr="16,8 ans en 2023, 10,6 ans en 2022 (DREES) ; critère réglementaire de 10 "
        "ans (décret 2011-1872).",
        alert_fr="10 ans (vigilance), 15 ans (alerte).",
        source_fr="Compte financier, GEF", waiting_for="encours de dette et balance de la GEF",
        owner_fr="DAF",
        lever_fr="Redresser la CAF avant tout nouvel emprunt",
    ),
    Kpi(
        id=KpiId("coding_completeness"), domain=Domain.FINANCE,
        label_fr="Exhaustivité du codage", label_en="Coding completeness",
        short_fr="Codage fait", short_en="Coding done",
        definition_fr="Séjours clos dont le RSS est groupé et validé, divisés par les séjours "
        "clos. Toujours basse pour les trente derniers jours : comparer au même délai après la "
        "sortie.",
        definition_en="Closed stays with a grouped, validated summary divided by closed stays. "
        "Always low for the last thirty days: compare at the same delay after exit.",
        unit="%", direction="up", step="month", decimals=1, scale=100, target=98,
        numerator=(term("coded_stays"),),
        denominator=(term("closed_stays"),),
        aggregation="RS",
        threshold=Threshold(amber=95, red=90),
        reference_fr="Repère interne : 98 à 99 % à la validation mensuelle ePMSI.",
        alert_fr="Mois clos à moins de 95 % (vigilance) ou de 90 % (alerte) le 20 du mois suivant.",
        source_fr=CODING, waiting_for="séjours clos et codés par service", owner_fr="DIM",
        lever_fr="Affecter un technicien d'information médicale au service le plus en retard",
    ),
    Kpi(
        id=KpiId("coding_delay_median"), domain=Domain.FINANCE,
        label_fr="Délai médian de codage", label_en="Median coding delay",
        short_fr="Délai de codage", short_en="Coding delay",
        definition_fr="Jours entre la sortie et le codage que la moitié des séjours dépasse, "
        "refaits à partir de l'histogramme des délais. Ne compte que les séjours déjà codés.",
        definition_en="Days from exit to coding that half of the stays exceed, made again from "
        "the histogram of delays. Counts only stays that are coded.",
        unit="j", direction="down", step="month", decimals=0, kind="median",
        numerator=(term("coding_delay_days"),),
        aggregation="MED",
        threshold=Threshold(amber=20, red=30),
        reference_fr="Repère interne : 5 à 15 jours.",
        alert_fr="20 jours (vigilance), 30 jours (alerte), ou plus de 5 % des recettes du mois "
        "non codées.",
        source_fr=CODING, waiting_for="délais de codage par service", owner_fr="DIM",
        lever_fr="Obtenir le compte rendu de sortie le jour même dans le service en retard",
    ),
)
# fmt: on
