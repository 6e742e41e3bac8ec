"""WHEN TO SPEAK: few alerts, each with what, since when, where, who and what to do.

    rules.py        which KPI is watched, at which units, after how many periods
    levels.py       amber or red: a value against the KPI's own threshold
    evaluate.py     every alert of a generation
    freshness.py    a late source speaks once and silences what depends on it
    sentences.py    the two languages of an alert
    store.py        rows of the generation, and the reader

Nothing is remembered between two evaluations: a generation says what holds on its own figures.
"""
