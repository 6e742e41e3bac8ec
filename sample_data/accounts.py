"""The chart of accounts (M21, shortened), its yearly amounts and how each is spread.

Amounts are those of the last year, in M€: what is budgeted (EPRD) and where the year will land.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sample_data import staff


@dataclass(frozen=True)
class Account:
    """side: C expense, P revenue. profile: monthly key (KEYS). spread: pole weights (SPREADS)."""

    code: str
    label: str
    title: str
    side: str
    budget: float
    landing: float
    profile: str
    spread: str
    noise: float = 0.03


KEYS: Final[dict[str, tuple[float, ...]]] = {
    "payroll": (0.985, 0.985, 0.99, 0.99, 0.995, 1, 1.005, 1.005, 1, 1, 1.005, 1.04),
    "activity": (1.03, 0.96, 1.05, 1.00, 0.96, 1.03, 0.96, 0.86, 1.01, 1.08, 1.04, 1.02),
    "energy": (1.62, 1.50, 1.26, 0.98, 0.72, 0.60, 0.58, 0.56, 0.66, 0.92, 1.22, 1.38),
    "general": (1.03, 1.03, 1.02, 0.99, 0.97, 0.98, 0.96, 0.92, 0.98, 1.03, 1.05, 1.04),
    "flat": (1.0,) * 12,
    "december": (0.8727,) * 11 + (2.4,),
    "grants": (0.86, 0.86, 0.86, 0.86, 1.30, 0.86, 0.86, 0.86, 0.86, 0.86, 1.30, 1.66),
    "other": (0.92, 0.9, 0.9, 0.92, 0.92, 0.94, 0.92, 0.88, 0.9, 0.94, 0.96, 1.9),
    "holidays": (0.95, 0.88, 0.86, 0.9, 0.9, 0.9, 1.35, 1.4, 0.9, 0.88, 0.88, 1.2),
}
KEYS["medical"] = tuple(0.35 + 0.65 * key for key in KEYS["activity"])

_WARDS: Final = {
    "A-P1": 0.10,
    "B-P1": 0.02,
    "A-P2": 0.24,
    "B-P2": 0.045,
    "A-P3": 0.135,
    "A-P4": 0.13,
    "A-P5": 0.085,
    "C-P6": 0.115,
    "B-P6": 0.06,
    "A-P6": 0.01,
    "A-P7": 0.05,
    "A-P8": 0.01,
}
SPREADS: Final = {
    "payroll": staff.cost_by_pole(),
    "wards": _WARDS,
    "drugs": {"A-P3": 0.62, "A-P2": 0.16, "A-P1": 0.07, "A-P8": 0.08, "B-P2": 0.03, "A-P6": 0.04},
    "devices": {"A-P4": 0.60, "A-P3": 0.18, "A-P1": 0.10, "A-P2": 0.05, "A-P8": 0.07},
    "implants": {"A-P4": 0.66, "A-P3": 0.34},
    "laboratory": {"A-P8": 0.92, "A-P1": 0.08},
    "maintenance": {"A-P8": 0.58, "A-P4": 0.24, "A-P1": 0.18},
    "general": {"A-P9": 0.62, **{pole: 0.38 * share for pole, share in _WARDS.items()}},
    "support": {"A-P9": 1.0},
    "locums": {"A-P1": 0.32, "A-P4": 0.22, "A-P8": 0.16, "A-P5": 0.10, "A-P2": 0.12, "B-P1": 0.08},
    "smr": {"C-P6": 0.54, "B-P6": 0.46},
    "psychiatry": {"A-P7": 1.0},
    "home": {"A-P6": 1.0},
    "emergency": {"A-P1": 0.79, "B-P1": 0.21},
    "missions": {"A-P1": 0.30, "A-P2": 0.12, "A-P5": 0.10, "A-P9": 0.48},
    "patients": {
        "A-P1": 0.10,
        "B-P1": 0.02,
        "A-P2": 0.22,
        "B-P2": 0.03,
        "A-P3": 0.15,
        "A-P4": 0.20,
        "A-P5": 0.08,
        "C-P6": 0.10,
        "B-P6": 0.06,
        "A-P7": 0.02,
        "A-P8": 0.02,
    },
    "shop": {"A-P9": 0.45, "A-P8": 0.55},
}

_C, _P = "C", "P"
ACCOUNTS: Final = (
    Account("6211", "Personnel extérieur (intérim)", "1", _C, 3.1, 3.45, "holidays", "locums"),
    Account("633", "Impôts et taxes sur rémunérations", "1", _C, 9.7, 9.75, "payroll", "payroll"),
    Account("6411", "PNM titulaires", "1", _C, 43.2, 43.3, "payroll", "payroll", 0.004),
    Account("6413", "PNM contractuels en CDI", "1", _C, 5.4, 5.5, "payroll", "payroll", 0.01),
    Account("6415", "PNM contractuels en CDD", "1", _C, 6.6, 6.85, "payroll", "payroll", 0.015),
    Account("6421", "PM hospitaliers", "1", _C, 14.9, 14.9, "payroll", "payroll", 0.006),
    Account("6423", "PM contractuels et internes", "1", _C, 4.9, 4.9, "payroll", "payroll", 0.012),
    Account("6425", "Permanence des soins", "1", _C, 3.0, 3.05, "holidays", "payroll", 0.02),
    Account("6451", "Charges sociales PNM", "1", _C, 16.9, 16.9, "payroll", "payroll", 0.005),
    Account("6452", "Charges sociales PM", "1", _C, 4.4, 4.4, "payroll", "payroll", 0.006),
    Account("647", "Autres charges sociales", "1", _C, 1.6, 1.6, "flat", "payroll", 0.03),
    Account("648", "Autres charges de personnel", "1", _C, 0.9, 0.9, "flat", "support", 0.05),
    Account("60211", "Médicaments", "2", _C, 8.2, 8.72, "medical", "drugs", 0.04),
    Account("60221", "Dispositifs médicaux", "2", _C, 6.3, 6.3, "medical", "devices", 0.05),
    Account("60222", "Implants (DMI)", "2", _C, 4.9, 5.18, "medical", "implants", 0.05),
    Account("6066", "Fournitures médicales", "2", _C, 2.1, 2.1, "medical", "wards", 0.06),
    Account("607", "Achats pour rétrocession", "2", _C, 2.6, 2.6, "flat", "shop", 0.06),
    Account("6111", "Sous-traitance médicale", "2", _C, 2.6, 2.6, "medical", "laboratory", 0.06),
    Account("6131", "Locations médicales", "2", _C, 1.2, 1.2, "flat", "maintenance", 0.03),
    Account("61511", "Maintenance biomédicale", "2", _C, 2.3, 2.3, "flat", "maintenance", 0.06),
    Account("6061", "Eau, énergie, chauffage", "3", _C, 5.6, 5.6, "energy", "general", 0.05),
    Account("6063", "Alimentation et fournitures", "3", _C, 3.9, 3.9, "general", "wards", 0.05),
    Account("6065", "Linge et hôtellerie", "3", _C, 1.8, 1.8, "general", "wards", 0.05),
    Account("613", "Locations et informatique", "3", _C, 2.2, 2.2, "flat", "support", 0.05),
    Account("615", "Entretien et réparations", "3", _C, 3.1, 3.1, "general", "general", 0.08),
    Account("616", "Assurances", "3", _C, 1.5, 1.5, "flat", "support", 0.01),
    Account("626", "Poste et télécommunications", "3", _C, 0.6, 0.6, "flat", "support", 0.04),
    Account("628", "Prestations de services", "3", _C, 2.1, 2.1, "general", "general", 0.08),
    Account("65", "Autres charges de gestion", "3", _C, 0.8, 0.8, "flat", "support", 0.08),
    Account("661", "Intérêts des emprunts", "4", _C, 1.7, 1.7, "flat", "support", 0.01),
    Account("671", "Charges exceptionnelles", "4", _C, 1.5, 1.5, "december", "support", 0.08),
    Account("675", "Valeur comptable des cessions", "4", _C, 0.3, 0.3, "december", "support", 0.05),
    Account("6811", "Amortissements", "4", _C, 10.2, 10.2, "flat", "general", 0.004),
    Account("6815", "Provisions", "4", _C, 1.7, 1.7, "december", "support", 0.05),
    Account("73111", "Séjours et séances (GHS)", "1", _P, 85.9, 85.5, "t2a", "t2a", 0.0),
    Account("73112", "Médicaments et DMI en sus", "1", _P, 6.9, 7.0, "t2a", "t2a", 0.0),
    Account("73113", "Consultations externes", "1", _P, 9.6, 9.5, "t2a", "t2a", 0.0),
    Account("73114", "Missions (MIGAC)", "1", _P, 12.0, 12.0, "grants", "missions", 0.01),
    Account("73115", "Urgences (forfaits)", "1", _P, 3.9, 3.9, "t2a", "t2a", 0.0),
    Account("73116", "Urgences (dotation)", "1", _P, 6.6, 6.6, "flat", "emergency", 0.005),
    Account("73117", "Dotation SMR", "1", _P, 9.0, 9.0, "flat", "smr", 0.01),
    Account("73118", "Dotation psychiatrie", "1", _P, 6.0, 6.0, "flat", "psychiatry", 0.005),
    Account("73119", "HAD", "1", _P, 3.1, 3.1, "flat", "home", 0.03),
    Account("7312", "Qualité (IFAQ)", "1", _P, 0.9, 0.9, "december", "support", 0.0),
    Account("732", "Ticket modérateur et forfaits", "2", _P, 13.1, 13.0, "activity", "patients"),
    Account("733", "Patients étrangers", "2", _P, 0.5, 0.5, "activity", "patients", 0.1),
    Account("734", "Autres établissements", "2", _P, 1.2, 1.2, "flat", "shop", 0.06),
    Account("735", "État et collectivités", "2", _P, 0.8, 0.8, "flat", "support", 0.06),
    Account("7071", "Rétrocession de médicaments", "3", _P, 3.0, 3.05, "flat", "shop", 0.05),
    Account("708", "Prestations et logement", "3", _P, 5.1, 5.2, "flat", "support", 0.04),
    Account("74", "Subventions (dont FIR)", "3", _P, 5.5, 5.55, "other", "support", 0.03),
    Account("75", "Autres produits de gestion", "3", _P, 1.6, 1.6, "flat", "support", 0.05),
    Account("775", "Produits des cessions", "3", _P, 0.3, 0.3, "december", "support", 0.05),
    Account("777", "Quote-part des subventions", "3", _P, 2.4, 2.4, "flat", "support", 0.01),
    Account("78", "Reprises sur provisions", "3", _P, 2.9, 2.9, "december", "support", 0.03),
)
# Result of the year as shares of the last one: charges and revenue of each earlier year.
HISTORY: Final = {0: (1.0, 1.0), 1: (0.9680, 0.9706), 2: (0.9320, 0.9361), 3: (0.8920, 0.9011)}
DRIFTING: Final = ("60211", "60222")
