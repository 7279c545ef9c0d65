"""Tokens -> two angles: which tokens belong together, and what each angle is worth.

An angle is degrees, perhaps minutes, perhaps seconds, with a sign or a letter. Where letters or labels
say which angle is the latitude, their order is free; where nothing does, the latitude comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from keepclear.domain.stated import Notation
from keepclear.errors import InputError
from keepclear.formats.positions.letter_o import settled
from keepclear.formats.positions.measured import Measured, metres_per_degree
from keepclear.formats.positions.splitting import split
from keepclear.formats.positions.tokens import Kind, Token
from keepclear.formats.positions.vocabulary import Axis, Half, Unit
from keepclear.formats.text import shown

__all__ = ["Angle", "counted", "measured", "read_angles"]

_NOTATIONS: Final = (Notation.DECIMAL, Notation.MINUTES, Notation.SECONDS)
_LIMITS: Final = {Axis.LATITUDE: 90, Axis.LONGITUDE: 180}


@dataclass(frozen=True, slots=True)
class Angle:
    """One number of a position."""

    text: str
    axis: Axis | None
    degrees: Fraction
    """With its sign."""
    step: float
    """One step of its last digit, degrees."""
    numbers: int
    """1 for degrees, 2 with minutes, 3 with seconds."""
    marked: bool
    """Whether a letter, label or unit says what it is."""


def read_angles(tokens: list[Token], *, language: str = "") -> Measured:
    """The position that two angles make.

    Raises:
        InputError: ``position.*``.
    """
    first, second = (_angle(group) for group in split(settled(tokens, language)))
    latitude, longitude = _ordered(first, second)
    return measured(latitude, longitude, _NOTATIONS[max(first.numbers, second.numbers) - 1])


def measured(latitude: Angle, longitude: Angle, notation: Notation) -> Measured:
    """Two angles as numbers, if they lie on Earth.

    Raises:
        InputError: ``position.range``.
    """
    for angle, axis in ((latitude, Axis.LATITUDE), (longitude, Axis.LONGITUDE)):
        if abs(angle.degrees) > _LIMITS[axis]:
            swapped = abs(latitude.degrees) <= 180 and abs(longitude.degrees) <= 90
            hint = "; are latitude and longitude swapped?" if swapped else ""
            raise InputError(
                "position.range",
                f"{axis.value} {angle.text} lies beyond {_LIMITS[axis]} degrees{hint}",
            )
    north_m, east_m = metres_per_degree(float(latitude.degrees))
    return Measured(
        latitude=float(latitude.degrees),
        longitude=float(longitude.degrees),
        north_m=latitude.step * north_m,
        east_m=longitude.step * east_m,
        notation=notation,
    )


def _ordered(first: Angle, second: Angle) -> tuple[Angle, Angle]:
    """Latitude and longitude, whichever came first."""
    if first.axis is None and second.axis is None:
        bare = not (first.marked and second.marked)
        if bare and first.numbers != second.numbers:
            raise InputError(
                "position.form",
                f"{first.text!r} and {second.text!r} are written in different notations and have no "
                "letters; write both in one",
            )
        return first, second
    if first.axis is None or second.axis is None:
        named, bare_ = (second, first) if first.axis is None else (first, second)
        raise InputError(
            "position.axis",
            f"{named.text!r} says on which half of the Earth it lies and {bare_.text!r} does not; "
            "give both a letter",
        )
    if first.axis is second.axis:
        raise InputError(
            "position.axis",
            f"{first.text!r} and {second.text!r} are both a {first.axis.value}; expected a latitude "
            "and a longitude",
        )
    return (first, second) if first.axis is Axis.LATITUDE else (second, first)


def _angle(group: list[Token]) -> Angle:
    """One angle from its tokens.

    Raises:
        InputError: ``position.form``, ``position.sign``, ``position.axis``, ``position.fraction``,
            ``position.minutes``.
    """
    text = " ".join(token.text for token in group)
    axis, sign = _side(group, text)
    numbers, units = _numbers(group, text)
    if any("." in number for number in numbers[:-1]):
        raise InputError(
            "position.fraction",
            f"{text!r} has decimals in a number that is not the last of its angle; are these two "
            "positions, or a decimal and a part of another?",
        )
    count, steps = counted(numbers, text)
    return Angle(
        text=text,
        axis=axis,
        degrees=Fraction(sign * count, steps),
        step=1 / steps,
        numbers=len(numbers),
        marked=axis is not None or bool(units),
    )


def counted(numbers: list[str], text: str) -> tuple[int, int]:
    """Degrees, minutes and seconds in whole steps of the last digit, and how many steps a degree has.

    Raises:
        InputError: ``position.minutes``.
    """
    *before, last = numbers
    whole, _, decimals = last.partition(".")
    count = 0
    for place, number in enumerate((*before, whole)):
        value = int(number)
        if place and value >= 60:
            raise InputError(
                "position.minutes",
                f"{number} in {text!r} is no number of minutes or seconds: they end at 59; is the "
                "notation another one?",
            )
        count = 60 * count + value
    tenths = 10 ** len(decimals)
    return count * tenths + int(decimals or "0"), 60 ** len(before) * tenths


def _side(group: list[Token], text: str) -> tuple[Axis | None, int]:
    """Axis and sign of an angle from its letters, labels and signs, which must agree."""
    halves = [token.meant for token in group if token.kind is Kind.HALF]
    labels = {token.meant for token in group if token.kind is Kind.LABEL}
    signs = [token for token in group if token.kind is Kind.SIGN]
    axes = labels | {half.axis for half in halves if isinstance(half, Half)}
    if len(halves) > 1 or len(axes) > 1:
        raise InputError("position.axis", f"{text!r} names more than one side of the Earth")
    negative = bool(signs) and signs[0].text == "-"
    if len(signs) > 1 or (signs and halves and (negative or halves[0] in {Half.SOUTH, Half.WEST})):
        raise InputError(
            "position.sign",
            f"{text!r} has a sign and a letter that could contradict each other; write the letter "
            "alone",
        )
    axis = next((axis for axis in axes if isinstance(axis, Axis)), None)
    half = halves[0] if halves else None
    sign = half.sign if isinstance(half, Half) else (-1 if negative else 1)
    return axis, sign


def _numbers(group: list[Token], text: str) -> tuple[list[str], list[Unit]]:
    """The numbers of an angle, each followed by its own unit or by none."""
    core = [token for token in group if token.kind not in {Kind.LABEL, Kind.HALF}]
    if core and core[0].kind is Kind.SIGN:
        core = core[1:]
    numbers: list[str] = []
    units: list[Unit] = []
    for before, token in zip([None, *core], core, strict=False):
        if token.kind is Kind.NUMBER:
            numbers.append(token.text)
        elif token.kind is Kind.JOIN:
            pass  # what it joins is counted
        elif (
            isinstance(token.meant, Unit)
            and before is not None
            and before.kind is Kind.NUMBER
            and token.meant.value == len(numbers) - 1
        ):
            units.append(token.meant)
        else:
            raise _no_angle(text)
    if not 1 <= len(numbers) <= 3 or (core and core[-1].kind is Kind.JOIN and len(numbers) == 1):
        raise _no_angle(text)
    return numbers, units


def _no_angle(text: str) -> InputError:
    return InputError(
        "position.form",
        f"{shown(text)} is no angle; expected degrees, perhaps minutes and seconds, and a letter or "
        "a sign",
    )
