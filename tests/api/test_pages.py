"""The page behind a link: its own script and style, nothing in line, and no secret for a server."""

from __future__ import annotations

import re

from tests.api.service import running

NAMES = ("/first", "/invited", "/first.js", "/first.css")


def test_pages_ask_for_nothing_from_elsewhere_and_hold_nothing_in_line():
    with running() as node:
        for name in NAMES:
            answer = node.as_().get(name)
            assert answer.status_code == 200
            policies = answer.headers.get_list("content-security-policy")
            assert len(policies) == 1
            assert "default-src 'none'" in policies[0]
            assert "unsafe" not in policies[0]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "://" not in answer.text
        page = node.as_().get("/first").text
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page)
        for address in re.findall(r'(?:src|href)="([^"]+)"', page):
            assert node.as_().get(address).status_code == 200


def test_an_invitation_leads_to_the_same_page():
    with running() as node:
        assert node.as_().get("/invited").text == node.as_().get("/first").text


def test_other_answers_keep_the_strictest_policy():
    with running() as node:
        policy = node.as_().get("/healthz").headers["content-security-policy"]
        assert "'self'" not in policy


def test_the_script_takes_the_secret_out_of_sight_and_sends_it_to_its_own_node():
    with running() as node:
        script = node.as_().get("/first.js").text
    assert "history.replaceState" in script
    assert re.findall(r'fetch\("([^"]+)"', script) == ["/api/v1/links"]


def test_a_wrong_link_buys_no_hash(monkeypatch):
    from keepclear.faces.api import people

    hashed = []
    monkeypatch.setattr(people, "hash_password", hashed.append)
    with running() as node:
        answer = node.as_().ask(
            "POST", "/api/v1/links", json={"link": "kl_guess", "password": "four words will do"}
        )
    assert (answer.status_code, answer.json()["code"], hashed) == (403, "access.link", [])
