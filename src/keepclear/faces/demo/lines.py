"""A line as its desk's API shows it: its path, and the newest message about something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from keepclear.faces.demo.desk import Desk
from keepclear.faces.demo.stage import Stage

__all__ = ["message_about", "path_to"]


def path_to(stage: Stage, other: str, what: str = "messages") -> str:
    """The path of a line, by the name under which its party has enrolled."""
    return f"/api/v1/lines/{stage.nodes.by_party[other].owner}/{what}"


def message_about(
    stage: Stage, desk: Desk, other: str, word: str, *, ours: bool, kind: str = ""
) -> dict[str, Any] | None:
    """The newest message on a line about something; nothing, where there is none.

    Args:
        stage: What is played.
        desk: Who looks.
        other: The party at the other end.
        word: A kind of message, or the id of a declaration of who sent it.
        ours: Whether this desk sent it.
        kind: Of this kind alone, where something is said.
    """
    messages = desk.ask("GET", path_to(stage, other), params={"limit": 200}).body["messages"]
    sender = desk.party if ours else other
    for one in messages:
        if one["ours"] is ours and _is_about(one, word, sender) and kind in {"", one["kind"]}:
            return dict(one)
    return None


def _is_about(message: Mapping[str, Any], word: str, other: str) -> bool:
    if message["kind"] in {word, f"{word}/1"}:
        return True
    text = json.dumps(message["body"])
    return f'"{other}/{word}"' in text or f'\\"id\\":\\"{word}\\"' in text
