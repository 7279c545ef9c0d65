"""Where a desk works: at the node in a folder, or at an address; both answer in the same words.

What is answered are the values of the API, so that a command is written once. At an address the token
says who asks; in a folder ``--by`` does, and whoever holds the folder may do everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from keepclear.faces.place import is_url

if TYPE_CHECKING:
    from keepclear.formats.callsheet import Asks
    from keepclear.link.bodies import Body

__all__ = ["Desk", "desk_at"]


class Desk(Protocol):
    """What a desk can do on its lines; members are those of the API's answers."""

    @property
    def by(self) -> str:
        """The role or mark in whose name messages are said."""

    @property
    def how_it_goes(self) -> str:
        """How what is said leaves this desk, in words."""

    def lines(self) -> dict[str, Any]:
        """How all lines stand."""

    def messages(self, party: str, most: int) -> list[dict[str, Any]]:
        """The newest messages of a line, the last one first."""

    def message(self, party: str, seq: int) -> dict[str, Any]:
        """One message of the other desk."""

    def say(self, party: str, body: Body, *, drill: bool) -> dict[str, Any]:
        """Say something."""

    def sheet(
        self, party: str, asks: Asks, place: str, language: str, *, drill: bool
    ) -> dict[str, Any]:
        """The sheet for a telephone."""

    def heard(self, party: str, line: str) -> dict[str, Any]:
        """Key in what was heard."""

    def step(self, party: str, step: str, *, who: str, about: str) -> None:
        """Log a step of a call."""

    def drills(self, after_us: int | None, before_us: int | None) -> dict[str, Any]:
        """What exercises took."""

    def step_down(self, name: str, step: str, because: str) -> dict[str, Any]:
        """Suspend an arrangement, resume it or withdraw."""

    def file(self, party: str, *, in_text: bool) -> dict[str, Any]:
        """A file to be carried; ``data`` is bytes."""

    def pages(self, party: str) -> dict[str, Any]:
        """Files of one flash message each."""


@contextmanager
def desk_at(
    place: str, token_file: str | None = None, by: str = "desk", key: str = ""
) -> Iterator[Desk]:
    """A desk, for one command.

    Args:
        place: A folder, or an address.
        token_file: Where the token is, if it is not in the environment.
        by: A role; at an address the token says it.
        key: By which what is said is known again; one of its own, if left out, at an address.

    Raises:
        InUseError: another process uses the folder.
        UsageError: there is no token, or it would go over an open line.
    """
    if is_url(place):
        from keepclear.faces.remote.commands import line  # noqa: PLC0415
        from keepclear.faces.remote.desk import RemoteDesk  # noqa: PLC0415

        with line(place, token_file, by) as to:
            yield RemoteDesk(to, key)
        return
    from keepclear.faces.desk.folder import FolderDesk  # noqa: PLC0415
    from keepclear.node.start import running  # noqa: PLC0415
    from keepclear.node.talking import Talk  # noqa: PLC0415

    with running(place) as (home, node):
        yield FolderDesk(node, Talk(node, home.message_key), by, key)
