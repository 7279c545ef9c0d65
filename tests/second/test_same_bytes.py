"""Two programs, one spelling: what either writes is to the byte what the other writes."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from keepclear.errors import KeepclearError
from keepclear.link import bodies as first_bodies
from keepclear.link.kinds import KINDS, UNCHAINED, Urgency, flows_always
from keepclear.link.message import Message, open_message, text_of
from keepclear.node.notices import spelled
from keepclear.record.note import Signer as FirstSigner
from keepclear.record.note import sign
from tests.laws.test_writers_law import full_declarations
from tests.second import messages as second
from tests.second.bodies import BODIES, PARTS, members
from tests.second.declarations import write_declaration, written_number
from tests.second.drawn import messages
from tests.second.notes import Refused, Signer

SEED = bytes(range(32))
ALDER, FIRST_ALDER = Signer("alder.example/desk", SEED), FirstSigner("alder.example/desk", SEED)
BIRCH = "birch.example/desk"


def of_the_first(kind, body, lines, urgency):
    ack = lines["ack"]
    return Message(
        sender=ALDER.name,
        recipient=BIRCH,
        body=msgspec.convert(body, KINDS[kind].body),
        urgency={each.word: each for each in Urgency}[urgency],
        **{**lines, "ack": ack and first_bodies.Ref(seq=ack[0], hash=ack[1])},
    )


def read_by_the_first(note):
    """Its code, and what it says where it is understood."""
    try:
        received = open_message(note, FIRST_ALDER.verifier, BIRCH)
    except KeepclearError as error:
        return error.code, None
    said = received.message
    if said is None:
        return received.problem, None
    ack = said.ack and (said.ack.seq, said.ack.hash)
    return received.problem, (
        received.stream, received.seq, received.prev, received.hash, said.kind.name,
        json.loads(msgspec.json.encode(said.body)), said.urgency.word, said.sent_us, said.until_us,
        said.arrangement, said.drill, ack, flows_always(said.body), received.on_arrival,
    )  # fmt: skip


def read_by_the_second(note):
    try:
        said = second.read_message(note, ALDER.key, BIRCH)
    except Refused as refused:
        return refused.code, None
    if not said.kind:
        return said.code, None
    return said.code, (
        said.stream, said.seq, said.prev, said.hash, said.kind, said.body, said.urgency,
        said.sent_us, said.until_us, said.arrangement, said.drill, said.ack, said.always,
        said.flash,
    )  # fmt: skip


@given(messages(), st.sampled_from(second.URGENCIES))
def test_both_write_the_same_text_and_sign_the_same_note(drawn, urgency):
    kind, body, lines = drawn
    said = second.write_message(ALDER, kind, body, to=BIRCH, urgency=urgency, **lines)
    assert said.text == text_of(of_the_first(kind, body, lines, urgency))
    assert said.note == sign(said.text, (FIRST_ALDER,))


@given(messages(), st.sampled_from(["", *second.URGENCIES]))
def test_both_read_the_same_or_refuse_it_by_the_same_code(drawn, urgency):
    kind, body, lines = drawn
    said = second.write_message(ALDER, kind, body, to=BIRCH, urgency=urgency, **lines)
    assert read_by_the_second(said.note) == read_by_the_first(said.note)


PIECES = (
    " ", "-", "0", "1", "9", "\n", '"', "\\", "\\u0041", "\\u0085", ":", ",", "{", "}", "[", "]",
    "null", "true", "1.0", "1e2", "Z", ".5Z", "+00:00", "\u0661", "\u202e", "a", "/1", "flash",
)  # fmt: skip
"""What tends to turn one text into another that is nearly as good."""


@given(messages(), st.data())
def test_what_was_changed_before_it_was_signed_is_refused_by_both_for_one_reason(drawn, data):
    kind, body, lines = drawn
    text = second.write_message(ALDER, kind, body, to=BIRCH, **lines).text
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, min(start + 3, len(text))))
    changed = text[:start] + data.draw(st.sampled_from(["", *PIECES])) + text[end:]
    if not changed.endswith("\n"):
        changed += "\n"
    note = second.write_note(changed, ALDER)
    code, said = read_by_the_second(note)
    if {code, read_by_the_first(note)[0]} == {"message.malformed", "message.spelling"}:
        assert not any(map(re.compile(TIME).fullmatch, times_in(changed, text)))
        return
    assert (code, said) == read_by_the_first(note)


TIME = r"-|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"


def times_in(changed, text):
    """The values of ``sent`` and ``until`` that were changed: which of two codes they get is free."""
    before = text.split("\n")
    lines = [each for each in changed.split("\n") if each not in before]
    found = [each.partition(": ")[2] for each in lines if each.startswith(("sent: ", "until: "))]
    assert found
    return found


@given(full_declarations(), st.randoms(use_true_random=False))
def test_a_declaration_has_the_same_text_whatever_order_its_members_came_in(declared, random):
    for said in declared:
        text = spelled(replace(said, where="", notice=(("admin_area", "Far\u202eWest"),)))
        assert write_declaration(shuffled(json.loads(text), random)) == text


def shuffled(value, random):
    """The same JSON with members in another order, and ``500`` for ``500.0``."""
    if isinstance(value, list):
        return [shuffled(each, random) for each in value]
    if isinstance(value, dict):
        names = random.sample(list(value), len(value))
        return {name: shuffled(value[name], random) for name in names}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_has_the_same_digits(value):
    assert written_number(value + 0.0) == msgspec.json.encode(value + 0.0).decode()


def test_both_have_the_same_kinds_with_the_same_members():
    """The tables side by side: none of the first is left out by what is drawn above."""
    assert BODIES.keys() == KINDS.keys()
    assert set(second.OUTSIDE) == UNCHAINED
    for name, row in {**BODIES, **PARTS}.items():
        form = KINDS[name].body if name in KINDS else getattr(first_bodies, name)
        fields = [(each.name, not each.required) for each in msgspec.structs.fields(form)]
        assert fields == [(member, optional) for member, optional, _ in members(row)], name
    for name, kind in KINDS.items():
        assert kind.urgency.word == second.least_urgency(name)
