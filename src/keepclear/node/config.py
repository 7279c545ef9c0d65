"""Settings files: what a desk always asks for, so that nobody has to remember it at night.

``./keepclear.toml`` goes before ``$XDG_CONFIG_HOME/keepclear/config.toml``; the environment and the
command line go before both. A name that is not known is refused: a minimum that is silently
ignored because of a typing error would be worse than none.
"""

from __future__ import annotations

import os
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from keepclear.errors import UsageError

__all__ = ["CHECK_SETTINGS", "settings"]

CHECK_SETTINGS: Final = {
    "horizontal": str,
    "vertical": str,
    "time": str,
    "ground": str,
    "after": str,
    "before": str,
    "within-party": bool,
    "format": str,
    "read-as": str,
    "max-bytes": str,
    "keep-going": bool,
    "exit-zero": bool,
    "quiet": bool,
}
"""Names under ``[check]``, as the options are called, and what they hold."""
SETTINGS_BYTES_MAX: Final = 1_000_000
"""A settings file has a few lines; anything larger is some other file."""
_KINDS: Final = {str: "text in quotes", bool: "true or false"}


def settings() -> dict[str, Any]:
    """What the settings files say about ``check``: option names with underscores, values as given.

    Raises:
        UsageError: A settings file cannot be read, or holds a name or value that is not known.
    """
    return _read(_own()) | _read(Path("keepclear.toml"))


def _own() -> Path:
    """The user's own settings; XDG asks for absolute paths and says to ignore others."""
    home = os.environ.get("XDG_CONFIG_HOME", "")
    if not home.startswith("/"):
        home = os.environ.get("HOME", "/") + "/.config"
    return Path(home) / "keepclear" / "config.toml"


def _read(place: Path) -> dict[str, Any]:
    try:
        with place.open("rb") as file:
            data = file.read(SETTINGS_BYTES_MAX + 1)
        if len(data) > SETTINGS_BYTES_MAX:
            raise UsageError(f"settings file {place}: it is too large to be one")
        content = tomllib.loads(data.decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"settings file {place}: it cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"settings file {place}: it is not valid TOML ({error})") from error
    table = content.pop("check", {})
    if content or not isinstance(table, dict):
        name = next(iter(content), "check")
        raise UsageError(f"settings file {place}: {name!r} is not known; write a table [check]")
    return {name.replace("-", "_"): _checked(place, name, value) for name, value in table.items()}


def _checked(place: Path, name: str, value: Any) -> Any:
    kind = CHECK_SETTINGS.get(name.replace("_", "-"))
    if kind is None:
        known = ", ".join(CHECK_SETTINGS)
        raise UsageError(f"settings file {place}: {name!r} under [check] is not one of {known}")
    if isinstance(value, datetime):
        return value.isoformat()
    if kind is str and type(value) is int:
        return str(value)
    if not isinstance(value, kind):
        raise UsageError(f"settings file {place}: {name} must be {_KINDS[kind]}, found {value!r}")
    return value
