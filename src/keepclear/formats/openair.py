"""OpenAir: airspace as text, one command a line, versions 1 and 2 -> restrictions.

Source: WinPilot's format as Naviter's specification 2.1 (``naviter/seeyou_file_formats``) extends it.
A block begins with ``AC`` and is one declaration: circles (``DC``) stay circles, points (``DP``) and
arcs (``DA``, ``DB``) are a ring, points of an airway (``DY``) a corridor with width ``V W``.

Two readings are assumptions, and stand in docs/formats.md: what joins two points is the shortest path
(aeronautical publications draw it so, the format does not say); an airspace without activation times
(``AA``) always holds, and so does one that is activated at times nobody knows yet (``AA NONE``).

A block with a line that cannot be read is refused as a whole, because an airspace without one of its
points lies somewhere else; every other block is still read.
"""

from __future__ import annotations

import re
from typing import Final

from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Area, Corridor, EdgeRule, Footprint, Polygon
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS
from keepclear.errors import InputError, Refusal
from keepclear.formats.airlimits import air_band
from keepclear.formats.arc_rings import MISFIT_TOLD_M, misfit_remark, ring_of
from keepclear.formats.openair_blocks import Block, blocks
from keepclear.formats.reading import Reading
from keepclear.formats.remarks import Remarks
from keepclear.formats.text import free_text, generated_id, numbered

__all__ = ["FORMAT", "looks_like_openair", "read"]

FORMAT: Final = "openair"

PARTS_MAX: Final = 10_000
"""Shapes times activation times of one airspace, as for other zones."""
_LOOKED_AT: Final = 200
"""Lines looked at for the first command."""

_OPENING: Final = re.compile(r"AC\s+[A-Z0-9_\-]{1,20}\s*(?:[*;#].*)?", re.ASCII | re.IGNORECASE)

_NO_LIMIT: Final = "without an upper or lower limit: taken to have none on that side"


def looks_like_openair(text: str) -> bool:
    """Whether the first command of a text is ``AC``, after comments and empty lines alone."""
    for line in text.splitlines()[:_LOOKED_AT]:
        stripped = line.strip()
        if stripped and not stripped.startswith(("*", ";", "#")):
            return _OPENING.fullmatch(stripped) is not None
    return False


def read(content: bytes, *, name: str, stem: str | None = None) -> Reading:
    """Read a whole file.

    Args:
        content: Checked UTF-8.
        name: The file, as sentences name it.
        stem: What generated identifiers begin with; the name, if nothing is given.

    Raises:
        InputError: ``list.too-many``.
    """
    remarks = Remarks(name, "airspace")
    lines = Remarks(name, "line")
    refused: list[Refusal] = []
    declarations: list[Declaration] = []
    seen: dict[str, int] = {}
    for count, block in enumerate(blocks(content.decode(), remarks, lines), 1):
        where = _where(name, block)
        remarks.row = where.removeprefix(name + " ")
        try:
            if not block.faults:
                generated = generated_id(stem or name, count)
                declarations.append(_declaration(block, where, generated, seen, remarks))
        except InputError as error:
            block.faults.append(error)
        refused += [Refusal.of(fault.inside(where)) for fault in block.faults]
    if not declarations and not refused:
        nothing = InputError(
            "openair.empty", "found no airspace, expected blocks that begin with AC"
        )
        refused.append(Refusal.of(nothing.inside(name)))
    warnings = (*lines.sentences(), *remarks.sentences())
    return Reading(FORMAT, tuple(declarations), tuple(refused), warnings)


def _where(name: str, block: Block) -> str:
    title = free_text(block.name)[:80]
    return f"{name} airspace in lines {block.first_line} to {block.last_line} {title}".strip()


def _declaration(
    block: Block, where: str, generated: str, seen: dict[str, int], remarks: Remarks
) -> Declaration:
    footprints, misfit_m = _footprints(block)
    if len(footprints) * len(block.windows) > PARTS_MAX:
        raise InputError(
            "list.too-many",
            f"{len(footprints):,} shapes at {len(block.windows):,} times make more than "
            f"{PARTS_MAX:,} parts; split the airspace",
        )
    if len(block.limits) < 2:
        remarks.add(_NO_LIMIT)
    band = air_band(block.limits.get("AL"), block.limits.get("AH"))
    windows = block.windows or [ALWAYS]
    if misfit_m > MISFIT_TOLD_M:
        remarks.add(misfit_remark(misfit_m))
    words = block.words
    notice = tuple(
        (field, words[command])
        for command, field in (
            ("AY", "airspace_type"),
            ("AF", "airspace_frequency"),
            ("AG", "airspace_station"),
            ("AX", "airspace_transponder"),
        )
        if words.get(command)
    )
    return Declaration(
        id=numbered(words.get("AI") or block.name or generated, seen),
        kind=Kind.RESTRICTION,
        parts=tuple(Volume4D(shape, band, when) for shape in footprints for when in windows),
        where=where,
        name=block.name,
        stated=tuple((place,) for place in block.stated),
        notice=(("airspace_class", free_text(block.class_)), *notice),
        position_error_m=misfit_m if misfit_m > MISFIT_TOLD_M else 0.0,
    )


def _footprints(block: Block) -> tuple[list[Footprint], float]:
    """Everything that the block draws; its worst misfit of arcs in metres."""
    found: list[Footprint] = list(block.circles)
    misfit_m = 0.0
    if block.pieces:
        ring, misfit_m = ring_of(block.pieces)
        found.append(Area((Polygon((ring,)),), EdgeRule.GEODESIC))
    if block.airway:
        if block.width_m is None:
            raise InputError("openair.width", "an airway (DY) needs its width: 'V W=width' in NM")
        found.append(Corridor(tuple(block.airway), block.width_m / 2.0, EdgeRule.GEODESIC))
    if not found:
        raise InputError("declaration.empty", "the airspace has no points, arcs or circles")
    return found, misfit_m
