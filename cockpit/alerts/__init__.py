"""WHEN TO SPEAK: few alerts, each with what, since when, where, who and what to do.

    shipped/        the rules that come with the program, one TOML file per domain
    rule.py         what a rule is: data, checked
    rulebook.py     those shipped, the hospital's own over them; what is wrong is told, never fatal
    observe.py      the closed periods that rules are judged on, all units in one read
    conditions/     what a rule compares: one file per kind
    reach.py        how far each period is beyond the levels
    course.py       quiet, pending, firing, recovering: the fold over the periods
    judge.py        a rule on its units
    ahead.py        what is only expected, and how likely
    ladder.py       the escalation, from the other rules
    lateness.py     a late source speaks once and silences what depends on it
    evaluate.py     every alert of a generation
    sentences.py    the two languages of an alert
    store.py        rows of the generation, and the reader
    desk/           what people do with them

Figures alone decide what a generation says: nothing is remembered between two evaluations.
"""
