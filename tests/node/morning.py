"""A morning on two or three nodes, with their lines, by the example of the documents.

Alder shows its plans, Birch only what is crossed, Relief what it released; with the true geoid.
"""

from __future__ import annotations

import json
from dataclasses import replace

from keepclear.domain.consent import Consent
from keepclear.domain.life import Act
from keepclear.domain.window import parse_instant
from keepclear.node import acting, arranging, consenting, declaring
from keepclear.node.declaring import Request
from keepclear.node.geoid import load_geoid
from keepclear.node.talking import Talk
from tests.node.desks import later, meets
from tests.node.party import Party

ASK = Request("duty", "test")
DAY = "2015-11-20T"
DARLING = """\
format = "keepclear arrangement 1"
name = "Darling"
version = {version}
[[rung]]
between = ["Alder", "Birch"]
is = "parallel"
[[party]]
name = "Alder"
desk = "line 1"
discloses = {{ operation = "{alder}" }}
[[party]]
name = "Birch"
desk = "line 2"
[humanitarian]
names = ["Relief"]
{neutral}
[dividing_line]
line = ["31.560 S 143.380 E", "31.200 S 143.950 E", "30.940 S 144.420 E", "30.530 S 145.120 E"]
left = "Birch"
right = "Alder"
[notice]
operation = "30min"
movement = "30min"
site = "30min"
"""


def at(clock):
    return parse_instant(f"{DAY}{clock}Z")


def morning(*names, clock="05:00:00", alder="open", neutral=""):
    """Desks of a morning, with the true geoid; those that sign have signed."""
    some = [Party(name, number) for number, name in enumerate(names, 1)]
    for one in some:
        one.world.now = at(clock)
        around = replace(one.world.node.around, geoid=load_geoid())
        one.world.start = lambda one=one, around=around: type(one.world.node)(
            one.world.store, around, checkpoint=one.world.notes[-1]
        )
        one.world.node = one.world.start()
        arrange(one, alder=alder, neutral=neutral)
    for one in some:
        for other in some:
            if one is not other:
                meets(one, other)
        one.talk = Talk(one.world.node, one.message)
    return some


def arrange(one, version=1, alder="open", neutral=""):
    text = DARLING.format(version=version, alder=alder, neutral=neutral)
    arranging.set_arrangement(one.world.node, text, ASK)


def declare(one, said):
    return declaring.declare(one.world.node, said, ASK)


def pass_on(*some, rounds=4):
    """Everything that they have to say to each other goes over their lines; what went, by kind."""
    went = []
    for _ in range(rounds):
        later(0.1, *some)
        for one in some:
            for told in (one.talk.forward(), one.talk.passes()):
                went += deliver(told, some)
    return went


def deliver(told, some):
    went = []
    for party, send in told.sends:
        other = next((desk for desk in some if desk.name == party), None)
        if other is not None:
            went.append(send.note)
            went += deliver(other.talk.hears([send.note]), some)
    return went


def said(note):
    """Kind and body of a note."""
    text = note.decode()
    kind = text.partition("\nkind: ")[2].partition("\n")[0]
    return kind, json.loads(text.partition("\nbody: ")[2].partition("\n")[0])


def of_kind(went, *kinds):
    return [body for kind, body in map(said, went) if kind in kinds]


def notices(one, name):
    found = [json.loads(text.text) for text in one.world.shown(one.name) if text.how == "notice"]
    return [text for text in found if text["notice"] == name]


def bodies(one, kind):
    return [body for body in one.world.bodies() if isinstance(body, kind)]


def notify(one, declaration):
    """A site or movement, verified by somebody else, and submitted."""
    declare(one, declaration)
    subject = f"{declaration.party}/{declaration.id}"
    acting.act(one.world.node, subject, Act.VERIFY, Request("second", "test"))
    acting.act(one.world.node, subject, Act.SUBMIT, ASK)
    return subject


def consent(relief, subject, to, *fields, **when):
    consenting.consent(relief.world.node, subject, Consent(to, fields, **when), ASK)


def leaks(went, word):
    """Whether a word stands in a text that left, as a value of its own."""
    return any(f'"{word}"' in note.decode().replace("\\", "") for note in went)


def withdraw(one, subject):
    return acting.act(one.world.node, subject, Act.WITHDRAW, ASK, reason="not needed")
