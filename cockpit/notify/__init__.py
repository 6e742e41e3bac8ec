"""WHO IS TOLD, AND HOW: from an event of the desk to a mail, a call of a gateway or a digest.

The path of a message:

    people.py, roster.py, settings.py    who, when on duty, by which servers  (files of the home)
    book.py                              the three together, with what each role may see
    route.py     events -> posts         who is told what, when               (pure)
    outbox.py    posts -> rows           in the transaction of the events: stored before sent
    send.py      rows -> channels/       at least once, at most one duplicate
    letter.py    rows -> words           subject, plain text, HTML
    phones.py, vapid.py                  whose phone is where, and who says it is us  (web push)
    links.py     acknowledge from a mail: signed, expiring, single use
    digest.py    the brief, at each person's hour
    duty.py      the worker's passes, beside its round

Files of the home are read at each pass; a bad entry never stops the others.
"""
