"""What a fixed phrase that was said means, in each language of the line, for whoever reads it.

A phrase is worded when it is known here and came with the slots that it needs, each once, and no
others. Of anything else one sentence says so, with all of it as it came: a desk must never read words
from which something is missing. What stands in a slot is text of a foreign hand: it stays on its line,
and nothing in it is taken for a slot. Left to others: the wording (:mod:`keepclear.link.phrases`), and
which language somebody reads.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from keepclear.link.bodies import Said
from keepclear.link.phrases import LANGUAGES, PHRASES, Language, fields_of, wording

__all__ = ["NO_WORDING", "Phrased", "lines_of", "phrased"]

NO_WORDING: Final = "NO WORDING"
"""Before the sentence that says why a phrase cannot be worded."""
_NO_WORDS: Final[Mapping[Language, str]] = MappingProxyType({})
_SHAPELESS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that could end a line or turn what stands beside them."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Of these categories, and needed to write many names."""


@dataclass(frozen=True, slots=True)
class Phrased:
    """A phrase as it is read; either worded, or with the reason why it is not."""

    words: Mapping[Language, str]
    """Marked where nobody has reviewed the language; empty where it cannot be worded."""
    problem: str
    """Why it cannot be worded, and all of it as it came; empty where it is."""


def phrased(said: Said) -> Phrased | None:
    """A message's phrase in all languages; nothing where it has none."""
    if said.phrase is None:
        return None
    slots = [(_on_one_line(name), _on_one_line(text)) for name, text in said.slots or ()]
    problem = _problem(said.phrase, [name for name, _ in slots])
    if problem:
        return Phrased(_NO_WORDS, f"{problem}; it came as {_as_it_came(said.phrase, slots)}")
    fields = dict(slots)
    return Phrased({one: wording(said.phrase, one, **fields) for one in LANGUAGES}, "")


def lines_of(found: Phrased) -> Iterator[str]:
    """All of it as lines, for a screen whose language is not known; English, which decides, first."""
    if found.problem:
        yield f"{NO_WORDING}: {found.problem}"
    for language, text in found.words.items():
        yield f"{language.value}: {text}"


def _problem(name: str, came: Sequence[str]) -> str:
    """Why a phrase cannot be worded with these slots; empty where it can."""
    if name not in PHRASES:
        return "this phrase is not known here"
    needed = fields_of(name)
    if sorted(came) == list(needed):
        return ""
    return f"this phrase has {_slots(needed)}, and came with {_slots(sorted(came))}"


def _slots(names: Sequence[str]) -> str:
    if not names:
        return "no slot"
    return f"the slot{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _as_it_came(name: str, slots: Sequence[tuple[str, str]]) -> str:
    return ", ".join([_on_one_line(name), *(f"{slot} = {text}" for slot, text in slots)])


def _on_one_line(text: str) -> str:
    """What has no shape is shown by its code point."""
    return "".join(
        mark
        if mark in _JOINERS or unicodedata.category(mark) not in _SHAPELESS
        else f"\\u{ord(mark):04x}"
        for mark in text
    )
