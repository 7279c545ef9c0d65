"""A node's folder: ``node.toml``, ``keys/``, ``node.db`` and ``checkpoint``, for its owner alone.

The folder is made whole or not at all: its files are written into it before ``node.toml``, and without
that file it is no node. Settings are strict: a name that is not known is refused, because a setting
that is silently ignored would be worse than none.
"""

from __future__ import annotations

import os
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from keepclear.domain.access import SECRETARIAT
from keepclear.errors import ConfigurationError, UsageError
from keepclear.node import chance
from keepclear.node.files import write_file
from keepclear.node.keys import (
    AGE_KEY,
    MESSAGE_KEY,
    RECORD_KEY,
    ROOT_KEY,
    read_key,
    read_secret,
    write_key,
    write_secret,
)
from keepclear.node.sealing import new_identity
from keepclear.record.note import Signer

__all__ = ["SECRETARIAT", "Home", "make_home", "open_home"]

_SEEDS: Final = (RECORD_KEY, MESSAGE_KEY, ROOT_KEY)
_CONFIG: Final = "node.toml"
_FORMAT: Final = "keepclear node 1"
_CONFIG_BYTES_MAX: Final = 100_000
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
_DATABASE: Final = """\
# Where it keeps everything, instead of node.db beside this file. No password stands here: it comes
# from a password file (PGPASSFILE), a service file, or the environment.
database = {database}
"""
_ADDRESSES: Final = ("postgresql", "postgres")
_SECRETS: Final = frozenset({"password", "sslpassword", "oauth_client_secret"})
_FOR_MANY: Final = """\
# A node for many parties, of none of them.
secretariat = true
"""


@dataclass(frozen=True, slots=True)
class Home:
    """A folder that is a node, with its keys."""

    folder: Path
    record: str
    party: str
    """Whose node it is; empty for a secretariat's."""
    record_key: Signer
    message_key: Signer
    server: str = ""
    """The address of the database where it is no file in the folder."""

    @property
    def database(self) -> Path:
        """The file in which everything is kept, where no server keeps it."""
        return self.folder / "node.db"

    @property
    def checkpoint(self) -> Path:
        """The newest signed checkpoint."""
        return self.folder / "checkpoint"

    def root_key(self, place: Path | None = None) -> Signer:
        """The key that signs this party's cards, from where it is kept.

        Args:
            place: A file elsewhere, such as on a stick; in the folder, where it is left out.

        Raises:
            ConfigurationError: it is not there, damaged, or others may read it.
        """
        where = self.folder / "keys" / ROOT_KEY if place is None else place
        return read_key(where.parent, where.name, f"{self.record}/root")

    def age_identity(self) -> str:
        """What opens files that were encrypted to this node.

        Raises:
            ConfigurationError: it is not there, or others may read it.
        """
        return read_secret(self.folder / "keys" / AGE_KEY).decode(errors="replace")

    @property
    def owner(self) -> str:
        """Whose desk works here."""
        return self.party or SECRETARIAT


def make_home(folder: Path, party: str, server: str = "") -> Home:
    """Make a folder a node; ``party`` is empty for a secretariat, ``server`` for a database in a file.

    Raises:
        UsageError: the party's name or the address cannot be used.
        ConfigurationError: the folder is not empty, or cannot be written.
    """
    check_party(party)
    check_server(server)
    record = f"keepclear/{_slug(party or SECRETARIAT)}/{chance.name_part()}"
    text = _TEXT.format(format=_FORMAT, record=record)
    text += _PARTY.format(party=_quoted(party)) if party else _FOR_MANY
    text += _DATABASE.format(database=_quoted(server)) if server else ""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigurationError(
                f"the folder {str(folder)!r} is not empty; a node begins in one of its own"
            )
        folder.chmod(0o700)
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        for which in _SEEDS:
            write_key(keys, which, chance.seed())
        write_secret(keys / AGE_KEY, new_identity())
        write_file(folder / _CONFIG, text.encode())
    except OSError as error:
        with suppress(OSError):
            for which in (*_SEEDS, AGE_KEY):
                (folder / "keys" / which).unlink(missing_ok=True)
            (folder / "keys").rmdir()
        raise ConfigurationError(
            f"the folder {str(folder)!r} cannot be made a node ({error.strerror})"
        ) from error
    return open_home(folder)


def open_home(folder: Path) -> Home:
    """The node that a folder is.

    Raises:
        ConfigurationError: it is none, its settings are torn or hold what is not known, or its keys
            cannot be used.
        UsageError: it is the address of a node.
    """
    if folder.parts and folder.parts[0] in {"http:", "https:"}:
        raise UsageError(
            "this is done in the node's folder, while the node is at rest, and not at its address; its "
            "API may do the same (/openapi.json there)"
        )
    place = folder / _CONFIG
    try:
        with place.open("rb") as file:
            data = file.read(_CONFIG_BYTES_MAX + 1)
        content = tomllib.loads(data.decode())
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigurationError(
            f"{str(folder)!r} is no node: it has no {_CONFIG}; keepclear init makes one"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"{str(place)!r} cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(
            f"{str(place)!r} is damaged ({error}); restore it; nothing was changed"
        ) from None
    _check(place, content)
    keys = folder / "keys"
    record, party = content["record"], content.get("party", "")
    return Home(
        folder,
        record,
        party,
        read_key(keys, RECORD_KEY, record),
        read_key(keys, MESSAGE_KEY, f"{record}/desk"),
        content.get("database", ""),
    )


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


def owner_only(folder: Path) -> bool:
    """Whether nobody but its owner may enter a folder."""
    return not os.stat(folder).st_mode & 0o077  # noqa: PTH116 - the mode alone is asked for
