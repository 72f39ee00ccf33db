"""Whoever leaves at the instant of a deed of theirs holds nothing that is to do afterwards."""

from functools import partial

import pytest
from garage import UNDO, at_once
from helpers import created

pytest_plugins = ["leaving_fixtures"]
ROUNDS = 8
FAIL = {"act": "fail", "note": "Thread lock was forgotten"}


@pytest.fixture
def paddock(paddock, rookie, now, admin, mechanic, second_admin):
    """The weekend, with everybody logged in."""
    assert admin.token and mechanic.token and rookie.token and second_admin.token
    paddock.crew(rookie, "mechanic")
    return paddock


@pytest.fixture
def holder(admin):
    return lambda task_id: admin.get(f"/v1/tasks/{task_id}").json["assigned_to"]


@pytest.fixture
def set_active(second_admin):
    def set_active(person, is_active):
        return second_admin.patch(f"/v1/users/{person.id}", json={"is_active": is_active})

    return set_active


def test_nobody_takes_what_they_fail_while_they_are_put_off_the_crew(
    postgres_only, paddock, mechanic, rookie, put_crew, parallel, holder
):
    for _ in range(ROUNDS):
        put_crew(mechanic, rookie)
        task_id = paddock.task()
        fail = partial(mechanic.post, f"/v1/tasks/{task_id}/sign-offs", json=FAIL)

        answers = at_once(parallel, fail, partial(put_crew, rookie))

        assert {answer.status_code for answer in answers} <= {200, 201, 403, 404}
        assert holder(task_id) is None


def test_who_stays_on_the_crew_takes_what_they_fail_while_it_changes(
    postgres_only, paddock, mechanic, rookie, chief, put_crew, parallel, holder
):
    for crew in [(mechanic, rookie), (mechanic, chief)] * (ROUNDS // 2):
        task_id = paddock.task()
        fail = partial(mechanic.post, f"/v1/tasks/{task_id}/sign-offs", json=FAIL)

        answers = at_once(parallel, fail, partial(put_crew, *crew))

        assert {answer.status_code for answer in answers} == {200, 201}
        assert holder(task_id) == mechanic.id


def test_nobody_takes_what_they_fail_while_they_are_disabled(
    postgres_only, paddock, make_person, set_active, parallel, holder
):
    for number in range(ROUNDS):
        leaver, task_id = make_person(f"leaver{number}"), paddock.task()
        paddock.crew(leaver, "mechanic")
        assert leaver.token
        fail = partial(leaver.post, f"/v1/tasks/{task_id}/sign-offs", json=FAIL)

        answers = at_once(parallel, fail, partial(set_active, leaver, False))

        assert {answer.status_code for answer in answers} <= {200, 201, 401, 403}
        assert holder(task_id) is None


def test_nobody_makes_themselves_a_task_while_they_are_disabled(
    postgres_only, paddock, admin, make_person, set_active, parallel
):
    for number in range(ROUNDS):
        leaver = make_person(f"leaver{number}")
        assert leaver.token
        body = {"event_id": paddock.event_id, "title": "Bolts"}
        make = partial(leaver.post, "/v1/tasks", json=body)

        answers = at_once(parallel, make, partial(set_active, leaver, False), make)

        assert {answer.status_code for answer in answers} <= {200, 201, 401, 422}
        assert admin.get(f"/v1/tasks?assigned_to={leaver.id}").json == []


@pytest.mark.parametrize("act", [FAIL, UNDO], ids=["fail", "reopen"])
def test_nothing_is_to_do_for_who_is_put_off_the_crew_as_it_is_opened(
    postgres_only, paddock, admin, mechanic, rookie, put_crew, parallel, holder, act
):
    for _ in range(ROUNDS):
        put_crew(mechanic, rookie)
        task_id = paddock.task(assigned_to=mechanic.id)
        created(mechanic.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": "done"}))
        open_again = partial(admin.post, f"/v1/tasks/{task_id}/sign-offs", json=act)

        at_once(parallel, open_again, partial(put_crew, rookie))

        assert holder(task_id) is None


def test_nobody_makes_themselves_a_critical_task_while_they_are_put_off_the_crew(
    postgres_only, paddock, admin, mechanic, rookie, put_crew, parallel
):
    for _ in range(ROUNDS):
        put_crew(mechanic, rookie)
        body = {"event_id": paddock.event_id, "title": "Bolts", "is_critical": True}

        at_once(parallel, partial(mechanic.post, "/v1/tasks", json=body), partial(put_crew, rookie))

        assert admin.get(f"/v1/tasks?assigned_to={mechanic.id}").json == []
