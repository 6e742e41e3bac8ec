"""WHAT IF: beds closed, more visits, a wave, more absence; each effect with its range.

    model.py      what can be decided or happen, and what it changes
    ratios.py     the hospital's own ratios: EUR per bed-day, EUR per absence day, boarders
    pools.py      wards of one discipline as one pool of beds, with its habits
    setting.py    what a scenario is played on, for one reader
    simulate.py   the same nights played with and without, with the same luck
    effects.py    the lines of the answer, each with its assumptions, or why it has none
    money.py      those in euros

No ratio is given in advance: what the hospital's data do not say is refused with a sentence.
"""
