"""The use case *check*: what is compared, over which time, and what is said about the rest.

It decides nothing about geometry. It leaves out what lies wholly outside the time asked for, has
weekly schedules opened, lets ``detect.rules`` compare, and adds the account of everything that was
not compared.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from keepclear.detect.crossing import Claim, Comparison, Crossing, Minima, Side
from keepclear.detect.engine import FAST_ROWS_MIN, PORTABLE, Engine, choose
from keepclear.detect.rules import Progress, compare
from keepclear.domain.declaration import Declaration, Ground, Kind, Part
from keepclear.domain.route import Route
from keepclear.domain.window import Window
from keepclear.errors import UsageError
from keepclear.formats.reading import Reading
from keepclear.node.fastpath import COLD_FACTOR, COMPARING, has_warmed, prepare_cache, warm
from keepclear.node.geoid import load_geoid
from keepclear.node.weekly import Key, extent, open_schedules

__all__ = ["Question", "answer"]

NO_WINDOW: Final = "no window of its weekly schedule opens in the span looked at"
OUTSIDE: Final = "outside the time asked for"
_Found = TypeVar("_Found", Crossing, Claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about a set of declarations.

    Raises:
        UsageError: ``before`` is not later than ``after``.
    """

    minima: Minima = field(default_factory=Minima)
    ground: Ground | None = None
    """The ground where a declaration does not state its own."""
    after_us: int | None = None
    before_us: int | None = None
    within_party: bool = False
    areas: bool = True

    def __post_init__(self) -> None:
        if (
            self.after_us is not None
            and self.before_us is not None
            and self.before_us <= self.after_us
        ):
            raise UsageError("--before must be later than --after; were the two exchanged?")


def answer(
    reading: Reading, question: Question, *, now_us: int, progress: Progress | None = None
) -> Comparison:
    """Compare everything that was read, and account for everything that was not compared.

    Args:
        reading: Declarations with their parties, and what was refused already.
        question: What is asked.
        now_us: Used only to open weekly schedules where no declaration names a time.
        progress: Told how far long work has come.

    Raises:
        ConfigurationError: The geoid grid is missing.
    """
    inside = [d for d in reading.declarations if not _outside(d, question)]
    left_out = Counter({OUTSIDE: len(reading.declarations) - len(inside)})
    opened = open_schedules(
        inside,
        span=Window(question.after_us, question.before_us),
        wider_us=question.minima.time_us,
        now_us=now_us,
    )
    left_out[NO_WINDOW] = opened.closed
    engines: list[Engine] = []
    found = compare(
        opened.declarations,
        minima=question.minima,
        ground=question.ground,
        span=Window(question.after_us, question.before_us),
        geoid=load_geoid(),
        within_party=question.within_party,
        areas=question.areas,
        progress=progress,
        chooses=lambda rows: _noted(engines, choose(rows, _fast_from())),
    )
    if engines != [PORTABLE]:
        has_warmed(COMPARING)
    for reason, count in found.not_compared:
        left_out[reason] += count
    refused = (*reading.refused, *opened.refused, *found.refused)
    return replace(
        found,
        complete=found.complete and not refused and (opened.whole or not opened.closed),
        declarations=len(reading.declarations),
        volumes=sum(len(d.parts) for d in reading.declarations),
        not_compared=tuple((reason, n) for reason, n in sorted(left_out.items()) if n),
        refused=refused,
        warnings=(*reading.warnings, *opened.warnings, *found.warnings),
        crossings=_as_declared(found.crossings, opened.origin),
        claims=_as_declared(found.claims, opened.origin),
    )


def _fast_from() -> int:
    """Rows from which compiled code is used: more while it would have to be compiled first."""
    prepare_cache()
    return FAST_ROWS_MIN if warm(COMPARING) else FAST_ROWS_MIN * COLD_FACTOR


def _noted(engines: list[Engine], engine: Engine) -> Engine:
    engines.append(engine)
    return engine


def _outside(declaration: Declaration, question: Question) -> bool:
    """Whether all of it lies outside the time asked for.

    A site whose validity has ended still stands until it is removed: only its start counts.
    """
    stands = declaration.kind is Kind.SITE
    return all(
        _begins_later(part, question.before_us)
        or (not stands and _has_ended(part, question.after_us))
        for part in declaration.parts
    )


def _begins_later(part: Part, before_us: int | None) -> bool:
    start_us = extent(part).start_us
    return start_us is not None and before_us is not None and start_us >= before_us


def _has_ended(part: Part, after_us: int | None) -> bool:
    """Ends are exclusive, but the last instant of a route and a lone instant belong to them."""
    window = extent(part)
    if window.end_us is None or after_us is None:
        return False
    closed = isinstance(part, Route) or window.start_us == window.end_us
    return window.end_us < after_us or (window.end_us == after_us and not closed)


def _as_declared(
    found: tuple[_Found, ...], origin: dict[Key, tuple[int, ...]]
) -> tuple[_Found, ...]:
    """The same findings, their parts counted as they were declared, not as they were opened."""
    if not origin:
        return found

    def declared(side: Side) -> Side:
        indexes = origin.get((side.party, side.id, side.kind))
        if not indexes:
            return side
        return replace(side, parts=tuple(sorted({indexes[part] for part in side.parts})))

    return tuple(replace(one, a=declared(one.a), b=declared(one.b)) for one in found)
