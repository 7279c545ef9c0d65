"""The settings of a node, ``node.toml``: what may stand there, and how it is written first.

They are strict: a name that is not known is refused, because a setting that is silently ignored would
be worse than none. Left to others: the folder, and its keys (:mod:`keepclear.node.home`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from keepclear.domain.access import SECRETARIAT
from keepclear.errors import ConfigurationError, UsageError
from keepclear.record.note import Signer

__all__ = ["CONFIG", "Settings", "check_party", "first_settings", "read_settings"]

CONFIG: Final = "node.toml"
_FORMAT: Final = "keepclear node 1"
_BYTES_MAX: Final = 100_000
_NAME_MAX: Final = 100
_MEMBERS: Final = {
    "format": str,
    "record": str,
    "party": str,
    "secretariat": bool,
    "database": str,
}
_NO_PARTIES: Final = frozenset(
    {SECRETARIAT, "arrangement", "incident", "line", "party", "people", "voice"}
)
"""Words that the record uses itself, where a party's name may stand."""
_TEXT: Final = """\
# A keepclear node. What stands here is read when it starts; a name that is not known is refused.
format = "{format}"
# The name of its record, in every checkpoint; other parties know the record by it. Never change it.
record = "{record}"
"""
_PARTY: Final = """\
# Whose node it is.
party = {party}
"""
_FOR_MANY: Final = """\
# A node for many parties, of none of them.
secretariat = true
"""
_DATABASE: Final = """\
# Where it keeps everything, instead of node.db beside this file. No password stands here: it comes
# from a password file (PGPASSFILE), a service file, or the environment.
database = {database}
"""
_ADDRESSES: Final = ("postgresql", "postgres")
_SECRETS: Final = frozenset({"password", "sslpassword", "oauth_client_secret"})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a node is told by its folder."""

    record: str
    """The name of its record."""
    party: str
    """Whose node it is; empty for a secretariat's."""
    server: str
    """The address of the database; empty where it is a file in the folder."""

    @property
    def text(self) -> str:
        """As it is written into a new folder."""
        text = _TEXT.format(format=_FORMAT, record=self.record)
        text += _PARTY.format(party=_quoted(self.party)) if self.party else _FOR_MANY
        return text + (_DATABASE.format(database=_quoted(self.server)) if self.server else "")


def first_settings(party: str, server: str, chosen: str) -> Settings:
    """Those of a new node.

    Args:
        party: Empty for a secretariat.
        server: Empty for a database in a file.
        chosen: What tells the name of its record from all others.

    Raises:
        UsageError: the party's name or the address cannot be used.
    """
    check_party(party)
    check_server(server)
    return Settings(f"keepclear/{_slug(party or SECRETARIAT)}/{chosen}", party, server)


def read_settings(folder: Path) -> Settings:
    """What stands in a folder.

    Raises:
        ConfigurationError: nothing, or it is torn, or holds what is not known.
    """
    place = folder / CONFIG
    try:
        with place.open("rb") as file:
            data = file.read(_BYTES_MAX + 1)
        content = tomllib.loads(data.decode())
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigurationError(
            f"{str(folder)!r} is no node: it has no {CONFIG}; keepclear init makes one"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"{str(place)!r} cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(
            f"{str(place)!r} is damaged ({error}); restore it; nothing was changed"
        ) from None
    _check(place, content)
    return Settings(content["record"], content.get("party", ""), content.get("database", ""))


def check_party(party: str) -> None:
    """Whether a name can be a party's: one line, and no slash, which parts it from an id.

    Raises:
        UsageError: it cannot.
    """
    if "/" in party or not party.isprintable() or len(party) > _NAME_MAX or party != party.strip():
        raise UsageError(
            f"party {party[:40]!r}: expected at most {_NAME_MAX} characters on one line, without / "
            "and without blanks around it"
        )
    if party.casefold() in _NO_PARTIES:
        raise UsageError(
            f"party {party!r}: the record uses this word for something else; choose another name"
        )


def check_server(address: str) -> None:
    """Whether an address can stand in the settings: one of PostgreSQL's, and without a password.

    Raises:
        UsageError: it cannot.
    """
    if not address:
        return
    try:
        parts = urlsplit(address)
        asked = parse_qs(parts.query, keep_blank_values=True).keys()
        secret = bool(parts.password) or not _SECRETS.isdisjoint(asked)
    except ValueError:
        parts, secret = urlsplit(""), False
    if parts.scheme not in _ADDRESSES or not address.isprintable() or " " in address:
        raise UsageError("the database's address must be like postgresql://HOST/NAME")
    if secret:
        raise UsageError(
            "the database's address holds a password, and would show it to whoever sees the settings; "
            "take it out, and put it in a password file (PGPASSFILE) or a service file"
        )


def _check(place: Path, content: dict[str, Any]) -> None:
    unknown = sorted(content.keys() - _MEMBERS.keys())
    missing = sorted({"format", "record"} - content.keys())
    if unknown:
        known = ", ".join(_MEMBERS)
        raise ConfigurationError(f"{str(place)!r}: {unknown[0]!r} is not one of {known}")
    if missing:
        raise ConfigurationError(
            f"{str(place)!r}: {missing[0]} is missing; was the file cut short?"
        )
    for name, value in content.items():
        if not isinstance(value, _MEMBERS[name]) or not value:
            said = "text in quotes" if _MEMBERS[name] is str else "true"
            raise ConfigurationError(f"{str(place)!r}: {name} must be {said}")
    if ("party" in content) == ("secretariat" in content):
        raise ConfigurationError(
            f"{str(place)!r} must say whose node it is, by party or by secretariat; was it cut short?"
        )
    if content["format"] != _FORMAT:
        raise ConfigurationError(
            f"{str(place)!r} is of format {content['format'][:40]!r}, this keepclear knows "
            f"{_FORMAT!r}; nothing was changed; start it with a newer version"
        )
    try:
        check_party(content.get("party", ""))
        check_server(content.get("database", ""))
        Signer(content["record"], bytes(32))
    except (UsageError, ValueError) as error:
        raise ConfigurationError(f"{str(place)!r}: {error}") from None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "party"


def _quoted(text: str) -> str:
    """A TOML string: the escapes of JSON are among those of TOML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
