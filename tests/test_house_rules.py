"""Promises that hold for the answers of every endpoint."""

import re

import pytest
from helpers import problem
from operations import HEALTH, PUBLIC

pytest_plugins = ["operation_fixtures"]

# fmt: off
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
