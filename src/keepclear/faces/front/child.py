"""The process of a front, as the node holds it: it is started, asked whether it can, and ended.

It gets the socket to listen on and one end each of two connections: *whole* for whole requests and
everything about its own life, *quick* for declarations that are read and checked already. It gets
nothing else that the node holds open. Left to others: what is said (``behind``, ``speaker``).
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from socket import socket, socketpair
from typing import Final

from keepclear.errors import ConfigurationError
from keepclear.faces.api.limits import Pace
from keepclear.faces.api.reached import Place
from keepclear.faces.front.frames import FROM_FRONT, Fails, FrameError, Serves, Warm
from keepclear.faces.front.pipe import hear, tell

__all__ = ["Child"]

_WARM_S: Final = 120.0
"""On a machine that does much else; it takes two seconds on one that does not."""
_EXITS_S: Final = 2.0
_ALONE: Final = ("-P",)
"""Nothing is imported from the folder in which the node happened to be started."""


class Child:
    """One process, from its start to its end."""

    def __init__(self, place: Place, pace: Pace, listener: socket) -> None:
        """Start it; it gets ready by itself.

        Args:
            place: Where it speaks with clients.
            pace: How fast one address may ask.
            listener: The socket of that place.

        Raises:
            ConfigurationError: it cannot be started.
        """
        self.whole, whole = socketpair()
        self.quick, quick = socketpair()
        handed = [one.fileno() for one in (listener, whole, quick)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this very package
                [sys.executable, *_ALONE, "-m", "keepclear.faces.front", *map(str, handed)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # what the node prints there is waited for by others
                pass_fds=handed,
            )
        except OSError as error:
            self._close()
            raise ConfigurationError(f"no front can be started ({error})") from error
        finally:
            whole.close()
            quick.close()
        self.whole.settimeout(_WARM_S)
        where = (place.host, place.port, place.names, place.certificate, place.key)
        with suppress(OSError):  # it has ended already, which is said when it should be warm
            tell(self.whole, Serves(*where, pace.per_s, pace.burst))

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def warm(self) -> None:
        """Wait until it can accept clients.

        Raises:
            ConfigurationError: it cannot, and why.
        """
        try:
            found = hear(self.whole, FROM_FRONT)
        except TimeoutError:
            raise ConfigurationError(f"the front was not ready within {_WARM_S:.0f} s") from None
        except (EOFError, OSError, FrameError):
            raise ConfigurationError(f"the front was never ready; it {self.end()}") from None
        if isinstance(found, Fails):
            raise ConfigurationError(found.why)
        if not isinstance(found, Warm):  # a line about a fault of ours
            raise ConfigurationError(f"the front was never ready ({found})")

    def kill(self) -> None:
        """End it now; whoever it speaks with is cut off."""
        self._process.kill()

    def end(self) -> str:
        """See that it has ended, by force if need be; how it did, as part of a sentence."""
        try:
            code = self._process.wait(_EXITS_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._close()
        return f"ended by signal {-code}" if code < 0 else f"ended with {code}"

    def _close(self) -> None:
        self.whole.close()
        self.quick.close()
