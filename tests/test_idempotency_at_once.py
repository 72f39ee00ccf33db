"""Writes with a key at the same instant: one is done, and all get its answer or come again."""

from collections import Counter

from helpers import problem
from keyed import KEY, keyed, titles

from raceapp.storage.answers import turn_of
from raceapp.storage.session import db

pytest_plugins = ["keyed_fixtures"]


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
