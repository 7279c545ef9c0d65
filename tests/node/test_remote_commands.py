"""Consent and incidents at a node that is served: a party's own token, and the same words."""

from __future__ import annotations

import json

import pytest

from keepclear.app import main
from keepclear.domain.access import Action, Role
from keepclear.formats.arrangement_template import TEMPLATE
from keepclear.node.access import admit
from keepclear.node.allowing import HOLDER
from keepclear.node.start import running
from tests.api.test_serve import served
from tests.node.test_commands import DARLING

SCOPES = frozenset({Action.LOOK, Action.DECLARE, Action.CONSENT, Action.INCIDENT})
FIRST = (
    "--as", "witness", "--sure", "great possibility", "--says", "two rooms burnt",
    "--toll", "wounded:3-5", "--at", "2015-11-20T07:10Z",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A secretariat that is served, with a program for each of some parties."""
    folder = tmp_path_factory.mktemp("remote") / "node"
    text = folder.parent / "darling.toml"
    text.write_text(TEMPLATE)
    for words, code in (
        (("init", folder, "--secretariat"), 0),
        (("arrangement", "set", folder, text), 0),
        (("declare", folder, *DARLING), 1),
    ):
        assert main([str(word) for word in words]) == code, words
    with running(str(folder)) as (_, node):
        tokens = {
            name: admit(
                node, HOLDER, mark=f"{name.lower()}-1", party=name, role=Role.DUTY, only=SCOPES
            )
            for name in ("Relief", "Alder", "Birch")
        }
    with served(folder, log=folder.parent / "log") as (_, url):
        yield url, tokens


@pytest.fixture
def as_(place, capsysbinary, monkeypatch):
    url, tokens = place

    def typed(party, *words, code=0):
        monkeypatch.setenv("KEEPCLEAR_TOKEN", tokens[party])
        found = main([url if word == "URL" else str(word) for word in words])
        said = capsysbinary.readouterr()
        out, err = said.out.decode(), said.err.decode()
        assert found == code, (words, err)
        return out, err

    return typed


def test_consent_is_given_shown_and_taken_back(as_):
    site = ("consent", "URL", "Relief/S1")
    _, err = as_("Relief", *site, "--to", "Alder", "--fields", "name, contact", "--lead", "2h")
    assert "is told the circle and name, contact, not earlier than 120 min before it begins" in err
    assert as_("Relief", *site)[0] == (
        "Alder is told the circle and name, contact, not earlier than 120 min before it begins; "
        "until then nothing, even where its plan crosses\n"
    )
    as_("Relief", *site, "--to", "Adler", code=5)
    as_("Relief", *site, "--to", "Alder", "--fields", "names", code=2)
    as_("Relief", *site, "--to", "Alder", "--revoke", "--lead", "2h", code=2)
    _, err = as_("Relief", *site, "--to", "Alder", "--revoke")
    assert "Alder is told nothing more" in err
    assert as_("Relief", *site)[0] == "Alder is told nothing\n"
    as_("Relief", "consent", "URL", "Relief", "--kind", "site", "--to", "Birch", "--revoke")
    assert "Birch is told nothing (said of all of its kind)" in as_("Relief", *site)[0]
    from_ = ("--to", "Alder", "--from", "2999-01-01T00:00Z")
    assert "not before 2999-01-01T00:00:00Z" in as_("Relief", *site, *from_)[1]
    assert "not before 2999-01-01T00:00:00Z" in as_("Relief", *site)[0]


def test_another_partys_notification_is_not_there_to_consent_to(as_):
    as_("Alder", "consent", "URL", "Relief/S1", "--to", "Birch", code=5)
    as_("Alder", "consent", "URL", "Relief", "--kind", "site", "--to", "Birch", code=5)


def test_an_incident_is_reported_stated_and_seen_by_whom_it_is_told(as_):
    report = ("incident", "report", "URL", *FIRST, "--names", "Relief/S1", "--to", "Alder")
    out, err = as_("Relief", *report, "--key", "once")
    assert "to be told to Alder" in err
    subject = out.strip()
    assert as_("Relief", *report, "--key", "once")[0].strip() == subject
    as_(
        "Relief", "incident", "state", "URL", subject, "--as", "official", "--official",
        "--sure", "confirmed", "--says", "one room burnt", "--supersedes", "1",
    )  # fmt: skip
    seen = json.loads(as_("Relief", "incident", "show", "URL", subject, "--json")[0])
    assert [one["says"] for one in seen["statements"]] == ["two rooms burnt", "one room burnt"]
    assert "wounded: 3 to 5" in as_("Alder", "incident", "show", "URL", subject)[0]
    assert "one room burnt" not in as_("Alder", "incident", "show", "URL", subject)[0]
    as_("Birch", "incident", "show", "URL", subject, code=5)
    assert subject in as_("Alder", "incident", "list", "URL")[0]
    assert as_("Birch", "incident", "list", "URL")[0] == ""
    as_("Alder", "incident", "list", "URL", "--seen-by", "Relief", code=2)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--names", "Relief/S9"), 5, "nothing known to Relief is called 'Relief/S9'"),
        ((), 3, "it names nothing"),
        (("--names", "Relief/S1", "--toll", "wounded"), 2, "write wounded:3"),
        (("--names", "Relief/S1", "--by", "night"), 2, "leave --by out"),
    ],
)
def test_what_cannot_be_reported_is_one_sentence(as_, words, code, said):
    _, err = as_("Relief", "incident", "report", "URL", *FIRST, *words, code=code)
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_what_crosses_says_so_again_where_nothing_changed(as_):
    first, err = as_("Birch", "declare", "URL", DARLING[2], code=1)
    assert "have ended, the last of them at 2015-11-20" in err  # as in a folder
    again, _ = as_("Birch", "declare", "URL", DARLING[2], code=1)
    assert "as it was answered before; not compared again" in again
    assert again.count("crosses operation of Alder") == 2
    assert first.count("crosses operation of Alder") == 2


def test_a_draft_is_never_taken_for_something_that_stands(as_):
    _, err = as_("Relief", "declare", "URL", DARLING[3])
    assert err.count("it does not stand yet, and nobody is told of it") == 3


def test_where_no_node_answers_nothing_was_sent(monkeypatch, capsysbinary):
    monkeypatch.setenv("KEEPCLEAR_TOKEN", "kc_none")
    assert main(["list", "http://127.0.0.1:1"]) == 4
    err = capsysbinary.readouterr().err.decode()
    assert "nothing was sent: there is no node at http://127.0.0.1:1 that can be spoken" in err
