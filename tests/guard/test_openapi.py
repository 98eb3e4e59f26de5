"""The OpenAPI document says what the routes do."""

import json
import re

import pytest

from streams.alert import State
from streams.mention import Mention
from streams.search import FACETS
from streams.web.api.alerts import Said
from streams.web.api.description import document
from streams.web.asked import MAX_SIZE
from streams.web.server import ROUTES

DOCUMENT = json.loads(document())
SERVED = {(route.method.lower(), route.path): route for route in ROUTES if route.path.startswith("/api/")}
DESCRIBED = {
    (method, path): {"parameters": item.get("parameters", []), **operation}
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}


def test_every_route_is_described_and_nothing_else():
    assert set(DESCRIBED) == set(SERVED)


@pytest.mark.parametrize("key", sorted(SERVED), ids=" ".join)
def test_parameters_security_and_answers_are_those_of_the_route(key: tuple[str, str]):
    route, operation = SERVED[key], DESCRIBED[key]
    shared = DOCUMENT["paths"][key[1]].get("parameters", [])
    parameters = {(p["in"], p["name"]) for p in [*shared, *operation["parameters"]]}
    assert {name for place, name in parameters if place == "query"} == set(route.query or ())
    assert {name for place, name in parameters if place == "path"} == set(re.findall(r"{(\w+)}", route.path))
    assert ("security" in operation) is route.changes
    assert ("401" in operation["responses"]) is route.changes
    assert ("400" in operation["responses"]) or not (route.query or key[0] == "post" or key[0] == "put")


def test_operation_ids_are_unique():
    ids = [operation["operationId"] for operation in DESCRIBED.values()]
    assert len(set(ids)) == len(ids)


def test_every_reference_leads_somewhere():
    text = json.dumps(DOCUMENT)
    referred = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert referred == set(DOCUMENT["components"]["schemas"])


def test_the_schema_of_a_request_has_the_fields_of_its_record():
    assert set(DOCUMENT["components"]["schemas"]["Said"]["properties"]) == set(Said.__dataclass_fields__)


def test_a_mention_is_described_by_fields_it_has():
    assert set(DOCUMENT["components"]["schemas"]["Mention"]["properties"]) <= set(
        Mention.__dataclass_fields__
    )


def test_limits_and_choices_are_those_of_the_code():
    parameters = {p["name"]: p["schema"] for p in DESCRIBED["get", "/api/mentions"]["parameters"]}
    assert parameters["size"]["maximum"] == MAX_SIZE
    by = next(p for p in DESCRIBED["get", "/api/mentions/summary"]["parameters"] if p["name"] == "by")
    assert tuple(by["schema"]["enum"]) == FACETS
    assert tuple(DOCUMENT["components"]["schemas"]["State"]["enum"]) == State.__args__
