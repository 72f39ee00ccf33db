"""Promises that hold for every operation of the document: it agrees with the routing table."""

import re

import openapi_spec_validator
from operations import HEALTH, LIMITED, PUBLIC

pytest_plugins = ["operation_fixtures"]

# fmt: off
HIDDEN = ("events", "sessions", "bikes", "templates")
REFUSALS = {  # what may happen besides the rules in `can_happen`, ids written {id}
    401: {"POST /v1/auth/login", "POST /v1/auth/refresh", "POST /v1/invitations/accept"},
    403: {
        "POST /v1/auth/register", "POST /v1/auth/password", "GET /v1/users", "GET /v1/users/{id}",
        "POST /v1/users", "POST /v1/users/{id}/password-resets", "GET /v1/users/{id}/history",
        "POST /v1/auth/refresh", "POST /v1/auth/logout",
        "PATCH /v1/users/{id}", "POST /v1/events", "PATCH /v1/events/{id}", "GET /v1/tasks",
        "DELETE /v1/events/{id}", "POST /v1/tasks", "PATCH /v1/tasks/{id}", "DELETE /v1/tasks/{id}",
        "POST /v1/tasks/{id}/sign-offs", "PUT /v1/events/{id}/crew",
        "POST /v1/events/{id}/sessions", "PATCH /v1/sessions/{id}", "DELETE /v1/sessions/{id}",
        "POST /v1/sessions/{id}/releases",
        "POST /v1/events/{id}/timetable/shifts", "POST /v1/bikes", "PATCH /v1/bikes/{id}",
        "POST /v1/templates", "PATCH /v1/templates/{id}", "POST /v1/events/{id}/checklists",
        "POST /v1/events/{id}/copies", "POST /v1/events/{id}/sessions/import",
        "POST /v1/weekends",
        "DELETE /v1/comments/{id}", "POST /v1/tasks/assignments",
        "POST /v1/events/{id}/tasks/import", "GET /v1/events/{id}/tasks.csv",
        "POST /v1/events/{id}/invitations", "GET /v1/events/{id}/invitations",
        "DELETE /v1/invitations/{id}", "GET /v1/invitations/{id}/qr.svg",
        "POST /v1/invitations/accept",
        "GET /v1/events", "GET /v1/bikes", "GET /v1/templates", "GET /v1/events/{id}/sessions",
        *(f"POST /v1/{kind}/{{id}}/restore" for kind in HIDDEN),
    },
    409: {
        *(f"POST /v1/{kind}/{{id}}/restore" for kind in HIDDEN),
        "POST /v1/users",
        "POST /v1/auth/register", "PATCH /v1/users/{id}", "PATCH /v1/tasks/{id}", "POST /v1/bikes",
        "DELETE /v1/tasks/{id}", "POST /v1/tasks/{id}/restore", "POST /v1/tasks/{id}/sign-offs",
        "PATCH /v1/bikes/{id}", "POST /v1/sessions/{id}/releases", "POST /v1/tasks/{id}/comments",
        "POST /v1/tasks/assignments", "POST /v1/invitations/accept", "DELETE /v1/invitations/{id}",
    },
}
# fmt: on


def can_happen(method, path, operation):
    """The refusals an operation must own up to, from its method, path and body."""
    is_single = path == "/v1/auth/me" or path.endswith("_id}")
    rules = {
        401: (method, path) not in PUBLIC,
        404: "{" in path,
        429: (method, path) in LIMITED or path.startswith("/v1/tasks"),
        304: method == "GET" and is_single,
        412: method in ("PATCH", "PUT", "DELETE"),
        414: any(given.get("in") == "query" for given in operation.get("parameters", ())),
        422: (method, path) not in HEALTH,
        503: (method, path) != ("GET", "/v1/health"),
        **dict.fromkeys((400, 413, 415), "requestBody" in operation),
    }
    named = f"{method} {re.sub(r'{[^}]+}', '{id}', path)}"
    expected = {status for status, holds in rules.items() if holds}
    return expected | {status for status, deeds in REFUSALS.items() if named in deeds}


def test_the_document_and_the_routing_table_name_the_same_operations(published, operations):
    assert published.keys() == {(method, named) for method, named, _ in operations}


def test_every_operation_is_named_tagged_and_summed_up(published):
    names = [operation["operationId"] for operation in published.values()]

    assert len(set(names)) == len(names) > 20
    for key, operation in published.items():
        assert operation["tags"] and operation["summary"], key
        assert not operation["summary"].endswith("."), key


def test_every_operation_says_whether_it_wants_a_token(document, published):
    schemes = document["components"]["securitySchemes"]

    for key, operation in published.items():
        wanted = [name for entry in operation["security"] for name in entry]
        may_go_without = wanted == [] or {} in operation["security"]
        assert may_go_without == (key in PUBLIC) and set(wanted) <= schemes.keys(), key


def test_every_operation_owns_up_to_every_status(published):
    missing = {
        key: sorted(can_happen(*key, operation) - {int(code) for code in operation["responses"]})
        for key, operation in published.items()
    }

    assert {key: codes for key, codes in missing.items() if codes} == {}


def resolved(document, part):
    """What a $ref stands for, or the part itself."""
    for name in part.get("$ref", "").split("/")[1:]:
        document = document[name]
    return document if "$ref" in part else part


def has_example(document, part):
    """An example beside the schema, in it, in what it refers to, or in one of its properties."""
    part = resolved(document, part)
    if {"example", "examples"} & part.keys():
        return True
    inner = [part[key] for key in ("schema", "items") if key in part]
    inner += part.get("properties", {}).values()
    return any(has_example(document, field) for field in inner)


def test_every_body_has_an_example(document, published):
    for key, operation in published.items():
        answers = [body for code, body in operation["responses"].items() if code.startswith("2")]
        for body in [operation.get("requestBody", {}), *answers]:
            for content in resolved(document, body).get("content", {}).values():
                assert has_example(document, content), key


def test_every_refusal_is_documented_as_a_problem(document, published):
    for key, operation in published.items():
        for code, answer in operation["responses"].items():
            found = resolved(document, answer)
            assert found["description"], (key, code)
            if code >= "400" and key not in HEALTH:
                assert [*found["content"]] == ["application/problem+json"], (key, code)


def test_the_document_is_valid_openapi_3_1(document):
    openapi_spec_validator.validate(document)

    assert document["openapi"].startswith("3.1")
