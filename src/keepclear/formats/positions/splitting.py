"""Where the first angle ends and the second begins.

The strongest sign decides: what parts them, then labels, letters, signs, degree marks, and the count of
bare numbers last.
"""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.positions.tokens import Kind, Token
from keepclear.formats.positions.vocabulary import Unit

__all__ = ["split"]

Pair = tuple[list[Token], list[Token]]


def split(tokens: list[Token]) -> Pair:
    """The tokens of the two angles.

    Raises:
        InputError: ``position.form``, ``position.several``, ``position.axis``.
    """
    groups = _parted(tokens)
    halves = sum(token.kind is Kind.HALF for token in tokens)
    if len(groups) > 2 or halves > 2:
        raise InputError(
            "position.several",
            "found more than one latitude and one longitude; give one position at a time",
        )
    if len(groups) == 2:
        return groups[0], groups[1]
    (group,) = groups
    for cut in (_at_labels, _at_halves, _at_signs, _at_degrees, _at_counts):
        at = cut(group)
        if at is not None:
            return group[:at], group[at:]
    raise InputError(
        "position.form",
        "found one number or a count that makes no two angles; expected a latitude and a longitude, "
        "such as 36.2083 N 37.1542 E",
    )


def _parted(tokens: list[Token]) -> list[list[Token]]:
    """Groups between commas, semicolons, slashes and lines; empty ones left out.

    A dash with blanks on both sides parts two angles that have letters; without letters it could be
    a minus sign.
    """
    lettered = sum(token.kind in {Kind.HALF, Kind.LABEL} for token in tokens) >= 2
    groups: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind is Kind.DASH and not lettered:
            raise InputError(
                "position.sign",
                "a dash with blanks around it may part two numbers or be a minus sign; write the sign "
                "before its number, or letters",
            )
        if token.kind in {Kind.PART, Kind.DASH}:
            groups.append([])
        else:
            groups[-1].append(token)
    return [group for group in groups if group] or [[]]


def _at_labels(group: list[Token]) -> int | None:
    """Labels stand before both angles, or behind both."""
    return _before_or_behind([token.kind is Kind.LABEL for token in group])


def _at_halves(group: list[Token]) -> int | None:
    """Letters stand before both angles, or behind the first."""
    return _before_or_behind([token.kind is Kind.HALF for token in group])


def _before_or_behind(marks: list[bool]) -> int | None:
    if not any(marks):
        return None
    first = marks.index(True)
    if first:
        return first + 1 if first + 1 < len(marks) else None
    return marks.index(True, 1) if any(marks[1:]) else None


def _at_signs(group: list[Token]) -> int | None:
    """The second angle begins with a sign."""
    places = [at for at, token in enumerate(group) if token.kind is Kind.SIGN and at]
    return places[0] if len(places) == 1 else None


def _at_degrees(group: list[Token]) -> int | None:
    """Each angle begins with a number of degrees."""
    places = [at for at, token in enumerate(group) if token.meant is Unit.DEGREES]
    return places[1] - 1 if len(places) == 2 and places[1] >= 2 else None


def _at_counts(group: list[Token]) -> int | None:
    """Numbers joined by colons or dashes are one angle; else half of them make each angle."""
    starts = [
        at
        for at, token in enumerate(group)
        if token.kind is Kind.NUMBER and not (at and group[at - 1].kind is Kind.JOIN)
    ]
    joined = any(token.kind is Kind.JOIN for token in group)
    if joined:
        return starts[1] if len(starts) == 2 else None
    return starts[len(starts) // 2] if starts and len(starts) in {2, 4, 6} else None
