"""The face for people who write Python: :func:`read` files, :func:`check` what was read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from keepclear.detect.crossing import Comparison, Minima
from keepclear.domain.declaration import Declaration, Ground
from keepclear.domain.units import MICROSECONDS
from keepclear.domain.window import parse_instant
from keepclear.errors import InputError, UsageError
from keepclear.formats.reading import Reading
from keepclear.node.check import Question, answer
from keepclear.node.clock import now_us
from keepclear.node.files import BYTES_MAX
from keepclear.node.gather import gather

__all__ = ["check", "read"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read(
    *paths: str | os.PathLike[str],
    read_as: str | None = None,
    max_bytes: int = BYTES_MAX,
    mapping: Mapping[str, str] | None = None,
) -> Reading:
    """The declarations in one or several files, as the command line reads them.

    Declarations without a party get their file's name as their party; in a single file in which
    nobody is named, each declaration stands for itself.

    Args:
        *paths: Files in any format that is read, also gzipped: GeoJSON, NDJSON, CSV, XLSX, KML,
            KMZ, GPX, Cursor-on-Target, F3548-21, ED-269, ED-318, OpenAir, YAIXM, NOTAM (text and
            JSON), tracks, readsb and SBS-1; docs/formats.md describes each.
        read_as: Name of the format, where the content should not be guessed.
        max_bytes: Limit for each file.
        mapping: What the columns of tables are, by heading: ``{"Point A": "position"}``.

    Returns:
        The declarations, and every row that could not be used, in ``refused``.

    Raises:
        InputError: A file as a whole cannot be read; ``where`` names it.
        UsageError: No path is given.

    Example:
        >>> relief = read("examples/darling/relief.geojson")
        >>> [(d.party, d.id, d.kind.value) for d in relief.declarations]
        [('Relief', 'S1', 'site'), ('Relief', 'S2', 'site'), ('Relief', 'W1', 'movement')]
    """
    if not paths:
        raise UsageError("name at least one file to read")
    names = [os.fsdecode(path) for path in paths]
    return gather(names, read_as=read_as, max_bytes=max_bytes, strict=True, mapping=mapping)


def check(
    declarations: Reading | Iterable[Declaration],
    *,
    horizontal_m: float = 0.0,
    vertical_m: float = 0.0,
    time_s: float = 0.0,
    ground_m: tuple[float, float] | None = None,
    after: str | datetime | None = None,
    before: str | datetime | None = None,
    within_party: bool = False,
    areas: bool = True,
) -> Comparison:
    """Every crossing among declarations, exactly, and an account of what was not compared.

    Args:
        declarations: What :func:`read` returned, then rows it refused make the answer incomplete;
            or declarations from anywhere. Those with an empty party stand for themselves.
        horizontal_m: Distance that must remain free; a gap equal to it keeps it.
        vertical_m: Height that must remain free, likewise.
        time_s: Time that must remain free, likewise.
        ground_m: Lowest and highest ground, metres above mean sea level, where none is stated.
        after: Only what happens from then on; RFC 3339 with an offset, or an aware datetime.
        before: Only what happens before then.
        within_party: Compare declarations of one party with each other, too.
        areas: Compute shared areas; without them large sets are answered faster.

    Raises:
        UsageError: A minimum is negative or no number, or a time cannot be read.
        InputError: The ground is upside down.
        ConfigurationError: The geoid grid is missing.

    Example:
        >>> found = check(read("examples/darling/alder.geojson", "examples/darling/relief.geojson"))
        >>> [(c.a.id, c.b.id, round(c.area_m2 / 1e6, 2)) for c in found.crossings]
        [('A2', 'S1', 1.12)]
        >>> found.complete, found.compared, found.refused
        (True, 6, ())
    """
    if not isinstance(declarations, Reading):
        declarations = Reading(format="", declarations=tuple(declarations))
    for name, value in (("horizontal_m", horizontal_m), ("vertical_m", vertical_m)):
        _not_negative(name, value)
    question = Question(
        minima=Minima(
            horizontal_m, vertical_m, round(_not_negative("time_s", time_s) * MICROSECONDS)
        ),
        ground=None if ground_m is None else Ground(*ground_m),
        after_us=_instant("after", after),
        before_us=_instant("before", before),
        within_party=within_party,
        areas=areas,
    )
    return answer(declarations, question, now_us=now_us())


def _not_negative(name: str, value: float) -> float:
    if not 0.0 <= value < float("inf"):
        raise UsageError(f"{name} is {value}; give 0 or more")
    return value


def _instant(name: str, moment: str | datetime | None) -> int | None:
    if moment is None:
        return None
    if isinstance(moment, datetime):
        if moment.utcoffset() is None:
            raise UsageError(f"{name} does not say which clock it is on; give it a tzinfo")
        return (moment - _EPOCH) // timedelta(microseconds=1)
    try:
        return parse_instant(moment)
    except InputError as error:
        raise UsageError(f"{name}: {error.message}") from error
