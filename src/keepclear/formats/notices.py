"""Values of notification fields -> the one text that a declaration keeps of each.

Dates become ``2015-11-20``, numbers lose what says nothing, choices in any of the languages become
the English choice, and words of one's own stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.fields import NOTICE_FIELDS, Field, Form
from keepclear.errors import InputError
from keepclear.formats.labels import choice_of
from keepclear.formats.text import free_text, number, shown

__all__ = ["canonical", "plain_number"]

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
"""Day, month, year: with dots no other order is in use."""
_SEVERAL: Final = re.compile(r"\s*[;,/|]\s*")


def canonical(name: str, value: Any) -> str:
    """The text that is kept of a notification field; empty where nothing is said.

    Args:
        name: One of ``NOTICE_FIELDS``.
        value: Text, a number, a truth value, or a date where the format has them.

    Raises:
        InputError: ``date.unreadable``, ``choice.unknown``, ``number.expected``, ``number.range``.
    """
    field = NOTICE_FIELDS[name]
    if value is None or value == "":
        return ""
    return _FORMS[field.form](field, value)


def plain_number(value: float) -> str:
    """A number without what says nothing: ``8``, ``2.5``; reads back as the same number."""
    short = f"{value:.15g}"
    return short if float(short) == value and "e" not in short else repr(value)


def _text(_: Field, value: Any) -> str:
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    if isinstance(value, float):
        return plain_number(value)
    return free_text(value)


def _date(_: Field, value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1])).isoformat()
    except ValueError:
        pass
    raise InputError("date.unreadable", f"found {shown(text)}, expected a day such as 2015-11-20")


def _number(_: Field, value: Any) -> str:
    if isinstance(value, str):
        try:
            value = float(value.strip())
        except ValueError:
            raise InputError(
                "number.expected", f"found {shown(value)}, expected a number alone"
            ) from None
    return plain_number(number(value))


def _numbers(field: Field, value: Any) -> str:
    if isinstance(value, str):
        return "; ".join(_number(field, item) for item in value.split(";") if item.strip())
    return _number(field, value)


def _choice(field: Field, value: Any) -> str:
    text = free_text(value)
    choice = choice_of(field.name, text)
    if choice is None and text in field.choices:
        choice = text
    if choice is None:
        raise InputError(
            "choice.unknown", f"found {shown(text)}, expected one of {', '.join(field.choices)}"
        )
    return choice


def _open_choice(field: Field, value: Any) -> str:
    text = free_text(value)
    whole = choice_of(field.name, text)
    if whole is not None:
        return whole
    items = [choice_of(field.name, item) for item in _SEVERAL.split(text)]
    return "; ".join(item for item in items if item) if all(items) else text


def _yes_no(_: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    choice = choice_of("yes/no", str(value))
    if choice is None:
        raise InputError("choice.unknown", f"found {shown(value)}, expected yes or no")
    return choice


_FORMS: Final = MappingProxyType[Form, Callable[[Field, Any], str]](
    {
        Form.TEXT: _text,
        Form.POSITION: _text,
        Form.DATE: _date,
        Form.NUMBER: _number,
        Form.NUMBERS: _numbers,
        Form.CHOICE: _choice,
        Form.OPEN_CHOICE: _open_choice,
        Form.YES_NO: _yes_no,
    }
)
