"""One node of a demonstration, as its player holds it: a process that is started, asked and ended.

However the player ends, no process stays: the end of its pipe ends it. Left to others: all of them on
one time (``nodes``), how they are made (``making``), and what the process does (``process``).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from typing import IO, Any, Final

from keepclear.errors import InternalError
from keepclear.node.home import Home
from keepclear.node.stepped import SteppedClock

__all__ = ["DemoNode", "end", "serve", "wait"]

_STOPS_S: Final = 15.0


@dataclass(slots=True)
class DemoNode:
    """One node of the demonstration."""

    party: str
    home: Home
    clock: SteppedClock
    listener: socket
    port: int
    certificate: bytes
    """In DER."""
    log: Path
    tokens: dict[str, str] = field(default_factory=dict)
    """Of its programs, by ``duty``, ``second`` and ``admin``."""
    words: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None

    @property
    def owner(self) -> str:
        """The name under which it has enrolled: a secretariat's node is of no party."""
        return self.home.owner

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://127.0.0.1:{self.port}"

    def begin(self, asked: Mapping[str, Any]) -> None:
        """Ask its process something."""
        with suppress(OSError):
            _pipe(self.process, "stdin").write(json.dumps(asked) + "\n")
            _pipe(self.process, "stdin").flush()

    def end(self) -> dict[str, Any]:
        """What it answers.

        Raises:
            InternalError: it has ended, or could not do it.
        """
        line = _pipe(self.process, "stdout").readline()
        answer = json.loads(line) if line else {"failed": "its process has ended"}
        if "failed" in answer:
            last = self.log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise InternalError(
                f"the node of {self.party} cannot go on ({answer['failed']}); its last words: {last}"
            )
        return dict(answer)


def serve(node: DemoNode) -> None:
    """Start the process of a node, from its folder."""
    folder, name = node.home.folder, node.party.lower()
    words = [
        sys.executable,
        "-m",
        "keepclear.faces.demo.process",
        str(folder),
        str(node.listener.fileno()),
        node.url,
        str(folder.parent / f"{name}.crt"),
        str(folder.parent / f"{name}.key"),
    ]
    with node.log.open("a") as log:
        node.process = subprocess.Popen(  # noqa: S603 - this very package
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            pass_fds=[node.listener.fileno()],
            start_new_session=True,  # Ctrl-C is for the player, which ends its nodes
        )


def end(nodes: list[DemoNode]) -> None:
    """End them all at once, after each has let go of its connections to the others. None is left."""
    for node in nodes:
        node.begin({"do": "end"})
    for node in nodes:
        with suppress(InternalError, ValueError, OSError):
            node.end()
    for node in nodes:
        _close(node)
    for node in nodes:
        wait(node)


def _close(node: DemoNode) -> None:
    """Nobody can ask it any more: it ends."""
    for name in ("stdin", "stdout"):
        with suppress(OSError):
            _pipe(node.process, name).close()


def wait(node: DemoNode) -> None:
    """Until its process has ended; it is killed where it does not."""
    assert node.process is not None
    _close(node)
    try:
        node.process.wait(_STOPS_S)
    except subprocess.TimeoutExpired:
        node.process.kill()
        node.process.wait()
    node.process = None


def _pipe(process: subprocess.Popen[str] | None, name: str) -> IO[str]:
    assert process is not None
    pipe = getattr(process, name)
    assert pipe is not None
    return pipe
