"""WHAT COMES NEXT: fits made by the worker, stored in the generation, only read by a screen.

    run.py          which series, in which order: make_forecasts
    refuse.py       when the history does not allow a forecast, and the sentence that says so
    models/         one file per model, each a `fit_predict`
    backtest.py     the error printed on the card, beside the same-weekday mean's
    landing.py      the year-end result, title by title
    store.py        rows of the generation, and the readers

A stored forecast is never changed: what was predicted stays beside what happened.
"""
