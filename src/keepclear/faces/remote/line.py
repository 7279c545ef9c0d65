"""The line to a node that is served: one request, its answer or one sentence why there is none.

The token comes from ``KEEPCLEAR_TOKEN`` or from a file, never from the command line, where others could
read it. It is sent over an encrypted line, or to this machine itself; anywhere else it stays here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx2

from keepclear.errors import InputError, RuleError, UnreachableError, UsageError
from keepclear.faces.peer import NOTES_A_REQUEST, NOTES_PATH
from keepclear.faces.words import plain
from keepclear.link.budget import looks_flash
from keepclear.node.chance import request_key

__all__ = [
    "TOKEN_VARIABLE",
    "Line",
    "base_of",
    "hand_notes",
    "line_of",
    "line_to",
    "subject_path",
]

TOKEN_VARIABLE: Final = "KEEPCLEAR_TOKEN"  # noqa: S105 - a name of a variable
_TOKEN_BYTES_MAX: Final = 1_000
_PATIENCE_S: Final = httpx2.Timeout(60.0, connect=10.0)
_ONCE_S: Final = httpx2.Timeout(10.0, connect=3.0)
"""For what may be a stop: it is asked again soon, because that does nothing twice."""
_TRIES: Final = 3
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_BYTES_A_REQUEST: Final = 1_000_000
_BAD_INPUT: Final = frozenset({400, 413, 422})


@dataclass(frozen=True, slots=True)
class Line:
    """A node, and who asks it."""

    url: str
    _http: httpx2.Client = field(repr=False)

    def ask(
        self,
        method: str,
        path: str,
        *,
        data: bytes | None = None,
        query: dict[str, Any] | None = None,
        key: str = "",
        if_match: int | None = None,
        patience_s: httpx2.Timeout = _PATIENCE_S,
    ) -> Any:
        """The answer's JSON; its text, where it is none.

        Raises:
            UnreachableError: nobody answers, or the node cannot answer now.
            RuleError: it is not allowed, or not as things stand.
            InputError: what was sent cannot be used.
        """
        answer = self._answer(method, path, data, query, key, if_match, patience_s)
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text

    def fetch(self, path: str, query: dict[str, Any]) -> bytes:
        """What lies under a path, byte for byte.

        Raises:
            UnreachableError, RuleError, InputError: as :meth:`ask`.
        """
        return self._answer("GET", path, None, query, "", None, _PATIENCE_S).content

    def _answer(
        self,
        method: str,
        path: str,
        data: bytes | None,
        query: dict[str, Any] | None,
        key: str,
        if_match: int | None,
        patience_s: httpx2.Timeout,
    ) -> httpx2.Response:
        headers = {"Content-Type": "application/json"} if data is not None else {}
        if key:
            headers["Idempotency-Key"] = key
        if if_match is not None:
            headers |= {"If-Match": f'"{if_match}"'} if if_match else {"If-None-Match": "*"}
        try:
            answer = self._http.request(
                method, path, content=data, params=query, headers=headers, timeout=patience_s
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise UnreachableError(
                f"nothing was sent: there is no node at {self.url} that can be spoken with "
                f"({plain(str(error)) or type(error).__name__}); is it served there, and is the "
                "address right?"
            ) from error
        except httpx2.HTTPError as error:
            raise UnreachableError(
                f"the node at {self.url} does not answer ({type(error).__name__}); whether it kept "
                "what was sent is not known; ask again, with the same --key if there was one"
            ) from error
        if answer.status_code >= 400:
            raise _refused(self.url, answer)
        return answer

    def once(self, path: str, data: bytes, key: str = "") -> Any:
        """The answer to something that is done once, asked for again at once where none comes.

        Args:
            path: What is asked to do it.
            data: What is sent, as JSON.
            key: By which it is known again; one is made, if left out.

        Raises:
            UnreachableError: no answer came to any try; the sentence names the key.
            RuleError, InputError: as :meth:`ask`.
        """
        name = key or request_key()
        for left in reversed(range(_TRIES)):
            try:
                return self.ask("POST", path, data=data, key=name, patience_s=_ONCE_S)
            except UnreachableError as error:
                if not left:
                    raise UnreachableError(
                        f"{error} (asked {_TRIES} times; with --key {name} it is done once, "
                        "however often)"
                    ) from error
        raise AssertionError

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()


def line_to(url: str, token_file: str | None) -> Line:
    """A line.

    Raises:
        UsageError: there is no token, it cannot be read, or it would go over an open line.
    """
    base = base_of(url)
    headers = {"Authorization": f"Bearer {_token(token_file)}"}
    return Line(base, httpx2.Client(base_url=base, headers=headers, timeout=_PATIENCE_S))


def line_of(url: str, mark: str, password: str) -> Line:
    """A line for a person, who logs in; what is done as one cannot be done with a program's token.

    Raises:
        UsageError: as :func:`line_to`.
        UnreachableError, RuleError: nobody answers, or mark and password open nothing.
    """
    base = base_of(url)
    to = Line(base, httpx2.Client(base_url=base, headers={"Origin": base}, timeout=_PATIENCE_S))
    try:
        data = json.dumps({"mark": mark, "password": password}).encode()
        to.ask("POST", "/api/v1/session", data=data)
    except BaseException:
        to.close()
        raise
    return to


def base_of(url: str) -> str:
    """The address of a node, as requests begin with it.

    Raises:
        UsageError: it is none, or a secret would go over an open line.
    """
    parts = urlsplit(url)
    try:
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.path not in {"", "/"} or parts.query or parts.username:
        raise UsageError(f"{url!r}: expected an address such as https://node.example:8200")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise UsageError(
            f"{url!r}: a token goes over https alone; only this machine is asked by http"
        )
    return f"{parts.scheme}://{parts.netloc}"


def hand_notes(url: str, notes: Sequence[bytes]) -> None:
    """Hand signed notes to a node, what is flash first; it needs no token, because each note is signed.

    Args:
        url: Of the node.
        notes: One or more.

    Raises:
        UnreachableError: nobody answers; what was handed before is kept, and comes to no harm twice.
        InputError: one names nobody who is believed there.
    """
    to = Line(url, httpx2.Client(base_url=url, timeout=_PATIENCE_S))
    try:
        first = sorted(notes, key=lambda note: not looks_flash(note))
        for part in _parts(first):
            texts = [note.decode(errors="replace") for note in part]
            to.ask("POST", NOTES_PATH, data=json.dumps({"notes": texts}).encode())
    finally:
        to.close()


def _parts(notes: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Some notes after the other, so many as one request takes."""
    part: list[bytes] = []
    for note in notes:
        if part and (
            len(part) == NOTES_A_REQUEST or sum(map(len, part)) + len(note) > _BYTES_A_REQUEST
        ):
            yield part
            part = []
        part.append(note)
    yield part


def subject_path(subject: str) -> str:
    """The path of a declaration.

    Raises:
        UsageError: it is no ``Party/id``.
    """
    party, slash, id_ = subject.partition("/")
    if not slash or not party or not id_:
        raise UsageError(f"{subject[:80]!r}: write Party/id as keepclear list shows it")
    return f"/api/v1/declarations/{quote(party, safe='')}/{quote(id_, safe='')}"


def _token(token_file: str | None) -> str:
    text = os.environ.get(TOKEN_VARIABLE, "")
    if token_file is not None:
        try:
            with Path(token_file).open("rb") as file:
                text = file.read(_TOKEN_BYTES_MAX).decode("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the token file {token_file!r} cannot be read ({error})") from error
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            f"a node that is served asks who you are: put its token into {TOKEN_VARIABLE}, or into a "
            "file and give --token-file; keepclear admit with --scope makes one"
        )
    return token


def _refused(url: str, answer: httpx2.Response) -> Exception:
    try:
        problem = answer.json()
        code, detail = str(problem["code"]), str(problem.get("detail") or problem["title"])
        where = str(problem.get("where") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        code, detail, where = "line.answer", "what answers there is no keepclear node", ""
    if answer.status_code >= 500 or code == "line.answer":
        return UnreachableError(f"the node at {url} cannot answer now: {detail} [{code}]")
    if answer.status_code in _BAD_INPUT:
        return InputError(code, detail, where=where)
    return RuleError(code, detail)
