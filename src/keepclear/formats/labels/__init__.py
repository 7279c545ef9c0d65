"""The words of tables in four languages: what columns and choices are called, and fixed wording.

English says what is meant; nobody has reviewed the others, and they say so wherever their wording is
shown. Names are compared as ``folding`` brings them together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from keepclear.formats.labels.arabic import ARABIC
from keepclear.formats.labels.english import ENGLISH
from keepclear.formats.labels.folding import folded
from keepclear.formats.labels.french import FRENCH
from keepclear.formats.labels.language import Language
from keepclear.formats.labels.russian import RUSSIAN

__all__ = ["COLUMNS", "LANGUAGES", "choice_of", "column_of", "language_of", "refused_name", "title"]

LANGUAGES: Final = MappingProxyType(
    {language.code: language for language in (ENGLISH, FRENCH, RUSSIAN, ARABIC)}
)
COLUMNS: Final = tuple(ENGLISH.columns)
"""Every column that a table may have, by the name that programs use."""


def _columns() -> Iterator[tuple[str, str]]:
    for name in COLUMNS:
        yield folded(name), name
    for language in LANGUAGES.values():
        for name, titles in language.columns.items():
            for title_ in titles:
                yield folded(title_), name


def _by_folded(pairs: Iterator[tuple[str, str]]) -> MappingProxyType[str, str]:
    """Names by folded title; where two fields share one, the one named first keeps it."""
    found: dict[str, str] = {}
    for key, name in pairs:
        found.setdefault(key, name)
    return MappingProxyType(found)


_COLUMN_OF: Final = _by_folded(_columns())
_TITLES: Final = Counter(
    (key, language.code)
    for language in LANGUAGES.values()
    for titles in language.columns.values()
    for key in {folded(title) for title in titles}
)
_SPOKEN_IN: Final = Counter(key for key, _ in _TITLES)
_LANGUAGE_OF: Final = MappingProxyType({key: code for key, code in _TITLES if _SPOKEN_IN[key] == 1})
"""The language of each title that only one of them has."""
_REFUSED: Final = _by_folded(
    (folded(word), known)
    for language in LANGUAGES.values()
    for known, words in language.refused.items()
    for word in words
)
_CHOICES: Final = MappingProxyType(
    {
        field: _by_folded(
            pair
            for language in LANGUAGES.values()
            for choice, words in language.choices.get(field, {}).items()
            for pair in ((folded(choice), choice), *((folded(word), choice) for word in words))
        )
        for field in ENGLISH.choices
    }
)
_BRACKETS: Final = re.compile(r"[(\[][^)\]]*[)\]]")
_PARTS: Final = re.compile(r"\s[/|]\s|[\n|]")
"""What stands between the titles of one column in two languages."""


def column_of(heading: str) -> str | None:
    """The column that a heading means, in any of the languages; ``None`` where it is none.

    What stands in brackets may be left out. A heading in two languages counts where they agree.
    """
    for text in (heading, _BRACKETS.sub(" ", heading)):
        name = _COLUMN_OF.get(folded(text))
        if name is not None:
            return name
    parts = [part for part in _PARTS.split(heading) if part.strip()]
    found = {_COLUMN_OF.get(folded(_BRACKETS.sub(" ", part))) for part in parts}
    return found.pop() if len(found) == 1 and len(parts) > 1 else None


def refused_name(heading: str) -> str | None:
    """The English name of a column that keepclear must not carry, as ``schema`` knows it."""
    for text in (heading, _BRACKETS.sub(" ", heading)):
        name = _REFUSED.get(folded(text))
        if name is not None:
            return name
    return None


@lru_cache(maxsize=4096)
def choice_of(field: str, text: str) -> str | None:
    """The choice of a field that words mean, in any of the languages; ``None`` where none."""
    choices = _CHOICES.get(field)
    return None if choices is None else choices.get(folded(text))


def title(field: str, language: Language) -> str:
    """What a template writes over a column."""
    return language.columns[field][0]


def language_of(headings: Iterable[str]) -> str:
    """The language that most headings are written in, where they show one; empty otherwise."""
    found = Counter(
        code for heading in headings if (code := _LANGUAGE_OF.get(folded(heading))) is not None
    )
    return found.most_common(1)[0][0] if found else ""
