"""Writes that may be sent twice: `Idempotency-Key`."""

import re
from collections import Counter

import pytest
from helpers import Person, created, problem

from raceapp.storage.answers import IdempotencyKey, turn_of
from raceapp.storage.session import db

KEY = "3f0c1d9e-7f9f-4a53-a5c0-58f2f0c6d6c1"
# Their answers hold tokens, which are kept nowhere.
IGNORING = {f"/v1/auth/{deed}" for deed in ("login", "refresh", "register", "password")}
IGNORING |= {"/v1/auth/password-resets/use", "/v1/invitations/accept"}


def keyed(key=KEY, **others):
    return {"Idempotency-Key": key, **others}


@pytest.fixture
def body(event):
    return {"event_id": event["id"], "title": "Check the chain tension"}


@pytest.fixture
def task(make_task, mechanic):
    return make_task(assigned_to=mechanic.id)


def kept(app):
    with app.app_context():
        return db.session.scalars(db.select(IdempotencyKey)).all()


def titles(admin):
    return [task["title"] for task in created(admin.get("/v1/tasks"), status=200)]


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


def test_a_manager_who_is_one_no_more_gets_no_replay(app, admin, second_admin, body):
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


def test_a_key_is_forgotten_after_a_day(app, admin, body, clock):
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


def test_the_same_request_at_the_same_instant_is_done_once(admin, body, parallel):
    assert admin.token

    answers = parallel(lambda: admin.post("/v1/tasks", json=body, headers=keyed()), 8)

    codes = Counter(answer.status_code for answer in answers)
    assert codes[201] >= 1 and set(codes) <= {201, 409}
    assert len(titles(admin)) == 1
    for answer in answers:
        assert answer.status_code == 201 or answer.headers["Retry-After"] == "1"


def test_one_signature_at_the_same_instant_is_one(mechanic, task, parallel):
    assert mechanic.token
    path = f"/v1/tasks/{task['id']}/sign-offs"

    answers = parallel(lambda: mechanic.post(path, json={"act": "done"}, headers=keyed()), 8)

    replies = {answer.get_data() for answer in answers if answer.status_code == 201}
    assert len(replies) == 1
    assert len(mechanic.get(path).json) == 1


def test_while_the_first_still_runs_the_second_is_asked_to_come_again(
    postgres_only, app, admin, body
):
    with app.app_context():
        from_outside = f"SELECT pg_advisory_xact_lock({turn_of(admin.id, KEY)})"
        with db.engine.begin() as connection:
            connection.exec_driver_sql(from_outside)
            answer = admin.post("/v1/tasks", json=body, headers=keyed())

    problem(answer, 409)
    assert answer.headers["Retry-After"] == "1"


def test_changes_that_lose_a_race_with_a_key_get_through(admin, task, parallel):
    numbers = iter(range(6))
    assert admin.token

    def change():
        number = next(numbers)
        sent = {"title": f"Attempt {number}"}
        return admin.patch(f"/v1/tasks/{task['id']}", json=sent, headers=keyed(str(number)))

    answers = parallel(change, 6)

    assert {answer.status_code for answer in answers} == {200}
    assert admin.get(f"/v1/tasks/{task['id']}").json["version"] == task["version"] + 6


def test_a_password_and_its_answer_are_not_kept(app, mechanic):
    sent = {"current_password": mechanic.password, "new_password": "front-axle-nut-64Nm"}

    answer = mechanic.post("/v1/auth/password", json=sent, headers=keyed("x" * 300))

    assert answer.status_code == 204
    assert kept(app) == []


@pytest.fixture
def secret_kept(app, admin, mechanic, event):
    """Send a write that tells a link twice with a key; returns both answers and what was kept."""

    def send(path, body, again_by=admin):
        path = path.format(event=event["id"], user=mechanic.id)
        answers = [one.post(path, json=body, headers=keyed()) for one in (admin, again_by)]
        (row,) = kept(app)
        return *answers, f"{row.headers} {row.body}"

    return send


LINKS = [
    ("/v1/calendar", {}),
    ("/v1/users", {"email": "new@garage.example", "name": "Nils Berg"}),
    ("/v1/users/{user}/password-resets", {}),
    ("/v1/events/{event}/invitations", {"crew_roles": ["mechanic"]}),
]


@pytest.mark.parametrize(("path", "body"), LINKS)
def test_a_link_is_told_again_though_its_secret_is_not_kept(secret_kept, path, body):
    first, again, row = secret_kept(path, body)

    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers.get("Location") == first.headers.get("Location")
    secret = first.json["url"].removesuffix(".ics").rpartition("/")[2]
    assert len(secret) == 43 and secret not in row


def test_a_link_dies_with_the_key_it_follows_from(secret_kept, make_app, admin):
    key = "another-key-that-only-this-test-signs-with-0123456789"
    elsewhere = Person(make_app(JWT_SECRET_KEY=key), admin.id, admin.email)

    _, again, _ = secret_kept("/v1/calendar", {}, again_by=elsewhere)

    assert "make another" in problem(again, 409)["detail"]


def test_every_write_minds_its_key_but_those_that_are_named(app, admin):
    for rule in app.url_map.iter_rules():
        path = re.sub("<[^>]+>", "999", rule.rule)
        for method in {"POST", "PATCH"} & rule.methods:
            answer = admin.open(path, method=method, headers=keyed("x" * 256), json={})

            is_refused = "headers" in (answer.json or {}).get("errors", {})
            assert is_refused == (path not in IGNORING), (method, path)
