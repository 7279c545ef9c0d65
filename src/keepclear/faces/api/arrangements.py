"""Routes on arrangements: the administrator of the node sets them, a party sees those that name it.

An arrangement binds many; so only the desk whose node it is sets one here. A party that only
notifies sees which parties it notifies there, and nothing of what they have agreed with each other.
"""

from __future__ import annotations

from typing import Final

from keepclear.disclose.levels import is_humanitarian
from keepclear.domain.access import Action
from keepclear.domain.arrangement import Arrangement
from keepclear.faces.api import forms
from keepclear.faces.api.problems import Problem
from keepclear.faces.api.route import Asked, Reply, Route
from keepclear.formats.arrangements import read_arrangement
from keepclear.node.arranging import set_arrangement
from keepclear.node.ledger import Node, opening_of
from keepclear.wire.entries import Arranged, decode_body

__all__ = ["ROUTES"]


def all_of_them(_asked: Asked, node: Node) -> Reply:
    """All that hold here."""
    held = node.memory.arrangements.values()
    return Reply(forms.Arrangements([_form(node, one, whole=True) for one in held]))


def agreed(asked: Asked, node: Node) -> Reply:
    """Those that name the party."""
    party, held = asked.who.party, node.memory.arrangements.values()
    whole = not is_humanitarian(held, party)
    mine = [one for one in held if party in {*(m.name for m in one.members), *one.notified}]
    return Reply(forms.Arrangements([_form(node, one, whole=whole) for one in mine]))


def put(asked: Asked, node: Node) -> Reply:
    """From here on it holds."""
    found, refused = read_arrangement(asked.body.text.encode(), name="the arrangement")
    if found is None:
        first = refused[0]
        raise Problem(422, first.code, first.message, where=first.where)
    if found.name != asked.path["name"]:
        raise Problem(422, "arrangement.other", "the name in it is not the one in the address")
    answer = set_arrangement(node, asked.body.text, asked.request())
    reply = answer.reply
    return Reply(forms.Set(reply["subject"], reply["version"], reply["number"], again=answer.again))


def _form(node: Node, one: Arrangement, *, whole: bool) -> forms.ArrangementForm:
    members = [member.name for member in one.members]
    if not whole:
        return forms.ArrangementForm(one.name, one.version, members)
    text = ""
    for entry in node.store.history(f"arrangement/{one.name}"):
        if not entry.data:
            continue
        body = decode_body(opening_of(entry).body)
        text = body.text if isinstance(body, Arranged) else text
    return forms.ArrangementForm(one.name, one.version, members, list(one.notified), text)


ROUTES: Final = (
    Route(
        "GET",
        "/api/v1/agreed",
        Action.LOOK,
        "The arrangements that name the party",
        agreed,
        answer=forms.Arrangements,
    ),
    Route(
        "GET",
        "/api/v1/arrangements",
        Action.ARRANGE,
        "All arrangements that hold here",
        all_of_them,
        answer=forms.Arrangements,
    ),
    Route(
        "PUT",
        "/api/v1/arrangements/{name}",
        Action.ARRANGE,
        "Set an arrangement; what stands is judged anew by it",
        put,
        body=forms.ArrangementText,
        answer=forms.Set,
        repeatable=True,
        problems=(409, 422),
    ),
)
