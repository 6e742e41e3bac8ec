"""WHICH BEDS WILL BE FREE: 14 days by ward at 08:00 and 18:00, made by the worker, then only read.

    read.py       the daily census, exits, ED admissions and beds of every ward, on one grid
    survival.py   who stays one more night: the length-of-stay histogram, else the daily exit rate
    plain.py      the forecast of a series by itself
    flow.py       those present leave, those expected enter: the explainable model
    refill.py     what a night gains: beds that are free, patients present, lists of the next day
    backtest.py   flow, plain forecast of the census or their mean: the smallest past error wins
    spread.py     intervals and probabilities out of the past errors (split conformal)
    need.py       BJML of the coming days, and the share of each ward
    outlook.py    every ward, then every unit above as the sum of its wards
    calendars.py  public holidays and what the hospital marked, ward by ward
    notes.py      what is missing, in words
    balance.py    the sheet of the bed meeting
    store.py      rows of the generation, and the readers

Method of coherence: bottom-up. A unit above is the sum of its wards, with the errors of that sum.
"""
