"""Whatever happened, no answer holds anything of a plan that its reader may not see.

Histories of four parties are made by chance; every id, longitude, altitude and time in them is said
once only, so that a trace of it in an answer is a leak. Relief notifies and Cedar has agreed with
nobody: of others they find nothing, anywhere. Alder and Birch find nothing but what both share.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass, replace

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from keepclear.domain.declaration import Kind
from keepclear.faces.api.table import ROUTES
from tests.api.service import running
from tests.laws.strategies import MINUTE, band, circle, declared, moved, volume
from tests.laws.strategies import window as minutes
from tests.node.world import LAT, LON, World

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example asks every route many times; making a failing one smaller would take a quarter hour."""
PARTIES = ("Alder", "Birch", "Relief", "Cedar")
STEPS = ("declare", "amend", "act", "verify", "delay", "look")


@dataclass(frozen=True)
class Made:
    """Something declared, and every trace that it could leave."""

    party: str
    id: str
    kind: Kind
    traces: tuple[str, ...]


def made(number, party, kind):
    """A declaration near all others, with numbers that nobody else has."""
    east_m = 37.0 * number + 3.0
    center = circle(LAT + number * 1e-4, moved(LAT, LON, east_m, 0.0).longitude, 3_000.0)
    low, high = 101.25 + number / 64, 501.25 + number / 64
    start = 1_100.0 + number * 0.517
    part = volume(center, band(low, high), minutes(start, start + 333.0 + number * 0.013))
    id_ = f"{party[0]}plan{number:03d}x"
    said = declared(id_, part, party=party, kind=kind)
    window = part.window
    times = [window.start_us, window.end_us]
    from keepclear.domain.window import format_instant

    traces = (
        id_,
        repr(center.center.longitude),
        repr(low),
        repr(high),
        *(str(one) for one in times),
        *(format_instant(one) for one in times),
    )
    return said, Made(party, id_, kind, traces)


steps = st.lists(
    st.tuples(
        st.sampled_from(STEPS),
        st.sampled_from(PARTIES),
        st.sampled_from([Kind.OPERATION, Kind.SITE, Kind.MOVEMENT, Kind.AREA, Kind.RESTRICTION]),
        st.integers(0, 5),
    ),
    min_size=3,
    max_size=14,
)


def play(node, history):
    things = []
    for number, (step, party, kind, which) in enumerate(history, 1):
        client = node.as_(f"{party}/duty")
        mine = [one for one in things if one[1].party == party]
        if step == "declare" or not mine:
            if kind is Kind.MOVEMENT:
                kind = Kind.OPERATION  # noqa: PLW2901 - a movement is made of routes
            said, traces = made(number, party, kind)
            assert client.declare(said).status_code == 201
            things.append((said, traces))
            continue
        said, traces = mine[which % len(mine)]
        here = f"/api/v1/declarations/{said.party}/{said.id}"
        if step == "amend":
            client.amend(replace(said, priority=number), 1)
        elif step == "verify":
            node.as_(f"{party}/verifier").ask("POST", f"{here}/verification")
        elif step == "delay":
            client.ask("POST", f"{here}/delay", json={})
        elif step == "act":
            act = ("submit", "activate", "confirm", "end", "withdraw", "remove")[which % 6]
            client.ask("POST", f"{here}/acts", json={"act": act, "reason": "as agreed"})
    return [traces for _, traces in things]


def opened(response):
    """The text of an answer; of a bundle what stands in it, which is packed."""
    if "keepclear/bundle/1" not in response.text:
        return response.text
    bodies = [b64decode(entry["body"]).decode() for entry in response.json()["entries"]]
    assert bodies
    return "\n".join(bodies)


def everything(node, party, things):
    """All that a party can get, by every GET route, for every object there is."""
    client = node.as_(f"{party}/duty")
    for route in ROUTES:
        if route.method != "GET" or route.media == "text/event-stream":
            continue
        names = {
            "name": "Darling",
            "level": "0",
            "index:path": "000.p/1",
            "mark": "x",
            "seq": "1",
            "kind": "site",
            "to": "Birch",
        }
        for thing in things:
            for collection in ("operations", "sites", "restrictions", "areas"):
                item = f"{thing.party}%2F{thing.id}%231"
                values = {
                    **names, "party": thing.party, "id": thing.id, "collection": collection,
                    "item": item,
                }  # fmt: skip
                path = re.sub(r"\{([\w:]+)\}", lambda found, v=values: v[found[1]], route.path)
                yield path, opened(client.get(path))
                if "{collection}" not in route.path:
                    break
            if "{" not in route.path:
                break


@settings(max_examples=10, deadline=None, phases=QUICK)
@given(steps)
def test_what_nobody_agreed_to_show_is_nowhere(history):
    world = World()
    world.arrange()
    with running(world) as node:
        things = play(node, history)
        for reader in ("Relief", "Cedar"):
            for path, text in everything(node, reader, things):
                for thing in things:
                    if thing.party == reader:
                        continue
                    leaks = [trace for trace in thing.traces if trace in text]
                    asked = [trace for trace in leaks if trace in path]
                    assert not (set(leaks) - set(asked)), (reader, path, leaks, text)
                assert "crossings" not in text or reader == "Cedar", (path, text)
                assert '"answer/1"' not in text or reader == "Cedar", (path, text)
        for reader in ("Alder", "Birch"):
            for path, text in everything(node, reader, things):
                for thing in things:
                    if thing.party == reader:
                        continue
                    leaks = [one for one in hidden(thing) if one in text and one not in path]
                    assert not leaks, (reader, path, leaks, text)


def hidden(thing):
    """What of a declaration is told to nobody, whoever crosses it: its id and its own numbers.

    Of a site the circle to stay away from is told, and of a crossing when it begins and ends.
    """
    if thing.party == "Cedar":
        return thing.traces
    id_, longitude, low, high, *_ = thing.traces
    return (id_, low, high) if thing.kind is Kind.SITE else (id_, longitude, low, high)


@settings(max_examples=8, deadline=None, phases=QUICK)
@given(steps)
def test_events_tell_no_more_than_that(history):
    from keepclear.node.events import events_after

    world = World()
    world.arrange()
    with running(world) as node:
        things = play(node, history)
        events, _ = events_after(world.node, 0, 10_000)
        for event in events:
            for thing in things:
                if thing.id in event.text:
                    assert event.parties <= {thing.party}, event
            if "Relief" in event.parties:
                assert "answer/1" not in event.text
                assert "crossing" not in json.loads(event.text).get("shown", {})
        assert not any("Cedar" in event.parties for event in events) or any(
            thing.party == "Cedar" for thing in things
        )


def test_the_minutes_of_these_histories_are_told_apart():
    """A trace that others share would prove nothing."""
    every = [
        trace for number in range(1, 15) for trace in made(number, "Alder", Kind.SITE)[1].traces
    ]
    assert len(set(every)) == len(every)
    assert MINUTE
