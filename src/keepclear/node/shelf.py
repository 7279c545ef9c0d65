"""Where a node keeps its snapshot: one file beside everything else, which may be thrown away any time.

It is believed where this node's key signed it, where it was made by a program that makes the same
columns from the same heights of the geoid, and where the record still has its root
(:mod:`keepclear.node.ledger` looks at that). Anything else is as if there were none; why is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol

from keepclear.detect.vertical import Geoid
from keepclear.errors import KeepclearError
from keepclear.node.columns_file import read_columns, write_columns
from keepclear.node.gently import Gently
from keepclear.node.snapshot import Snapshot, fits, is_of_a_row
from keepclear.record.note import Signer

__all__ = ["FileShelf", "Shelf", "nobody"]

_NAME: Final = "snapshot"


def nobody() -> bool:
    """Nobody else uses disk and processor."""
    return False


class Shelf(Protocol):
    """Keeps one snapshot."""

    def take(self) -> Snapshot | None:
        """The one that is kept, if any that can be believed."""

    def put(self, snapshot: Snapshot, others: Callable[[], bool] = nobody) -> None:
        """Keep one in the place of the one before.

        Args:
            snapshot: What is kept.
            others: Whether others use disk and processor now, and it has time; asked now and then.

        Raises:
            OSError: it could not be kept.
        """

    def clear(self) -> None:
        """Keep none.

        Raises:
            OSError: the one that is there could not be taken away.
        """


class FileShelf:
    """A shelf that is a file in the node's folder."""

    def __init__(self, folder: Path, key: Signer, geoid: Geoid, say: Callable[[str], None]) -> None:
        """Nothing is read yet.

        Args:
            folder: The node's.
            key: Signs snapshots; the key of the record, which signs its checkpoints.
            geoid: Heights that rows were made with.
            say: Takes one sentence on a snapshot that was passed over.
        """
        self._path, self._key, self._say = folder / _NAME, key, say
        heights = sha256(geoid.grid_cm.tobytes()).hexdigest()
        self._made_by = {"geoid": heights, "keepclear": version("keepclear")}
        self._begun: Future[Snapshot | None] | None = None

    @property
    def holds(self) -> bool:
        """Whether there is something, be it to be believed or not."""
        return self._path.exists()

    def begin(self) -> None:
        """Read it while other things are done; :meth:`take` waits for it."""
        hands = ThreadPoolExecutor(1)
        self._begun = hands.submit(self._read)
        hands.shutdown(wait=False)

    def take(self) -> Snapshot | None:
        """See :class:`Shelf`."""
        begun, self._begun = self._begun, None
        return self._read() if begun is None else begun.result()

    def _read(self) -> Snapshot | None:
        about: dict[str, Any] = {}

        def wanted(found: Mapping[str, Any]) -> bool:
            about.update(found)
            ours = all(found.get(name) == value for name, value in self._made_by.items())
            return ours and fits(found)

        try:
            columns = read_columns(self._path, self._key.verifier, wanted, is_of_a_row)
            return Snapshot.of(about, columns)
        except FileNotFoundError:
            return None
        except (OSError, KeepclearError, ValueError, KeyError, TypeError) as error:
            self._say(
                f"the snapshot {str(self._path)!r} is passed over ({error}); every entry is read "
                "instead, which takes longer"
            )
            return None

    def put(self, snapshot: Snapshot, others: Callable[[], bool] = nobody) -> None:
        """See :class:`Shelf`."""
        about = snapshot.about() | self._made_by
        write_columns(self._path, snapshot.columns(), about, self._key, Gently(others))

    def clear(self) -> None:
        """See :class:`Shelf`."""
        self._path.unlink(missing_ok=True)
        for left in self._path.parent.glob(f".{_NAME}.*"):
            with suppress(OSError):
                left.unlink()
