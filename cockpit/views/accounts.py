"""Names of the accounts of the public hospital plan (M21) that a finance team reads by number.

Shortened from the M21 plan; an account without a name here shows its number, and its nearest known
parent names it otherwise.
"""

from __future__ import annotations

from cockpit.i18n import gettext as _
from cockpit.i18n import mark

NAMES = {
    "6021": mark("Produits pharmaceutiques"),
    "60211": mark("Médicaments en sus"),
    "6022": mark("Fournitures médicales"),
    "60221": mark("Dispositifs médicaux"),
    "60222": mark("Dispositifs implantables"),
    "6061": mark("Énergie et fluides"),
    "6063": mark("Alimentation"),
    "6065": mark("Fournitures hôtelières"),
    "6066": mark("Fournitures médicales non stockées"),
    "607": mark("Achats de marchandises"),
    "6111": mark("Sous-traitance médicale"),
    "613": mark("Locations"),
    "6131": mark("Locations médicales"),
    "615": mark("Entretien et réparations"),
    "61511": mark("Maintenance biomédicale"),
    "616": mark("Assurances"),
    "6211": mark("Intérim"),
    "626": mark("Poste et télécommunications"),
    "628": mark("Prestations diverses"),
    "633": mark("Taxes sur rémunérations"),
    "6411": mark("Titulaires et stagiaires (PNM)"),
    "6413": mark("CDI (PNM)"),
    "6415": mark("CDD (PNM)"),
    "6421": mark("Praticiens titulaires"),
    "6423": mark("Praticiens contractuels"),
    "6425": mark("Permanence des soins"),
    "6451": mark("Charges sociales (PNM)"),
    "6452": mark("Charges sociales (PM)"),
    "647": mark("Autres charges sociales"),
    "648": mark("Autres charges de personnel"),
    "65": mark("Autres charges de gestion"),
    "661": mark("Intérêts des emprunts"),
    "671": mark("Charges exceptionnelles"),
    "675": mark("Valeur des biens cédés"),
    "6811": mark("Amortissements"),
    "6815": mark("Provisions"),
    "7071": mark("Rétrocession de médicaments"),
    "708": mark("Activités annexes"),
    "7312": mark("Qualité (IFAQ)"),
    "732": mark("Tickets modérateurs et forfaits"),
    "733": mark("Patients étrangers"),
    "734": mark("Autres établissements"),
    "735": mark("État et collectivités"),
    "73111": mark("Séjours et séances (GHS)"),
    "73112": mark("Médicaments et DMI en sus"),
    "73113": mark("Consultations externes"),
    "73114": mark("Missions (MIGAC)"),
    "73115": mark("Urgences (forfaits)"),
    "73116": mark("Urgences (dotation)"),
    "73117": mark("Dotation SMR"),
    "73118": mark("Dotation psychiatrie"),
    "73119": mark("HAD"),
    "74": mark("Subventions d'exploitation"),
    "75": mark("Autres produits de gestion"),
    "775": mark("Cessions d'actifs"),
    "777": mark("Quote-part de subventions"),
    "78": mark("Reprises"),
}


def named(account: str) -> str:
    """6411 · Titulaires et stagiaires (PNM); the nearest known parent; else the number alone."""
    for length in range(len(account), 1, -1):
        if account[:length] in NAMES:
            return f"{account} · {_(NAMES[account[:length]])}"
    return account
