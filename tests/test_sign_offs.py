"""Sign-offs: the state table, the second person, who is first."""

from datetime import timedelta

import pytest
from helpers import created, problem
from paddock import PRESSURE, Paddock

NOTE = {"note": "Thread is damaged"}
ACTS = {
    "done": {"act": "done"},
    "check": {"act": "check"},
    "fail": {"act": "fail", **NOTE},
    "not_applicable": {"act": "not_applicable", **NOTE},
    "reopen": {"act": "reopen", **NOTE},
}
# How to get a task into each state, and what may be signed from there.
WAY_TO = {
    "open": [],
    "done": ["done"],
    "checked": ["done", "check"],
    "failed": ["fail"],
    "not_applicable": ["not_applicable"],
}
NEXT = {
    "open": {"done": "done", "fail": "failed", "not_applicable": "not_applicable"},
    "done": {"check": "done", "fail": "failed", "reopen": "open"},
    "checked": {"fail": "failed", "reopen": "open"},
    "failed": {"done": "done", "reopen": "open"},
    "not_applicable": {"reopen": "open"},
}


@pytest.fixture
def paddock(app, event, admin, mechanic, chief, rookie):
    paddock = Paddock(app, event["id"], admin.id)
    paddock.crew(mechanic, "mechanic")
    paddock.crew(chief, "crew_chief")
    paddock.crew(rookie, "mechanic")
    return paddock


@pytest.fixture
def sign():
    def sign(person, task_id, act, **more):
        return person.post(f"/v1/tasks/{task_id}/sign-offs", json={**ACTS[act], **more})

    return sign


@pytest.fixture
def bring(sign, mechanic, admin):
    """Bring a task to a state: the mechanic signs, the manager checks."""

    def bring(task_id, state):
        for act in WAY_TO[state]:
            created(sign(admin if act == "check" else mechanic, task_id, act))

    return bring


@pytest.mark.parametrize("state", WAY_TO)
@pytest.mark.parametrize("act", ACTS)
def test_every_act_from_every_state(paddock, sign, bring, admin, act, state):
    task_id = paddock.task(needs_check=True)
    bring(task_id, state)

    answer = sign(admin, task_id, act)

    if act in NEXT[state]:
        assert created(answer)["status"] == NEXT[state][act]
    else:
        assert problem(answer, 409)["detail"]


def test_done_names_who_and_when_and_takes_the_task(paddock, sign, mechanic):
    task_id = paddock.task()

    task = created(sign(mechanic, task_id, "done"))

    assert task["done_by"] == task["completed_by"] == task["assigned_to"] == mechanic.id
    assert task["done_at"] == task["completed_at"]
    assert task["completed"] is True


def test_a_team_manager_signs_without_taking_the_task(paddock, sign, admin):
    task_id = paddock.task()

    task = created(sign(admin, task_id, "done"))

    assert (task["done_by"], task["assigned_to"]) == (admin.id, None)


def test_only_another_person_can_check_a_signed_bolt(paddock, sign, mechanic, rookie):
    task_id = paddock.task(needs_check=True)
    created(sign(mechanic, task_id, "done"))

    own, other = sign(mechanic, task_id, "check"), sign(rookie, task_id, "check")

    assert "somebody else" in problem(own, 409)["detail"]
    assert created(other)["checked_by"] == rookie.id


def test_a_self_check_is_marked_where_the_weekend_allows_it(paddock, sign, mechanic, admin, event):
    admin.patch(f"/v1/events/{event['id']}", json={"allow_self_check": True})
    task_id = paddock.task(needs_check=True)
    created(sign(mechanic, task_id, "done"))

    created(sign(mechanic, task_id, "check"))

    marks = [row["is_self_check"] for row in mechanic.get(f"/v1/tasks/{task_id}/sign-offs").json]
    assert marks == [False, True]


def test_reopening_voids_done_and_check(paddock, sign, bring, mechanic):
    task_id = paddock.task(needs_check=True)
    bring(task_id, "checked")

    task = created(sign(mechanic, task_id, "reopen"))

    voided = ("done_by", "done_at", "checked_by", "checked_at", "completed_at", "value")
    assert [task[name] for name in voided] == [None] * 6


@pytest.mark.parametrize("act", ["fail", "not_applicable"])
@pytest.mark.parametrize("note", [None, " ", ""])
def test_saying_no_takes_a_note(paddock, mechanic, act, note):
    task_id = paddock.task()

    answer = mechanic.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": act, "note": note})

    assert "note" in problem(answer, 422)["errors"]["json"]


def test_undoing_a_check_takes_a_note_and_undoing_done_does_not(paddock, sign, bring, mechanic):
    plain, checked = paddock.task(), paddock.task(needs_check=True)
    bring(plain, "done")
    bring(checked, "checked")

    answers = [sign(mechanic, task_id, "reopen", note=None) for task_id in (plain, checked)]

    assert [answer.status_code for answer in answers] == [201, 422]


@pytest.mark.parametrize(("minutes", "status"), [(-600, 201), (9, 201), (11, 422), (10_080, 422)])
def test_the_device_clock_may_be_ten_minutes_ahead(paddock, sign, mechanic, clock, minutes, status):
    task_id = paddock.task()
    device_time = (clock.now + timedelta(minutes=minutes)).isoformat()

    answer = sign(mechanic, task_id, "done", device_time=device_time)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("who", "act", "status"),
    [
        ("stranger", "done", 404),
        ("chief", "done", 403),
        ("chief", "check", 201),
        ("chief", "fail", 201),
        ("chief", "reopen", 201),
        ("chief", "not_applicable", 403),
        ("rookie", "check", 201),
        ("rookie", "fail", 201),
        ("rookie", "reopen", 403),
        ("mechanic", "reopen", 201),
        ("admin", "reopen", 201),
    ],
)
def test_who_may_sign_what(paddock, sign, bring, request, who, act, status):
    person = request.getfixturevalue(who)
    task_id = paddock.task(needs_check=True)
    bring(task_id, "done" if act in ("check", "fail", "reopen") else "open")

    assert sign(person, task_id, act).status_code == status


def test_crew_of_another_role_may_look_but_not_sign(paddock, sign, stranger):
    paddock.crew(stranger, "tyre_tech")
    task_id = paddock.task()

    assert stranger.get(f"/v1/tasks/{task_id}").status_code == 200
    assert problem(sign(stranger, task_id, "done"), 403)


@pytest.mark.parametrize("act", ["done", "fail", "not_applicable"])
def test_who_comes_second_is_told_who_was_first(paddock, sign, mechanic, rookie, act):
    task_id = paddock.task()
    created(sign(mechanic, task_id, act))

    answer = sign(rookie, task_id, act)

    assert "mechanic was first" in problem(answer, 409)["detail"]


def test_of_two_signatures_at_once_one_is_first(paddock, sign, mechanic, rookie, parallel):
    task_id = paddock.task()
    people = [mechanic, rookie] * 3
    assert all(person.token for person in people)

    answers = parallel(lambda: sign(people.pop(), task_id, "done"), 6)

    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    assert len(mechanic.get(f"/v1/tasks/{task_id}/sign-offs").json) == 1


def test_the_plain_way_in_obeys_the_same_rules(paddock, mechanic, rookie, admin):
    measured = paddock.task(measurement=PRESSURE, assigned_to=mechanic.id)
    nobodys = paddock.task()

    answers = [
        mechanic.patch(f"/v1/tasks/{measured}", json={"completed": True}),
        mechanic.patch(f"/v1/tasks/{nobodys}", json={"completed": True}),
        admin.patch(f"/v1/tasks/{nobodys}", json={"completed": True}),
        rookie.patch(f"/v1/tasks/{nobodys}", json={"completed": False}),
    ]

    assert [answer.status_code for answer in answers] == [422, 403, 200, 403]


def test_the_plain_way_cannot_undo_a_check(paddock, bring, mechanic):
    task_id = paddock.task(needs_check=True)
    bring(task_id, "checked")

    answer = mechanic.patch(f"/v1/tasks/{task_id}", json={"completed": False})

    assert "note" in problem(answer, 422)["errors"]["json"]
