"""Every sentence that a scenario may say, as one table: its words, its places, and its details.

A form is words in one order. ``{party}`` and the like are places; the reader knows by the name what may
stand there. Where a form ends with a colon, words follow: ``:`` they must, ``:?`` they may. Details are
the indented lines below a sentence. The page ``docs/scenarios.md`` has a row for every form, and a
test holds it to this table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

__all__ = ["DECLARED", "FORMS", "HEAD", "Form"]


@dataclass(frozen=True, slots=True)
class Form:
    """One sentence."""

    name: str
    words: str
    """As it is written, with its places."""
    details: tuple[str, ...] = ()
    head: bool = False
    """It stands before the first time, and says who and what there is."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """Words and places, in order, without what follows the colon."""
        return tuple(self.words.rstrip("?").removesuffix(":").split())

    @property
    def says(self) -> str:
        """Whether words follow: ``must``, ``may`` or ``no``."""
        return {":": "must", "?": "may"}.get(self.words[-1], "no")


DECLARED: Final = (
    "circle", "polygon", "line", "point", "via", "half-width", "heights", "from", "stand-off",
    "ground", "error", "edges", "for", "priority", "state", "name", "description", "note",
)  # fmt: skip
"""Details of what is declared."""
_LIKE: Final = (*DECLARED, "like")
_MESSAGE: Final = ("by", "refused", "drill")
_STOP: Final = (
    "asks", "place", "radius", "span", "about", "asked-for", *_MESSAGE,
)  # fmt: skip
_ACT: Final = ("refused",)
_CROSSED: Final = ("area", "from", "heights", "certainty")
_SEEN: Final = (*_CROSSED, "level", "goes-first", "stay-away")
_MINIMA: Final = ("horizontal", "vertical", "time")
"""What is to remain free, as ``keepclear check`` calls it."""

HEAD: Final = (
    Form("title", "title {rest}", head=True),
    Form("day", "day {day}", head=True),
    Form("party", "party {new}", head=True),
    Form("humanitarian", "party {new} humanitarian", head=True),
    Form("secretariat", "party {new} secretariat", head=True),
    Form("line", "line between {party} and {other}", head=True),
    Form("lines", "lines between all", head=True),
    Form("place", "place {rest}", head=True),
    Form("arrangement", "arrangement {new}", head=True),
    Form("arrangement-file", "arrangement {new} from {file}", head=True),
)
STEPS: Final = (
    # what is told to whoever looks on
    Form("act", "act {rest}"),
    Form("say", "say {rest}"),
    # time
    Form("draw", "{party} draws its map", ("layers", "frame")),
    Form("at", "at {time}"),
    Form("wait", "wait {duration}"),
    # declarations and their lives
    Form("declare", "{party} declares {kind} {id}", (*_LIKE, "refused")),
    Form("declare-file", "{party} declares from {file}", ("only", "refused")),
    Form("amend", "{party} amends {id}", (*_LIKE, "refused")),
    Form("check", "{party} checks {kind} {id}", _LIKE),
    Form("suppose", "suppose {party} declares {kind} {id}", _LIKE),
    Form("verify", "{party} verifies {id}", _ACT),
    Form("act-on", "{party} {act} {id}:?", _ACT),
    Form("delay", "{party} delays {id} until {time}", _ACT),
    Form("hold", "{party} holds {id} until {time}", ("since", "refused")),
    Form("split", "{party} splits {id} into {new} leaving at {time}", ("since", "refused")),
    Form("turn", "{party} turns {id} back at {time}", _ACT),
    Form("tell", "{party} tells {other} of {id}", ("fields", "not-before", "lead", "refused")),
    Form("untell", "{party} tells {other} nothing of {id}", _ACT),
    # arrangements
    Form("propose", "{party} proposes {arrangement}", _ACT),
    Form("sign", "{party} signs {arrangement}", _ACT),
    Form("take-up", "{party} takes up {arrangement}", _ACT),
    Form("footing", "{party} {footing} {arrangement}:?", _ACT),
    # the line
    Form("stop", "{party} stops {other}:", _STOP),
    Form("answer", "{party} answers {answer} to {other}:?", ("place", *_MESSAGE)),
    Form("stopped", "{party} confirms stopped to {other}", ("unit", *_MESSAGE)),
    Form("lift", "{party} lifts its stop to {other} as {lifted}:?", _MESSAGE),
    Form("tell-words", "{party} says to {other}:", _MESSAGE),
    Form("contact", "{party} asks {other} to call:", _MESSAGE),
    Form("receipt", "{party} {receipt} {word} of {other}:?", ("list", "units", "place", *_MESSAGE)),
    Form("test", "{party} tests the line to {other}", _MESSAGE),
    Form("tested", "{party} answers the test of {other}", _MESSAGE),
    Form("send", "{party} sends {word} to {other}:", ("refused", "drill")),
    Form("request", "{party} requests {method} {path}:?", ("who", "refused")),
    # voice
    Form("voice", "{party} calls {other} to ask {asks}", ("place", "language", "by", "refused")),
    Form("heard", "{party} keys in what {other} said", ("instead", "by", "refused")),
    Form("call", "{party} logs its call with {other} as {call}:?", _ACT),
    # ways
    Form("cut", "network cut between {party} and {other}"),
    Form("cut-off", "network cut around {party}"),
    Form("heal", "network healed between {party} and {other}"),
    Form("heal-all", "network healed around {party}"),
    Form("export", "{party} writes a file for {other}"),
    Form("import", "{party} takes in the file of {other}", _ACT),
    Form("kill", "node of {party} killed"),
    Form("start", "node of {party} started"),
    # what is expected
    Form("crossing", "expect {party} sees {id} cross {subject}", _SEEN),
    Form("no-crossing", "expect {party} sees {id} cross nothing of {subject}"),
    Form(
        "both-cross", "expect side by side {first} crosses {second}", (*_CROSSED, "apart", *_MINIMA)
    ),
    Form("both-clear", "expect side by side {first} is clear of {second}", ("apart", *_MINIMA)),
    Form(
        "deviation",
        "expect {party} sees deviation {word} of {what}",
        ("area", "side", "agreed", "found"),
    ),
    Form("no-deviation", "expect {party} sees no deviation of {what}"),
    Form("receipt-of", "expect {party} has a receipt of {id} from {other}"),
    Form("stage", "expect {party} has {id} at {word}", ("version",)),
    Form("no-finding", "expect {party} finds nothing in {id}"),
    Form("finding", "expect {party} finds {word} in {id}:?"),
    Form("stop-at", "expect {party} sees the stop {way} {other} {stage}", ("rung",)),
    Form("alerted", "expect {party} alerted {rung} at {time}"),
    Form("shown", "expect {party} is shown:", ("kind", "since")),
    Form("not-shown", "expect {party} is not shown:", ("kind", "since")),
    Form("unseen", "expect {party} knows that {other} has not seen {count}"),
    Form("seen", "expect {party} knows that {other} has seen all"),
    Form("came-of", "expect {party} has {word} {progress} by {other}", ("kind",)),
    Form("overdue", "expect {party} misses {receipt-step} from {other}"),
    Form("holds", "expect {party} holds to {arrangement}"),
    Form("stands", "expect {party} has its line to {other} {line-state}"),
    Form("asked", "expect {party} asked {path}:"),
    Form("bundle", "expect the bundle of {subject} verifies", ("entries", "witnesses")),
)
_PLAIN: Final = frozenset({"act", "say", "at", "wait"})
"""Words and times are told as they stand."""
FORMS: Final = (
    *HEAD,
    *(
        step if step.name in _PLAIN else replace(step, details=(*step.details, "in-words"))
        for step in STEPS
    ),
)
