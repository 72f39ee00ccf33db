"""The fixtures themselves."""

import urllib.request

from helpers import problem


def test_a_task_is_ticked(app, admin, mechanic, make_task, client):
    task = make_task(assigned_to=mechanic.id)

    answer = mechanic.patch(f"/v1/tasks/{task['id']}", json={"completed": True})

    assert answer.json["completed"]
    problem(client.get("/v1/tasks"), 401)


def test_each_test_starts_empty(admin):
    assert admin.get("/v1/events").json == []


def test_other_settings(make_app, clock, client):
    app = make_app(REGISTRATION_OPEN=False)
    clock.advance(minutes=5)

    assert app.test_client().get("/v1/health").status_code == 200


def test_gunicorn(gunicorn_server, parallel):
    server = gunicorn_server(workers=2)

    answers = parallel(lambda: urllib.request.urlopen(server.url + "/v1/health").read(), 8)

    assert len(set(answers)) == 1
