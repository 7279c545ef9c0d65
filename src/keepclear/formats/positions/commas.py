"""A comma between two digits: decimal where nothing else is possible, refused where both are."""

from __future__ import annotations

import re
from typing import Final

from keepclear.errors import InputError

__all__ = ["without_decimal_commas"]

_TIGHT: Final = re.compile(r"(?<=[0-9]),(?=[0-9])")
_CHAIN: Final = re.compile(r"[0-9],[0-9]+,[0-9]")


def without_decimal_commas(text: str) -> str:
    """The text with decimal points only.

    A comma with a digit on both sides is decimal where the text holds no point, where no number has
    two, and where there are two of them; ``36.2,37.1`` has points, so its comma parts the numbers.

    Raises:
        InputError: ``position.comma`` where it could be either.
    """
    commas = len(_TIGHT.findall(text))
    if not commas or "." in text:
        if commas > 1:
            raise _either(text)
        return text
    if commas != 2 or _CHAIN.search(text):
        raise _either(text)
    return _TIGHT.sub(".", text)


def _either(text: str) -> InputError:
    return InputError(
        "position.comma",
        f"the commas in {text!r} could be decimal or part two numbers; write decimal points, and a "
        "blank between the numbers",
    )
