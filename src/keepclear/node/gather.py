"""Several files become one reading: each declaration with its party, nothing lost, nothing twice.

The party of a declaration that names none is its file's stem. One file alone in which nobody is
named is different: there each declaration stands for itself, and that is said.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from keepclear.domain.declaration import Declaration
from keepclear.errors import InputError, Refusal
from keepclear.formats.cot_columns import SCANNED_BYTES_MIN
from keepclear.formats.reading import Reading
from keepclear.formats.registry import read_bytes
from keepclear.node.fastpath import EVENTS, prepare_cache, warm
from keepclear.node.files import BYTES_MAX, STDIN, party_names, read_file, shown

__all__ = ["gather", "read_one", "stands_alone_warning"]


def read_one(
    path: str,
    *,
    stem: str,
    read_as: str | None = None,
    max_bytes: int = BYTES_MAX,
    mapping: Mapping[str, str] | None = None,
) -> Reading:
    """One file as it was written, parties not yet filled in; generated ids begin with ``stem``.

    Raises:
        InputError: The file as a whole cannot be read.
    """
    data = read_file(path, max_bytes=max_bytes)
    compiled = False
    if len(data) >= SCANNED_BYTES_MIN:  # below it no reader asks
        prepare_cache()
        compiled = warm(EVENTS)
    return read_bytes(
        data,
        name=shown(path),
        read_as=read_as,
        stem=stem,
        mapping=mapping,
        compiled=compiled,
    )


def gather(
    paths: Sequence[str],
    *,
    read_as: str | None = None,
    max_bytes: int = BYTES_MAX,
    strict: bool = False,
    mapping: Mapping[str, str] | None = None,
) -> Reading:
    """Every file's declarations, with their parties, as one reading.

    Args:
        paths: File names; ``-`` is standard input.
        read_as: Format name, where the content should not be guessed.
        max_bytes: Limit for each file.
        strict: A file that cannot be read at all raises, instead of being listed as refused.
        mapping: What the columns of tables are, by heading, as ``read_bytes`` takes it.

    Raises:
        InputError: Only when ``strict``.
    """
    paths, warnings = _once(paths)
    names = party_names(paths)  # no two alike, so ids generated from them differ between files
    readings: list[Reading] = []
    for path, stem in zip(paths, names, strict=True):
        try:
            readings.append(
                read_one(path, stem=stem, read_as=read_as, max_bytes=max_bytes, mapping=mapping)
            )
        except InputError as error:
            if strict:
                raise
            readings.append(Reading("", (), (Refusal.of(error),)))
    declarations: list[Declaration] = []
    for path, party, reading in zip(paths, names, readings, strict=True):
        alone = len(paths) == 1 and not any(d.party for d in reading.declarations)
        if alone and len(reading.declarations) > 1:
            warnings.append(stands_alone_warning(path))
        declarations += reading.declarations if alone else _named(reading.declarations, party)
    if len(paths) > 1:
        declarations, doubled = _joined(declarations)
        warnings += doubled
    formats = {reading.format for reading in readings if reading.format}
    return Reading(
        format=formats.pop() if len(formats) == 1 else "",
        declarations=tuple(declarations),
        refused=tuple(refusal for reading in readings for refusal in reading.refused),
        warnings=(*warnings, *(text for reading in readings for text in reading.warnings)),
        findings=tuple(finding for reading in readings for finding in reading.findings),
        mapping=tuple(pair for reading in readings for pair in reading.mapping),
    )


def stands_alone_warning(path: str) -> str:
    """What is said of one file in which nobody is named."""
    return (
        f"{shown(path)}: it names no party, so each declaration stands for itself and is "
        "compared with all others"
    )


def _once(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Each file once, whatever name it goes by: a file given twice would cross itself."""
    seen: set[str] = set()
    kept: list[str] = []
    warnings: list[str] = []
    for path in paths:
        real = path if path == STDIN else os.path.realpath(path)
        if real in seen:
            warnings.append(f"{shown(path)}: it was given twice and is read once")
        else:
            seen.add(real)
            kept.append(path)
    return kept, warnings


def _named(declarations: Sequence[Declaration], party: str) -> list[Declaration]:
    return [d if d.party else replace(d, party=party) for d in declarations]


def _joined(declarations: Sequence[Declaration]) -> tuple[list[Declaration], list[str]]:
    """Declarations of one party and id from several files are parts of one declaration."""
    joined: dict[tuple[str, str, int], Declaration] = {}
    warnings: list[str] = []
    for declaration in declarations:
        version = 0
        key = (declaration.party, declaration.id, version)
        while (known := joined.get(key)) is not None:
            if _alike(known, declaration):
                parts = tuple(dict.fromkeys((*known.parts, *declaration.parts)))
                if parts != known.parts:
                    warnings.append(
                        f"{declaration.where}: {_name(declaration)} stands in another file, too; "
                        "all of it is taken as one declaration; is one of them an older version?"
                    )
                joined[key] = replace(known, parts=parts)
                break
            version += 1
            key = (declaration.party, declaration.id, version)
        else:
            if version:
                warnings.append(
                    f"{declaration.where}: {_name(declaration)} is declared differently in "
                    "another file; both are compared; which one holds?"
                )
            joined[key] = declaration
    return list(joined.values()), warnings


def _name(declaration: Declaration) -> str:
    return f"{declaration.party} {declaration.id}".strip()


def _alike(a: Declaration, b: Declaration) -> bool:
    """The same but for their parts, where they stand, and what is only said in words of them."""
    said = replace(a, name=b.name, description=b.description, stated=b.stated, notice=b.notice)
    return replace(said, parts=b.parts, where=b.where) == b
