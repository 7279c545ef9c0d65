"""Declarations as readers make them, in one line each, for the tests of integrity checks."""

from __future__ import annotations

from random import Random

from keepclear.domain.altitude import EVERYWHERE
from keepclear.domain.declaration import Declaration, Kind
from keepclear.domain.footprint import Circle
from keepclear.domain.gazetteer import Gazetteer, NamedPlace
from keepclear.domain.position import Position
from keepclear.domain.volume import Volume4D
from keepclear.domain.window import ALWAYS
from keepclear.formats.positions import read_position
from keepclear.integrity.context import Context
from keepclear.integrity.examine import examine


def at(latitude, longitude):
    return Position(latitude=latitude, longitude=longitude)


def site(number, *writings, party="Alder", datum=None, kind=Kind.SITE, radius_m=0.0, **rest):
    """A site as it was written, in one notation or several."""
    stated = tuple(read_position(text, datum=datum) for text in writings)
    return Declaration(
        id=f"S{number}",
        kind=kind,
        parts=(Volume4D(Circle(stated[0].position, radius_m), EVERYWHERE, ALWAYS),),
        party=party,
        where=f"list.csv line {number + 2}",
        stated=(stated,),
        **rest,
    )


def spread(count, *, latitude=36.4, longitude=37.2, degrees=0.5, seed=1, party="Alder"):
    """So many sites of one party round a place, with five decimals."""
    random = Random(seed)
    return [
        site(
            number,
            f"{latitude + random.uniform(-degrees, degrees):.5f}, "
            f"{longitude + random.uniform(-degrees, degrees):.5f}",
            party=party,
            name=f"Clinic {number}",
        )
        for number in range(count)
    ]


def named(*places):
    """A gazetteer of (name, latitude, longitude) and perhaps aliases."""
    return Gazetteer(
        NamedPlace(name, at(latitude, longitude), tuple(aliases))
        for name, latitude, longitude, *aliases in places
    )


def found(declarations, **context):
    """Findings of a list, by code."""
    result = {}
    for finding in examine(declarations, Context(**context)):
        result.setdefault(finding.code, []).append(finding)
    return result


def one(declaration, **context):
    """Findings of one declaration, by code."""
    return found([declaration], **context)
