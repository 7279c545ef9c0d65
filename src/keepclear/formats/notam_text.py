"""A text with NOTAM in it -> the notices, each cut into its items.

Source: ICAO Annex 15 and Doc 8126 (item letters Q, A to G in this order). The line with the number may
be missing, the text may hold many notices with other lines between them, and a notice too long for one
message comes in parts that repeat its number ("PART 1 OF 2"); these are put together again.

Leaves to others: what the items mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from keepclear.errors import InputError

__all__ = ["TEXT_MAX", "Notam", "looks_like_notam", "split_notams"]

NOTAMS_MAX: Final = 100_000
"""Notices in one text: all that are in force on Earth are some 60,000."""
TEXT_MAX: Final = 100_000
"""Characters of one notice; Annex 15 asks for 300, and the longest real ones have 20,000."""
_LOOKED_AT: Final = 65_536

_HEADER: Final = re.compile(
    r"(?P<number>[A-Z]\d{4}/\d{2})\s+NOTAM(?P<type>[NRC])\b(?:\s+(?P<other>[A-Z]\d{4}/\d{2}))?",
    re.ASCII,
)
_QLINE: Final = re.compile(r"(?:^|(?<=\s)|(?<=\())Q\)\s*(?=[A-Z]{4}\s*/)", re.ASCII)
_RECOGNISED: Final = re.compile(
    r"(?:^|\s|\()(?:Q\)\s*[A-Z]{4}\s*/\s*Q[A-Z]{4}|[A-Z]\d{4}/\d{2}\s+NOTAM[NRC]\b)", re.ASCII
)
_PART: Final = re.compile(r"\bPART\s+\d+\s+OF\s+\d+\b", re.ASCII)
_BEFORE_E: Final = "QABCD"
_MARKS: Final = MappingProxyType(
    {letter: re.compile(rf"(?:^|(?<=[\s(])){letter}\)", re.ASCII) for letter in "QABCDEFG"}
)
"""How each item begins."""


@dataclass(slots=True)
class Notam:
    """One notice: its number, and its items as written."""

    line: int
    """Where it begins, counted from 1."""
    number: str = ""
    type: str = ""
    """N for new, R for one that replaces another, C for one that cancels another."""
    other: str = ""
    """The notice that is replaced or cancelled."""
    items: dict[str, str] = field(default_factory=dict)
    """By letter; texts are trimmed."""
    in_parts: bool = False
    too_long: bool = False
    """Only its beginning was read; it must not be used."""


def looks_like_notam(text: str) -> bool:
    """Whether a text has a Q-line or the first line of a NOTAM near its beginning."""
    return _RECOGNISED.search(text[:_LOOKED_AT].upper()) is not None


def split_notams(text: str) -> list[Notam]:
    """All notices of a text, in its order.

    Raises:
        InputError: ``list.too-many``.
    """
    text = text.upper().replace("\r\n", "\n").replace("\r", "\n")
    notams: list[Notam] = []
    starts = _starts(text)
    if len(starts) > NOTAMS_MAX:
        raise InputError("list.too-many", f"more than {NOTAMS_MAX:,} notices; split the file")
    line, counted = 1, 0
    for start, end in pairwise([*starts, len(text)]):
        line += text.count("\n", counted, start)
        counted = start
        notam = _notam(text[start : min(end, start + TEXT_MAX)], line)
        notam.too_long = end - start > TEXT_MAX
        if notams and _continues(notams[-1], notam):
            _join(notams[-1], notam)
        else:
            notams.append(notam)
    return notams


def _starts(text: str) -> list[int]:
    """Where each notice begins: at its number, or at a Q-line that follows none."""
    headers = [match.start() for match in _HEADER.finditer(text)]
    starts = list(headers)
    before = None
    marks = sorted(
        [(at, True) for at in headers] + [(m.start(), False) for m in _QLINE.finditer(text)]
    )
    for at, is_header in marks:
        if not is_header and before is not True:
            starts.append(at)
        before = is_header
    return sorted(starts)


def _notam(text: str, line: int) -> Notam:
    notam = Notam(line, in_parts=_PART.search(text) is not None)
    header = _HEADER.match(text)
    if header:
        notam.number, notam.type = header["number"], header["type"]
        notam.other = header["other"] or ""
    at = header.end() if header else 0
    # what stands behind E is free text, which may have lists of its own with such letters
    text_item = _MARKS["E"].search(text, at)
    until = text_item.start() if text_item else len(text)
    found: list[tuple[str, int, int]] = []
    for letter in _BEFORE_E:
        match = _MARKS[letter].search(text, at, until)
        if match:
            found.append((letter, match.start(), match.end()))
            at = match.end()
    if text_item:
        found.append(("E", text_item.start(), text_item.end()))
        at = text_item.end()
    found += _limits(text, at)
    for (letter, _, begins), (_, ends, _) in pairwise([*found, ("", len(text), len(text))]):
        notam.items[letter] = text[begins:ends].strip()
    return notam


def _limits(text: str, at: int) -> list[tuple[str, int, int]]:
    """Items F and G stand last: the text of E may name lists of its own with such letters."""
    found = []
    lower, upper = (list(_MARKS[letter].finditer(text, at)) for letter in "FG")
    if lower:
        found.append(("F", lower[-1].start(), lower[-1].end()))
    if upper and (not lower or upper[-1].start() > lower[-1].start()):
        found.append(("G", upper[-1].start(), upper[-1].end()))
    return found


def _continues(before: Notam, after: Notam) -> bool:
    return (
        bool(after.number) and before.number == after.number and before.in_parts and after.in_parts
    )


def _join(whole: Notam, part: Notam) -> None:
    for letter, value in part.items.items():
        if letter == "E" and "E" in whole.items:
            whole.items["E"] += "\n" + value
        else:
            whole.items.setdefault(letter, value)
