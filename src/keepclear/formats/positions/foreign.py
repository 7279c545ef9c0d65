"""Notations that are recognised so that they can be refused with advice."""

from __future__ import annotations

import re
from typing import Final

from keepclear.errors import InputError

__all__ = ["refuse_foreign"]

_PLUS_CODE: Final = re.compile(
    r"(?:[2-9CFGHJMPQRVWX0]{4,8}\+[2-9CFGHJMPQRVWX]{0,7})(?:[ ,].*)?", re.IGNORECASE
)
_MAIDENHEAD: Final = re.compile(
    r"[A-R]{2} ?[0-9]{2}(?: ?[A-X]{2}(?: ?[0-9]{2}(?: ?[A-X]{2})?)?)?", re.IGNORECASE
)
_THREE_WORDS: Final = re.compile(r"/{0,3}[^\W\d_]{2,}\.[^\W\d_]{2,}\.[^\W\d_]{2,}")
_LINK: Final = re.compile(r"(?:https?://|www\.|geo:).*", re.IGNORECASE | re.DOTALL)


def refuse_foreign(text: str) -> None:
    """Let a position pass, refuse what is known not to be one.

    Raises:
        InputError: ``position.plus-code``, ``position.maidenhead``, ``position.words``,
            ``position.link``.
    """
    if _PLUS_CODE.fullmatch(text):
        raise InputError(
            "position.plus-code",
            f"{text!r} is a plus code, which is often cut short and then depends on a place name; "
            "open it in a map and give latitude and longitude",
        )
    if _MAIDENHEAD.fullmatch(text):
        raise InputError(
            "position.maidenhead",
            f"{text!r} is a Maidenhead locator, kilometres coarse, or MGRS without its zone; give "
            "latitude and longitude, or MGRS such as 37S CA 12345 67890",
        )
    if _THREE_WORDS.fullmatch(text):
        raise InputError(
            "position.words",
            f"{text!r} is a word address, whose table is not public and whose words are easily "
            "confused; open it in a map and give latitude and longitude",
        )
    if _LINK.fullmatch(text):
        raise InputError(
            "position.link",
            f"{text!r} is a link; open it, and give the latitude and longitude that it shows",
        )
