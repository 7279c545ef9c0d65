"""The compiled path (extra ``[fast]``): the same kernels, the same verdicts, many times faster.

Nothing here decides anything differently. Edges are split only where a verdict depends on them, but
to the very vertices that the portable path makes; a law compares both, bit by bit.
"""
