"""WHAT COMES NEXT: fits made by the worker, stored in the generation, only read by a screen.

    choose.py       which series
    history.py      one series as the models read it; months.py for monthly ones
    gate.py         what its history allows, and the sentence that says so; monthly_gate.py
    models/         one file per model, each a `fit_predict`
    combination.py  their equal mean; decide.py drops a member, on the stored past
    conformal.py    intervals as wide as past forecasts were wrong
    fit.py          one series, from its history to what is stored; pool.py, distributed.py: where
    coherent.py     totals and parts agree; bottom_up.py for months and landings
    run.py          every forecast of a generation, in order
    store.py        rows of the generation, and the readers
    beds/ whatif/   the beds of the coming days; what a decision would change
    landing.py      the year-end result, title by title
    backtest.py     the engine in the past, against what came after; scores.py
    explain.py      a figure in words; trust.py, drift.py, oversight.py: whether to believe it
    reasons.py      why there is none, or a weaker one, in the reader's language

A stored forecast is never changed: what was predicted stays beside what happened.
"""
