"""What a person who administers does: to sources, held batches, generations, the structure, rules,
the roster of duty and the people who are told.

The page and the commands call the same functions, which write the same files that an editor may
write. Each act is checked before anything is written, and leaves one line in the audit.
"""
