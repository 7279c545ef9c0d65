"""A network that loses, doubles, delays, reorders, cuts, replays and changes what it carries.

It has nobody's key. Everything it does is drawn from one random generator, in virtual time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

SECOND = 1_000_000


@dataclass
class Faults:
    """How bad it is; drawn for each world, so that some worlds have one fault only."""

    loss: float = 0.0
    double: float = 0.0
    delay_us: int = 0
    change: float = 0.0
    """One bit of a note."""
    replay: float = 0.0
    """An old note again, to whoever."""
    cuts: int = 0
    """Times of which some pair hears nothing of each other."""

    @classmethod
    def drawn(cls, rng):
        def some(most):
            return rng.choice([0.0, 0.0, rng.random() * most])

        return cls(
            loss=some(0.5),
            double=some(0.4),
            delay_us=rng.choice([0, 50_000, SECOND, 8 * SECOND]),
            change=some(0.1),
            replay=some(0.2),
            cuts=rng.choice([0, 0, 1, 2]),
        )


@dataclass
class Network:
    rng: object
    faults: Faults
    now: int = 0
    """True time, which nobody in the world can read."""
    healed: bool = False
    _queue: list = field(default_factory=list)
    _count: int = 0
    _old: list = field(default_factory=list)
    _cut: list = field(default_factory=list)
    """From, until, one name, other name."""

    def at(self, time_us, what):
        """Something happens then."""
        self._count += 1
        heappush(self._queue, (max(time_us, self.now), self._count, what))

    def until(self, time_us):
        """Let everything happen that is due by then."""
        while (what := self.next(time_us)) is not None:
            what()
        self.now = max(self.now, time_us)

    def next(self, until_us):
        """Take the next thing that happens; nothing where none is left before a time."""
        if not self._queue or self._queue[0][0] > until_us:
            return None
        self.now, _, what = heappop(self._queue)
        return what

    def cut(self, one, other, from_us, until_us):
        self._cut.append((from_us, until_us, {one, other}))

    def send(self, sender, recipient, note, arrive):
        """Carry a note, or not; ``arrive(name, note)`` is called when it comes."""
        rng, faults = self.rng, self.faults
        if self.healed:
            self.at(self.now + 20_000, lambda: arrive(recipient, note))
            return
        if any(a <= self.now < b and {sender, recipient} == two for a, b, two in self._cut):
            return
        if rng.random() < faults.loss:
            return
        self._old.append((recipient, note))
        copies = [(recipient, note)]
        if rng.random() < faults.double:
            copies.append((recipient, note))
        if rng.random() < faults.change and note:  # a liar sends nothing, too
            at = rng.randrange(len(note))
            changed = note[:at] + bytes([note[at] ^ (1 << rng.randrange(8))]) + note[at + 1 :]
            copies.append((recipient, changed))
        if rng.random() < faults.replay:
            to, old = rng.choice(self._old)
            copies.append((rng.choice([to, recipient]), old))
        for to, one in copies:
            wait = rng.randrange(faults.delay_us + 1) + 1_000
            self.at(self.now + wait, lambda to=to, one=one: arrive(to, one))


def plan_failures(rng, network, desks, busy_us, down_us):
    """Processes that crash and cables that are cut, at some time while desks are busy.

    Args:
        rng: Of the world.
        network: Between the desks.
        desks: By name.
        busy_us: How long they are.
        down_us: How long one that crashed is away at the most.
    """
    names = list(desks)
    for _ in range(rng.choice([0, 0, 1, 3])):
        desk, at = desks[rng.choice(names)], rng.randrange(busy_us)
        back = at + rng.randrange(down_us)
        network.at(at, lambda desk=desk, back=back: desk.crash(back))
    for _ in range(network.faults.cuts):
        one, other = rng.sample(names, 2)
        at = rng.randrange(busy_us)
        network.cut(one, other, at, at + rng.randrange(busy_us))
