"""``keepclear incident`` at a node that is served: as the party of the token sees and says it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from keepclear.domain.incident import Concern, Statement
from keepclear.domain.window import Window, format_instant
from keepclear.faces.remote.line import Line

__all__ = ["list_seen", "report", "seen", "state"]

_INCIDENTS = "/api/v1/incidents"


def report(
    to: Line, concern: Concern, first: Statement, *, party: str | None, told: list[str], key: str
) -> dict[str, Any]:
    """Report an incident."""
    said: dict[str, Any] = {
        "party": party,
        "subjects": concern.subjects,
        "parties": concern.parties,
        "span": _span(concern.span),
        "to": told,
        "first": _statement(first),
    }
    found: dict[str, Any] = to.ask("POST", _INCIDENTS, data=msgspec.json.encode(said), key=key)
    return found


def state(
    to: Line, subject: str, said: Statement, *, party: str | None, key: str
) -> dict[str, Any]:
    """Say something about one."""
    data = msgspec.json.encode({"party": party, "statement": _statement(said)})
    found: dict[str, Any] = to.ask("POST", f"{_path(subject)}/statements", data=data, key=key)
    return found


def seen(to: Line, subject: str) -> dict[str, Any]:
    """One incident."""
    found: dict[str, Any] = to.ask("GET", _path(subject))
    return found


def list_seen(to: Line) -> list[dict[str, Any]]:
    """All that one's party sees."""
    found: list[dict[str, Any]] = to.ask("GET", _INCIDENTS)["incidents"]
    return found


def _path(subject: str) -> str:
    return f"{_INCIDENTS}/{quote(subject.removeprefix('incident/'), safe='')}"


def _statement(said: Statement) -> dict[str, Any]:
    return {
        "says": said.says,
        "source": said.source.value,
        "sure": said.sure.value,
        "official": said.official,
        "office": said.office,
        "about": _span(said.about),
        "tolls": [
            {"category": one.category, "lowest": one.lowest, "highest": one.highest}
            for one in said.tolls
        ],
        "supersedes": said.supersedes,
        "to": said.to,
    }


def _span(span: Window | None) -> dict[str, str | None] | None:
    if span is None:
        return None
    start, end = (
        None if limit is None else format_instant(limit) for limit in (span.start_us, span.end_us)
    )
    return {"start": start, "end": end}
