"""The use case *lint*: everything that looks wrong in some files, before anything is sent.

It decides nothing about positions: it opens the files, the gazetteer and the map of admin areas,
reads the clock once, and has ``integrity`` look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepclear.domain.finding import Finding, Severity
from keepclear.domain.gazetteer import AdminArea, AdminAreas, Gazetteer, NamedPlace
from keepclear.domain.position import Position
from keepclear.errors import Refusal
from keepclear.formats.gazetteer import GazetteerReading, read_admin_areas, read_gazetteer
from keepclear.formats.reading import Reading
from keepclear.integrity.context import Context
from keepclear.integrity.examine import examine, worst_first
from keepclear.node.files import BYTES_MAX, read_file, shown
from keepclear.node.gather import gather
from keepclear.node.outlines import without_bad_outlines

__all__ = ["CHECKED_MAX", "DEVIATIONS", "Lint", "deviations_of", "lint"]

CHECKED_MAX: Final = 5_000
"""Declarations that ``check`` looks through beside its own work, in about 0.2 s; more are looked
through by ``lint`` alone."""
DEVIATIONS: Final = frozenset({Severity.WRONG, Severity.DOUBT})
"""What ``check`` tells, and what makes ``lint`` end with 1."""


@dataclass(frozen=True, slots=True)
class Lint:
    """Everything that one look found."""

    reading: Reading
    findings: tuple[Finding, ...]
    """Worst first; those of the readers among them."""
    refused: tuple[Refusal, ...]
    """Rows of the files, of the gazetteer and of the admin areas that were not used, and outlines
    that a check would refuse."""

    @property
    def deviations(self) -> int:
        """Findings that should be asked about before anything is sent."""
        return sum(finding.severity in DEVIATIONS for finding in self.findings)


def lint(
    paths: Sequence[str],
    *,
    now_us: int,
    gazetteers: Sequence[str] = (),
    admin: Sequence[str] = (),
    own: Position | None = None,
    read_as: str | None = None,
    max_bytes: int = BYTES_MAX,
    mapping: Mapping[str, str] | None = None,
) -> Lint:
    """Look through some files.

    Args:
        paths: File names; ``-`` is standard input.
        now_us: The present.
        gazetteers: Files of named places.
        admin: Files of admin areas.
        own: Where the reporter is.
        read_as: Format name, where the content should not be guessed.
        max_bytes: Limit for each file.
        mapping: What columns of tables are, by heading, where it should not be guessed.

    Raises:
        InputError: A gazetteer or a file of admin areas cannot be read as a whole: then what was
            asked for cannot be looked at.
    """
    places: list[NamedPlace] = []
    areas: list[AdminArea] = []
    refused: list[Refusal] = []
    for path in gazetteers:
        read = read_gazetteer(read_file(path, max_bytes=max_bytes), name=shown(path))
        places += read.places.places
        refused += read.refused
    for path in admin:
        mapped: GazetteerReading = read_admin_areas(
            read_file(path, max_bytes=max_bytes), name=shown(path)
        )
        areas += mapped.areas.areas
        refused += mapped.refused
    context = Context(
        now_us=now_us,
        gazetteer=Gazetteer(places) if gazetteers else None,
        admin=AdminAreas(areas) if admin else None,
        own=own,
    )
    reading = gather(paths, read_as=read_as, max_bytes=max_bytes, mapping=mapping)
    found = (*reading.findings, *examine(reading.declarations, context))
    _, misdrawn = without_bad_outlines(reading.declarations)
    return Lint(reading, worst_first(found), (*reading.refused, *misdrawn, *refused))


def deviations_of(reading: Reading) -> tuple[Finding, ...] | None:
    """What ``check`` tells of a reading: wrong or doubtful, whatever the hour; None where too many.

    The past is not looked at, because a check may be a replay.
    """
    if len(reading.declarations) > CHECKED_MAX:
        return None
    found = worst_first((*reading.findings, *examine(reading.declarations, Context())))
    return tuple(finding for finding in found if finding.severity in DEVIATIONS)
