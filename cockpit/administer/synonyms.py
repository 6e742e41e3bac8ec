"""Usual names of columns in French hospital exports, without accents, case or punctuation.

The canonical files (accounts: domain.md §2.6, workforce: §2.7) stand here with all their columns.
A name that would be wrong half of the time has no place here.
"""

from __future__ import annotations

DATES = frozenset(
    {
        *("date", "jour", "mois", "periode", "exercice", "annee", "date jour", "date du jour"),
        *("date mesure", "date passage", "date de passage", "date sortie", "date de sortie"),
        *("day", "month", "period", "date releve", "as of", "annee mois", "mois annee"),
    }
)
UNITS = frozenset(
    {
        *("uf", "code uf", "num uf", "uf code", "unite", "code unite", "unite fonctionnelle"),
        *("unite medicale", "um", "code um", "service", "code service", "pole", "code pole"),
        *("cr pole", "site", "etab", "etablissement", "finess", "finess geo", "finess et"),
        *("unit", "ward", "department", "uf hebergement", "uf responsable"),
    }
)
FACETS = frozenset(
    {
        *("metier", "statut", "pm pnm", "grade", "motif", "motif absence", "titre", "compte"),
        *("budget", "sens", "tranche age", "tranche d age", "classe age", "age", "specialite"),
        *("discipline", "destination", "debiteur", "famille", "profession", "facet", "facette"),
    }
)
SCENARIOS = frozenset({"scenario", "scenarii", "type de montant", "realise budget"})
CODES = frozenset(
    {
        *("code", "mesure", "code mesure", "measure", "indicateur", "code indicateur", "kpi"),
        *("rubrique", "code rubrique", "variable", "type de donnee", "libelle indicateur"),
    }
)
VALUES = frozenset({"valeur", "value", "val", "montant", "quantite", "nombre", "nb", "resultat"})
MEASURES_NAMED = {
    # accounts, month by month
    "montant realise": "expense_eur",
    "montant engage": "committed_eur",
    "charges": "expense_eur",
    "depenses": "expense_eur",
    "recettes": "revenue_eur",
    "solde tresorerie": "cash_eur",
    "solde du compte au tresor": "cash_eur",
    "tresorerie": "cash_eur",
    "encours dette": "debt_eur",
    # workforce, month by month
    "etpr": "fte_paid",
    "etp": "fte_paid",
    "etp remuneres": "fte_paid",
    "effectif": "headcount",
    "jours abs mo": "absence_days",
    "jours absence": "absence_days",
    "jours d absence": "absence_days",
    "h sup": "overtime_hours",
    "heures sup": "overtime_hours",
    "entrees": "staff_entries",
    "sorties": "staff_exits",
    "cout interim": "temp_staff_eur",
    "interim": "temp_staff_eur",
    "accidents travail": "work_accidents",
    "accidents du travail": "work_accidents",
    "heures travaillees": "hours_worked",
    # emergency department
    "passages": "ed_visits",
    "nb passages": "ed_visits",
    "nombre de passages": "ed_visits",
    "passages urgences": "ed_visits",
    "passages sau": "ed_visits",
    "hospitalises": "ed_admissions",
    "hospitalisations urgences": "ed_admissions",
    "partis sans soins": "ed_left_without_care",
    "plus de 8h": "ed_visits_over_8h",
    "presents 15h": "ed_present_15h",
    # beds
    "lits installes": "beds_installed",
    "lits ouverts": "beds_open",
    "lits armes": "beds_open",
    "capacite": "beds_open",
    "lits fermes": "beds_closed",
    "presents": "patients_midnight",
    "presents minuit": "patients_midnight",
    "lits occupes": "patients_midnight",
    "occupes": "patients_midnight",
    "presents 8h": "patients_0800",
    "lits ouverts 8h": "beds_open_0800",
    "lits disponibles": "beds_available_0800",
    "lits disponibles 8h": "beds_available_0800",
    "sorties hospitalisation": "bed_exits",
    "sorties avant midi": "exits_before_noon",
    "attente lit": "boarders_0800",
    "brancards": "boarding_nights",
    "nuits brancard": "boarding_nights",
    "heberges": "outliers",
    "lits geles": "frozen_beds",
    # activity
    "sejours": "mco_stays",
    "nb sejours": "mco_stays",
    "sejours mco": "mco_stays",
    "rum": "mco_passages",
    "nb rum": "mco_passages",
    "nuitees": "mco_nights",
    "seances": "sessions",
    "nb seances": "sessions",
    "consultations": "outpatient_visits",
    "consultations externes": "outpatient_visits",
    "naissances": "births",
    "accouchements": "births",
    "valorisation": "ghs_value_eur",
    "interventions": "or_scheduled",
    "deprogrammations": "or_cancelled_late",
    "sejours codes": "coded_stays",
    "sejours clos": "closed_stays",
    "eigs": "serious_adverse_events",
}
