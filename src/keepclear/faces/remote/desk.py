"""A desk at a node that is served: each question is one request, and the answers are handed on.

What is said carries a key of its own, and is asked for again where no answer comes: it is done once.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from keepclear.domain.window import format_instant
from keepclear.faces.remote.line import Line
from keepclear.formats.callsheet import Asks
from keepclear.link.bodies import Body
from keepclear.link.kinds import kind_of

__all__ = ["RemoteDesk"]


@dataclass(slots=True)
class RemoteDesk:
    """See :class:`keepclear.faces.desk.place.Desk`."""

    to: Line
    key: str = ""
    """By which the one thing that this command says is known again; one is made where there is none."""
    _mark: str = field(default="", init=False)

    @property
    def by(self) -> str:
        """The mark that the token was given to."""
        if not self._mark:
            self._mark = str(self.to.ask("GET", "/api/v1/session")["mark"])
        return self._mark

    @property
    def how_it_goes(self) -> str:
        """A node that is served sends it over the line."""
        return "it goes out again and again until it is stored there"

    def lines(self) -> dict[str, Any]:
        """How all lines stand."""
        return self._found("GET", "/api/v1/lines")

    def messages(self, party: str, most: int) -> list[dict[str, Any]]:
        """The newest messages of a line."""
        found: list[dict[str, Any]] = self.to.ask(
            "GET", _path(party, "messages"), query={"limit": most}
        )["messages"]
        return found

    def message(self, party: str, seq: int) -> dict[str, Any]:
        """One message of the other desk."""
        return self._found("GET", _path(party, f"messages/{seq}"))

    def say(self, party: str, body: Body, *, drill: bool) -> dict[str, Any]:
        """Say something."""
        said = {
            "kind": kind_of(body).name,
            "body": msgspec.to_builtins(body),
            "drill": drill,
        }
        return self._once(_path(party, "messages"), said)

    def sheet(
        self, party: str, asks: Asks, place: str, language: str, *, drill: bool
    ) -> dict[str, Any]:
        """The sheet for a telephone."""
        said = {"asks": asks, "place": place, "language": language, "drill": drill}
        return self._once(_path(party, "sheets"), said)

    def heard(self, party: str, line: str) -> dict[str, Any]:
        """Key in what was heard."""
        return self._once(_path(party, "heard"), {"line": line})

    def step(self, party: str, step: str, *, who: str, about: str) -> None:
        """Log a step of a call."""
        self._once(_path(party, "calls"), {"step": step, "who": who, "about": about})

    def drills(self, after_us: int | None, before_us: int | None) -> dict[str, Any]:
        """What exercises took."""
        limits = {"after": after_us, "before": before_us}
        query = {name: format_instant(us) for name, us in limits.items() if us is not None}
        found: dict[str, Any] = self.to.ask("GET", "/api/v1/drills", query=query)
        return found

    def step_down(self, name: str, step: str, because: str) -> dict[str, Any]:
        """Suspend an arrangement, resume it or withdraw."""
        path = f"/api/v1/arrangements/{quote(name, safe='')}/steps"
        return self._once(path, {"step": step, "because": because})

    def file(self, party: str, *, in_text: bool) -> dict[str, Any]:
        """A file to be carried."""
        query = {"text": "true"} if in_text else None
        found: dict[str, Any] = self.to.ask("GET", _path(party, "file"), query=query)
        return {**found, "data": b64decode(found["data"])}

    def pages(self, party: str) -> dict[str, Any]:
        """Files of one flash message each."""
        return self._found("GET", _path(party, "pages"))

    def _once(self, path: str, said: object) -> dict[str, Any]:
        found: dict[str, Any] = self.to.once(path, msgspec.json.encode(said), self.key)
        return found

    def _found(self, method: str, path: str, said: object = None) -> dict[str, Any]:
        data = None if said is None else msgspec.json.encode(said)
        found: dict[str, Any] = self.to.ask(method, path, data=data)
        return found


def _path(party: str, what: str) -> str:
    return f"/api/v1/lines/{quote(party, safe='')}/{what}"
