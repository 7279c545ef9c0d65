"""``keepclear consent`` at a node that is served: who is told of a notification, and what of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from keepclear.domain.consent import Consent
from keepclear.domain.declaration import Kind
from keepclear.domain.window import format_instant
from keepclear.faces.remote.line import Line, subject_path

__all__ = ["give", "take_back", "what_holds"]


def what_holds(to: Line, subject: str, kind: Kind | None) -> list[dict[str, Any]]:
    """What was said of each recipient."""
    found: list[dict[str, Any]] = to.ask("GET", _path(subject, kind))["words"]
    return found


def give(to: Line, subject: str, kind: Kind | None, given: Consent, key: str) -> bool:
    """Give consent; whether it was said before."""
    said: dict[str, Any] = {"fields": given.fields}
    if given.from_us is not None:
        said["not_before"] = format_instant(given.from_us)
    if given.lead_us is not None:
        said["lead_s"] = given.lead_us // 1_000_000
    path = f"{_path(subject, kind)}/{quote(given.to, safe='')}"
    answer = to.ask("PUT", path, data=msgspec.json.encode(said), key=key)
    return bool(answer["again"])


def take_back(
    to: Line, subject: str, kind: Kind | None, name: str, key: str
) -> list[dict[str, Any]]:
    """Take consent back; what was shown before and cannot be unshown."""
    path = f"{_path(subject, kind)}/{quote(name, safe='')}"
    found: list[dict[str, Any]] = to.ask("DELETE", path, key=key)["shown_before"]
    return found


def _path(subject: str, kind: Kind | None) -> str:
    if kind is None:
        return f"{subject_path(subject)}/consents"
    return f"/api/v1/consents/{quote(subject, safe='')}/{kind.value}"
