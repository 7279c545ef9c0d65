"""Requests made by chance from the OpenAPI document: no fault of ours, no answer that is not in it.

The long form against a real process is `python -m tests.api.schemathesis_run`.
"""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from tests.api.service import DOCUMENT, running
from tests.node.world import World, operation, site

SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
WHO = ("", "_/administrator", "Alder/duty", "Relief/verifier")
LEFT_OUT = {"/api/v1/events", "/api/v1/links", "/api/v1/session", "/api/v1/session/password"}
"""A stream has no end, and passwords are slow on purpose: the long form asks those."""


@pytest.fixture(scope="module")
def node():
    world = World()
    world.arrange(declarations=10_000_000)
    with running(world) as found:
        found.as_("Alder/duty").declare(operation("A1"))
        found.as_("Relief/duty").declare(site())
        yield found


@pytest.mark.parametrize(
    "operation",
    [one for one in OPERATIONS if one.path not in LEFT_OUT],
    ids=lambda one: f"{one.method} {one.path}",
)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_asked_is_answered_as_documented(node, operation, mode):
    @settings(
        max_examples=6,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case):
        sent = case.as_transport_kwargs(base_url="http://localhost")
        path = sent["url"].removeprefix("http://localhost")
        body = {"content": json.dumps(sent["json"])} if "json" in sent else {}
        if "data" in sent and isinstance(sent["data"], str | bytes):
            body = {"content": sent["data"]}
        headers = {
            name: value
            for name, value in dict(sent.get("headers") or {}).items()
            if name.lower() not in {"authorization", "cookie", "user-agent"}
            and str(value).isascii()
        }
        for token in WHO:
            response = node.as_(token).ask(
                case.method, path, params=sent.get("params"), headers=headers, **body
            )
            assert response.status_code < 500, response.text

    try:
        ask()
    except Exception as error:
        if "Unsatisfiable" in type(error).__name__:
            pytest.skip("it takes nothing that could be wrong")
        raise
