"""WHAT A RULE COMPARES: one file per kind of condition, each one function.

    fixed.py            the value itself
    gap.py              its gap to a target, the budget or last year
    history.py          its distance from the same weekday of its own past
    drift.py            the mean of the last periods against those before
    reconciliation.py   two indicators that should agree
    missing.py          days without data

A function takes what is `Asked` and gives `Compared`: a figure, what it is compared with, and how
long one step of the levels is. What they have in common is in `compared.py`,
means over past periods in `moving.py`. The forecast
(`../ahead.py`) and the ladder (`../ladder.py`) judge no period and are apart.
"""
