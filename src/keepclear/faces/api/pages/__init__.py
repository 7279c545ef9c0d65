"""The one page that a node has so far: where the link for the first person, or an invitation, leads.

The secret stands behind ``#`` in the address, so that no server and no log ever sees it; the page sends
it with the password that its person chooses. Nothing comes from elsewhere, and nothing is in line.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from keepclear.faces.api.route import Asked, Gate, Reply, Route
from keepclear.faces.api.service import Service

__all__ = ["ROUTES"]

_MEDIA: Final = {
    "html": "text/html;charset=utf-8",
    "js": "text/javascript;charset=utf-8",
    "css": "text/css;charset=utf-8",
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""Its own script and style, its own node to ask, and nothing else."""


def _page(path: str, name: str, summary: str) -> Route:
    async def show(_asked: Asked, _service: Service) -> Reply:
        data = files(__package__).joinpath(name).read_bytes()
        return Reply(data, headers={"Content-Security-Policy": _POLICY})

    media = _MEDIA[name.rpartition(".")[2]]
    return Route("GET", path, Gate.OPEN, summary, flow=show, media=media)


ROUTES: Final = (
    _page("/first", "first.html", "Where the first link leads: choose a password, and come in"),
    _page(
        "/invited", "first.html", "Where an invitation leads: the same, with the mark already given"
    ),
    _page("/first.js", "first.js", "What that page does"),
    _page("/first.css", "first.css", "How it looks"),
)
