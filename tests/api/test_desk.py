"""A desk's own routes: what was heard by telephone is a stop like any other, and nobody else's."""

from __future__ import annotations

import asyncio
import json

import pytest

from keepclear.domain.position import Position
from keepclear.formats.callsheet import stop_of, to_key
from keepclear.link.pinning import words_of
from tests.peer.test_conversation import STOP, told, two, until

NOON = stop_of("cease", Position(latitude=-31.18, longitude=144.07), 1_448_001_660_000_000)
LINE = to_key(NOON)


def play(story):
    async def run():
        async with two() as (network, alder, birch):
            await story(network, alder, birch)

    asyncio.run(run())


async def ask(one, method, path, token="", **more):
    async with one.http(token or f"{one.party.name}/duty") as http:
        return await http.request(method, f"/api/v1/{path}", **more)


async def lines(one):
    return (await ask(one, "GET", "lines")).json()


def test_what_was_heard_by_telephone_is_on_the_board_on_every_screen_and_in_the_events():
    async def story(_, alder, birch):
        heard = await ask(alder, "POST", "lines/Birch/heard", json={"line": LINE.lower()})
        assert heard.status_code == 200
        assert len(heard.json()["words"]) == 4
        (stop,) = (await lines(alder))["calls"]
        assert (stop["party"], stop["by_voice"], stop["ours"], stop["stage"], stop["asks"]) == (
            "Birch", True, False, "raised", "cease",
        )  # fmt: skip
        shown = await alder.shown("line")
        assert shown[0].startswith("by telephone, as from Birch; nobody's signature is on it\n")
        assert "STOP. STOP. CEASE." in shown[0]
        assert len(await alder.shown("alert")) == 2
        from keepclear.node.events import events_after

        found, _ = await asyncio.wrap_future(alder.worker.ask(lambda node: events_after(node, 0)))
        texts = [json.loads(one.text) for one in found if one.kind == "shown"]
        assert [(one["how"], one["line"]) for one in texts] == [
            ("line", "voice/Birch"), ("alert", "voice/Birch"), ("alert", "voice/Birch"),
            ("sound", "voice/Birch"),
        ]  # fmt: skip
        assert all(one.parties == {"Alder"} for one in found if one.kind == "shown")
        # untaken it escalates, as the ladder of any stop does
        alder.party.world.now += 21_000_000
        alder.conversation.wake()

        async def gone_up():
            return (await lines(alder))["calls"][0]["rung"] == "supervisor"

        await until(gone_up)
        step = {"step": "wilco", "who": "supervisor", "about": stop["hash"]}
        assert (await ask(alder, "POST", "lines/Birch/calls", json=step)).status_code == 200
        assert (await lines(alder))["calls"][0]["stage"] == "complying"
        assert (await lines(birch))["calls"] == []

    play(story)


def test_the_sheet_and_what_is_keyed_in_from_it_agree():
    async def story(_, alder, birch):
        for one in (alder, birch):
            one.party.world.now = 1_448_001_661_000_000
        asked = {"asks": "hold", "place": "31°10.8'S 144°04.2'E", "language": "fr"}
        sheet = (await ask(birch, "POST", "lines/Alder/sheets", json=asked)).json()
        heard = (
            await ask(alder, "POST", "lines/Birch/heard", json={"line": sheet["keyed"]})
        ).json()
        assert heard["words"] == sheet["words"]
        (ours,), (theirs,) = (await lines(birch))["calls"], (await lines(alder))["calls"]
        assert (ours["hash"], ours["ours"]) == (theirs["hash"], True)

    play(story)


def test_a_phrase_is_in_words_at_both_ends_and_in_the_event_of_the_other():
    async def story(_, alder, birch):
        from keepclear.node.events import events_after

        said = {"phrase": "say-again", "slots": [["part", "the second place"]]}
        for body in (said, {"phrase": "no.such"}):
            assert (await told(alder, "Birch", "said/1", body)).status_code == 202

        async def both():
            shown = await birch.shown("line")
            return len(shown) == 2 and shown

        shown = await until(both)
        lines = shown[0].splitlines()
        assert "en: SAY AGAIN the second place." in lines
        assert "ru: ПОВТОРИТЕ the second place. [unreviewed / не проверено]" in lines
        assert (
            "NO WORDING: this phrase is not known here; it came as no.such" in shown[1].splitlines()
        )
        found, _ = await asyncio.wrap_future(birch.worker.ask(lambda node: events_after(node, 0)))
        texts = [json.loads(one.text) for one in found if one.kind == "shown"]
        assert [one["text"] for one in texts if one["how"] == "line"] == shown
        for one, other in ((alder, "Birch"), (birch, "Alder")):
            answer = await ask(one, "GET", f"lines/{other}/messages")
            unknown, known = (
                each for each in answer.json()["messages"] if each["kind"] == "said/1"
            )
            assert known["words"]["by_language"]["en"] == "SAY AGAIN the second place."
            assert set(known["words"]["by_language"]) == {"en", "fr", "ru", "ar"}
            assert known["words"]["unreviewed"] == ["fr", "ru", "ar"]
            assert unknown["words"]["by_language"] == {}
            assert "no.such" in unknown["words"]["problem"]
        single = (await ask(birch, "GET", "lines/Alder/messages/1")).json()
        assert single["words"] == known["words"]

    play(story)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("heard", {"line": "C AAAA AAAA AAAAA AAAA AAAA"}, 422, "checkwords."),
        ("heard", {"line": "Z"}, 422, "voice.asks"),
        ("heard", {"line": ""}, 400, "body.form"),
        ("sheets", {"asks": "cease", "place": "nowhere"}, 422, "position."),
        ("sheets", {"asks": "fire", "place": "0 0"}, 400, "body.form"),
        ("calls", {"step": "whistled"}, 409, "voice.step"),
        ("calls", {"step": "wilco"}, 409, "voice.about"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_and_leaves_nothing(path, body, status, code):
    async def story(_, alder, __):
        size = alder.party.world.store.size()
        answer = await ask(alder, "POST", f"lines/Birch/{path}", json=body)
        assert answer.status_code == status, answer.text
        assert answer.json()["code"].startswith(code)
        kinds = alder.party.world.kinds()[size:]
        assert set(kinds) <= {"carried"}  # receipts of heartbeats alone
        assert (await lines(alder))["calls"] == []

    play(story)


def test_nobody_else_says_hears_or_carries_anything_here():
    async def story(_, alder, __):
        posts = {
            "lines/Birch/sheets": {"asks": "cease", "place": "0 N 0 E"},
            "lines/Birch/heard": {"line": LINE},
            "lines/Birch/calls": {"step": "dialled"},
        }
        gets = ("lines/Birch/file", "lines/Birch/pages", "lines/Birch/messages")
        for token, status in (("Birch/duty", 404), ("_/duty", 404), ("Alder/administrator", 403)):
            for path, body in posts.items():
                answer = await ask(alder, "POST", path, token, json=body)
                assert answer.status_code == status, (token, path)
            for path in gets:
                assert (await ask(alder, "GET", path, token)).status_code == status, (token, path)
        assert (await lines(alder))["calls"] == []

    play(story)


def test_a_file_is_written_for_a_card_that_can_open_it_and_for_a_line_that_there_is():
    async def story(network, alder, _):
        network.cut.add("Birch")
        said = await told(alder, "Birch", "stop/1", STOP)
        assert (said.json()["seq"], len(said.json()["hash"])) == (1, 64)
        none = await ask(alder, "GET", "lines/Birch/file")
        assert (none.status_code, none.json()["code"]) == (409, "carried.no-recipient")
        for path in ("file", "pages", "messages"):
            answer = await ask(alder, "GET", f"lines/Cedar/{path}")
            assert (answer.status_code, answer.json()["code"]) == (409, "line.none")

    play(story)


def test_messages_have_their_receipts_beside_them():
    async def story(_, alder, birch):
        await told(birch, "Alder", "stop/1", STOP)

        async def stored():
            found = (await ask(birch, "GET", "lines/Alder/messages")).json()["messages"]
            return found if found[0]["receipts"]["stored"] else None

        (mine,) = await until(stored)
        assert (mine["kind"], mine["urgency"], mine["body"]["asks"]) == ("stop/1", "flash", "cease")
        assert mine["receipts"]["acknowledged"] is None
        there = await ask(alder, "GET", "lines/Birch/messages/1")
        assert there.json()["hash"] == mine["hash"]
        for seq in ("2", "x", "9" * 17):
            assert (await ask(alder, "GET", f"lines/Birch/messages/{seq}")).status_code == 404
        page = await ask(alder, "GET", "lines/Birch/messages?limit=1")
        assert len(page.json()["messages"]) == 1

    play(story)


def test_what_came_over_a_line_stands_among_the_notices_as_text():
    async def story(_, alder, birch):
        await told(birch, "Alder", "stop/1", STOP)
        await until(lambda: alder.shown("line"))
        found = (await ask(alder, "GET", "notices")).json()["notices"]
        assert [one["how"] for one in found] == ["line", "alert", "alert", "sound"]
        assert found[0]["shown"]["text"].startswith("keepclear/message/1\n")

    play(story)


def test_the_own_card_shows_its_words_and_nobody_elses_do():
    async def story(_, alder, birch):
        cards = {one["party"]: one for one in (await lines(alder))["cards"]}
        assert cards["Alder"]["words"] == list(words_of(alder.party.root.verifier))
        assert (cards["Birch"]["words"], cards["Birch"]["pinned"]) == ([], "compared")
        assert birch is not None

    play(story)


def test_an_aid_desk_without_any_arrangement_is_heard_and_owes_nothing():
    """Nothing agreed, nobody asked for anything: what is urgent and what it notifies goes both ways."""

    async def story(_, alder, birch):
        site = {"subject": "Birch/S1", "version": 1, "what": "site", "text": "{}"}
        said = [
            ("stop/1", STOP),
            ("declared/1", site),
            ("held/1", {"subject": "Birch/W1", "version": 1, "since_us": 0}),
            ("contact/1", {"by": "watch", "how": "line 2"}),
            ("incident/1", {"incident": "I1", "by": "watch", "official": False,
                            "certainty": "possible", "words": "two rooms burnt"}),
            ("test/1", {"by": "watch"}),
        ]  # fmt: skip
        for kind, body in said:
            assert (await told(birch, "Alder", kind, body)).status_code == 202

        async def all_there():
            shown = await alder.shown("line")
            return shown if len(shown) == len(said) else None

        shown = await until(all_there)
        assert not any("arrangement." in text for text in shown)  # none was refused
        for one in (alder, birch):
            one.party.world.now += 100_000_000_000  # a day and more
            one.conversation.wake()
        await asyncio.sleep(0.3)
        for one in (alder, birch):
            (line,) = (await lines(one))["lines"]
            assert (line["arrangements"], line["tests"], line["deviations"]) == ([], [], [])
            assert "deviated" not in one.party.world.kinds()

    play(story)


def test_a_humanitarian_party_uses_its_desk_and_is_given_no_verdict():
    from tests.api.service import running
    from tests.node.world import World, site

    world = World()
    world.arrange()
    with running(world) as node:
        relief = node.as_("Relief/duty")
        answer = relief.declare(site()).json()
        shown = [one for one in answer["shown"] if "crossings" in one or "verdict" in one]
        assert shown == []
        assert relief.get("/api/v1/lines").status_code == 404  # this node is a secretariat's
        given = relief.ask(
            "PUT", "/api/v1/declarations/Relief/S1/consents/Alder", json={"fields": ["name"]}
        )
        assert given.status_code == 200, given.text
        assert relief.get("/api/v1/agreed").json()["arrangements"][0]["members"] == [
            "Alder", "Birch",
        ]  # fmt: skip
        report = {
            "subjects": [answer["subject"]], "to": ["Alder"],
            "first": {"says": "two rooms burnt", "source": "witness", "sure": "possible"},
        }  # fmt: skip
        kept = relief.ask("POST", "/api/v1/incidents", json=report)
        assert (kept.status_code, kept.json()["told"]) == (201, ["Alder"])
        for path in ("/api/v1/arrangements", "/api/v1/keeping", "/api/v1/people"):
            assert relief.get(path).status_code == 403
