"""WHAT PEOPLE DO WITH AN ALERT: one episode per run of a rule at a unit, and every act on it.

life.py     what figures and people do to an episode: pure, no step is impossible
keep.py     the tables: episodes, and the log that is never changed
votes.py    whether an alert was worth hearing of
decisions.py, effects.py   what was decided, and whether the figure moved afterwards
waiting.py  episodes of which a late source keeps the figures from saying anything
inbox.py    what a reader finds of them, and the acts that a scope may do
"""
