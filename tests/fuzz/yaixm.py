"""YAIXM airspace: YAML with lines, arcs and circles."""

from __future__ import annotations

from keepclear.errors import InputError
from keepclear.formats.registry import read_bytes

SEEDS = (
    b"""airspace:
- name: BRAVO
  id: bravo
  type: CTA
  rules: [NOTAM, SI]
  geometry:
  - lower: SFC
    upper: 2000 ft
    boundary:
    - line:
      - 513000N 0003000W
      - 513500N 0003000W
    - arc:
        dir: cw
        radius: 5 nm
        centre: 513000N 0003000W
        to: 513000N 0002158W
  - lower: FL65
    upper: FL105
    boundary:
    - circle:
        radius: 2.5 nm
        centre: 513000N 0003000W
""",
)


def one(data: bytes) -> None:
    """Read the bytes; only an input error may come out."""
    try:
        read_bytes(data, name="fuzz", read_as="yaixm")
    except InputError:
        return
