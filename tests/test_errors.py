"""One shape for whatever is refused, the order in which refusals come, and the lines they leave."""

import json
import urllib.request

import pytest
from accounts import PASSWORD, login, register
from helpers import problem

LIMIT = 64 * 1024


def body_of(size):
    """A body of exactly that many bytes, with a field that is not known."""
    return b'{"zzz": "' + b"x" * (size - 11) + b'"}'


def patch(person, path, data, content_type="application/json", **headers):
    return person.open(path, method="PATCH", data=data, content_type=content_type, headers=headers)


FORM = "application/x-www-form-urlencoded"
REFUSALS = [
    ("mechanic", "PATCH /v1/auth/me", {"data": b"{", "content_type": "application/json"}, 400),
    ("client", "GET /v1/auth/me", {}, 401),
    ("mechanic", "GET /v1/users", {}, 403),
    ("admin", "GET /v1/users/987654321", {}, 404),
    ("client", "GET /nowhere", {}, 404),
    ("client", "GET /v1/nowhere", {}, 404),
    ("client", "DELETE /v1/health", {}, 405),
    ("admin", "PATCH /v1/users/{admin}", {"json": {"is_active": False}}, 409),
    ("mechanic", "PATCH /v1/auth/me", {"json": {}, "headers": {"If-Match": "x"}}, 412),
    ("mechanic", "PATCH /v1/auth/me", {"json": {"name": "x" * LIMIT}}, 413),
    ("mechanic", "PATCH /v1/auth/me", {"data": b"name=x", "content_type": FORM}, 415),
    ("mechanic", "PATCH /v1/auth/me", {"json": {"zzz": 1}}, 422),
    ("admin", "GET /v1/users?zzz=1", {}, 422),
]


@pytest.fixture
def call(client, mechanic, admin):
    """Call as one of these: `call("admin", "GET /v1/users")`."""
    callers = {"client": client, "mechanic": mechanic, "admin": admin}

    def call(who, line, **sent):
        method, path = line.format(admin=admin.id).split()
        return callers[who].open(path, method=method, **sent)

    return call


@pytest.mark.parametrize("who, line, sent, status", REFUSALS)
def test_every_refusal_has_the_same_shape(call, who, line, sent, status):
    body = problem(call(who, line, **sent), status)

    assert set(body) - {"errors"} == {"type", "title", "status", "detail", "request_id"}
    assert ("errors" in body) == (status == 422)
    assert body["title"] and body["detail"].endswith((".", "!"))


def test_a_method_that_is_not_there_names_those_that_are(client):
    answer = client.delete("/v1/auth/me")

    problem(answer, 405)
    assert {"GET", "PATCH"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_a_body_at_the_limit_is_still_read(mechanic):
    answer = patch(mechanic, "/v1/auth/me", body_of(LIMIT))

    problem(answer, 422)


def test_thousands_of_unknown_fields_make_a_short_answer(mechanic):
    fields = {f"{number:x}": 1 for number in range(5_000)}

    answer = mechanic.patch("/v1/auth/me", json=fields)

    assert problem(answer, 422)["errors"]["json"]


def test_one_enormous_field_name_makes_a_short_answer(mechanic):
    answer = mechanic.patch("/v1/auth/me", json={"x" * 60_000: 1})

    problem(answer, 422)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "image/png"])
def test_a_refusal_is_json_whatever_the_caller_would_like(client, accept):
    answer = client.get("/v1/auth/me", headers={"Accept": accept})

    problem(answer, 401)


# Order: 429, 401, 403 (role), 413/415/400/422, 404, 403 (not yours), 412, 409

UNREADABLE = [
    (body_of(LIMIT + 1), "application/json", 413),
    (b"x", "text/plain", 415),
    (b"{", "application/json", 400),
    (b'{"zzz": 1}', "application/json", 422),
]


@pytest.mark.parametrize("data, content_type, _", UNREADABLE)
@pytest.mark.parametrize(
    "path", ["/v1/users/987654321", "/v1/tasks/987654321", "/v1/events/987654321"]
)
def test_who_calls_is_asked_before_what_they_sent(client, path, data, content_type, _):
    answer = patch(client, path, data, content_type)

    problem(answer, 401)


@pytest.mark.parametrize("data, content_type, _", UNREADABLE)
@pytest.mark.parametrize("path", ["/v1/users/987654321", "/v1/events/987654321"])
def test_the_role_is_asked_before_what_they_sent(mechanic, path, data, content_type, _):
    answer = patch(mechanic, path, data, content_type)

    problem(answer, 403)


@pytest.mark.parametrize("data, content_type, status", UNREADABLE)
@pytest.mark.parametrize(
    "path", ["/v1/users/987654321", "/v1/tasks/987654321", "/v1/events/987654321"]
)
def test_what_they_sent_is_read_before_anything_is_looked_for(
    admin, path, data, content_type, status
):
    answer = patch(admin, path, data, content_type)

    problem(answer, status)


@pytest.mark.parametrize(
    "path, body",
    [("/v1/users/987654321", {"role": "user"}), ("/v1/tasks/987654321", {"title": "x"})],
)
def test_what_is_not_there_has_no_version_to_compare(admin, path, body):
    answer = admin.patch(path, json=body, headers={"If-Match": '"7"'})

    problem(answer, 404)


def test_not_yours_comes_before_a_stale_version(admin, mechanic, chief, event):
    own = mechanic.post("/v1/tasks", json={"event_id": event["id"], "title": "Fuel"}).json
    admin.patch(f"/v1/tasks/{own['id']}", json={"assigned_to": chief.id})

    answer = mechanic.patch(
        f"/v1/tasks/{own['id']}", json={"completed": True}, headers={"If-Match": '"99"'}
    )

    problem(answer, 403)


def test_a_stale_version_comes_before_a_conflict(admin):
    answer = admin.patch(
        f"/v1/users/{admin.id}", json={"role": "user"}, headers={"If-Match": '"99"'}
    )

    problem(answer, 412)


# Log lines


def test_a_request_leaves_one_line_that_names_it(make_app, capsys):
    app = make_app(LOG_LEVEL="INFO")

    app.test_client().get("/v1/auth/me", headers={"X-Request-ID": "pit-wall-7"})

    lines = [
        line for line in logged(capsys.readouterr().err) if line.get("request_id") == "pit-wall-7"
    ]
    assert len(lines) == 1
    assert 401 in lines[0].values()


def test_the_log_holds_no_secret(make_app, capsys):
    client = make_app(LOG_LEVEL="DEBUG").test_client()
    user = register(client).json
    tokens = login(client).json
    client.get(
        "/v1/auth/me?token=secret-in-query",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )

    written = capsys.readouterr().err

    assert any(str(user["id"]) in str(line) for line in logged(written))
    secrets = [PASSWORD, tokens["access_token"], tokens["refresh_token"], "$2b$", "secret-in-query"]
    assert [secret for secret in secrets if secret in written] == []


def test_a_newline_in_a_login_name_or_a_path_stays_inside_its_line(make_app, capsys):
    client = make_app(LOG_LEVEL="DEBUG").test_client()
    client.post("/v1/auth/login", json={"email": 'a\n{"forged": 1}', "password": PASSWORD})

    client.get("/v1/%0A%7B%22forged%22:1%7D")

    lines = logged(capsys.readouterr().err)
    assert [line["path"] for line in lines if "path" in line][-1] == '/v1/\n{"forged":1}'
    assert not any("forged" in line for line in lines)


def test_a_real_server_writes_nothing_but_json_lines(gunicorn_server, mechanic):
    server = gunicorn_server(LOG_LEVEL="INFO")
    headers = {"Authorization": f"Bearer {mechanic.token}", "X-Request-ID": "pit-wall-8"}

    urllib.request.urlopen(
        urllib.request.Request(f"{server.url}/v1/auth/me", headers=headers)
    ).close()

    assert any(line.get("request_id") == "pit-wall-8" for line in logged(server.log))
    assert mechanic.token not in server.log


def logged(text):
    """Read each line as JSON, which every one of them has to be."""
    lines = [json.loads(line) for line in text.splitlines() if line]
    assert all(isinstance(line, dict) for line in lines)
    return lines
