"""A movement under way at a node that is served: held at a stop, split in two, going back."""

from __future__ import annotations

import msgspec

from keepclear.domain.window import format_instant
from keepclear.faces.remote.line import Line, subject_path
from keepclear.faces.remote.telling import code_of, tell

__all__ = ["move"]


def move(
    to: Line,
    what: str,
    subject: str,
    *,
    leaves_us: int,
    since_us: int | None = None,
    name: str | None = None,
    if_match: int | None,
    key: str,
) -> int:
    """Hold, split or return a movement, and say what it crosses then.

    Args:
        to: The node.
        what: ``hold``, ``split`` or ``return``.
        subject: ``Party/id``.
        leaves_us: When it goes on.
        since_us: When it stands at that stop by its plan.
        name: The id of a second group.
        if_match: The version that was seen last.
        key: By which the request is known again.
    """
    said = {"leaves": format_instant(leaves_us)}
    if since_us is not None:
        said["since"] = format_instant(since_us)
    if name is not None:
        said["id"] = name
    answer = to.ask(
        "POST",
        f"{subject_path(subject)}/{what}",
        data=msgspec.json.encode(said),
        key=key,
        if_match=if_match,
    )
    tell([answer])
    return code_of([answer])
