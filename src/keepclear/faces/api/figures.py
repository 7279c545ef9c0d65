"""``/metrics``: figures that name nobody: how many, how long, how full; never whose and never where."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from keepclear.node.ledger import Node

__all__ = ["MEDIA", "Figures"]

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Limits of the histogram: the node's own firm figure, 10 ms, is one of them."""


class Figures:
    """Counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "keepclear_requests",
            "Requests, by route of the table and by status.",
            ["route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "keepclear_request_seconds",
            "From the first byte of a request to the last of its answer.",
            registry=self._registry,
            buckets=_SECONDS,
        )
        self._by_answer: dict[tuple[str, int], Counter] = {}
        """Those that were counted before, without looking them up by their labels each time."""
        self.streams = self._gauge("streams", "Event streams that are open.")
        self._entries = self._gauge("entries", "Entries of the record.")
        self._standing = self._gauge("standing", "Declarations that stand.")
        self._pending = self._gauge(
            "notices_to_send", "Notices that wait to be sent, up to 10,000."
        )
        self._arrangements = self._gauge("arrangements", "Arrangements that hold.")

    def done(self, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        count = self._by_answer.get((route, status))
        if count is None:
            count = self._requests.labels(route, str(status))
            self._by_answer[route, status] = count
        count.inc()
        self._seconds.observe(seconds)

    def text(self, node: Node) -> bytes:
        """Everything, as Prometheus reads it."""
        self._entries.set(node.store.size())
        self._standing.set(len(node.standing))
        self._pending.set(len(node.store.pending(_PENDING_MAX)))
        self._arrangements.set(len(node.memory.arrangements))
        return generate_latest(self._registry)

    def _gauge(self, name: str, says: str) -> Gauge:
        return Gauge(f"keepclear_{name}", says, registry=self._registry)


_PENDING_MAX: Final = 10_000
"""Counting more would read them all."""
