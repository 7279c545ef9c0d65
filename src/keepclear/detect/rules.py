"""Who is compared with whom, and how part-by-part hits become crossings between declarations.

Rules kept here (decision 8 of the design): declarations of different parties are compared, except
site with site and restriction with restriction; areas of activity are never a crossing, overlapping
claims are listed; a site that has not been confirmed keeps being compared; what has ended is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from keepclear.detect.assemble import assemble, claims_of
from keepclear.detect.crossing import Claim, Comparison, Minima
from keepclear.detect.engine import PORTABLE, Engine, Search, choose
from keepclear.detect.exact import Court, Hits, joined, judge
from keepclear.detect.fine import Skeletons
from keepclear.detect.prepare import Prepared, prepare
from keepclear.detect.table import FOREVER_US, Table
from keepclear.detect.vertical import Geoid
from keepclear.domain.declaration import (
    NEVER_COMPARED_STATES,
    NOT_COMPARED_KINDS,
    Declaration,
    Ground,
    Kind,
)
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS, Window

__all__ = [
    "KINDS",
    "KINDS_COMPARED",
    "KIND_CODES",
    "Progress",
    "compare",
    "one_party_warning",
    "standing_on",
]

Progress = Callable[[str, int, int], None]
"""Told what is being done, how far, and of how much."""

_PIECE: Final = 1 << 20
"""Pairs judged in one go: about 200 MB of columns."""
KINDS: Final = tuple(Kind)
"""By their numbers in columns."""
KIND_CODES: Final = {kind: code for code, kind in enumerate(KINDS)}
"""The number of each kind in columns."""
KINDS_COMPARED: Final = np.array(
    [[frozenset({a, b}) not in NOT_COMPARED_KINDS for b in KINDS] for a in KINDS]
)
"""bool (kinds, kinds): which are compared, by their numbers."""


def compare(
    declarations: Sequence[Declaration],
    *,
    geoid: Geoid,
    minima: Minima = Minima(),  # noqa: B008  frozen
    ground: Ground | None = None,
    span: Window = ALWAYS,
    within_party: bool = False,
    areas: bool = True,
    progress: Progress | None = None,
    engine: Engine | None = None,
    chooses: Callable[[int], Engine] = choose,
) -> Comparison:
    """Every crossing among declarations, exactly.

    Args:
        declarations: With plain windows. An empty party stands for itself.
        geoid: EGM96 undulations.
        minima: What must remain free; gaps equal to a minimum keep it.
        ground: Ground where a declaration states none, metres above mean sea level.
        span: Only what happens within it.
        within_party: Compare declarations of one party with each other too.
        areas: Compute shared areas and all distances; else only who, when, which heights and how
            certain.
        progress: Told how far the work is.
        engine: Portable or compiled; chosen by the size of the work where it is not given.
        chooses: Which engine is worth its loading for so many rows.

    Returns:
        The comparison. Parts that could not be used are in ``refused``; all others are compared.
    """
    reasons = [_left_out(declaration, span) for declaration in declarations]
    used = [k for k, reason in enumerate(reasons) if reason is None]
    claiming = [k for k, item in enumerate(declarations) if item.kind is Kind.AREA]
    prepared = prepare([standing_on(declarations[k]) for k in used], geoid=geoid, ground=ground)
    claimed = prepare([declarations[k] for k in claiming], geoid=geoid, ground=ground)
    engine = engine or chooses(len(prepared.table))
    hits, skeletons = _search(
        prepared.table, [declarations[k] for k in used], minima,
        within_party=within_party, measure=areas, progress=progress, engine=engine,
    )  # fmt: skip
    hits = hits.take(_in_span(hits, span))
    crossings = assemble(
        [declarations[k] for k in used], prepared, hits, skeletons, areas=areas, cut=engine.cut,
        progress=progress,
    )  # fmt: skip
    claims = _claims([declarations[k] for k in claiming], claimed, progress)
    rows = set(prepared.table.owner.tolist())
    refused = prepared.refused + claimed.refused
    left = Counter(reason for reason in reasons if reason is not None)
    lost = len(used) - len(rows)
    if lost:
        left["every part was refused"] += lost
    return Comparison(
        complete=not refused,
        declarations=len(declarations),
        volumes=sum(len(declaration.parts) for declaration in declarations),
        compared=len(rows),
        parties=tuple(sorted({declaration.party for declaration in declarations})),
        not_compared=tuple(sorted(left.items())),
        refused=refused,
        warnings=_warnings(declarations, used, prepared, within_party=within_party),
        crossings=crossings,
        claims=claims,
    )


def _left_out(declaration: Declaration, span: Window) -> str | None:
    """Why a declaration is not compared, or None."""
    if declaration.kind is Kind.AREA:
        return "area of activity (informs, is never a crossing)"
    if declaration.state in NEVER_COMPARED_STATES:
        return "ended"
    if span != ALWAYS and not any(_touches(part_window(part), span) for part in declaration.parts):
        site = declaration.kind is Kind.SITE
        if not (site and standing_on(declaration) != declaration):
            return "outside the time asked for"
    return None


def part_window(part: object) -> tuple[int, int]:
    """First and last microsecond of a part; open ends are far away."""
    if isinstance(part, Volume4D):
        window = part.window
        if not isinstance(window, Window):
            return -FOREVER_US, FOREVER_US
        start = -FOREVER_US if window.start_us is None else window.start_us
        return start, FOREVER_US if window.end_us is None else window.end_us
    points = part.waypoints  # type: ignore[attr-defined]
    return points[0].time_us, points[-1].time_us


def _touches(window: tuple[int, int], span: Window) -> bool:
    after = span.start_us is None or window[1] >= span.start_us
    return after and (span.end_us is None or window[0] < span.end_us)


def standing_on(declaration: Declaration) -> Declaration:
    """A site without the end of its validity: it stands until it is removed with a reason."""
    if declaration.kind is not Kind.SITE:
        return declaration
    parts = tuple(
        replace(part, window=Window(part.window.start_us, None))
        if isinstance(part, Volume4D) and isinstance(part.window, Window)
        else part
        for part in declaration.parts
    )
    return replace(declaration, parts=parts)


def _search(
    table: Table,
    declarations: Sequence[Declaration],
    minima: Minima,
    *,
    within_party: bool,
    measure: bool,
    progress: Progress | None,
    engine: Engine,
) -> tuple[Hits, Skeletons]:
    group, kind = _codes(declarations, within_party=within_party)
    search = Search(table.owner, group[table.owner], kind[table.owner], KINDS_COMPARED)
    court = Court(table, minima, Skeletons(table), engine, measure)
    found: list[Hits] = []
    looked = 0
    for i, j in engine.candidates(table, minima, search):
        for at in range(0, max(len(i), 1), _PIECE):
            found.append(judge(court, i[at : at + _PIECE], j[at : at + _PIECE]))
            looked += len(i[at : at + _PIECE])
            if progress:
                progress("pairs looked at", looked, 0)
    return _joined(found), court.skeletons


def _joined(found: list[Hits]) -> Hits:
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Hits(none, none, none, none, none > 0, none.astype(np.uint8), none * 1.0,
                    none * 1.0, none * 1.0, none * 1.0, none > 0, none.reshape(0, 4))  # fmt: skip
    return joined(found)


def _codes(
    declarations: Sequence[Declaration], *, within_party: bool
) -> tuple[np.ndarray, np.ndarray]:
    """A number for the party of each declaration (its own where it has none), and for its kind."""
    numbers: dict[str, int] = {}
    group = [
        numbers.setdefault(item.party, len(numbers)) if item.party and not within_party else -1 - k
        for k, item in enumerate(declarations)
    ]
    kind = [KIND_CODES[item.kind] for item in declarations]
    return np.array(group, dtype=np.int32), np.array(kind, dtype=np.uint8)


def _in_span(hits: Hits, span: Window) -> np.ndarray:
    inside = np.ones(len(hits.i), dtype=bool)
    if span.start_us is not None:
        ends = hits.end_us > span.start_us  # half-open; an instant is a closed point
        inside &= ends | ((hits.end_us == hits.start_us) & (hits.end_us == span.start_us))
    if span.end_us is not None:
        inside &= hits.start_us < span.end_us
    return np.flatnonzero(inside)


def _claims(
    declarations: Sequence[Declaration], prepared: Prepared, progress: Progress | None
) -> tuple[Claim, ...]:
    if len(declarations) < 2:
        return ()
    hits, skeletons = _search(
        prepared.table,
        declarations,
        Minima(),
        within_party=False,
        measure=False,
        progress=progress,
        engine=PORTABLE,
    )
    return claims_of(declarations, prepared.table, hits, skeletons)


def _warnings(
    declarations: Sequence[Declaration],
    used: Sequence[int],
    prepared: Prepared,
    *,
    within_party: bool,
) -> tuple[str, ...]:
    said: list[str] = []
    if prepared.ground_missing:
        names = ", ".join(declarations[used[k]].id for k in prepared.ground_missing[:5])
        more = len(prepared.ground_missing) - 5
        tail = f" and {more} more" if more > 0 else ""
        said.append(
            f"the ground under {names}{tail} is not stated, so heights above ground were taken with "
            "ground from -500 to 9,000 m; state ground_m, or --ground"
        )
    parties = {declarations[k].party for k in used}
    if len(used) > 1 and len(parties) == 1 and "" not in parties and not within_party:
        said.append(one_party_warning(next(iter(parties))))
    return tuple(said)


def one_party_warning(party: str) -> str:
    """What is said where there is nobody to compare with."""
    return (
        f"all declarations are of one party ({party}), which is not compared with itself; use "
        "--within-party to do so"
    )
