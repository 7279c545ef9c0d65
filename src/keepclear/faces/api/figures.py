"""``/metrics``: figures that name nobody: how many, how long, how full; never whose and never where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from keepclear.node.ledger import Node
from keepclear.node.paces import LIMITS_S, Paces, Times

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

    def follow(self, paces: Paces) -> None:
        """Show how long those waited who asked the node's thread, too."""
        self._registry.register(_Waits(paces))

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


class _Waits(Collector):
    """The counts of the node's thread, as Prometheus takes them."""

    def __init__(self, paces: Paces) -> None:
        self._paces = paces

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """As they are now."""
        paces = self._paces
        yield _histogram(
            "call_waited", "Calls of the node's thread, until their turn.", paces.waited
        )
        yield _histogram("call_decided", "From there until they were decided.", paces.decided)
        yield _histogram("call_kept", "From there until they could be answered.", paces.kept)
        yield _histogram("write", "Groups of calls, until all of one was durable.", paces.written)


def _histogram(name: str, says: str, times: Times) -> HistogramMetricFamily:
    family = HistogramMetricFamily(f"keepclear_{name}_seconds", says)
    counts, total = list(times.counts), 0
    buckets = []
    for limit, count in zip((*map(str, LIMITS_S), "+Inf"), counts, strict=True):
        total += count
        buckets.append((limit, total))
    family.add_metric([], buckets, sum_value=None)
    return family
