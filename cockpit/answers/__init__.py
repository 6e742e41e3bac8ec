"""What the command line and the HTTP API answer: one question in, one JSON out, the same for both.

text of options or of the URL  --ask-->  typed question  --give-->  dict ready for JSON
"""
