"""Giving many tasks to one person."""

import pytest
from helpers import created, problem

PATH = "/v1/tasks/assignments"


@pytest.fixture
def tasks(make_task):
    return [make_task(title=f"Check wheel {number}")["id"] for number in range(3)]


@pytest.fixture
def crew_chief(admin, event, chief):
    crew = [{"user_id": chief.id, "crew_roles": ["crew_chief"]}]
    created(admin.put(f"/v1/events/{event['id']}/crew", json=crew), status=200)
    return chief


@pytest.fixture
def holders(admin):
    def read(task_ids):
        return [admin.get(f"/v1/tasks/{task_id}").json["assigned_to"] for task_id in task_ids]

    return read


def giving(task_ids, person):
    return {"json": {"task_ids": task_ids, "assigned_to": person and person.id}}


def test_many_tasks_are_given_at_once(admin, mechanic, tasks, holders):
    answer = created(admin.post(PATH, **giving(tasks, mechanic)), status=200)

    assert answer == {"changed": tasks}
    assert holders(tasks) == [mechanic.id] * 3


def test_only_those_that_had_another_holder_change(admin, mechanic, tasks):
    created(admin.post(PATH, **giving(tasks[:1], mechanic)), status=200)

    answer = created(admin.post(PATH, **giving(tasks, mechanic)), status=200)

    assert answer == {"changed": tasks[1:]}
    versions = [admin.get(f"/v1/tasks/{task_id}").json["version"] for task_id in tasks]
    assert versions == [2, 2, 2]


def test_each_task_says_in_its_record_who_got_it(admin, mechanic, tasks):
    created(admin.post(PATH, **giving(tasks, mechanic)), status=200)

    for task_id in tasks:
        last = admin.get(f"/v1/tasks/{task_id}/history").json[-1]
        assert last["action"] == "task.updated"
        assert last["changes"] == {"assigned_to": [None, mechanic.id]}


def test_the_crew_chief_assigns_at_their_weekend(crew_chief, mechanic, tasks, holders):
    created(crew_chief.post(PATH, **giving(tasks, mechanic)), status=200)

    assert holders(tasks) == [mechanic.id] * 3


def test_one_task_of_another_weekend_stops_the_crew_chief(
    crew_chief, mechanic, tasks, make_event, make_task, holders
):
    foreign = make_task(event_id=make_event(name="Assen 2026")["id"])["id"]

    problem(crew_chief.post(PATH, **giving([*tasks, foreign], mechanic)), 422)

    assert holders(tasks) == [None] * 3


def test_a_mechanic_assigns_nothing(admin, mechanic, rookie, tasks, holders):
    created(admin.post(PATH, **giving(tasks, mechanic)), status=200)

    problem(mechanic.post(PATH, **giving(tasks, rookie)), 403)

    assert holders(tasks) == [mechanic.id] * 3


def test_one_deleted_task_stops_all(admin, mechanic, tasks, holders):
    assert admin.delete(f"/v1/tasks/{tasks[2]}").status_code == 204

    problem(admin.post(PATH, **giving(tasks, mechanic)), 409)

    assert holders(tasks[:2]) == [None, None]


@pytest.mark.parametrize(
    "sent",
    [
        {"task_ids": []},
        {"task_ids": list(range(1, 1002))},
        {"task_ids": [987654321]},
        {"task_ids": ["1"]},
        {"task_ids": [0]},
        {"task_ids": None},
        {"task_ids": {"1": 1}},
        {},
    ],
    ids=str,
)
def test_what_names_no_tasks_is_refused(admin, mechanic, sent):
    problem(admin.post(PATH, json={**sent, "assigned_to": mechanic.id}), 422)


def test_an_unknown_person_gets_nothing(admin, tasks, holders):
    problem(admin.post(PATH, json={"task_ids": tasks, "assigned_to": 987654321}), 422)

    assert holders(tasks) == [None] * 3


def test_who_gets_them_has_to_be_said(admin, tasks):
    problem(admin.post(PATH, json={"task_ids": tasks}), 422)
