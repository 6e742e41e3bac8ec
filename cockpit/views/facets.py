"""Words for facet codes: MO is "Maladie ordinaire", 1/6411 is account 6411 of title 1."""

from __future__ import annotations

from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.model import Kpi
from cockpit.views import accounts

_WORDS = {
    "stay_type": {"HC": mark("Hospitalisation complète"), "AMBU": mark("Ambulatoire")},
    "session_type": {
        "DIALYSE": mark("Dialyse"),
        "CHIMIO": mark("Chimiothérapie"),
        "RADIO": mark("Radiothérapie"),
        "AUTRE": mark("Autres séances"),
    },
    "age_band": {
        "0-17": mark("Moins de 18 ans"),
        "18-74": mark("18 à 74 ans"),
        "75+": mark("75 ans et plus"),
        "NC": mark("Non renseigné"),
    },
    "destination": {
        "MED": mark("Médecine"),
        "CHIR": mark("Chirurgie"),
        "OBST": mark("Obstétrique"),
        "SC": mark("Soins critiques"),
        "UHCD": mark("UHCD"),
        "PSY": mark("Psychiatrie"),
        "SMR": mark("SMR"),
        "USLD": mark("USLD"),
        "HAD": mark("HAD"),
        "NC": mark("Non renseigné"),
    },
    "closed": {
        "RH": mark("Effectifs manquants"),
        "TRAVAUX": mark("Travaux"),
        "EPIDEMIE": mark("Épidémie"),
        "ETE": mark("Fermeture d'été"),
        "BMR": mark("Isolement BMR"),
        "PLAN": mark("Fermeture programmée"),
    },
    "cancelled": {
        "PATIENT": mark("Patient"),
        "LIT": mark("Manque de lit"),
        "PERSONNEL": mark("Personnel"),
        "URGENCE": mark("Urgence prioritaire"),
        "MATERIEL": mark("Matériel"),
    },
    "absence": {
        "MO": mark("Maladie ordinaire"),
        "CLM_CLD": mark("Longue maladie, longue durée"),
        "AT_MP": mark("Accident du travail, maladie professionnelle"),
        "MAT": mark("Maternité, paternité, adoption"),
        "AUTRES": mark("Autres"),
    },
    "revenue_item": {
        "GHS_HC": mark("Séjours complets (GHS)"),
        "GHS_AMBU": mark("Séjours ambulatoires (GHS)"),
        "SEANCES": mark("Séances"),
        "ACE": mark("Consultations externes"),
        "URG": mark("Urgences"),
        "MO_DMI": mark("Médicaments et dispositifs en sus"),
    },
    "payer": {
        "AMO": mark("Assurance maladie"),
        "AMC": mark("Mutuelles"),
        "PATIENT": mark("Patients"),
    },
    "profession": {
        "PNM": mark("Personnel non médical"),
        "PM": mark("Personnel médical"),
        "PNM/IDE": mark("Infirmiers"),
        "PNM/AS": mark("Aides-soignants"),
        "PNM/ASH": mark("Agents de service"),
        "PNM/BLOC": mark("IBODE, IADE, puéricultrices"),
        "PNM/SF": mark("Sages-femmes"),
        "PNM/REEDUC": mark("Rééducation"),
        "PNM/MEDTECH": mark("Médico-technique"),
        "PNM/ADMIN": mark("Administratif"),
        "PNM/TECH": mark("Technique et logistique"),
        "PM/PH": mark("Praticiens"),
        "PM/INTERNE": mark("Internes"),
    },
    "downstream": {"EHPAD": mark("EHPAD")},
    "nature": {
        "MAINTENANCE": mark("Maintenance"),
        "CYBER": mark("Cybersécurité"),
        "INTEROP": mark("Interopérabilité"),
        "TELECOM": mark("Télécoms"),
    },
    "application": {"DPI": mark("DPI"), "GAM": mark("GAM"), "LABO": mark("Laboratoire")},
}
_ALL = {code: word for words in reversed(_WORDS.values()) for code, word in words.items()}

EXPENSE_TITLES = {
    "1": mark("T1 Personnel"),
    "2": mark("T2 Médical"),
    "3": mark("T3 Hôtelier et général"),
    "4": mark("T4 Amortissements, financier, exceptionnel"),
}
REVENUE_TITLES = {
    "1": mark("T1 Assurance maladie"),
    "2": mark("T2 Autres produits d'activité"),
    "3": mark("T3 Autres produits"),
}


def label(code: str) -> str:
    """The words of a facet code; the code itself when it has none ("6411", a specialty)."""
    if not code:
        return _("Non réparti")
    if code in _ALL:
        return _(_ALL[code])
    last = code.rsplit("/", 1)[-1]
    return accounts.named(last) if last.isdigit() else last


def named(kpi: Kpi, code: str) -> str:
    """The words of a facet code of this KPI: "1" is a title of expenses or of revenue."""
    measure = kpi.numerator[0].measure if kpi.numerator else ""
    if measure in {"expense_eur", "revenue_eur"} and code in EXPENSE_TITLES:
        return title(measure.removesuffix("_eur"), code)
    return label(code)


def title(side: str, code: str) -> str:
    """A title of the accounts: side "expense" or "revenue"."""
    names = EXPENSE_TITLES if side == "expense" else REVENUE_TITLES
    return _(names[code]) if code in names else code
