"""Taking nobody's task and giving it back."""

import pytest
from helpers import created, problem


def test_nobodys_task_is_taken_and_given_back(clip_on, change, mechanic, paddock):
    taken = created(change(clip_on, mechanic, assigned_to=mechanic.id), status=200)
    again = created(change(clip_on, mechanic, assigned_to=mechanic.id), status=200)
    given_back = created(change(clip_on, mechanic, assigned_to=None), status=200)

    assert taken["assigned_to"] == mechanic.id and again == taken
    assert given_back["assigned_to"] is None


@pytest.mark.parametrize("fields", [{"assigned_to": None}, {"assigned_to": "own id"}])
def test_what_another_holds_is_not_taken(clip_on, change, mechanic, rookie, fields):
    created(change(clip_on, mechanic, assigned_to=mechanic.id), status=200)
    fields = {name: value and rookie.id for name, value in fields.items()}

    problem(change(clip_on, rookie, **fields), 403)


def test_what_is_signed_is_not_given_back(clip_on, change, mechanic):
    sign_off = mechanic.post(f"/v1/tasks/{clip_on['id']}/sign-offs", json={"act": "done"})

    assert created(sign_off)["assigned_to"] == mechanic.id
    problem(change(clip_on, mechanic, assigned_to=None), 409)


@pytest.mark.parametrize("role", ["tyre_tech", None])
def test_what_is_of_another_crew_role_is_not_taken(make_task, paddock, change, mechanic, role):
    task = make_task(crew_role=role)

    problem(change(task, mechanic, assigned_to=mechanic.id), 403)
    assert change(task, mechanic, assigned_to=mechanic.id, title="Mine").status_code == 403


def test_of_two_who_take_it_at_once_one_has_it(clip_on, change, mechanic, rookie, parallel):
    takers = iter([mechanic, rookie])

    def take():
        taker = next(takers)
        return change(clip_on, taker, assigned_to=taker.id)

    assert sorted(answer.status_code for answer in parallel(take, 2)) == [200, 403]
