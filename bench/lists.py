"""Lists of real places as the benches read them: any CSV with names, latitudes and longitudes.

Separators, headings in four languages, decimal commas and encodings as people's lists have them. Only
numbers are taken, and exactly as they are written: how many digits somebody gave is part of the
question. A row that has no two such numbers is counted and left out.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from bench.slips import Row

from keepclear.errors import InputError
from keepclear.formats.sheets.columns import fields_of

__all__ = ["read_list"]

FIELDS = {"lat": "latitude", "lon": "longitude", "name": "name"}
"""What is needed, and what keepclear's own readers call it."""
OTHERWISE = {"lat": ("y",), "lon": ("x",), "name": ("facility", "site", "nom", "title", "name")}
"""Headings that only somebody who knows that it is a list of places would take for that."""
SEPARATORS = ",;\t|"
NUMBER = re.compile(r"[+-]?\d{1,3}(?:\.\d*)?", re.ASCII)


def read_list(path, *, lat="", lon="", name="", group=""):
    """The rows of a CSV that have a place; and how many have none.

    Args:
        path: The file.
        lat: The heading of the latitudes, where it is an unusual one; so ``lon`` and ``name``.
        lon: See ``lat``.
        name: See ``lat``.
        group: The heading of what divides the list (countries, say); each row keeps its value.
    """
    lines = _text(path).splitlines()
    separator = max(SEPARATORS, key=lines[0].count) if lines else ","
    reader = csv.reader(lines, delimiter=separator)
    heads = [head.strip() for head in next(reader, [])]
    columns = {want: _column(heads, want, given) for want, given in _wanted(lat, lon, name)}
    grouped = _column(heads, "group", group) if group else None
    rows, without = [], 0
    for cells in reader:
        if not any(cells):
            continue
        try:
            figures = [_figure(cells[columns[axis]], separator) for axis in ("lat", "lon")]
            part = cells[grouped].strip() if grouped is not None else ""
            row = Row(cells[columns["name"]].strip(), *figures, group=part)
            _ = row.position
        except (ValueError, InputError, IndexError):
            without += 1
            continue
        rows.append(row)
    return rows, without


def _text(path):
    data = Path(path).read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _wanted(lat, lon, name):
    return (("lat", lat), ("lon", lon), ("name", name))


def _column(heads, want, given):
    """Where a column stands: as it was named, as keepclear reads it, or as lists of places call it."""
    lower = [head.lower() for head in heads]
    if given:
        if given.lower() in lower:
            return lower.index(given.lower())
    else:
        fields = fields_of(heads, {})
        if FIELDS[want] in fields:
            return fields.index(FIELDS[want])
        for known in OTHERWISE[want]:
            if known in lower:
                return lower.index(known)
    raise SystemExit(f"no column for {want} among {', '.join(heads)}; name it with --{want}")


def _figure(cell, separator):
    """A number as it is written; where commas do not separate cells, one may stand for a point."""
    text = cell.strip()
    if separator != ",":
        text = text.replace(",", ".")
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    return text
