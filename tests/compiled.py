"""Compile what compares and what reads large files, once, before the workers of a run begin.

Where this source has not run before, the compiler takes longer than most files of tests, and each
worker and each node that a test starts would do the same for itself. Two processes do it here, and the
others find it made. Where it was made before, this only loads it.

usage: python -m tests.compiled
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec

from keepclear.node.fastpath import prepare_cache


def comparing():
    """What a node decides with, and what compares everything with everything."""
    prepare_cache()
    from keepclear.detect.crossing import Minima
    from keepclear.detect.fast.engine import FAST
    from keepclear.detect.rules import compare
    from keepclear.node.standing import _rehearse
    from tests.laws.strategies import FLAT, circle, declared, square

    _rehearse()
    shapes = [circle(47.0, 8.0, 500.0), square(47.0, 8.0, 500.0), square(47.01, 8.0, 90_000.0)]
    said = [declared(f"A{k}", shape) for k, shape in enumerate(shapes)]
    for minima in (Minima(), Minima(horizontal_m=100.0)):
        compare(said, geoid=FLAT, minima=minima, areas=False, engine=FAST)


def reading():
    """What reads large files of features and of events."""
    import numpy as np

    prepare_cache()
    from keepclear.formats.cot_scan import scan_events
    from keepclear.formats.scan.columns import scan
    from tests.laws.test_bulk_law import collection, lines, volume
    from tests.laws.test_cot_columns_law import AREA, PLAIN

    for text in (collection(volume("A1")), lines(volume("A1"))):
        scan(np.frombuffer(text.encode(), np.uint8))
    events = b"<events>" + PLAIN % (1, 1) + AREA % (2, 2) + b"</events>"
    scan_events(events, 0, len(events))


def main():
    if find_spec("numba") is None:
        return
    with ProcessPoolExecutor(2) as both:
        for done in [both.submit(comparing), both.submit(reading)]:
            done.result()


if __name__ == "__main__":
    main()
