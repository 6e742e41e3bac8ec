"""The GHT Rives d'Argence: three sites, eight clinical poles, thirty-eight UF, and their support.

Everything is fictitious; FINESS numbers lie in a department that does not exist (99).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

GROUP: Final = "GHT"
GROUP_LABEL: Final = "GHT Rives d'Argence"
SITES: Final = {"A": "990001018", "B": "990001026", "C": "990001034"}
_SITE_LABELS: Final = {
    "A": "Site Argence",
    "B": "Site Belcombe",
    "C": "Site Les Tilleuls",
}
POLES: Final = {
    "P1": "Urgences et soins critiques",
    "P2": "Médecine et gériatrie",
    "P3": "Spécialités médicales",
    "P4": "Chirurgie et bloc",
    "P5": "Femme-mère-enfant",
    "P6": "SMR, USLD et HAD",
    "P7": "Psychiatrie",
    "P8": "Médico-technique et consultations",
    "P9": "Directions et fonctions support",
}


@dataclass(frozen=True)
class Uf:
    """One functional unit.

    occupancy: mean share of open beds, 0-1. stay_days: mean length of a passage. closed: share of
    beds closed on an ordinary day. leaves: share of the exits that leave the hospital (the others
    go to another ward). day_stays: same-day stays a year. stay_eur: relative value of a passage.
    """

    code: str
    label: str
    service: str
    pole: str
    site: str
    discipline: str
    beds: int = 0
    occupancy: float = 0.0
    stay_days: float = 0.0
    closed: float = 0.0
    leaves: float = 0.9
    day_stays: int = 0
    stay_eur: float = 0.0


UFS: Final = (
    Uf("1110", "Urgences adultes et pédiatriques", "S111", "P1", "A", "URG"),
    Uf("1120", "UHCD", "S111", "P1", "A", "UHCD", 10, 0.98, 0.95, 0, 0.54, 0, 420),
    Uf("1130", "SMUR", "S111", "P1", "A", "SMUR"),
    Uf("1210", "Urgences de proximité Belcombe", "S121", "P1", "B", "URG"),
    Uf("1220", "UHCD Belcombe", "S121", "P1", "B", "UHCD", 4, 0.85, 0.95, 0, 0.54, 0, 420),
    Uf("1310", "Réanimation polyvalente", "S131", "P1", "A", "SC", 12, 0.84, 7.5, 0, 0.30, 0, 7000),
    Uf("1320", "Surveillance continue", "S131", "P1", "A", "SC", 8, 0.82, 3.4, 0, 0.30, 0, 3300),
    Uf(
        "2110",
        "Médecine polyvalente et post-urgences",
        *("S211", "P2", "A", "MED", 34, 0.97, 6.6, 0.02, 0.92, 0, 2750),
    ),
    Uf(
        "2120",
        "Court séjour gériatrique",
        *("S212", "P2", "A", "MED", 34, 0.97, 10.2, 0.03, 0.92, 0, 3750),
    ),
    Uf("2130", "Pneumologie", "S213", "P2", "A", "MED", 24, 0.92, 7.3, 0.05, 0.92, 0, 4700),
    Uf(
        "2140",
        "Hépato-gastro-entérologie",
        *("S214", "P2", "A", "MED", 20, 0.89, 5.6, 0.05, 0.92, 1500, 2700),
    ),
    Uf(
        "2150",
        "Endocrinologie et médecine interne",
        *("S215", "P2", "A", "MED", 16, 0.87, 6.1, 0.06, 0.94, 0, 2600),
    ),
    Uf("2160", "Infectiologie", "S213", "P2", "A", "MED", 12, 0.91, 7.4, 0, 0.92, 0, 3300),
    Uf("2170", "Médecine Belcombe", "S217", "P2", "B", "MED", 28, 0.93, 8.0, 0.04, 0.94, 0, 2900),
    Uf("2180", "Soins palliatifs", "S218", "P2", "A", "MED", 10, 0.88, 13.0, 0, 0.98, 0, 5400),
    Uf("3110", "Cardiologie", "S311", "P3", "A", "MED", 28, 0.90, 4.7, 0.04, 0.92, 700, 2600),
    Uf("3120", "USIC", "S311", "P3", "A", "SC", 8, 0.86, 2.6, 0, 0.35, 0, 2500),
    Uf("3130", "Neurologie et USINV", "S313", "P3", "A", "MED", 24, 0.93, 6.3, 0.03, 0.9, 0, 3100),
    Uf("3140", "Néphrologie", "S314", "P3", "A", "MED", 10, 0.88, 6.4, 0, 0.92, 0, 2900),
    Uf("3150", "Hémodialyse", "S314", "P3", "A", "SEANCE"),
    Uf(
        "3160",
        "Oncologie et HDJ de médecine",
        *("S316", "P3", "A", "MED", 8, 0.86, 6.0, 0, 0.94, 5200, 3000),
    ),
    Uf(
        "4110",
        "Chirurgie orthopédique et traumatologique",
        *("S411", "P4", "A", "CHIR", 32, 0.83, 5.6, 0.06, 0.94, 0, 4600),
    ),
    Uf(
        "4120",
        "Chirurgie viscérale et digestive",
        *("S412", "P4", "A", "CHIR", 26, 0.81, 4.6, 0.06, 0.95, 0, 4500),
    ),
    Uf(
        "4130",
        "Urologie, ORL et spécialités",
        *("S413", "P4", "A", "CHIR", 16, 0.72, 3.1, 0.08, 0.97, 0, 3000),
    ),
    Uf("4140", "Chirurgie ambulatoire", "S414", "P4", "A", "AMBU", day_stays=5900),
    Uf("4150", "Bloc opératoire et anesthésie", "S415", "P4", "A", "BLOC"),
    Uf("5110", "Maternité", "S511", "P5", "A", "OBST", 26, 0.72, 3.7, 0, 0.98, 0, 2500),
    Uf("5120", "Gynécologie", "S511", "P5", "A", "CHIR", 6, 0.66, 2.2, 0, 0.98, 500, 2400),
    Uf("5130", "Pédiatrie", "S513", "P5", "A", "MED", 16, 0.70, 2.4, 0, 0.95, 400, 1500),
    Uf("5140", "Néonatologie", "S513", "P5", "A", "MED", 8, 0.74, 7.6, 0, 0.9, 0, 5200),
    Uf("6110", "SMR gériatrique Les Tilleuls", "S611", "P6", "C", "SMR", 60, 0.93, 31, 0.03, 1),
    Uf(
        "6120",
        "SMR polyvalent et locomoteur Belcombe",
        *("S612", "P6", "B", "SMR", 50, 0.91, 27, 0.04, 1),
    ),
    Uf("6130", "USLD Les Tilleuls", "S613", "P6", "C", "USLD", 40, 0.98, 420, 0, 1),
    Uf("6140", "Hospitalisation à domicile", "S614", "P6", "A", "HAD"),
    Uf("7110", "Psychiatrie adulte", "S711", "P7", "A", "PSY", 30, 0.95, 23, 0.03, 1),
    Uf("8110", "Imagerie", "S811", "P8", "A", "PMT"),
    Uf("8120", "Laboratoire et pharmacie", "S812", "P8", "A", "PMT"),
    Uf("8130", "Consultations externes", "S813", "P8", "A", "ACE"),
    Uf("9110", "Direction et administration", "S911", "P9", "A", "SUP"),
    Uf("9120", "Services techniques et logistiques", "S912", "P9", "A", "SUP"),
    Uf("9130", "Systèmes d'information", "S913", "P9", "A", "SUP"),
)
SERVICES: Final = {
    "S111": "Urgences, UHCD et SMUR",
    "S121": "Urgences de Belcombe",
    "S131": "Réanimation et surveillance continue",
    "S211": "Médecine polyvalente",
    "S212": "Gériatrie aiguë",
    "S213": "Pneumologie et infectiologie",
    "S214": "Hépato-gastro-entérologie",
    "S215": "Endocrinologie et médecine interne",
    "S217": "Médecine de Belcombe",
    "S218": "Soins palliatifs",
    "S311": "Cardiologie et USIC",
    "S313": "Neurologie",
    "S314": "Néphrologie et dialyse",
    "S316": "Oncologie et hôpital de jour",
    "S411": "Orthopédie et traumatologie",
    "S412": "Chirurgie viscérale",
    "S413": "Urologie et ORL",
    "S414": "Chirurgie ambulatoire",
    "S415": "Bloc opératoire et anesthésie",
    "S511": "Gynécologie-obstétrique",
    "S513": "Pédiatrie et néonatologie",
    "S611": "SMR gériatrique",
    "S612": "SMR de Belcombe",
    "S613": "USLD",
    "S614": "HAD",
    "S711": "Psychiatrie",
    "S811": "Imagerie",
    "S812": "Laboratoire et pharmacie",
    "S813": "Consultations",
    "S911": "Direction et administration",
    "S912": "Technique et logistique",
    "S913": "Systèmes d'information",
}
UF: Final = {uf.code: uf for uf in UFS}
WARDS: Final = tuple(uf for uf in UFS if uf.beds)
MCO: Final = ("MED", "CHIR", "OBST", "SC", "UHCD")
MCO_WARDS: Final = tuple(uf for uf in WARDS if uf.discipline in MCO)
MEDICAL: Final = tuple(uf for uf in WARDS if uf.discipline == "MED")
PAEDIATRIC: Final = ("5130", "5140")


def pole_of(uf: Uf) -> str:
    """Code of the pole node of a UF: a pole that works on two sites is two nodes."""
    return f"{uf.site}-{uf.pole}"


def structure() -> pd.DataFrame:
    """The rows of `structure.csv`: one per unit, a parent before its children."""
    rows = [(GROUP, "", "group", GROUP_LABEL, "990001000", "")]
    for site, finess in SITES.items():
        rows.append((finess, GROUP, "establishment", _SITE_LABELS[site], finess, ""))
        rows.extend(_below(site))
    columns = ["unit", "parent", "level", "label", "finess", "discipline"]
    return pd.DataFrame(rows, columns=columns).assign(valid_from="", valid_to="")


def _below(site: str) -> list[tuple[str, str, str, str, str, str]]:
    ufs = sorted((uf for uf in UFS if uf.site == site), key=lambda uf: uf.code)
    poles = {pole_of(uf): uf for uf in ufs}
    services = {uf.service: uf for uf in ufs}
    return [
        *((code, SITES[site], "pole", POLES[uf.pole], "", "") for code, uf in poles.items()),
        *((code, pole_of(uf), "service", SERVICES[code], "", "") for code, uf in services.items()),
        *((uf.code, uf.service, "uf", uf.label, "", uf.discipline) for uf in ufs),
    ]
