"""The document holds every route and nothing else, and is a document that others can read."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from keepclear.faces.api.route import Gate
from keepclear.faces.api.table import ROUTES
from tests.api.service import DOCUMENT, running
from tests.node.world import operation


def test_every_route_is_documented_and_every_documented_one_exists():
    written = {
        (method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods
    }
    there = {(route.method, route.path.replace(":path}", "}")) for route in ROUTES}
    assert written == there | {("GET", "/openapi.json")}


def test_what_is_served_is_the_document():
    with running() as node:
        served = node.as_().get("/openapi.json")
        assert served.json() == DOCUMENT
        assert served.headers["content-type"].startswith("application/vnd.oai.openapi+json")
        for path, methods in DOCUMENT["paths"].items():
            plain = re.sub(r"\{index\}", "000.p/1", path)
            plain = re.sub(r"\{level\}", "0", plain)
            plain = re.sub(r"\{\w+\}", "x", plain)
            response = node.as_().ask("PATCH", plain)
            assert response.status_code == 405
            assert set(response.headers["allow"].split(", ")) >= {m.upper() for m in methods}


def test_every_operation_says_who_may_ask_and_has_a_name_of_its_own():
    operations = [one for methods in DOCUMENT["paths"].values() for one in methods.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    for one in operations:
        assert (one["security"] == []) == (one["x-action"] == Gate.OPEN.value)


def test_every_schema_is_one_and_every_reference_leads_somewhere():
    schemas = DOCUMENT["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    references = set(re.findall(r"'\$ref': '([^']+)'", str(DOCUMENT)))
    assert references == {f"#/components/schemas/{name}" for name in schemas} & references
    assert all(reference.rpartition("/")[2] in schemas for reference in references)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/declarations", 200),
        ("GET", "/api/v1/declarations/Alder/A1", 200),
        ("GET", "/api/v1/declarations/Alder/A1/versions", 200),
        ("GET", "/api/v1/declarations/Alder/A1/verdict", 200),
        ("GET", "/api/v1/declarations/Alder/A9", 404),
        ("GET", "/api/v1/notices", 200),
        ("GET", "/api/v1/session", 200),
        ("GET", "/ogc/collections", 200),
        ("GET", "/ogc/collections/operations/items", 200),
        ("GET", "/api/v1/record/inclusion?number=1&size=1", 200),
    ],
)
def test_answers_have_the_form_that_the_document_gives(method, path, status):
    with running() as node:
        node.as_("Alder/duty").declare(operation("A1"))
        response = node.as_("Alder/duty").ask(method, path)
        assert response.status_code == status
        plain = (
            path.partition("?")[0]
            .replace("Alder/A1", "{party}/{id}")
            .replace("Alder/A9", "{party}/{id}")
        )
        plain = plain.replace("collections/operations", "collections/{collection}")
        content = DOCUMENT["paths"][plain]["get"]["responses"][str(status)]["content"]
        (media,) = content
        assert response.headers["content-type"].startswith(media)
        schema = {**content[media]["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(response.json())
