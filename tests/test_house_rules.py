"""Promises that hold for every endpoint: the routing table and the published document agree."""

import re

import openapi_spec_validator
import pytest
from helpers import problem

# fmt: off
HEALTH = {("GET", "/v1/health"), ("GET", "/v1/health/ready")}
BY_GUESTS = ("register", "login", "refresh", "password-resets/use")
LIMITED = {("POST", f"/v1/auth/{deed}") for deed in BY_GUESTS}
LIMITED |= {("POST", "/v1/invitations/accept")}
PUBLIC = HEALTH | LIMITED | {("GET", "/v1/calendar/{secret}.ics")}
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
AS_JSON = {"content_type": "application/json"}
ASSEN = {"track": "Assen", "location": "Drenthe", "event_date": "2026-06-26"}
ANSWERS = [  # method, path, what is sent, status: one of every kind of answer
    ("GET", "/v1/health", {}, 200),
    ("GET", "/v1/events", {}, 200),
    ("GET", "/v1/events/$event", {"headers": {"If-None-Match": "*"}}, 304),
    ("POST", "/v1/events", {"json": ASSEN}, 201),
    ("DELETE", "/v1/events/$event", {}, 204),
    ("POST", "/v1/events", {"data": "{", **AS_JSON}, 400),
    ("GET", "/v1/events", {"headers": {"Authorization": "Bearer x"}}, 401),
    ("GET", "/v1/events/999", {}, 404),
    ("GET", "/nowhere", {}, 404),
    ("PUT", "/v1/events", {}, 405),
    ("DELETE", "/v1/events/$event", {"headers": {"If-Match": "x"}}, 412),
    ("POST", "/v1/events", {"data": b" " * 70_000, **AS_JSON}, 413),
    ("POST", "/v1/events", {"data": "track=Assen"}, 415),
    ("GET", "/v1/events?zzz=1", {}, 422),
]
# fmt: on
each_answer = pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    ANSWERS,
    ids=[f"{row[3]} {row[0]} {row[1]}" for row in ANSWERS],
)


@pytest.fixture
def operations(app):
    """(method, documented path, path with unknown ids) of every operation under /v1."""
    found = set()
    for rule in app.url_map.iter_rules():
        named = re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule)
        path = re.sub(r"{[^}]+}", "999", named)
        found |= {(method, named, path) for method in rule.methods - {"HEAD", "OPTIONS"}}
    return sorted(operation for operation in found if operation[1].startswith("/v1"))


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json


@pytest.fixture
def published(document):
    """What /openapi.json says of every operation under /v1, by method and path."""
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if path.startswith("/v1") and method != "parameters"
    }


def can_happen(method, path, operation):
    """The refusals an operation must own up to, from its method, path and body."""
    is_single = path == "/v1/auth/me" or path.endswith("_id}")
    rules = {
        401: (method, path) not in PUBLIC,
        404: "{" in path,
        429: (method, path) in LIMITED or path.startswith("/v1/tasks"),
        304: method == "GET" and is_single,
        412: method in ("PATCH", "PUT", "DELETE"),
        422: (method, path) not in HEALTH,
        503: (method, path) != ("GET", "/v1/health"),
        **dict.fromkeys((400, 413, 415), "requestBody" in operation),
    }
    named = f"{method} {re.sub(r'{[^}]+}', '{id}', path)}"
    expected = {status for status, holds in rules.items() if holds}
    return expected | {status for status, deeds in REFUSALS.items() if named in deeds}


def call(client, person, method, path, sent, event):
    headers = {"Authorization": f"Bearer {person.token}", **sent.get("headers", {})}
    path = path.replace("$event", str(event["id"]))
    return client.open(path, method=method, **{**sent, "headers": headers})


def test_nothing_but_the_public_endpoints_answers_without_a_token(client, operations):
    answers = {
        (method, path): client.open(path, method=method)
        for method, named, path in operations
        if (method, named) not in PUBLIC
    }

    for response in answers.values():
        problem(response, 401)
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_public_endpoints_ask_for_no_token(client):
    answers = [client.open(path, method=method) for method, path in PUBLIC]

    assert 401 not in [response.status_code for response in answers]


def test_no_endpoint_ignores_a_query_parameter_it_does_not_know(admin, operations, published):
    for method, named, path in operations:
        if (method, named) not in HEALTH:
            taken = published[method, named].get("requestBody", {}).get("content", {})
            body = {"data": "{}", "content_type": next(iter(taken))} if taken else {}
            response = admin.open(f"{path}?zzz=1", method=method, **body)
            problem(response, 422)


def test_every_endpoint_refuses_other_methods_naming_its_own(client, operations):
    for _, named, path in operations:
        allowed = {method for method, other, _ in operations if other == named}
        response = client.open(path, method="TRACE")

        problem(response, 405)
        assert allowed <= set(response.headers["Allow"].split(", "))


@each_answer
def test_every_answer_carries_the_security_headers(
    client, admin, event, method, path, sent, status
):
    response = call(client, admin, method, path, sent, event)

    assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "Referrer-Policy" in response.headers
    assert "Strict-Transport-Security" not in response.headers
    assert "Access-Control-Allow-Origin" not in response.headers


@each_answer
def test_every_answer_carries_the_callers_request_id(
    client, admin, event, method, path, sent, status
):
    given = {**sent, "headers": {**sent.get("headers", {}), "X-Request-ID": "garage-7.b_2"}}

    response = call(client, admin, method, path, given, event)

    assert response.headers["X-Request-ID"] == "garage-7.b_2"
    if status >= 400:
        assert problem(response, status)["request_id"] == "garage-7.b_2"


@pytest.mark.parametrize(
    "given", [None, "", "a b", "x" * 129, "caf\u00e9", "a/b", "<script>", "a,b", "a\tb", "'", "%0a"]
)
def test_an_unfit_request_id_is_replaced(client, given):
    response = client.get("/v1/health", headers={} if given is None else {"X-Request-ID": given})

    assert re.fullmatch(r"[A-Za-z0-9._-]{1,128}", response.headers["X-Request-ID"])
    assert response.headers["X-Request-ID"] != given


def test_the_longest_request_id_is_kept(client):
    response = client.get("/v1/health", headers={"X-Request-ID": "x" * 128})

    assert response.headers["X-Request-ID"] == "x" * 128


def test_transport_security_is_promised_behind_https_only(client):
    response = client.get("/v1/health", base_url="https://localhost")

    assert "max-age=" in response.headers["Strict-Transport-Security"]


def test_the_docs_page_runs_no_inline_script(client):
    with client.get("/docs", follow_redirects=True) as response:
        policy, page = response.headers["Content-Security-Policy"], response.get_data(as_text=True)

    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


def test_a_crash_tells_the_caller_nothing_but_its_number(app, admin, monkeypatch):
    endpoint = app.url_map.bind("localhost").match("/v1/events", method="GET")[0]
    monkeypatch.setitem(app.view_functions, endpoint, lambda **_: 1 / 0)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    response = admin.get("/v1/events")

    problem(response, 500)
    assert b"division" not in response.data and b"Traceback" not in response.data


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
