"""A desk at the node in a folder: what is said goes out by file, or when the node is served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from keepclear.domain.footing import FootingStep
from keepclear.formats.callsheet import Asks, CallSheet, in_words, is_drill
from keepclear.formats.carrysheet import QR_BYTES_MAX
from keepclear.formats.positions import read_position
from keepclear.link.bodies import Body, Stop
from keepclear.link.phrases import Language
from keepclear.node import carrying, saying, voice
from keepclear.node.conversation_view import message_of, messages_of
from keepclear.node.declaring import Request
from keepclear.node.desk import desk_view, drill_view
from keepclear.node.ledger import Node
from keepclear.node.stepping import take_step
from keepclear.node.talking import Talk

__all__ = ["FolderDesk"]


@dataclass(frozen=True, slots=True)
class FolderDesk:
    """See :class:`keepclear.faces.desk.place.Desk`."""

    node: Node
    talk: Talk
    by: str
    key: str = ""

    @property
    def how_it_goes(self) -> str:
        """A node that nobody serves sends nothing."""
        return "NOTHING IS SENT YET: serve the node, or write a file with keepclear link export"

    def lines(self) -> dict[str, Any]:
        """How all lines stand."""
        return _plain(desk_view(self.node, self.talk))

    def messages(self, party: str, most: int) -> list[dict[str, Any]]:
        """The newest messages of a line."""
        return [_plain(one) for one in messages_of(self.node, self.talk, party, most)]

    def message(self, party: str, seq: int) -> dict[str, Any]:
        """One message of the other desk."""
        return _plain(message_of(self.node, self.talk, party, seq))

    def say(self, party: str, body: Body, *, drill: bool) -> dict[str, Any]:
        """Say something."""
        _, kept = saying.say(self.node, self.talk, party, body, self._request(), drill=drill)
        return {"seq": kept.seq, "hash": kept.hash}

    def sheet(
        self, party: str, asks: Asks, place: str, language: str, *, drill: bool
    ) -> dict[str, Any]:
        """The sheet for a telephone."""
        position = read_position(place).position
        made: list[CallSheet] = []
        self.talk.calls(
            lambda: made.append(
                voice.say_stop(
                    self.node,
                    party,
                    asks,
                    position,
                    Language(language),
                    self._request(),
                    drill=drill,
                )
            )
        )
        one = made[0]
        return {
            "content": one.content,
            "after": one.after,
            "keyed": one.keyed,
            "words": one.words,
        }

    def heard(self, party: str, line: str) -> dict[str, Any]:
        """Key in what was heard."""
        made: list[tuple[Stop, tuple[str, ...]]] = []
        self.talk.calls(lambda: made.append(voice.hear(self.node, party, line, self._request())))
        stop, words = made[0]
        return {"says": in_words(stop), "drill": is_drill(line), "words": words}

    def step(self, party: str, step: str, *, who: str, about: str) -> None:
        """Log a step of a call."""
        request = self._request()
        self.talk.calls(
            lambda: voice.call_step(self.node, party, step, request, who=who, about=about)
        )

    def drills(self, after_us: int | None, before_us: int | None) -> dict[str, Any]:
        """What exercises took."""
        return _plain(drill_view(self.node, self.talk, after_us, before_us))

    def step_down(self, name: str, step: str, because: str) -> dict[str, Any]:
        """Suspend an arrangement, resume it or withdraw."""
        asked, which = self._request(), FootingStep(step)
        done, _ = take_step(self.node, self.talk, name, which, asked, because)
        return {
            "arrangement": done.arrangement,
            "version": done.version,
            "footing": done.footing.value,
            "told": list(done.told),
            "untold": list(done.untold),
        }

    def file(self, party: str, *, in_text: bool) -> dict[str, Any]:
        """A file to be carried."""
        made = carrying.make(self.node, self.talk, party, in_text=in_text)
        return {"data": made.data, "messages": made.messages, "left": made.left}

    def pages(self, party: str) -> dict[str, Any]:
        """Files of one flash message each."""
        made = carrying.make_short(self.node, self.talk, party, QR_BYTES_MAX)
        files = [one.decode() for one in made.files]
        return {"files": files, "too_long": made.too_long, "others": made.others}

    def _request(self) -> Request:
        return Request(self.by, "command line", self.key)


def _plain(value: object) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(value)
    return found
