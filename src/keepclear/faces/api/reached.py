"""Where a node is reached: an address, names, and whether its lines are encrypted.

Plain HTTP is for the machine itself. Everybody else comes over TLS, to a name that was given. Left to
others: listening there (:mod:`keepclear.faces.api.server`).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from keepclear.errors import UsageError
from keepclear.faces.api.names import LOOPBACK, Names

__all__ = ["Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is reached."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""

    def checked(self) -> Names:
        """The names that it answers to.

        Raises:
            UsageError: what was said of the place does not go together.
        """
        if bool(self.certificate) != bool(self.key):
            raise UsageError("--tls-cert and --tls-key belong together; give both, or neither")
        encrypted, at_home = bool(self.certificate), _is_loopback(self.host)
        if not encrypted and not at_home:
            raise UsageError(
                f"plain HTTP is for this machine alone, and {self.host!r} is reached from others; "
                "give --tls-cert and --tls-key"
            )
        names = {name.lower() for name in self.names}
        if at_home:
            names |= LOOPBACK
        elif not _is_any(self.host):
            names.add(f"[{self.host}]" if ":" in self.host else self.host.lower())
        if not names:
            raise UsageError("say under which name others reach this machine: --name HOST")
        return Names(frozenset(names), encrypted)

    def url(self, port: int) -> str:
        """Its address."""
        host = self.names[0] if self.names else self.host
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_any(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return not host
