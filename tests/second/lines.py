"""Texts of lines ``name: value``, instants and numbers, as docs/protocol/enrolment.md spells them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tests.second.notes import Refused, is_printable, need

LARGEST = 2**53 - 1
START = datetime(1970, 1, 1, tzinfo=UTC)


def number(text: str) -> int:
    """A decimal number in its one spelling; ValueError for any other."""
    good = re.fullmatch(r"0|[1-9][0-9]{0,15}", text) and int(text) <= LARGEST
    need(good, f"no number: {text[:40]}")
    return int(text)


def digits64(text: str) -> str:
    """A hash in 64 small hexadecimal digits."""
    need(re.fullmatch(r"[0-9a-f]{64}", text), "not 64 hexadecimal digits")
    return text


def loose_instant(text: str) -> int:
    """Microseconds since 1970 of a time with an offset, however it is written; else ValueError."""
    moment = datetime.fromisoformat(text)
    need(moment.tzinfo, "a time without an offset")
    return (moment - START) // timedelta(microseconds=1)


def write_instant(us: int) -> str:
    moment = START + timedelta(microseconds=us)
    whole = moment.replace(tzinfo=None).isoformat(timespec="seconds")
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    return f"{whole}{fraction}Z"


def instant(text: str) -> int:
    """Microseconds since 1970 of a time in its one spelling; else ValueError."""
    us = loose_instant(text)
    need(write_instant(us) == text, "a time in another spelling")
    return us


def read_lines(
    text: str, first: str, longest: int = 20_000, most: int = 500
) -> list[tuple[str, str]]:
    """Names and values of the lines after the first, which is the type."""
    if not text.startswith(first + "\n"):
        raise Refused("text.other-type", f"not {first}")
    if not text.endswith("\n") or text.count("\n") > most + 1:
        raise Refused("text.malformed", "the last line is not whole, or there are too many")
    pairs = []
    for line in text[:-1].split("\n")[1:]:
        name, colon, value = line.partition(": ")
        if not name or not colon or len(line) > longest:
            raise Refused("text.malformed", f"no line with name and value: {line[:60]}")
        pairs.append((name, value))
    return pairs


def write_lines(first: str, pairs: list[tuple[str, str]]) -> str:
    return "".join([first, "\n", *(f"{name}: {value}\n" for name, value in pairs)])


def in_order(pairs: list[tuple[str, str]], table: dict[str, tuple[int, int]]) -> dict[str, list]:
    """The values by name, where the lines stand in the order and as often as ``table`` says."""
    found: dict[str, list[str]] = {name: [] for name in table}
    places = list(table)
    before = 0
    for name, value in pairs:
        need(is_printable(value), f"line {name[:40]} holds what does not print")
        good = name in found and places.index(name) >= before
        need(good, f"line {name[:40]} is unknown or out of order")
        before = places.index(name)
        found[name].append(value)
    for name, (least, most) in table.items():
        times = len(found[name])
        need(least <= times <= most, f"line {name} stands there {times} times")
    return found
