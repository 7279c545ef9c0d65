"""Declarations -> bytes of any format: the one door into the writers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from keepclear.detect.vertical import Geoid
from keepclear.domain.declaration import Declaration
from keepclear.errors import UsageError
from keepclear.formats.writers import (
    cot,
    csv,
    ed318,
    f3548,
    geojson,
    kml,
    ndjson,
    sheet,
    xlsx,
)
from keepclear.formats.writers.losses import Losses

__all__ = ["WRITERS", "Writer", "format_for", "write_bytes"]


@dataclass(frozen=True, slots=True)
class Writer:
    """How one format is written."""

    write: Callable[..., bytes]
    """Takes declarations and losses, and the geoid where ``heights`` says so."""
    endings: tuple[str, ...]
    """Endings of file names that ask for this format; none where ``--write-as`` must."""
    heights: bool = False
    """It knows fewer altitude references, and needs the geoid to replace the others."""
    dated: bool = False
    """It says when it was made, and is told so."""
    read_back: bool = True
    """A reader of ours takes it; else it is for people alone."""


WRITERS: Final = MappingProxyType(
    {
        "geojson": Writer(geojson.write, (".geojson", ".json")),
        "ndjson": Writer(ndjson.write, (".ndjson", ".jsonl", ".geojsonl", ".geojsonseq")),
        "csv": Writer(csv.write, (".csv",)),
        "xlsx": Writer(xlsx.write, (".xlsx",)),
        "f3548": Writer(f3548.write, (".f3548.json",), heights=True),
        "kml": Writer(kml.write, (".kml",)),
        "cot": Writer(cot.write, (".cot", ".cot.xml")),
        "ed318": Writer(ed318.write, (".ed318.json",), heights=True),
        "sheet": Writer(sheet.write, (".html",), dated=True, read_back=False),
    }
)
"""By format name, as ``--write-as`` takes it."""


def format_for(name: str) -> str | None:
    """The format that a file name asks for by its ending; the longest ending counts."""
    lower = name.lower()
    fits = [
        (len(ending), format_)
        for format_, writer in WRITERS.items()
        for ending in writer.endings
        if lower.endswith(ending)
    ]
    return max(fits)[1] if fits else None


def write_bytes(
    declarations: Sequence[Declaration],
    format_: str,
    *,
    geoid: Callable[[], Geoid],
    made_us: int | None = None,
) -> tuple[bytes, Losses]:
    """Declarations in another form, and what that form could not hold.

    Args:
        declarations: In the order in which they are written.
        format_: A name of :data:`WRITERS`.
        geoid: Gives the geoid where a format needs it.
        made_us: The time now, for a form that says when it was made.

    Raises:
        UsageError: no such format is written.
    """
    writer = WRITERS.get(format_)
    if writer is None:
        raise UsageError(f"format {format_!r} is not written; choose one of {', '.join(WRITERS)}")
    losses = Losses()
    more = (geoid(),) if writer.heights else ()
    dated = {"made_us": made_us} if writer.dated else {}
    return writer.write(declarations, losses, *more, **dated), losses
