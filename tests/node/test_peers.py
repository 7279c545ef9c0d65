"""Enrolment between real folders, over the command line: nothing is believed before it is compared."""

from __future__ import annotations

import re

import pytest

from keepclear.app import main
from keepclear.errors import RuleError, VerificationError
from keepclear.link.cards import open_card
from keepclear.link.invitation import open_invitation, write_invitation
from keepclear.link.pinning import Pinned, words_of
from keepclear.node import peers
from keepclear.node.sealing import new_identity, open_sealed, recipient_of, seal
from keepclear.record.note import Signer
from tests.node.party import ASK, Party

DAY_US = 86_400_000_000


@pytest.fixture
def alder():
    return Party("Alder", 1)


@pytest.fixture
def birch():
    return Party("Birch", 2)


def test_an_invitation_is_unverified_until_its_words_are_compared(alder, birch):
    peers.accept(alder.world.node, birch.invitation(), ASK)
    assert alder.knows("Birch").pinned is Pinned.UNVERIFIED
    with pytest.raises(VerificationError, match="word 1,"):
        peers.compare(alder.world.node, "Birch", words_of(alder.root.verifier), ASK)
    assert alder.knows("Birch").pinned is Pinned.UNVERIFIED
    peers.compare(alder.world.node, "Birch", words_of(birch.root.verifier), ASK)
    assert alder.knows("Birch").pinned is Pinned.COMPARED


def test_everything_is_there_after_a_start(alder, birch):
    peers.accept(alder.world.node, birch.invitation(), ASK)
    peers.compare(alder.world.node, "Birch", words_of(birch.root.verifier), ASK)
    again = alder.world.start()
    assert again.memory.peers == alder.world.node.memory.peers


def test_a_new_key_comes_with_the_next_card_and_stays_compared(alder, birch):
    peers.accept(alder.world.node, birch.invitation(), ASK)
    peers.compare(alder.world.node, "Birch", words_of(birch.root.verifier), ASK)
    new = Signer("keepclear/birch/desk-2", b"n" * 32)
    peers.accept(alder.world.node, birch.invitation(message=new, last_believed=41), ASK)
    peer = alder.knows("Birch")
    assert (peer.pinned, peer.card.number, peer.card.message_key) == (
        Pinned.COMPARED, 2, new.verifier,
    )  # fmt: skip
    assert [(one.key, one.after) for one in peer.card.revoked] == [
        (str(birch.message.verifier), 41)
    ]


def test_the_same_invitation_twice_and_an_older_one_change_nothing(alder, birch):
    first = birch.invitation()
    peers.accept(alder.world.node, first, ASK)
    size = alder.world.store.size()
    peers.accept(alder.world.node, first, ASK)
    assert alder.world.store.size() == size
    peers.accept(alder.world.node, birch.invitation(addresses=["https://b.example:1"]), ASK)
    with pytest.raises(RuleError, match="card 2 of Birch is here; this is 1"):
        peers.accept(alder.world.node, first, ASK)


def test_another_root_is_refused_until_the_first_is_called_lost(alder, birch):
    peers.accept(alder.world.node, birch.invitation(), ASK)
    peers.compare(alder.world.node, "Birch", words_of(birch.root.verifier), ASK)
    thief = Party("Birch", 9)
    with pytest.raises(RuleError, match="another root key"):
        peers.accept(alder.world.node, thief.invitation(), ASK)
    assert alder.knows("Birch").root == birch.root.verifier
    peers.call_lost(alder.world.node, "Birch", "heard from its supervisor, known number", ASK)
    with pytest.raises(RuleError, match="called lost"):
        peers.compare(alder.world.node, "Birch", words_of(birch.root.verifier), ASK)
    peers.accept(alder.world.node, thief.invitation(), ASK)
    assert alder.knows("Birch").pinned is Pinned.UNVERIFIED


def test_two_cards_of_one_number_are_kept_as_proof_and_the_key_is_lost(alder, birch):
    twin = Party("Birch", 2, addresses=["https://elsewhere.example:1"])
    peers.accept(alder.world.node, birch.invitation(), ASK)
    peers.compare(alder.world.node, "Birch", words_of(birch.root.verifier), ASK)
    with pytest.raises(RuleError) as error:
        peers.accept(alder.world.node, twin.invitation(), ASK)
    assert error.value.code == "card.fork"
    assert alder.knows("Birch").pinned is Pinned.LOST
    body = alder.world.bodies()[-1]
    for note in (body.card, body.proof):
        open_card(note.encode(), birch.root.verifier)
    assert body.card != body.proof


def test_a_card_is_renewed_when_half_of_its_time_is_over_and_not_before(alder):
    alder.invitation()
    size = alder.world.store.size()
    alder.world.now += 182 * DAY_US
    alder.invitation()
    assert alder.world.store.size() == size
    alder.world.now += 2 * DAY_US
    alder.invitation()
    assert alder.knows("Alder").card.number == 2


def test_its_own_invitation_is_not_taken_in(alder):
    with pytest.raises(RuleError, match="its own node"):
        peers.accept(alder.world.node, alder.invitation(), ASK)


def test_an_invitation_without_its_first_card_is_refused(birch):
    birch.invitation()
    text = birch.invitation(addresses=["https://b.example:1"])
    root, cards = open_invitation(text)
    assert len(cards) == 2
    with pytest.raises(VerificationError, match="begin with the first"):
        open_invitation(write_invitation(root, cards[1:]))
    with pytest.raises(VerificationError):
        open_invitation(write_invitation(root, [cards[0], cards[0]]))


def test_a_sealed_file_is_for_one_node():
    mine, other = (new_identity().decode() for _ in range(2))
    sealed = seal(b"payload", recipient_of(mine))
    assert open_sealed(sealed, mine) == b"payload"
    with pytest.raises(VerificationError, match="not encrypted to this node"):
        open_sealed(sealed, other)
    with pytest.raises(VerificationError, match="no recipient"):
        seal(b"payload", "age1nonsense")


ARRANGEMENT = """\
format = "keepclear arrangement 1"
name = "Darling"
version = 1
[[rung]]
between = ["Alder", "Birch"]
is = "parallel"
[[party]]
name = "Alder"
[[party]]
name = "Birch"
"""


@pytest.fixture
def run(capsysbinary):
    def typed(*words):
        code = main([str(word) for word in words])
        said = capsysbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return typed


def test_two_desks_enrol_and_sign(tmp_path, run):
    folders = {name: tmp_path / name.lower() for name in ("Alder", "Birch")}
    words = {}
    for name, folder in folders.items():
        assert run("init", folder, "--party", name)[0] == 0
        code, _, said = run("link", "invite", folder, "-o", tmp_path / f"{name}.invitation")
        assert code == 0
        words[name] = re.findall(r"[a-z]{4,5}", said.split("your words:")[1])
        assert len(words[name]) == 12
    text = tmp_path / "darling.toml"
    text.write_text(ARRANGEMENT)
    for mine, other in (("Alder", "Birch"), ("Birch", "Alder")):
        folder = folders[mine]
        assert run("link", "accept", folder, tmp_path / f"{other}.invitation")[0] == 0
    code, _, said = run("arrangement", "propose", folders["Alder"], text)
    assert (code, "compare its twelve words first" in said) == (5, True)
    for mine, other in (("Alder", "Birch"), ("Birch", "Alder")):
        code, _, said = run("link", "compare", folders[mine], other, *words[mine])
        assert code == 6, said
        code, _, said = run("link", "compare", folders[mine], other, *words[other])
        assert code == 0, said
    note, signed = tmp_path / "one.note", tmp_path / "both.note"
    assert run("arrangement", "propose", folders["Alder"], text, "-o", note)[0] == 0
    assert "Darling" in run("arrangement", "show", note)[1]
    code, _, said = run("arrangement", "sign", folders["Birch"], note, "-o", signed)
    assert (code, "it holds from here on" in said) == (0, True)
    code, _, said = run("arrangement", "sign", folders["Alder"], signed)
    assert (code, "it holds from here on" in said) == (0, True)
    assert "Darling 1" in run("status", folders["Alder"])[1]
    changed = tmp_path / "changed.note"
    changed.write_bytes(signed.read_bytes().replace(b"parallel", b"united"))
    code, _, said = run("arrangement", "sign", folders["Alder"], changed)
    assert code == 6
    status = run("link", "status", folders["Alder"])[1]
    assert "own" in status
    assert "compared" in status
