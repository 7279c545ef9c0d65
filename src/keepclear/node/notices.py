"""What a notice of this node is on a line: a message of its own kind, where there is one for it.

A notice says what its reader may see, and was kept so; a message says that again and nothing more. A
plan, or what was released of a notification, goes as ``declared/1`` and its followers, with the
declaration in its one spelling; a crossing as ``crossing/1``; the end of something as ``withdrawn/1``.
Everything else goes word for word as ``notice/1``. Left to others: what is told, and sending.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from keepclear.disclose.levels import Level, level_of
from keepclear.disclose.released import times_of
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.fields import NOTICE_FIELDS
from keepclear.domain.journey import stay_of
from keepclear.domain.position import Position
from keepclear.domain.window import parse_instant
from keepclear.link import bodies as b
from keepclear.link.message import visible
from keepclear.node.memory import Memory, Version
from keepclear.wire.declaration import declaration_of, encode, form_in

__all__ = ["bodies_of", "crossing_of", "place_of", "spelled"]

_MEMBERS: Final = (
    "on_behalf_of", "standoff_m", "ground_m", "position_error_m", "name", "description", "stated",
)  # fmt: skip
"""Of a declaration, beside its parts, what a consent may release."""
_E7: Final = 10_000_000
_OUTSIDE: Final[Mapping[str, Literal["Nonconforming", "Contingent"]]] = MappingProxyType(
    {"Nonconforming": "Nonconforming", "Contingent": "Contingent"}
)
"""Stages of an operation that is outside of what it declared."""


def bodies_of(memory: Memory, reader: str, notice: str) -> list[b.Body]:
    """The messages that a notice to a party is, in their order.

    Args:
        memory: What is known.
        reader: The party.
        notice: The notice, as it was kept for sending.
    """
    text = json.loads(notice)
    make = _MAKE.get(text["notice"])
    made = make(memory, reader, text) if make else []
    return made or [b.Notice(notice=str(text["notice"]), text=visible(notice))]


def spelled(said: Declaration) -> str:
    """A declaration as a message has it: its one spelling, with nothing that a screen hides."""
    return visible(encode(said).decode())


def place_of(position: Position) -> b.Place:
    """A place in ten-millionths of a degree: a centimetre."""
    return b.Place(lat_e7=round(position.latitude * _E7), lon_e7=round(position.longitude * _E7))


# a plan, or what was released


def _plan(memory: Memory, _: str, text: dict[str, Any]) -> list[b.Body]:
    return _told(memory, text, _read(text["declaration"]), named=True)


def _notification(memory: Memory, reader: str, text: dict[str, Any]) -> list[b.Body]:
    """What was released, as a declaration: where no outline was, the circle to stay away from.

    None for who is given the whole plan anyway: less must not take the place of more.
    """
    known, kind = memory.arrangements.values(), Kind(text["kind"])
    if level_of(known, viewer=reader, owner=text["party"], kind=kind) is Level.OPEN:
        return []
    released = text["released"]
    said: dict[str, Any] = {
        "keepclear": "declaration/1",
        "party": text["party"],
        "id": released.get("id", text["ref"]),
        "kind": text["kind"],
        "parts": released.get("parts") or [_circle(text)],
        **{name: released[name] for name in _MEMBERS if name in released},
    }
    notice = [[name, released[name]] for name in sorted(released) if name in NOTICE_FIELDS]
    if notice:
        said["notice"] = notice
    return _told(memory, text, _read(said), named="id" in released)


def _told(memory: Memory, text: dict[str, Any], said: Declaration, *, named: bool) -> list[b.Body]:
    whole = {
        "subject": f"{said.party}/{said.id}" if named else text["ref"],
        "version": text["version"],
        "what": said.kind.value,
        "text": spelled(said),
        "ref": text["ref"] if named else None,
        "split_from": text.get("split_from", {}).get("ref"),
    }
    was, because = text.get("was"), text.get("because")
    if was is None:
        return [b.Declared(**whole), *_where_it_is(memory, text, said, whole["subject"])]
    if because == "delayed":
        del whole["what"], whole["split_from"]
        return [b.Delayed(**whole, old=_span(was), new=_span(_times(said)))]
    amended = b.Amended(**whole, because=because)
    held = _held(memory, text, said, whole["subject"]) if because == "held" else None
    return [held, amended] if held is not None else [amended]


def _where_it_is(
    memory: Memory, text: dict[str, Any], said: Declaration, subject: str
) -> list[b.Body]:
    """Where an operation is in its life, where it went on before this reader was told of it."""
    mark = text["ref"]
    case = memory.cases.get(memory.cases.marked(mark) or "")
    if case is None or case.kind is not Kind.OPERATION or case.stage is said.state:
        return []
    ref = mark if subject != mark else None
    return _step(case.stage.value, subject, case.latest.number, parse_instant(text["at"]), ref)


def _held(memory: Memory, text: dict[str, Any], said: Declaration, subject: str) -> b.Held | None:
    """Where and since when it stands still; nothing, where its way is not told."""
    old = _version(memory, text["ref"], text["was"]["version"])
    stay = None if old is None else stay_of(old.declaration, said)
    if stay is None:
        return None
    place, since_us, until_us = stay
    return b.Held(
        subject=subject,
        version=text["version"],
        since_us=since_us,
        at=place_of(place),
        until_us=until_us,
    )


def _version(memory: Memory, mark: str, number: int) -> Version | None:
    case = memory.cases.get(memory.cases.marked(mark) or "")
    found = (one for one in case.versions if one.number == number) if case else iter(())
    return next(found, None)


def _circle(text: dict[str, Any]) -> dict[str, Any]:
    circle = {"form": "circle", "center": text["center"], "radius_m": text["radius_m"]}
    span = _span(text)
    window = {"start_us": span.start_us, "end_us": span.end_us}
    return {"part": "volume", "footprint": circle, "window": window}


def _times(said: Declaration) -> dict[str, Any]:
    first, last = times_of(said)
    return {"time_start": first, "time_end": last}


# a crossing, and what is no more


def _crossings(_: Memory, reader: str, text: dict[str, Any]) -> list[b.Body]:
    return [crossing_of(reader, one) for one in text["crossings"]]


def _compared(_: Memory, reader: str, text: dict[str, Any]) -> list[b.Body]:
    """Each crossing by itself, and how many there were: none is an answer, too."""
    found: list[b.Body] = [crossing_of(reader, one) for one in text["crossings"]]
    said = {**text, "crossings": len(found)}
    whole = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return [*found, b.Notice(notice=text["notice"], text=visible(whole))]


def crossing_of(reader: str, view: dict[str, Any]) -> b.CrossingFound:
    """One crossing as its reader may see it, with the reader's own first."""
    own = view["own"]
    return b.CrossingFound(
        yours=f"{reader}/{own['id']}",
        your_version=own["version"],
        mine=view["ref"],
        my_version=view.get("version", 0),
        certain=view["certainty"] == "certain",
        span=_span(view),
        text=visible(json.dumps(view, ensure_ascii=False, separators=(",", ":"))),
    )


def _gone(memory: Memory, reader: str, text: dict[str, Any]) -> list[b.Body]:
    subject = memory.cases.marked(text["ref"]) or ""
    case = memory.cases.get(subject)
    if case is None or case.stands:
        return []
    given = reader in case.disclosed
    return [
        b.Withdrawn(
            subject=subject if given else text["ref"],
            version=case.latest.number,
            stage=case.stage.value,
        )
    ]


def _stage(memory: Memory, reader: str, text: dict[str, Any]) -> list[b.Body]:
    subject = memory.cases.marked(text["ref"]) or ""
    case = memory.cases.get(subject)
    given = case is not None and reader in case.disclosed
    name, ref = (subject, text["ref"]) if given else (text["ref"], None)
    return _step(text["stage"], name, text["version"], parse_instant(text["at"]), ref)


def _step(stage: str, subject: str, version: int, at_us: int, ref: str | None) -> list[b.Body]:
    """Where an operation is in its life; nothing, where it has not begun or has ended."""
    if stage == "Activated":
        return [b.Activated(subject=subject, version=version, at_us=at_us, ref=ref)]
    if stage not in _OUTSIDE:
        return []
    return [
        b.Outside(subject=subject, version=version, stage=_OUTSIDE[stage], at_us=at_us, ref=ref)
    ]


def _refused(_memory: Memory, _reader: str, text: dict[str, Any]) -> list[b.Body]:
    return [b.Refused(re=b.Ref(**text["re"]), code=text["code"])]


def _span(text: dict[str, Any]) -> b.Span:
    start, end = text["time_start"], text["time_end"]
    return b.Span(
        start_us=None if start is None else parse_instant(start),
        end_us=None if end is None else parse_instant(end),
    )


def _read(said: dict[str, Any]) -> Declaration:
    return declaration_of(form_in(json.dumps(said).encode()))


_Make = Callable[[Memory, str, dict[str, Any]], list[b.Body]]
_MAKE: Final[Mapping[str, _Make]] = MappingProxyType(
    {
        "plan/1": _plan,
        "notification/1": _notification,
        "crossing/1": _crossings,
        "compared/1": _compared,
        "gone/1": _gone,
        "stage/1": _stage,
        "refused/1": _refused,
    }
)
