"""The record of a node that is served, as far as one may see it: its entries, and evidence."""

from __future__ import annotations

from typing import Any

from keepclear.domain.window import format_instant
from keepclear.faces.remote.line import Line

__all__ = ["bundle", "log"]


def log(to: Line, first: int, last: int | None) -> dict[str, Any]:
    """Entries from one number to another, page by page, with how far peers have cosigned."""
    entries: list[dict[str, Any]] = []
    while True:
        query = {"first": first} | ({} if last is None else {"last": last})
        page = to.ask("GET", "/api/v1/record/entries", query=query)
        entries += page["entries"]
        if not page["entries"]:
            break
        first = page["entries"][-1]["number"] + 1
        if first > (page["size"] if last is None else last):
            break
    seen = to.ask("GET", "/api/v1/record/cosignatures")["cosigned"]
    cosigned = [
        {"party": one["party"], "size": one["size"], "at": one["time"]}
        for one in seen
        if one["time"]
    ]
    return {
        "record": page["record"],
        "size": page["size"],
        "cosigned": cosigned,
        "entries": entries,
    }


def bundle(to: Line, asked: dict[str, Any]) -> bytes:
    """Evidence of what the party of the token said and was shown."""
    query: dict[str, Any] = {}
    for name, value in asked.items():
        if value not in {None, ""}:
            query[name] = format_instant(value) if name in {"after", "before"} else value
    return to.fetch("/api/v1/record/bundle", query)
