"""One sentence of a scenario -> its form, and what stands in its places.

A sentence that fits none is told where it leaves the forms: the first word that none of them has there,
which words they have, and the one that is most like it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from keepclear.domain.declaration import Kind
from keepclear.domain.life import Act
from keepclear.errors import InputError
from keepclear.formats.scenarios.details import whole
from keepclear.formats.scenarios.forms import FORMS, Form
from keepclear.formats.scenarios.times import duration, instant

__all__ = ["Known", "did_you_mean", "matched"]

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.+#-]{0,79}", re.ASCII)
"""Of parties, declarations and arrangements: one word, so that sentences need no quotes."""
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ALIKE: Final = 0.6
_ACTS: Final = MappingProxyType(
    {
        "submits": "submit",
        "confirms": "confirm",
        "activates": "activate",
        "leaves": "leave",
        "loses": "lose",
        "returns": "return",
        "completes": "complete",
        "ends": "end",
        "withdraws": "withdraw",
        "removes": "remove",
    }
)
"""The steps of a life, as sentences say them."""
_RECEIPTS: Final = MappingProxyType(
    {
        "notes": "noted/1",
        "acknowledges": "acknowledged/1",
        "reads-back": "read-back/1",
        "disseminates": "disseminated/1",
        "queries": "query/1",
    }
)
_CALL: Final = (
    "dialled", "answered", "asked-for", "held", "hung-up",
    "wilco", "unable", "standby", "roger", "stopped", "lifted", "false",
)  # fmt: skip
"""Steps of a call, and what is said in it of a stop."""
CHOICES: Final = MappingProxyType[str, tuple[str, ...]](
    {
        "kind": tuple(kind.value for kind in Kind),
        "act": tuple(_ACTS),
        "answer": ("wilco", "unable", "standby", "roger"),
        "lifted": ("over", "false"),
        "receipt": tuple(_RECEIPTS),
        "asks": ("cease", "hold", "stay-away"),
        "call": _CALL,
        "method": ("GET", "POST", "PUT", "DELETE"),
        "footing": ("suspends", "resumes", "withdraws-from"),
        "line-state": ("whole", "suspended", "degraded", "down"),
        "way": ("from", "to"),
        "stage": ("raised", "standby", "complying", "unable", "stopped", "lifted"),
        "receipt-step": ("stored", "acknowledged", "read-back"),
        "progress": ("unseen", "stored", "acknowledged", "read-back", "disseminated", "answered"),
        "rung": ("desk", "supervisor", "second-desk", "command"),
    }
)
"""What may stand in a place, where that is few words."""
assert set(_ACTS.values()) <= {act.value for act in Act}


@dataclass(slots=True)
class Known:
    """Names that sentences may use, from the lines above."""

    parties: list[str] = field(default_factory=list)
    arrangements: list[str] = field(default_factory=list)
    declared: dict[str, str] = field(default_factory=dict)
    """Kinds of declarations, by ``Party/id``."""
    day: str = ""
    supposed: list[str] = field(default_factory=list)
    """What is only supposed, as ``Party/id``."""


def matched(text: str, known: Known) -> tuple[Form, dict[str, Any]]:
    """The form of a sentence, and what stands in its places.

    Raises:
        InputError: ``scenario.sentence``, or what stands in a place cannot.
    """
    best: tuple[int, list[Form]] = (-1, [])
    for form in FORMS:
        head, says = _parted(text, form)
        at = _fits(form, head, known)
        if at == len(form.tokens) == len(head) and _worded(form, says):
            return form, _slots(form, head, says, known)
        if at > best[0]:
            best = (at, [])
        if at == best[0]:
            best[1].append(form)
    raise _no_form(text, *best, known)


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Half a sentence with the nearest known word; nothing where none is near."""
    near = get_close_matches(word, list(names), n=1, cutoff=_ALIKE)
    return f"; did you mean {near[0]!r}?" if near else ""


def _parted(text: str, form: Form) -> tuple[list[str], str | None]:
    """The words of a sentence before its colon, and what follows it."""
    if form.tokens[-1] == "{rest}":
        words = text.split(None, len(form.tokens) - 1)
        return words, None
    if form.says == "no":
        return text.split(), None
    head, colon, says = text.partition(": ")
    if not colon and text.endswith(":"):
        head, colon, says = text[:-1], ":", ""
    return head.split(), says.strip() if colon else None


def _worded(form: Form, says: str | None) -> bool:
    return bool(says) if form.says == "must" else form.says == "may" or says is None


def _fits(form: Form, head: list[str], known: Known) -> int:
    """How many words of a sentence fit a form, from its first on."""
    for at, (token, word) in enumerate(zip(form.tokens, head, strict=False)):
        if not (word == token or (token[0] == "{" and _may_be(token[1:-1], word, known))):
            return at
    return min(len(form.tokens), len(head))


def _may_be(slot: str, word: str, known: Known) -> bool:
    """Whether a word can stand in a place; whether it is right there is looked at afterwards."""
    if slot in {"party", "other"}:
        return word in known.parties
    if slot in CHOICES:
        return word in CHOICES[slot]
    return True


def _slots(form: Form, head: list[str], says: str | None, known: Known) -> dict[str, Any]:
    found: dict[str, Any] = {"says": says or ""}
    for token, word in zip(form.tokens, head, strict=True):
        if token[0] == "{":
            found[token[1:-1]] = _value(token[1:-1], word, known)
    return found


def _value(slot: str, word: str, known: Known) -> Any:
    """What a word stands for.

    Raises:
        InputError: nothing, there.
    """
    if slot == "time":
        return instant(word, known.day)
    if slot == "subject":
        return _subject(word, known)
    if slot in {"first", "second"}:
        return _declared(word, known)
    if slot in _READ:
        return _READ[slot](word)
    if slot == "arrangement" and word not in known.arrangements:
        raise InputError(
            "scenario.unknown",
            f"there is no arrangement {word!r} above" + did_you_mean(word, known.arrangements),
        )
    return word


def _day(word: str) -> str:
    if not _DAY.fullmatch(word):
        raise InputError("scenario.value", f"found {word!r}, expected a day such as 2015-11-20")
    return word


def _name(word: str) -> str:
    if not _NAME.fullmatch(word):
        raise InputError(
            "scenario.value", f"found {word!r}, expected a name in one word, a letter first"
        )
    return word


_READ: Final = MappingProxyType[str, Callable[[str], Any]](
    {
        "duration": lambda word: duration(word, ""),
        "count": lambda word: whole(word, ""),
        "day": _day,
        "new": _name,
        "id": _name,
        "what": lambda word: "/".join(map(_name, word.split("/", 1))),
        "act": _ACTS.__getitem__,
        "receipt": _RECEIPTS.__getitem__,
        "rung": lambda word: word.replace("-", " "),
        "receipt-step": lambda word: word.replace("-", " "),
    }
)
"""The reader of each place that needs nothing but the word."""


def _subject(word: str, known: Known) -> str:
    """``Party`` or ``Party/id``."""
    party = word.partition("/")[0]
    if party not in known.parties:
        raise InputError(
            "scenario.unknown",
            f"{party!r} is no party of this scenario" + did_you_mean(party, known.parties),
        )
    return word


def _declared(word: str, known: Known) -> str:
    """``Party/id`` of what was declared or supposed above."""
    names = [*known.declared, *known.supposed]
    if word not in names:
        raise InputError(
            "scenario.unknown",
            f"{word!r} was neither declared nor supposed above; expected such as Alder/A1"
            + did_you_mean(word, names),
        )
    return word


def _no_form(text: str, at: int, near: list[Form], known: Known) -> InputError:
    words = text.split()
    found = words[at].rstrip(":") if at < len(words) else "the end of the line"
    nexts = sorted({one for form in near for one in _next(form, at, known)})
    after = f"after {' '.join(words[:at])!r} " if at else ""
    if not nexts or (at == len(words) and all(len(f.tokens) <= at for f in near)):
        form = near[0]
        return InputError("scenario.sentence", f"{after}found {found!r}, expected: {form.words}")
    return InputError(
        "scenario.sentence",
        f"{after}found {found!r}, expected {_some(nexts)}{did_you_mean(found, nexts)}",
    )


def _next(form: Form, at: int, known: Known) -> Iterable[str]:
    if at >= len(form.tokens):
        return [":"] if form.says != "no" else ["the end of the line"]
    token = form.tokens[at]
    slot = token[1:-1]
    if token[0] != "{":
        return [token]
    if slot in {"party", "other"}:
        return known.parties or ["a party, named in a line such as: party Alder"]
    return CHOICES.get(slot, (f"{slot.upper()}",))


def _some(words: list[str]) -> str:
    shown = ", ".join(words[:40])
    return shown if len(words) == 1 else f"one of {shown}"
