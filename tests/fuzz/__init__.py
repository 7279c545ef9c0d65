"""One harness for each text and XML reader: whatever bytes come in, only an input error comes out.

A module exposes ``one(data)``, which reads the bytes as its format and swallows input errors only,
and ``SEEDS``, small valid files to begin with. ``make fuzz`` runs them.
"""
