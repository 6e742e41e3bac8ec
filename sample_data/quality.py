"""Quality, identity, digital and cyber: what the smaller offices send, and the app monitoring."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sample_data.accounts import ACCOUNTS
from sample_data.delivery import exported
from sample_data.finance import Finance
from sample_data.hospital import SITES, WARDS
from sample_data.months import Months
from sample_data.noise import Series
from sample_data.stories import story
from sample_data.world import World

APPLICATIONS: Final = ("DPI", "GAM", "URGENCES", "LABO", "PACS")
OUTAGE_MINUTES: Final = 260
_NATURES: Final = {
    "MAINTENANCE": 0.52,
    "PERSONNEL": 0.30,
    "CYBER": 0.09,
    "INTEROP": 0.05,
    "TELECOM": 0.04,
}
_DIGITAL_SHARE: Final = 0.0172
_IFAQ: Final = {
    "e-Satis": 0.21,
    "Certification": 0.24,
    "Lettre de liaison": 0.16,
    "Prise en charge de la douleur": 0.12,
    "Projet de soins": 0.10,
    "Hygiène des mains": 0.11,
    "Usage du numérique": 0.06,
}
_CHECKS: Final = {"AD": (20, 15.0), "MFA": (12, 9.0), "SAUVEGARDE": (8, 6.0)} | {
    "EXERCICE": (4, 2.6),
    "POSTES": (16, 12.0),
}


def satisfaction_frame(world: World) -> pd.DataFrame:
    """One row per closed month and establishment: e-Satis score, answers, questionnaires."""
    months, rng = Months(world.end), world.time.rng("esatis")
    left = months.sums(world.time.days, world.flow.left)
    waiting = months.means(world.time.days, world.boarders.at_8h.sum(axis=(1, 2)))
    unease = np.r_[waiting[:2], waiting[:-2]]
    rows = []
    for site, base in (("A", 73.4), ("B", 74.8), ("C", 75.6)):
        wards = [i for i, uf in enumerate(WARDS) if uf.site == site]
        stays = left[:, wards].sum(axis=1)
        sent = rng.binomial(stays.astype(int), 0.56 if site != "C" else 0.62)
        answers = rng.binomial(sent, 0.292 - 0.004 * months.lags)
        score = base - 0.10 * (unease - unease.mean()) - 0.25 * months.lags
        score = score + rng.normal(0, 9 / np.sqrt(np.maximum(answers, 4)))
        rows.append(
            pd.DataFrame(
                {
                    "mois": months.firsts,
                    "finess": SITES[site],
                    "score": np.round(score, 1),
                    "repondants": answers,
                    "envoyes": sent,
                }
            ).iloc[: months.closed]
        )
    return pd.concat(rows).sort_values(["mois", "finess"], kind="stable").reset_index(drop=True)


def letters_frame(world: World) -> pd.DataFrame:
    """One row per closed month and ward: discharge letters expected, sent on the day."""
    months, rng = Months(world.end), world.time.rng("letters")
    left = months.sums(world.time.days, world.flow.left).astype(int)
    rows = []
    for i, uf in enumerate(WARDS):
        if uf.discipline == "USLD":
            continue
        expected = np.minimum(left[:, i], np.maximum(np.rint(left[:, i] * 0.95), 1)).astype(int)
        own = rng.normal(0.0, 0.08)
        share = np.clip(0.67 + own - 0.035 * months.lags, 0.2, 0.97)
        frame = pd.DataFrame(
            {
                "mois": months.firsts,
                "uf": uf.code,
                "lettres_attendues": expected,
                "lettres_j0": rng.binomial(expected, share),
            }
        )
        rows.append(frame.iloc[: months.closed])
    return pd.concat(rows).sort_values(["mois", "uf"], kind="stable").reset_index(drop=True)


def risks_frame(world: World) -> pd.DataFrame:
    """One row per closed month and establishment: EIGS, identities to qualify and qualified."""
    months, rng = Months(world.end), world.time.rng("risks")
    visits = months.sums(world.time.days, world.visits.total)
    rows = []
    for site, eigs, volume in (("A", 1.5, 1.0), ("B", 0.35, 0.3), ("C", 0.3, 0.02)):
        seen = visits[:, 0 if site == "A" else 1] * (3.4 if site == "A" else 1.6)
        eligible = np.rint(seen * volume if site != "C" else 60 + 0 * seen).astype(int)
        share = np.clip(0.875 - 0.032 * months.lags - 0.02 * (site == "B"), 0, 1)
        ramp = 0.0025 * (months.of_year - 6)
        frame = pd.DataFrame(
            {
                "mois": months.firsts,
                "finess": SITES[site],
                "eigs": rng.poisson(eigs, months.number),
                "venues": eligible,
                "ins_qualifiees": rng.binomial(eligible, np.clip(share + ramp, 0, 0.98)),
            }
        )
        rows.append(frame.iloc[: months.closed])
    return pd.concat(rows).sort_values(["mois", "finess"], kind="stable").reset_index(drop=True)


def ledger_frame(world: World, books: Finance) -> pd.DataFrame:
    """Long: mois, unite, indicateur, detail, valeur - digital expenses, IFAQ, cyber checks."""
    months = Months(world.end)
    rows = [*_digital(world, months, books), *_ifaq(months), *_cyber(world, months)]
    frame = pd.DataFrame(rows, columns=["mois", "unite", "indicateur", "detail", "valeur"])
    kept = frame[frame["mois"] <= months.firsts[months.closed - 1]]
    keys = ["mois", "indicateur", "unite", "detail"]
    return kept.sort_values(keys, kind="stable").reset_index(drop=True)


_LedgerRow = tuple[pd.Timestamp, str, str, str, float]


def _digital(world: World, months: Months, books: Finance) -> list[_LedgerRow]:
    rng = world.time.rng("digital")
    spent = books.actual[:, [a.side == "C" for a in ACCOUNTS]].sum(axis=(1, 2))
    steady = np.array([spent[months.lags == lag].mean() for lag in months.lags])
    total: Series = _DIGITAL_SHARE * steady * (1 - 0.012 * months.lags)
    return [
        (month, "GHT", "NUMERIQUE", nature, round(float(total[i] * share * noise), 2))
        for i, month in enumerate(months.firsts)
        for (nature, share), noise in zip(
            _NATURES.items(), np.exp(rng.normal(0, 0.05, len(_NATURES))), strict=True
        )
    ]


def _ifaq(months: Months) -> list[_LedgerRow]:
    """Notified once a year, in June, by criterion."""
    return [
        (month, SITES["A"], "IFAQ", criterion, round(900_000 * share * 0.97 ** int(lag), 2))
        for month, lag in zip(months.firsts, months.lags, strict=True)
        if month.month == 6
        for criterion, share in _IFAQ.items()
    ]


def _cyber(world: World, months: Months) -> list[_LedgerRow]:
    rng = world.time.rng("cyber")
    rows: list[_LedgerRow] = []
    for site, gap in (("A", 0.0), ("B", -1.0), ("C", -1.6)):
        for check, (total, passed) in _CHECKS.items():
            progress = passed + gap - 0.10 * total * months.lags + rng.normal(0, 0.3)
            reached = np.clip(np.floor(progress + months.of_year * 0.006 * total), 0, total)
            for i, month in enumerate(months.firsts):
                rows.append((month, SITES[site], "CYBER", check, float(total)))
                rows.append((month, SITES[site], "CYBER_OK", check, float(reached[i])))
    return rows


def monitoring_frame(world: World) -> pd.DataFrame:
    """One row per day and critical application: minutes expected, minutes down."""
    rng = world.time.rng("monitoring")
    kept = exported(world.time.days, world.end)
    days = world.time.days[kept]
    shape = (len(days), len(APPLICATIONS))
    incident = rng.random(shape) < np.array([0.006, 0.004, 0.005, 0.004, 0.006])
    down = np.where(incident, np.rint(rng.gamma(1.5, 14.0, shape)), 0).astype(int)
    told = story(world.end, "outage")
    down[days == pd.Timestamp(told.start), 0] = OUTAGE_MINUTES
    return pd.DataFrame(
        {
            "jour": np.repeat(days, len(APPLICATIONS)),
            "entite": "GHT",
            "application": np.tile(APPLICATIONS, len(days)),
            "minutes_attendues": 1440,
            "minutes_arret": down.ravel(),
        }
    )
