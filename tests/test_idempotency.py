"""Writes that may be sent twice: `Idempotency-Key`."""

import re

import pytest
from helpers import created, problem
from keyed import KEY, kept, keyed, titles

pytest_plugins = ["keyed_fixtures"]

# Their answers hold tokens, which are kept nowhere.
IGNORING = {f"/v1/auth/{deed}" for deed in ("login", "refresh", "register", "password")}
IGNORING |= {"/v1/auth/password-resets/use", "/v1/invitations/accept"}
LOGOUT = "/v1/auth/logout"  # A browser does it without saying who it is.
IGNORING.add(LOGOUT)


def test_a_write_sent_again_is_answered_as_the_first_time(admin, body):
    first = admin.post("/v1/tasks", json=body, headers=keyed())

    again = admin.post("/v1/tasks", json=body, headers=keyed())

    assert (again.status_code, again.json) == (201, first.json)
    for name in ("Location", "ETag", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert titles(admin) == [body["title"]]


def test_a_change_sent_again_changes_nothing(mechanic, task):
    path = f"/v1/tasks/{task['id']}"
    headers = keyed(**{"If-Match": f'"{task["version"]}"'})
    first = mechanic.patch(path, json={"completed": True}, headers=headers)

    again = mechanic.patch(path, json={"completed": True}, headers=headers)

    assert first.status_code == again.status_code == 200
    assert again.json == first.json == mechanic.get(path).json
    assert len(mechanic.get(f"{path}/history").json) == 2


def test_a_signature_sent_again_signs_once(mechanic, task):
    path = f"/v1/tasks/{task['id']}/sign-offs"

    answers = [mechanic.post(path, json={"act": "done"}, headers=keyed()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert answers[0].json == answers[1].json == answers[2].json
    assert len(mechanic.get(path).json) == 1


def test_an_answer_without_a_body_is_kept_too(admin, chief):
    first = chief.post("/v1/auth/logout", headers=keyed())

    again = chief.post("/v1/auth/logout", headers=keyed())

    assert first.status_code == 204
    problem(again, 401)


def test_a_manager_who_is_one_no_more_gets_no_replay(admin, second_admin, body):
    new = {"track": "Assen", "location": "Drenthe", "event_date": "2026-06-26"}
    created(second_admin.post("/v1/events", json=new, headers=keyed()))
    created(admin.patch(f"/v1/users/{second_admin.id}", json={"role": "user"}), status=200)

    again = second_admin.post("/v1/events", json=new, headers=keyed())

    problem(again, 403)


@pytest.mark.parametrize(
    "other",
    [
        {"json": {"title": "Another"}},
        {"path": "/v1/events"},
        {"path": "/v1/tasks?zzz=1"},
        {"headers": {"If-Match": "*"}},
        {"method": "PATCH"},
    ],
    ids=str,
)
def test_a_key_with_another_request_is_refused(admin, body, other):
    created(admin.post("/v1/tasks", json=body, headers=keyed()))
    sent = {"path": "/v1/tasks", "method": "POST", "json": body, **other}
    sent["headers"] = keyed(**other.get("headers", {}))
    if sent["method"] == "PATCH":
        sent["path"] = "/v1/tasks/1"

    answer = admin.open(**sent)

    assert "Idempotency-Key" in problem(answer, 422)["errors"]["headers"]
    assert titles(admin) == [body["title"]]


def test_the_order_of_names_and_the_quotes_of_a_key_make_no_other_request(admin, body):
    created(admin.post("/v1/tasks", json=body, headers=keyed()))

    again = admin.post("/v1/tasks", json=dict(reversed(body.items())), headers=keyed(f'"{KEY}"'))

    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_key_belongs_to_one_person(admin, mechanic, body):
    first = admin.post("/v1/tasks", json=body, headers=keyed())

    other = mechanic.post("/v1/tasks", json=body, headers=keyed())

    assert created(other)["id"] != created(first)["id"]


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "a b", "caf\u00e9", "a\tb", " "])
def test_an_unfit_key_is_refused(admin, body, key):
    answer = admin.post("/v1/tasks", json=body, headers=keyed(key))

    assert "Idempotency-Key" in problem(answer, 422)["errors"]["headers"]
    assert titles(admin) == []


@pytest.mark.parametrize("key", ["x", "x" * 255, '"' + "x" * 255 + '"', "!~", '"a\\"b"'])
def test_a_fit_key_is_taken(admin, body, key):
    answers = [admin.post("/v1/tasks", json=body, headers=keyed(key)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(titles(admin)) == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"title": "No weekend"}}, 422),
        ({"json": {"event_id": 999, "title": "Not there"}}, 422),
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "title"}, 415),
        ({"data": b" " * 70_000, "content_type": "application/json"}, 413),
    ],
)
def test_what_was_refused_is_judged_anew(app, admin, body, sent, status):
    problem(admin.post("/v1/tasks", headers=keyed(), **sent), status)

    again = admin.post("/v1/tasks", json=body, headers=keyed())

    created(again)
    assert len(kept(app)) == 1


def test_a_conflict_is_judged_anew(admin, task):
    path = f"/v1/tasks/{task['id']}/restore"
    problem(admin.post(path, headers=keyed()), 409)
    admin.delete(f"/v1/tasks/{task['id']}")

    again = admin.post(path, headers=keyed())

    assert again.status_code == 200


def test_a_key_is_forgotten_after_a_day(admin, body, clock):
    created(admin.post("/v1/tasks", json=body, headers=keyed()))
    clock.advance(hours=24)

    again = admin.post("/v1/tasks", json=body, headers=keyed())

    assert "Idempotent-Replayed" not in again.headers
    assert len(titles(admin)) == 2


def test_what_has_expired_is_swept(app, admin, body, clock):
    for number in range(3):
        created(admin.post("/v1/tasks", json=body, headers=keyed(f"old-{number}")))
    clock.advance(hours=25)

    created(admin.post("/v1/tasks", json=body, headers=keyed("new")))

    assert [row.key for row in kept(app)] == ["new"]


def test_every_write_minds_its_key_but_those_that_are_named(app, admin):
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule == LOGOUT):
        path = re.sub("<[^>]+>", "999", rule.rule)
        for method in {"POST", "PATCH"} & rule.methods:
            answer = admin.open(path, method=method, headers=keyed("x" * 256), json={})

            is_refused = "headers" in (answer.json or {}).get("errors", {})
            assert is_refused == (path not in IGNORING), (method, path)


def test_a_browser_without_a_token_gets_no_500_by_a_key(app, mechanic):
    body = {"email": mechanic.email, "password": mechanic.password}
    for rule in app.url_map.iter_rules():
        path = re.sub("<[^>]+>", "999", rule.rule)
        for method in {"POST", "PATCH"} & rule.methods:
            browser, headers = app.test_client(), keyed(**{"X-Refresh-Cookie": "1"})
            created(browser.post("/v1/auth/login", json=body, headers=headers), status=200)

            answer = browser.open(path, method=method, headers=headers, json={})

            assert answer.status_code < 500, (method, path)
