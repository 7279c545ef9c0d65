"""Strict JSON: what RFC 8259 leaves to chance is refused here, each with its own sentence.

Refused: text that is cut off or malformed, a key given twice in one object (readers differ in
which one they believe), NaN and infinities as words or by overflow, nesting beyond a limit.

msgspec decodes, because it refuses all of these but the doubled key and builds the values in half
the time of the standard library. Doubled keys are found by counting: every member of an object is
written ``":`` once, so when the text holds no more of these than the decoded objects hold members,
none was lost. Only a file that fails this count, or that msgspec refuses, is read a second time by
the standard library, which knows line, column and key.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

import msgspec

from keepclear.errors import InputError
from keepclear.formats.text import shown

__all__ = ["DEPTH_MAX", "parse_json"]

DEPTH_MAX: Final = 64
"""Objects and lists inside one another. GeoJSON needs ten; a bomb has thousands."""

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_SPACED_COLONS: Final = (b" :", b"\t:", b"\n:", b"\r:")


def parse_json(data: bytes) -> Any:
    """The value that a JSON text stands for.

    Args:
        data: UTF-8 without a byte order mark (see ``text.checked_utf8``).

    Raises:
        InputError: ``json.truncated``, ``json.invalid``, ``json.duplicate-key``,
            ``json.not-a-number``, ``json.number-range``, ``json.too-deep``.
    """
    try:
        document = msgspec.json.decode(data)
    except RecursionError:
        raise _too_deep() from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        _explain(data)
        if _SURROGATE.search(data):
            raise InputError(
                "json.invalid", "a \\u escape stands for half a character (a lone surrogate)"
            ) from None
        raise InputError("json.invalid", f"not valid JSON: {error}") from None
    if _members(document) != data.count(b'":') or any(map(data.count, _SPACED_COLONS)):
        _explain(data)
    return document


def _members(document: Any) -> int:
    """How many members all objects of a document have; refuses one that is nested too deeply."""
    count = 0
    level = [document]
    for _ in range(DEPTH_MAX):
        deeper: list[Any] = []
        for node in level:
            if type(node) is dict:
                count += len(node)
                deeper += [v for v in node.values() if type(v) is dict or type(v) is list]
            elif type(node) is list:
                deeper += [
                    v
                    for v in node
                    if (type(v) is dict or type(v) is list)
                    # most lists of a large file are pairs of coordinates: nothing is inside them
                    and not (len(v) == 2 and type(v) is list and type(v[0]) is type(v[1]) is float)
                ]
        if not deeper:
            return count
        level = deeper
    raise _too_deep()


def _too_deep() -> InputError:
    return InputError(
        "json.too-deep",
        f"objects and lists are nested more than {DEPTH_MAX} deep; no format read here needs that",
    )


def _explain(data: bytes) -> None:
    """Read the text slowly and refuse it by line, column or key; return when nothing is wrong."""
    text = data.decode()
    try:
        json.loads(
            text,
            object_pairs_hook=_once_each,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_integer,
        )
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise InputError(
                "json.truncated",
                f"the JSON text ends in the middle ({at}); was the file cut off while it was sent?",
            ) from None
        raise InputError("json.invalid", f"not valid JSON at {at}: {error.msg}") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InputError(
                    "json.duplicate-key",
                    f"key {shown(key)} is given twice in one object, so it is not clear which "
                    "value was meant; keep one",
                )
            seen.add(key)
    return members


def _refuse_constant(word: str) -> NoReturn:
    raise InputError(
        "json.not-a-number", f"found {word}, which is no number; leave out what is not known"
    )


def _finite(digits: str) -> float:
    value = float(digits)
    if value - value != 0.0:
        raise _out_of_range(digits)
    return value


def _integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        raise _out_of_range(digits) from None


def _out_of_range(digits: str) -> InputError:
    return InputError("json.number-range", f"number {shown(digits)} is too large to be one")
