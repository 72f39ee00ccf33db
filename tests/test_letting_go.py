"""Who leaves the crew or loses their account lets go of what they hold."""

from functools import partial

import pytest
from garage import at_once
from helpers import created, problem
from paddock import Paddock

pytest_plugins = ["leaving_fixtures"]
DONE = {"act": "done"}


@pytest.fixture
def paddock(paddock, rookie, now):
    paddock.crew(rookie, "mechanic")
    return paddock


@pytest.fixture
def held(paddock, mechanic):
    """An open and a failed task that the mechanic holds."""
    return [paddock.task(assigned_to=mechanic.id, status=status) for status in ("open", "failed")]


def test_who_is_taken_off_the_crew_lets_go_of_what_is_to_do(admin, event, held, rookie, put_crew):
    put_crew(rookie)

    claimable = rookie.get("/v1/tasks?claimable=true&sort=id").json
    assert [(task["id"], task["assigned_to"]) for task in claimable] == [(id, None) for id in held]
    entries = admin.get(f"/v1/events/{event['id']}/history").json[-2:]
    assert [(entry["action"], entry["subject"]) for entry in entries] == [
        ("task.let_go", f"task:{task_id}") for task_id in held
    ]


def test_who_loses_their_account_lets_go_of_what_is_to_do(admin, held, rookie, disable):
    disable()

    for task_id in held:
        created(rookie.post(f"/v1/tasks/{task_id}/sign-offs", json=DONE))


def test_what_was_signed_stays_with_who_signed_it(admin, paddock, mechanic, disable, put_crew):
    done = paddock.task(assigned_to=mechanic.id)
    created(mechanic.post(f"/v1/tasks/{done}/sign-offs", json=DONE))

    put_crew()
    disable()

    assert admin.get(f"/v1/tasks/{done}").json["assigned_to"] == mechanic.id


def test_what_is_held_at_another_weekend_or_without_being_crew_stays(
    app, admin, make_event, mechanic, rookie, stranger, paddock, put_crew
):
    other = Paddock(app, make_event(name="Assen")["id"], admin.id)
    tasks = [other.task(assigned_to=mechanic.id), paddock.task(assigned_to=stranger.id)]

    put_crew(rookie)

    holders = [admin.get(f"/v1/tasks/{task_id}").json["assigned_to"] for task_id in tasks]
    assert holders == [mechanic.id, stranger.id]


def test_a_weekend_that_is_over_keeps_its_holders(admin, held, clock, mechanic, disable):
    clock.advance(days=5)

    disable()

    assert admin.get(f"/v1/tasks/{held[0]}").json["assigned_to"] == mechanic.id


def test_who_is_disabled_may_stay_on_a_crew_that_lists_them(
    put_crew, mechanic, rookie, chief, disable
):
    put_crew(mechanic, rookie)
    disable()

    assert put_crew(mechanic, chief).status_code == 200
    put_crew(chief)
    assert "user_id" in problem(put_crew(chief, mechanic), 422)["errors"]["json"]["1"]


def test_who_loses_a_crew_role_lets_go_of_what_is_of_that_role(
    admin, event, paddock, held, mechanic, rookie
):
    tyres = paddock.task(assigned_to=mechanic.id, crew_role="tyre_tech")
    crew = [
        {"user_id": mechanic.id, "crew_roles": ["tyre_tech"]},
        {"user_id": rookie.id, "crew_roles": ["mechanic", "rider"]},
    ]

    created(admin.put(f"/v1/events/{event['id']}/crew", json=crew), status=200)

    holders = [admin.get(f"/v1/tasks/{id}").json["assigned_to"] for id in (*held, tyres)]
    assert holders == [None, None, mechanic.id]


def test_a_refusal_names_who_holds_the_task(rookie, held):
    response = rookie.post(f"/v1/tasks/{held[1]}/sign-offs", json=DONE)

    assert "mechanic holds this task" in problem(response, 403)["detail"]


def test_nobody_is_given_work_while_their_account_is_being_disabled(
    postgres_only, admin, second_admin, paddock, make_person, make_task, parallel
):
    assert admin.token and second_admin.token
    for number in range(4):
        leaver, task = make_person(f"leaver{number}"), make_task()
        give = {"assigned_to": leaver.id}
        body = {"event_id": task["event_id"], "title": "Bolts", **give}
        deeds = [
            partial(admin.post, "/v1/tasks", json=body),
            partial(admin.patch, f"/v1/tasks/{task['id']}", json=give),
            partial(second_admin.patch, f"/v1/users/{leaver.id}", json={"is_active": False}),
            partial(admin.post, "/v1/tasks", json=body),
        ]

        answers = at_once(parallel, *deeds)

        assert {answer.status_code for answer in answers} <= {200, 201, 422}
        assert admin.get(f"/v1/tasks?assigned_to={leaver.id}").json == []


def test_nobody_takes_work_while_they_are_put_off_the_crew(
    postgres_only, admin, paddock, mechanic, rookie, put_crew, parallel
):
    assert admin.token and mechanic.token
    for _ in range(6):
        put_crew(mechanic, rookie)
        task_id = paddock.task()
        take = partial(mechanic.patch, f"/v1/tasks/{task_id}", json={"assigned_to": mechanic.id})

        at_once(parallel, take, partial(put_crew, rookie))

        assert admin.get(f"/v1/tasks/{task_id}").json["assigned_to"] is None
