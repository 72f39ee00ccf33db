"""`flask seed --tasks N`: teams, weekends and tasks for measuring under load."""

import pytest
import sqlalchemy as sa
from accounts import login

from raceapp import seeding
from raceapp.extensions import db
from raceapp.history import service as history
from raceapp.tasks.models import Task


@pytest.fixture
def loaded(app):
    with app.app_context():
        seeding.seed()
        seeding.seed_tasks(1700)
    return app


def number_of_tasks(app):
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count(Task.id)))


def test_as_many_tasks_are_added_as_were_asked_for(loaded):
    before = number_of_tasks(loaded)

    with loaded.app_context():
        seeding.seed_tasks(801)

    assert number_of_tasks(loaded) == before + 801


def test_somebody_of_a_load_team_sees_their_board(loaded, client):
    token = login(client, "load2@demo.example", seeding.PASSWORD).json["access_token"]

    answer = client.get(
        "/v1/tasks?assigned_to=any&limit=1&include_total=true",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.json[0]["title"].startswith("Check item")
    assert int(answer.headers["X-Total-Count"]) == seeding.TEAM_TASKS


def test_a_loaded_task_can_be_signed(loaded, client):
    token = login(client, "load2@demo.example", seeding.PASSWORD).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    task = client.get("/v1/tasks?status=done&limit=1", headers=headers).json[0]

    sign_off = {"act": "fail", "note": "Paint mark has moved"}
    answer = client.post(f"/v1/tasks/{task['id']}/sign-offs", json=sign_off, headers=headers)

    assert answer.status_code == 201, answer.json


def test_the_record_of_loaded_weekends_is_whole(loaded):
    with loaded.app_context():
        assert list(history.faults()) == []
