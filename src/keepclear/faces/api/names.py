"""By which names this node is reached, and whether a request comes from a page of its own.

A name in ``Host`` that is not one of ours means that somebody's page was made to look as if it lived
here; nothing is answered to it. Requests that change something, sent by a browser, must come from a
page of this node. Which cookie carries a session depends on whether the line is encrypted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keepclear.faces.api.headers import Headers

__all__ = ["LOOPBACK", "Names"]

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names that lead to the machine itself."""
_SAME: Final = frozenset({"same-origin", "none"})
"""``Sec-Fetch-Site`` of a page of our own, and of an address that a person typed."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a node, in lower case and without a port."""

    hosts: frozenset[str]
    encrypted: bool

    @property
    def cookie(self) -> str:
        """What the session's cookie is called.

        Without encryption, which there is on loopback alone, a browser keeps no cookie under
        ``__Host-``; there it goes under a plain name.
        """
        return "__Host-keepclear" if self.encrypted else "keepclear"

    @property
    def device(self) -> str:
        """What the cookie of a known browser is called; it outlives sessions, and opens nothing."""
        return f"{self.cookie}-device"

    def set_cookie(self, name: str, secret: str, *, max_age_s: int) -> str:
        """The header that gives a secret to a browser, or takes it back (0 seconds)."""
        secure = "; Secure" if self.encrypted else ""
        return f"{name}={secret}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}"

    def is_ours(self, headers: Headers) -> bool:
        """Whether ``Host`` names this node, once."""
        hosts = headers.getlist("host")
        return len(hosts) == 1 and _without_port(hosts[0]) in self.hosts

    def from_our_page(self, headers: Headers, *, with_cookie: bool) -> bool:
        """Whether a request that changes something may come from where it comes.

        Args:
            headers: Its headers.
            with_cookie: It shows a cookie, which browsers send along by themselves; then it must say
                where it comes from. Programs with a token need not.
        """
        site, origin = headers.one("sec-fetch-site"), headers.one("origin")
        if site is not None and site not in _SAME:
            return False
        if origin is not None and not self._ours(origin, headers.get("host", "")):
            return False
        return not with_cookie or origin is not None or site == "same-origin"

    def _ours(self, origin: str, host: str) -> bool:
        scheme = "https" if self.encrypted else "http"
        return origin.lower() == f"{scheme}://{host.lower()}"


def _without_port(host: str) -> str:
    name = host.lower()
    end = name.rfind("]")  # the colons of an address in brackets are no port
    colon = name.rfind(":")
    return name[:colon] if colon > end else name
