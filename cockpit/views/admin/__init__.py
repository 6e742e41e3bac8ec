"""The screens of Administration; `screens/administration.py` chooses one from the address.

words       what they share: addresses, states in words, commands, what was just done
jobs        long work in a process of its own, followed on the screen
child       that process
listing     every source            source     one source, its tabs and its acts
form        fields of a connector   mapping    columns beside measures
effects     what would change       states     published generations
units       the structure           adding     a new source
"""
