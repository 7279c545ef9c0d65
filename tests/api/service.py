"""A node in memory behind its HTTP face; doors that know the secrets ``party/role`` alone.

Every answer that passes is compared with the OpenAPI document: what is not in it fails the test.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from urllib.parse import urlsplit

import msgspec
from starlette.testclient import TestClient

from keepclear.domain.access import Principal, Role
from keepclear.faces.api.application import Application
from keepclear.faces.api.figures import Figures
from keepclear.faces.api.limits import Limits, Pace
from keepclear.faces.api.names import LOOPBACK, Names
from keepclear.faces.api.openapi import document, document_route
from keepclear.faces.api.service import Service
from keepclear.faces.api.table import ROUTES
from keepclear.node.worker import Worker
from keepclear.wire.declaration import encode
from tests.node.world import World

NO_LIMIT = Pace(0, 1)
DOCUMENT = json.loads(msgspec.json.encode(document([*ROUTES, document_route(ROUTES)])))
PATHS = [
    (
        re.compile(
            re.sub(
                r"\\\{(index)\\\}", ".+", re.sub(r"\\\{(?!index)\w+\\\}", "[^/]+", re.escape(path))
            )
        ),
        path,
    )
    for path in DOCUMENT["paths"]
]


class Doors:
    """``Alder/duty`` opens as a duty officer of Alder; ``Alder/duty/look`` as a program."""

    def bearer(self, _, token):
        party, role, *only = token.split("/")
        from keepclear.domain.access import Action

        scopes = frozenset(map(Action, only)) or None
        if role not in {one.value for one in Role}:
            return None
        return Principal(party.replace("_", ""), Role(role), f"{role}-1", scopes)

    def session(self, node, secret):
        return self.bearer(node, secret)


class Client:
    """Asks as somebody, and lets no undocumented answer pass."""

    def __init__(self, http, token=""):
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method, path, *, headers=None, **more):
        response = self._http.request(
            method, path, headers={**self._headers, **(headers or {})}, **more
        )
        documented(method, path, response)
        return response

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def declare(self, declaration, **headers):
        return self.ask(
            "POST",
            "/api/v1/declarations",
            content=encode(declaration),
            headers={"Content-Type": "application/json", **headers},
        )

    def amend(self, declaration, version, **headers):
        return self.ask(
            "PUT",
            f"/api/v1/declarations/{declaration.party}/{declaration.id}",
            content=encode(declaration),
            headers={"Content-Type": "application/json", "If-Match": f'"{version}"', **headers},
        )


def documented(method, path, response):
    """That the status, and the form of the body, stand in the document."""
    plain = urlsplit(path).path
    matches = [name for pattern, name in PATHS if pattern.fullmatch(plain)]
    exact = [name for name in matches if "{" not in name]
    known = exact or matches
    if not known or response.status_code in {404, 405, 421}:
        assert response.status_code in {404, 405, 421}, (method, path, response.status_code)
    else:
        operations = [DOCUMENT["paths"][name].get(method.lower(), {}) for name in known]
        statuses = {status for one in operations for status in one.get("responses", {})}
        assert str(response.status_code) in statuses, (method, path, response.status_code)
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        body = response.json()
        assert body["status"] == response.status_code
        assert body["code"]
    assert "server" not in response.headers
    assert response.headers["x-content-type-options"] == "nosniff"


class Running:
    def __init__(self, http, world, service, lines):
        self.http, self.world, self.service, self.lines = http, world, service, lines

    def as_(self, token=""):
        return Client(self.http, token)

    @property
    def log(self):
        return [json.loads(line) for line in self.lines]


def service_over(worker, lines, *, doors, party, address, encrypted=False, clock=None):
    """The service of a node in memory, whose log is a list of lines."""
    ticks = clock or (lambda: 0.0)
    return Service(
        worker=worker,
        doors=doors or Doors(),
        names=Names(LOOPBACK, encrypted),
        addresses=Limits(address, ticks),
        parties=Limits(party, ticks),
        guesses=Limits(NO_LIMIT, ticks),
        figures=Figures(),
        log=lambda members: lines.append(json.dumps(members)),
    )


@contextmanager
def running(
    world=None, *, doors=None, party=NO_LIMIT, address=NO_LIMIT, encrypted=False, clock=None
):
    world = world or World()
    worker = Worker(world.node)
    lines = []
    more = {"encrypted": encrypted, "clock": clock}
    service = service_over(worker, lines, doors=doors, party=party, address=address, **more)
    scheme = "https" if encrypted else "http"
    with TestClient(Application(service), base_url=f"{scheme}://localhost") as http:
        yield Running(http, world, service, lines)
    worker.close()
