"""Desks whose cards name whom to seal for, and an arrangement that names one of them as a relay."""

from __future__ import annotations

from keepclear.link.invitation import write_invitation
from keepclear.node import peers
from keepclear.node.arranging import set_arrangement
from keepclear.node.sealing import new_identity, recipient_of
from keepclear.node.talking import Talk
from tests.node.desks import meets
from tests.node.party import ASK, Party
from tests.node.world import agreement

RELAY = "Harbour"
HOLDS = agreement() + f'[line]\nrelays = ["{RELAY}"]\n'
WITHOUT = agreement()


class Sealing(Party):
    """A party whose card names a recipient of age."""

    def __init__(self, name, number=1, addresses=None):
        self.identity = new_identity().decode()
        super().__init__(name, number, addresses)

    def invitation(self, **changes):
        values = {"root": self.root, "message": self.message, "addresses": self.addresses} | changes
        peers.renew(
            self.world.node, self.name, values["root"], values["message"].verifier,
            self.record.verifier, ASK, addresses=values["addresses"],
            age=recipient_of(self.identity),
        )  # fmt: skip
        own = peers.peer_of(self.world.node, self.name)
        return write_invitation(own.root, peers.cards_of(self.world.node, self.name))


def relayed(*names, text=HOLDS, addresses=False):
    """Desks that have compared each other, all with one arrangement."""
    some = [
        Sealing(name, number, [f"https://{name}.example"] if addresses else None)
        for number, name in enumerate(names or ("Alder", "Birch", RELAY), 1)
    ]
    for one in some:
        for other in some:
            if one is not other:
                meets(one, other)
    for one in some:
        set_arrangement(one.world.node, text, ASK)
        one.talk = Talk(one.world.node, one.message)
    return some
