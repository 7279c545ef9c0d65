"""The bodies of messages: the table *Bodies* of docs/protocol/link.md, and its one spelling of JSON."""

from __future__ import annotations

import json
import re

from tests.second.lines import LARGEST, digits64
from tests.second.notes import Refused, need

RECEIVED = (
    "Received. This is no permission, no agreement and no assurance, and nothing depends on it."
)
MOST_ITEMS = 64

PARTS = {
    "Ref": "seq:count hash:hash",
    "Place": "lat_e7:latitude lon_e7:longitude written?:word",
    "Span": "start_us?:time end_us?:time",
    "Head": "origin:word size:number root:hash",
}
BODIES = {
    "declared/1": "subject:word version:number what:word text:text ref?:word split_from?:word",
    "amended/1": "subject:word version:number what:word text:text ref?:word split_from?:word"
    " because?:word",
    "activated/1": "subject:word version:number at_us:time ref?:word",
    "outside/1": "subject:word version:number stage:Nonconforming|Contingent at_us:time ref?:word",
    "withdrawn/1": "subject:word version:number stage:word reason?:words",
    "delayed/1": "subject:word version:number old:Span new:Span text:text ref?:word",
    "held/1": "subject:word version:number since_us:time at?:Place until_us?:time words?:words",
    "crossing/1": "yours:word your_version:number mine:word my_version:number certain:truth"
    " span:Span text:text",
    "notice/1": "notice:word text:text",
    "stepped/1": "arrangement:word step:suspend|resume|withdraw by:word because?:words",
    "read-back/1": "re:Ref by:word places:[Place] times_us:[time] says:says",
    "query/1": "re:Ref by:word words:words",
    "noted/1": "re:Ref by:word says:says",
    "contact/1": "by:word how:words re?:Ref",
    "acknowledged/1": "re:Ref by:word at_us:time says:says",
    "disseminated/1": "re:Ref by:word at_us:time list_version?:word units?:[word] says:says",
    "refused/1": "re:Ref code:code",
    "said/1": "phrase?:word slots?:[pair] words?:words language?:word re?:Ref",
    "stop/1": "asks:cease|hold|stay-away by:word words:words place?:Place radius_m?:number"
    " span?:Span subject?:word asked_for?:word",
    "answer/1": "re:Ref answer:wilco|unable|standby|roger by:word places?:[Place]"
    " times_us?:[time] words?:words",
    "stopped/1": "re:Ref by:word at_us:time unit?:word",
    "stop-lifted/1": "mine:Ref because:over|false by:word words?:words",
    "incident/1": "incident:word by:word official:truth certainty:word words:words"
    " subjects?:[word] place?:Place span?:Span",
    "incident-request/1": "incident:word by:word words:words subjects?:[word] span?:Span",
    "incident-answer/1": "re:Ref by:word words?:words evidence?:text",
    "test/1": "by:word",
    "test-answer/1": "re:Ref by:word at_us:time",
    "stored/1": "gaps:[span] ahead:[Ref] says:says",
    "heartbeat/1": "heads:[Head] your_sent_us?:time arrived_us?:time",
}


def members(row: str) -> list[tuple[str, bool, str]]:
    """Name, whether it may be left out, and type of each member of a row of the tables."""
    pairs = [each.split(":") for each in row.split()]
    return [(name.removesuffix("?"), name.endswith("?"), kind) for name, kind in pairs]


def checked(value, kind: str):
    """``value`` with what may be left out left out, in the order of the tables; else ValueError."""
    if kind in PARTS:
        return checked_members(value, PARTS[kind])
    if kind.startswith("["):
        need(isinstance(value, list) and len(value) <= MOST_ITEMS, "no list of at most 64")
        return [checked(each, kind[1:-1]) for each in value]
    if kind in {"pair", "span"}:
        need(isinstance(value, list) and len(value) == 2, "no pair")
        return [checked(each, "word" if kind == "pair" else "number") for each in value]
    if kind == "truth":
        good = isinstance(value, bool)
    elif kind in RANGES:
        least, most = RANGES[kind]
        good = type(value) is int and least <= value <= most
    else:
        good = isinstance(value, str) and text_fits(value, kind)
    need(good, f"no {kind}")
    return value


RANGES = {
    "count": (1, LARGEST),
    "number": (0, LARGEST),
    "time": (-LARGEST, LARGEST),
    "latitude": (-900_000_000, 900_000_000),
    "longitude": (-1_800_000_000, 1_800_000_000),
}
LONGEST = {"word": 200, "words": 1000, "text": 800_000}


def text_fits(value: str, kind: str) -> bool:
    value.encode()  # a lone surrogate is no text
    if kind in LONGEST:
        return 1 <= len(value) <= LONGEST[kind]
    if kind == "hash":
        return bool(digits64(value))
    if kind == "says":
        return value == RECEIVED
    if kind == "code":
        return len(value) <= 60 and bool(re.fullmatch(r"[a-z]+(\.[a-z-]+)?", value))
    return value in kind.split("|")


def checked_members(value, row: str) -> dict:
    need(isinstance(value, dict), "no object")
    table = members(row)
    unknown = value.keys() - {name for name, _, _ in table}
    need(not unknown, f"unknown: {sorted(unknown)}")
    kept = {}
    for name, optional, kind in table:
        if value.get(name) is not None:
            kept[name] = checked(value[name], kind)
        else:
            need(optional, f"{name} is missing")
    return kept


def write_body(kind: str, body: dict) -> str:
    """The one line of JSON that a body has."""
    kept = checked_members(body, BODIES[kind])
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read_body(kind: str, line: str) -> dict:
    """A body from its line, however it is spelled; what it says must fit the table."""
    if kind not in BODIES:
        raise Refused("body.unknown-kind", kind[:60])
    try:
        return checked_members(json.loads(line), BODIES[kind])
    except (ValueError, RecursionError) as error:
        raise Refused("body.form", str(error)) from error
