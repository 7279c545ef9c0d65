"""What the type of a Cursor-on-Target event makes of it: a literal table, and nothing guessed.

Types are words joined by hyphens; the first rule whose words a type begins with holds, ``*`` standing
for any one word. The tree is that of the public event schema (MITRE case 11-3895), and the types of
drawings and routes those that TAK writes.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple

from keepclear.domain.declaration import Kind

__all__ = ["RULES", "Rule", "Use", "rule_of"]


class Use(Enum):
    """What is done with an event."""

    ATOM = "atom"
    """A thing at a place: a point whose circle of error is the event's."""
    SHAPE = "shape"
    """An outline, a line or a marked place, in the detail or round the point."""
    MESSAGE = "message"
    """Talk between clients: counted, and declares nothing."""
    UNWELCOME = "unwelcome"
    """Refused by schema: keepclear must not carry it."""
    FOREIGN = "foreign"
    """Refused: it means something that no kind of declaration is."""


class Rule(NamedTuple):
    """What the types that begin with ``words`` are."""

    words: str
    use: Use
    kind: Kind | None = None
    """None where the type does not say: taken as operation, with a warning."""
    reason: str = ""
    """What it is, where it is refused or not read; reads on after "no " or "it is "."""


_LABEL: Final = "labels of hostility"
_DEVICE: Final = "tracks of persons' devices"

RULES: Final[tuple[Rule, ...]] = (
    Rule("a-h", Use.UNWELCOME, reason=_LABEL),
    Rule("a-s", Use.UNWELCOME, reason=_LABEL),
    Rule("a-j", Use.UNWELCOME, reason=_LABEL),
    Rule("a-k", Use.UNWELCOME, reason=_LABEL),
    Rule("a-*-G-U", Use.UNWELCOME, reason=_DEVICE),
    Rule("a-*-F", Use.UNWELCOME, reason=_DEVICE),
    Rule("a-*-G-I", Use.SHAPE, Kind.SITE),
    Rule("a", Use.ATOM, Kind.OPERATION),
    Rule("b-m-r", Use.SHAPE, Kind.MOVEMENT),
    Rule("b-m-p-s-p", Use.FOREIGN, reason="the place that a sensor looks at"),
    Rule("b-m-p", Use.SHAPE, Kind.SITE),
    Rule("b-t", Use.MESSAGE, reason="chat"),
    Rule("b-f", Use.MESSAGE, reason="a file that is passed on"),
    Rule("b", Use.FOREIGN, reason="raw data or an alert"),
    Rule("c-f", Use.UNWELCOME, reason="weapons or their effects"),
    Rule("c", Use.FOREIGN, reason="a capability"),
    Rule("r-u", Use.UNWELCOME, reason=_LABEL),
    Rule("r", Use.SHAPE, Kind.RESTRICTION),
    Rule("t-x", Use.MESSAGE, reason="talk between clients"),
    Rule("t-b", Use.MESSAGE, reason="talk between clients"),
    Rule("t", Use.UNWELCOME, reason="tasks and places or things to be struck"),
    Rule("u", Use.SHAPE),
    Rule("y", Use.MESSAGE, reason="a receipt between clients"),
)
_ANY: Final = "*"
_WORDS: Final = tuple((rule.words.split("-"), rule) for rule in RULES)
_UNKNOWN: Final = Rule("", Use.FOREIGN, reason="of a type that the schema does not name")


@lru_cache(maxsize=4096)
def rule_of(type_: str) -> Rule:
    """The rule for a type; what follows a semicolon in it is optional and means nothing here."""
    words = type_.partition(";")[0].split("-")
    for pattern, rule in _WORDS:
        if len(words) >= len(pattern) and all(
            wanted in (_ANY, word) for wanted, word in zip(pattern, words, strict=False)
        ):
            return rule
    return _UNKNOWN
