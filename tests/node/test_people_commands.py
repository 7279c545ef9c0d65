"""The commands by which whoever holds a folder lets people and programs in."""

from __future__ import annotations

import json

import pytest

from keepclear.domain.access import Action, Role
from keepclear.faces import people
from keepclear.formats.arrangement_template import TEMPLATE
from keepclear.node import links, sessions
from keepclear.node.start import running


@pytest.fixture
def folder(tmp_path, type_):
    type_("init", tmp_path / "node", "--secretariat")
    return tmp_path / "node"


def test_a_person_is_invited_and_a_program_gets_a_token(folder, type_):
    code, link, err = type_(
        "admit", folder, "alder-1", "--role", "administrator", "--party", "Alder"
    )
    assert (code, "shown this once" in err, "good once" in err) == (0, True, True)
    assert link.startswith("/invited#kl_")
    words = ("--role", "duty", "--scope", "declare", "--scope", "look")
    code, token, err = type_("admit", folder, "feed-1", *words)
    assert (code, "keepclear put-out" in err) == (0, True)
    with running(str(folder)) as (_, node):
        invitation = links.invited(node, link.strip().removeprefix("/invited#"))
        program = sessions.bearer(node, token.strip())
    assert (invitation.party, invitation.role) == ("Alder", Role.ADMINISTRATOR)
    assert (program.party, program.only) == ("", {Action.DECLARE, Action.LOOK})
    out = type_("people", folder)[1]
    assert "alder-1" in out
    assert link.strip().partition("#")[2] not in out
    rows = json.loads(type_("people", folder, "--json")[1])["people"]
    assert [
        (row["mark"], row["party"], row["waits"], row["scopes"], row["by"]) for row in rows
    ] == [
        ("feed-1", "", False, ["declare", "look"], "folder"),
        ("alder-1", "Alder", True, None, "folder"),
    ]
    assert type_("put-out", folder, "feed-1")[0] == 0
    with running(str(folder)) as (_, node):
        assert sessions.bearer(node, token.strip()) is None
    assert type_("put-out", folder, "feed-1")[0] == 5


def test_the_folder_holds_no_secret(folder, type_):
    secrets = [
        type_("admit", folder, "alder-1", "--role", "duty")[1].strip().partition("#")[2],
        type_("admit", folder, "feed-1", "--role", "duty", "--scope", "look")[1].strip(),
    ]
    assert all(len(secret) > 40 for secret in secrets)
    for path in folder.rglob("*"):
        if path.is_file():
            assert not any(secret.encode() in path.read_bytes() for secret in secrets), path


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("marie@example.org", "--role", "duty"), 5, "no name and no address of a person"),
        (("alder-1", "--role", "chief"), 2, "'chief' is not one of"),
        (("alder-1", "--role", "reader", "--scope", "declare"), 5, "some of these scopes"),
        (("alder-1", "--role", "duty", "--scope", "admit"), 2, "'admit' is not one of"),
        (("alder-1", "--role", "duty", "--party", "a/b"), 5, "without /"),
        (("alder-1", "--role", "duty", "--party", "people"), 5, "choose another name"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(folder, type_, words, code, says):
    found, out, err = type_("admit", folder, *words)
    assert (found, out) == (code, "")
    assert says in err
    assert "Traceback" not in err
    assert type_("people", folder)[1:] == ("", "nobody is let in here\n")


def test_a_name_that_no_arrangement_has_is_remarked(folder, type_, tmp_path):
    (tmp_path / "darling.toml").write_text(TEMPLATE)
    type_("arrangement", "set", folder, tmp_path / "darling.toml")
    ask = ("--role", "duty", "--party")
    assert "is it spelled as there?" in type_("admit", folder, "a-1", *ask, "Adler")[2]
    assert "is it spelled as there?" not in type_("admit", folder, "a-2", *ask, "Alder")[2]


def test_a_partys_node_lets_in_its_own(tmp_path, type_):
    type_("init", tmp_path / "node", "--party", "Oak")
    assert type_("admit", tmp_path / "node", "oak-1", "--role", "duty")[0] == 0
    assert (
        json.loads(type_("people", tmp_path / "node", "--json")[1])["people"][0]["party"] == "Oak"
    )
    code, _, err = type_("admit", tmp_path / "node", "elm-1", "--role", "duty", "--party", "Elm")
    assert (code, "this is the node of Oak" in err) == (5, True)


def test_no_party_is_called_what_the_record_uses(tmp_path, type_):
    for name in ("secretariat", "People", "arrangement"):
        assert type_("init", tmp_path / name, "--party", name)[0] == 2


def test_help_names_what_there_is():
    assert set(people._ROLES) == {role.value for role in Role}
    assert set(people._SCOPES) == {action.value for action in Action} - {"admit", "enrol"}
