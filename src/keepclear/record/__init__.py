"""The record that nobody can rewrite: bytes in, bytes out; it knows no plan, no place and no time.

RFC 6962 trees in the layout of C2SP tlog-tiles, checkpoints and cosignatures as C2SP signed notes.
"""
