"""What administrators do at an address: who comes in, whose keys are believed, what holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from keepclear.faces.remote.line import Line

__all__ = [
    "accept",
    "admit",
    "call_lost",
    "compare",
    "invitation",
    "people",
    "propose",
    "put_out",
    "set_arrangement",
    "sign",
]

_PEERS = "/api/v1/peers"


def people(to: Line) -> list[dict[str, Any]]:
    """Those whom one may put out."""
    rows: list[dict[str, Any]] = to.ask("GET", "/api/v1/people")["people"]
    return [{**row, "scopes": row["only"]} for row in rows]


def admit(to: Line, mark: str, party: str, role: str, scopes: Sequence[str]) -> str:
    """Let somebody in; the secret, shown this once."""
    said: dict[str, Any] = {"mark": mark, "role": role, "party": party}
    if scopes:
        said["only"] = list(scopes)
    return str(_post(to, "/api/v1/people", said)["secret"])


def put_out(to: Line, mark: str) -> None:
    """Let somebody in no more."""
    to.ask("DELETE", f"/api/v1/people/{quote(mark, safe='')}")


def invitation(to: Line) -> dict[str, Any]:
    """The invitation of the desk whose node it is."""
    found: dict[str, Any] = to.ask("GET", "/api/v1/invitation")
    return found


def accept(to: Line, text: str) -> dict[str, Any]:
    """Take another desk's invitation in."""
    return _post(to, _PEERS, {"invitation": text})


def compare(to: Line, party: str, words: Sequence[str]) -> dict[str, Any]:
    """Say which words were heard."""
    return _post(to, f"{_PEERS}/{quote(party, safe='')}/comparison", {"words": list(words)})


def call_lost(to: Line, party: str, reason: str) -> dict[str, Any]:
    """Believe a key no longer."""
    return _post(to, f"{_PEERS}/{quote(party, safe='')}/loss", {"reason": reason})


def set_arrangement(to: Line, name: str, text: str, key: str) -> None:
    """Let an arrangement hold."""
    path = f"/api/v1/arrangements/{quote(name, safe='')}"
    to.ask("PUT", path, data=msgspec.json.encode({"text": text}), key=key)


def propose(to: Line, text: str) -> dict[str, Any]:
    """Sign a text, for the others to sign."""
    return _post(to, "/api/v1/agreements", {"text": text})


def sign(to: Line, note: str) -> dict[str, Any]:
    """Sign what another party proposed."""
    return _post(to, "/api/v1/agreements/signatures", {"note": note})


def _post(to: Line, path: str, said: object) -> dict[str, Any]:
    found: dict[str, Any] = to.ask("POST", path, data=msgspec.json.encode(said))
    return found
