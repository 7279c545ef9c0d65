"""Words for distances and directions in English, French, Russian and Arabic, as text is prepared.

Text is prepared (``phrases``) in lower case and without accents, so letters stand here without marks.
Single letters are directions only behind a distance.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from keepclear.domain.units import NAUTICAL_MILE_M

__all__ = [
    "BEARING",
    "CARDINALS",
    "FILLING",
    "FROM",
    "MILES",
    "NAUTICAL",
    "UNITS_M",
    "WINDS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNIT_WORDS: Final = (
    (1.0, "m metre metres meter meters метр метра метров м متر مترا امتار م"),
    (1000.0, "km kms kilometre kilometres kilometer kilometers км километр километра километров"),
    (1000.0, "كم كلم كيلومتر كيلومترا كيلومترات"),
    (NAUTICAL_MILE_M, "nm nmi"),
    (1609.344, "mi mile miles"),
)
UNITS_M: Final = MappingProxyType(
    {word: metres for metres, words in _UNIT_WORDS for word in words.split()}
)
"""Metres of each unit."""
MILES: Final = _words("mile miles mille milles миля мили миль ميل اميال")
NAUTICAL: Final = _words(
    "nautical nautique nautiques marin marins морская морских морские بحري بحريا"
)
"""Beside a mile they make it a nautical one: 'milles nautiques', 'морских миль', 'ميل بحري'."""

_DIRECTION_WORDS: Final = (
    ("n", "n north northern northward nord север северу севера севернее северо"),
    ("n", "شمال الشمال شمالي الشمالي شمالا"),
    ("s", "s south southern southward sud юг югу юга южнее юго"),
    ("s", "جنوب الجنوب جنوبي الجنوبي جنوبا"),
    ("e", "e east eastern eastward est восток востоку востока восточнее восточно"),
    ("e", "شرق الشرق شرقي الشرقي شرقا"),
    ("w", "w west western westward ouest запад западу запада западнее западно"),
    ("w", "غرب الغرب غربي الغربي غربا"),
    ("ne", "ne northeast nordest"),
    ("nw", "nw northwest nordouest no"),
    ("se", "se southeast sudest"),
    ("sw", "sw southwest sudouest so"),
    ("nne", "nne northnortheast"),
    ("ene", "ene eastnortheast"),
    ("ese", "ese eastsoutheast"),
    ("sse", "sse southsoutheast"),
    ("ssw", "ssw southsouthwest sso"),
    ("wsw", "wsw westsouthwest oso"),
    ("wnw", "wnw westnorthwest ono"),
    ("nnw", "nnw northnorthwest nno"),
)
CARDINALS: Final = MappingProxyType(
    {word: letters for letters, words in _DIRECTION_WORDS for word in words.split()}
)
"""What a word adds to a direction: 'north' and 'east' together are 'ne'."""
WINDS: Final = MappingProxyType(
    {
        wind: 22.5 * number
        for number, wind in enumerate(
            (
                *("n", "nne", "ne", "ene", "e", "ese", "se", "sse"),
                *("s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw"),
            )
        )
    }
)
"""Degrees from north eastwards of each direction."""
BEARING: Final = _words(
    "bearing azimuth radial cap azimut gisement relevement азимут азимуту пеленг سمت"
)
"""What a bearing in degrees follows."""
FROM: Final = _words("of from de du des d from от من عن")
"""What stands between a direction or distance and the place that it counts from."""
FILLING: Final = _words(
    """
    to the about away on a an at due some approx approximately roughly ca degrees degree deg true
    au a l la le les vers en environ direction
    к на в по примерно около градусов
    الي في علي بعد مسافه نحو اتجاه باتجاه
    """
)
"""What may stand between."""
