"""A desk of the demonstration: what its people ask of their node, and what their screen shows.

The certificate of the node is pinned, as its peers pin it. Events are read as a screen reads them, from
the first entry on, and kept with their times. Left to others: what is asked (``steps``), and what is
expected (``expecting``).
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx2

from keepclear.domain.window import parse_instant
from keepclear.errors import UnreachableError
from keepclear.faces.demo.served import DemoNode
from keepclear.node.pinned_tls import context_for

__all__ = ["Answer", "Desk", "Event", "path_of"]

_PATIENCE_S: Final = 30.0
_AGAIN_S: Final = 0.1
"""A screen that lost its node tries again."""
_QUIET_S: Final = 30.0
"""A stream says something every ten seconds at least."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node answered."""

    status: int
    code: str
    """Of the problem; empty where there is none."""
    body: Any
    headers: Any

    @property
    def refused(self) -> bool:
        """Whether it was not done."""
        return self.status >= 400


@dataclass(frozen=True, slots=True)
class Event:
    """Something on the screen of a desk."""

    number: int
    kind: str
    at_us: int
    told: Any
    """The event, decoded."""
    text: str
    """What a person reads of it."""


class Desk:
    """One party's people, with a screen that is always on."""

    def __init__(self, node: DemoNode) -> None:
        """A desk at a node that is being served."""
        self.node, self.party = node, node.party
        self._http = {name: self._client(token) for name, token in node.tokens.items()}
        self.events: list[Event] = []
        self._noticed: list[Event] = []
        self._read_to = 0
        self._ended = False
        self._closed = threading.Event()
        self._thread = threading.Thread(
            target=self._watch, name=f"screen {node.party}", daemon=True
        )
        self._thread.start()

    def ask(self, method: str, path: str, *, who: str = "duty", **more: Any) -> Answer:
        """Ask the node something.

        Args:
            method: Of HTTP.
            path: From the root on.
            who: ``duty``, ``second`` or ``admin``.
            more: As httpx2 takes it: ``json``, ``content``, ``headers``.

        Raises:
            UnreachableError: it does not answer.
        """
        try:
            answer = self._http[who].request(method, path, **more)
        except httpx2.HTTPError as error:
            raise UnreachableError(
                f"the node of {self.party} does not answer ({type(error).__name__})"
            ) from error
        kind = answer.headers.get("content-type", "")
        body: Any = answer.json() if "json" in kind and answer.content else answer.content
        code = (
            str(body.get("code", ""))
            if answer.status_code >= 400 and isinstance(body, dict)
            else ""
        )
        return Answer(answer.status_code, code, body, answer.headers)

    def noticed(self) -> list[Event]:
        """All that the desk was shown by now, from the record: complete, where a screen may be late."""
        more = True
        while more:
            page = self.ask("GET", "/api/v1/notices", params={"after": self._read_to}).body
            self._noticed += [_event({**one, "kind": "shown"}) for one in page["notices"]]
            self._read_to, more = page["after"], page["after"] < page["size"]
        return list(self._noticed)

    def close(self) -> None:
        """Nobody looks any more."""
        self._ended = True
        self._closed.set()
        for one in self._http.values():
            with suppress(Exception):
                one.close()

    def _client(self, token: str) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.node.url,
            verify=context_for(self.node.certificate),
            headers={"Authorization": f"Bearer {token}"},
            timeout=_PATIENCE_S,
            trust_env=False,
        )

    def _watch(self) -> None:
        """Read the stream of events until the desk is closed; go on from the last one."""
        with self._client(self.node.tokens["duty"]) as http:
            while not self._ended:
                after = self.events[-1].number if self.events else 0
                with (
                    suppress(httpx2.HTTPError, httpx2.StreamError, OSError),
                    http.stream(
                        "GET", "/api/v1/events", params={"after": after}, timeout=_QUIET_S
                    ) as stream,
                ):
                    for line in stream.iter_lines():
                        if line.startswith("data: "):
                            self.events.append(_event(json.loads(line.removeprefix("data: "))))
                        if self._ended:
                            return
                self._closed.wait(_AGAIN_S)


def _event(told: dict[str, Any]) -> Event:
    """An event of the stream, or a notice."""
    shown = told.get("shown", told)
    text = shown.get("text")
    if text is None:
        text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return Event(told["number"], told["kind"], parse_instant(told["at"]), told, str(text))


def path_of(party: str, id_: str) -> str:
    """The path of a declaration."""
    return f"/api/v1/declarations/{quote(party, safe='')}/{quote(id_, safe='')}"
