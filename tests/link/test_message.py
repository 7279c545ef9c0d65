"""One message: one text, one meaning; whatever is wrong with it is said by a code."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import InputError, VerificationError
from keepclear.link import bodies as b
from keepclear.link.bodies import Body
from keepclear.link.kinds import KINDS, UNCHAINED, Urgency, flows_always
from keepclear.link.message import (
    DRILL,
    FLASH_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    NOTHING_BEFORE,
    open_message,
    sign_message,
    text_of,
)
from keepclear.record.note import sign
from tests.link.ends import ALDER, BIRCH, CEDAR, declared, message, signed, stop

CODE = re.compile(r"[a-z]+(\.[a-z-]+)?")
HASH = "ab" * 32


def opened(note):
    return open_message(note, ALDER.verifier, BIRCH.name)


def resigned(note, old, new):
    """The same note with other words, signed by the same key: what a lying peer can do."""
    text = note.decode().rpartition("\n\n")[0] + "\n"
    assert old in text
    return sign(text.replace(old, new, 1), (ALDER,))


@pytest.mark.parametrize("body", [stop(), declared(), b.LineTest(by="duty")])
def test_what_is_signed_is_read_again(body):
    said = message(
        body, arrangement="Darling/3", until_us=99, drill=True, ack=b.Ref(seq=4, hash=HASH)
    )
    found = opened(sign_message(said, ALDER).note)
    assert found.message == said
    assert not found.problem
    assert text_of(found.message) == found.text


def test_a_message_can_be_read_on_paper():
    lines = sign_message(message(stop(), drill=True), ALDER).note.decode().split("\n")
    assert lines[:6] == [
        "keepclear/message/1",
        "from: alder.example/desk",
        "to: birch.example/desk",
        "stream: 1",
        "seq: 1",
        f"prev: {NOTHING_BEFORE}",
    ]
    assert f"drill: {DRILL}" in lines
    assert DRILL.split() == ["EXERCISE"] * 3


@pytest.mark.parametrize("name", KINDS)
def test_the_table_of_kinds_is_whole(name):
    kind = KINDS[name]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*/[1-9]", name)
    assert issubclass(kind.body, Body)
    assert kind.chained == (name not in UNCHAINED)
    assert not kind.on_arrival or kind.always  # what is urgent flows whatever was agreed
    config = kind.body.__struct_config__
    assert config.forbid_unknown_fields
    assert config.frozen


def test_every_receipt_says_under_its_signature_that_it_is_no_permission():
    for kind in (b.Stored, b.Acknowledged, b.Disseminated, b.Noted, b.ReadBack):
        says = next(one for one in msgspec.structs.fields(kind) if one.name == "says")
        assert says.required
        data = msgspec.json.encode({"says": "Go ahead."})
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(data, type=kind)
    assert "no permission" in b.NO_PERMISSION


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("kind: stop/1", "kind: strike/1", "body.unknown-kind"),
        ("kind: stop/1", "kind: stop/2", "body.unknown-kind"),
        ('"asks":"cease"', '"asks":"fire"', "body.form"),
        ('"asks":"cease"', '"asks":"cease","asks":"hold"', "message.spelling"),
        ('"asks":"cease"', '"asks": "cease"', "message.spelling"),
        ('"asks":"cease"', '"asks":"\\u0063ease"', "message.spelling"),
        ('"asks":"cease"', '"asks":"cease","aim":"there"', "body.form"),
        ('"lat_e7":-311800000', '"lat_e7":-911800000', "body.form"),
        ('"lat_e7":-311800000', '"lat_e7":-31.18', "body.form"),
        ('"people of a partner near A2"', '"a\\u0007b"', "message.hidden-characters"),
        ('"people of a partner near A2"', '"left \u202eright"', "message.hidden-characters"),
        ('"people of a partner near A2"', '"\\ud800"', "body.form"),
        ("sent: ", "sent:  ", "message.spelling"),
        ("sent: 2015-11-20T06:41:00Z", "sent: 2015-11-20T06:41:00.000Z", "message.spelling"),
        ("sent: 2015-11-20T06:41:00Z", "sent: 2015-11-20T06:41:00", "message.malformed"),
        ("urgency: flash", "urgency: routine", "message.urgency"),
        ("urgency: flash", "urgency: Flash", "message.malformed"),
        ("drill: -", "drill: EXERCISE", "message.spelling"),
        ("drill: -", "drill: -\nnote: hello", "message.malformed"),
        ("until: -\nurgency: flash", "urgency: flash\nuntil: -", "message.malformed"),
        ("until: -\n", "", "message.malformed"),
        ("ack: -", "ack: 04 " + HASH, "message.malformed"),
        ("ack: -", "ack: 0 " + HASH, "message.malformed"),
        ("ack: -", "ack: 4 " + HASH.upper(), "message.malformed"),
        ("arrangement: -", "arrangement: Dar ling", "message.malformed"),
    ],
)  # fmt: skip
def test_what_is_wrong_below_its_place_keeps_its_place(old, new, code):
    found = opened(resigned(signed(stop()).note, old, new))
    assert found.problem == code
    assert CODE.fullmatch(code)
    assert (found.stream, found.seq, found.prev) == (1, 1, NOTHING_BEFORE)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("keepclear/message/1", "keepclear/message/2", "message.version"),
        ("keepclear/message/1", "keepclear/receipt/1", "message.version"),
        ("to: birch", "to: cedar", "message.not-ours"),
        ("from: alder", "from: cedar", "message.not-ours"),
        ("stream: 1", "stream: 01", "message.place"),
        ("stream: 1", "stream: 0", "message.place"),
        ("seq: 1", "seq: 0", "message.place"),
        ("seq: 1", "seq: -1", "message.place"),
        ("seq: 1", "seq: 2", "message.place"),
        ("seq: 1", "seq: \u0661", "message.place"),
        ("seq: 1", "seq: 9007199254740992", "message.place"),
        ("prev: 000", "prev: 00", "message.place"),
        ("stream: 1\nseq: 1", "seq: 1\nstream: 1", "message.place"),
    ],
)
def test_what_has_no_place_in_the_stream_is_refused(old, new, code):
    with pytest.raises(VerificationError) as caught:
        opened(resigned(signed(stop()).note, old, new))
    assert caught.value.code == code
    assert CODE.fullmatch(caught.value.for_peer())


def test_what_nobody_known_says_is_refused():
    note = signed(stop()).note
    for changed in (note.replace(b"cease", b"hold!"), note[:-20], note + b"x\n", b"", b"\xff"):
        with pytest.raises(VerificationError):
            opened(changed)
    with pytest.raises(VerificationError) as caught:
        opened(signed(stop(), sender=CEDAR).note)
    assert caught.value.code == "note.unsigned"


def test_a_note_is_never_read_beyond_its_size():
    with pytest.raises(VerificationError) as caught:
        opened(b"x" * (MESSAGE_BYTES_MAX + 1))
    assert caught.value.code == "message.too-large"


def test_what_a_reader_would_not_act_on_cannot_be_sent():
    for body, values in (
        (stop(words="x" * 1_001), {}),
        (b.IncidentRequest(incident="I1", by="desk", words="x" * 1_000, subjects=["y" * 201]), {}),
        (stop("left \u202eright"), {}),
        (stop(), {"urgency": Urgency.ROUTINE}),
        (declared(), {"urgency": Urgency.FLASH}),
        (stop(), {"arrangement": "Dar ling"}),
    ):
        with pytest.raises(InputError) as caught:
            signed(body, **values)
        assert CODE.fullmatch(caught.value.for_peer())


def test_a_flash_message_goes_through_the_narrowest_line():
    body = b.Incident(
        incident="I1", by="desk", official=False, certainty="unconfirmed", words="x",
        subjects=["y" * 199] * 60,
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        signed(body)
    assert caught.value.code == "message.too-large"
    assert len(signed(stop(words="x" * 1_000)).note) < FLASH_BYTES_MAX


@pytest.mark.parametrize("what", ["operation", "restriction", "area"])
def test_plans_need_an_arrangement_sites_and_convoys_never(what):
    assert not flows_always(declared(what=what))
    assert flows_always(declared(what="site"))
    assert flows_always(declared(what="movement"))
    assert flows_always(stop())


@given(st.data())
def test_any_message_is_read_as_it_was_written(data):
    kind = data.draw(st.sampled_from(sorted(KINDS.values(), key=lambda one: one.name)))
    body = data.draw(structs(kind.body))
    said = message(body, seq=1 if kind.chained else 0, drill=data.draw(st.booleans()))
    try:
        note = sign_message(said, ALDER).note
    except InputError:
        return  # a text that holds what no text may hold
    found = opened(note)
    assert found.message == said
    assert not found.problem
    assert found == replace(found, note=note)


@given(st.data())
def test_a_changed_byte_is_never_another_message(data):
    """Without the key nothing can be changed; with it, whatever still reads prints as it was signed."""
    note = signed(stop()).note
    at = data.draw(st.integers(0, len(note) - 1))
    changed = note[:at] + bytes([note[at] ^ data.draw(st.integers(1, 255))]) + note[at + 1 :]
    with pytest.raises(VerificationError):
        opened(changed)
    text = changed.rpartition(b"\n\n")[0] + b"\n"
    try:
        found = opened(sign(text.decode(), (ALDER,)))
    except (VerificationError, UnicodeDecodeError, ValueError):
        return
    assert found.problem or text_of(found.message) == found.text


def structs(kind):
    """Values of a struct, drawn by its annotations and their limits."""
    fields = {
        one.name: drawn(msgspec.inspect.type_info(one.type)) for one in msgspec.structs.fields(kind)
    }
    return st.builds(kind, **fields)


def drawn(info):
    t = msgspec.inspect
    if isinstance(info, t.UnionType):
        return st.one_of(*(drawn(one) for one in info.types))
    if isinstance(info, t.NoneType):
        return st.none()
    if isinstance(info, t.LiteralType):
        return st.sampled_from(info.values)
    if isinstance(info, t.BoolType):
        return st.booleans()
    if isinstance(info, t.IntType):
        return st.integers(info.ge, info.le)
    if isinstance(info, t.StrType):
        if info.pattern:
            return st.from_regex(info.pattern.replace("$", r"\Z"))
        return st.text(min_size=info.min_length, max_size=min(info.max_length, 60))
    if isinstance(info, t.ListType):
        return st.lists(drawn(info.item_type), max_size=3)
    if isinstance(info, t.TupleType):
        return st.tuples(*(drawn(one) for one in info.item_types))
    assert isinstance(info, t.StructType), info
    return structs(info.cls)
