"""Work that no template foresaw: tasks made by hand with all that a checklist's have."""

from datetime import UTC, datetime, timedelta

import pytest
from helpers import created, problem
from paddock import PRESSURE, Paddock

EIGHT = datetime(2026, 6, 12, 8, tzinfo=UTC)


@pytest.fixture
def paddock(app, event, admin, mechanic, chief, rookie):
    paddock = Paddock(app, event["id"], admin.id)
    paddock.crew(mechanic, "mechanic")
    paddock.crew(rookie, "mechanic")
    paddock.crew(chief, "crew_chief")
    return paddock


@pytest.fixture
def bike(paddock):
    return paddock.bike()


@pytest.fixture
def fp1(paddock):
    return paddock.session("FP1", EIGHT, ends_at=EIGHT + timedelta(minutes=40))


@pytest.fixture
def elsewhere(app, make_event, admin):
    """Another weekend, with a bike and a session of its own."""
    paddock = Paddock(app, make_event(name="Assen")["id"], admin.id)
    bike = paddock.bike("77 A", "Max Orsi", 77)
    return {"bike_id": bike, "session_id": paddock.session(), "rider_name": "Max Orsi"}


@pytest.fixture
def change(admin):
    def change(task, by=admin, **fields):
        return by.patch(f"/v1/tasks/{task['id']}", json=fields)

    return change


@pytest.fixture
def clip_on(make_task, bike, fp1):
    """Nobody's, of the mechanics, due half an hour before FP1, to be checked."""
    return make_task(
        title="Replace the clip-on",
        crew_role="mechanic",
        bike_id=bike,
        session_id=fp1,
        anchor="session_start",
        offset_minutes=-30,
        is_critical=True,
        needs_check=True,
    )


def test_a_task_made_by_hand_has_all_that_a_checklist_gives(make_task, paddock, bike, fp1):
    given = {
        "section": "Controls",
        "crew_role": "mechanic",
        "bike_id": bike,
        "rider_name": "Jo Keller",
        "session_id": fp1,
        "needs_check": True,
        "measurement": PRESSURE,
        "anchor": "session_end",
        "offset_minutes": 10,
    }

    task = make_task(**given)

    assert given.items() <= task.items()
    assert (task["due_at"], task["is_due_pinned"]) == ("2026-06-12T08:50:00Z", False)


def test_it_blocks_its_bike(clip_on, admin, paddock, bike, fp1):
    rows = created(admin.get(f"/v1/events/{paddock.event_id}/readiness"), status=200)

    [row] = [row for row in rows if (row["bike_id"], row["session_id"]) == (bike, fp1)]
    assert row["blocking"] == [clip_on["id"]]


def test_it_moves_with_its_session(clip_on, admin, fp1):
    later = {"starts_at": "2026-06-12T09:00:00Z", "ends_at": "2026-06-12T09:40:00Z"}

    created(admin.patch(f"/v1/sessions/{fp1}", json=later), status=200)

    assert admin.get(f"/v1/tasks/{clip_on['id']}").json["due_at"] == "2026-06-12T08:30:00Z"


def test_a_due_time_given_beside_the_anchor_is_pinned(make_task, fp1):
    moment = "2026-06-12T07:00:00Z"

    task = make_task(session_id=fp1, anchor="session_start", due_at=moment)

    assert (task["due_at"], task["is_due_pinned"], task["offset_minutes"]) == (moment, True, 0)


@pytest.mark.parametrize(
    ("fields", "due_at", "is_pinned"),
    [
        ({"offset_minutes": -60}, "2026-06-12T07:00:00Z", False),
        ({"anchor": "session_end"}, "2026-06-12T08:10:00Z", False),
        ({"anchor": "event_start"}, "2026-06-11T21:30:00Z", False),
        ({"anchor": None}, "2026-06-12T07:30:00Z", False),
        ({"due_at": "2026-06-12T06:00:00Z"}, "2026-06-12T06:00:00Z", True),
        ({"title": "Replace both"}, "2026-06-12T07:30:00Z", False),
    ],
)
def test_the_due_time_follows_what_it_hangs_on(clip_on, change, fields, due_at, is_pinned):
    task = created(change(clip_on, **fields), status=200)

    assert (task["due_at"], task["is_due_pinned"]) == (due_at, is_pinned)


@pytest.mark.parametrize("name", ["bike_id", "session_id", "rider_name"])
def test_things_of_another_weekend_are_refused(admin, clip_on, change, elsewhere, event, name):
    body = {"event_id": event["id"], "title": "Swap wheels", name: elsewhere[name]}

    answers = [admin.post("/v1/tasks", json=body), change(clip_on, **{name: elsewhere[name]})]

    for answer in answers:
        assert name in problem(answer, 422)["errors"]["json"]


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"bike_id": 10**12}, "bike_id"),
        ({"anchor": "session_start"}, "session_id"),
        ({"anchor": "crash"}, "anchor"),
        ({"anchor": "wet", "offset_minutes": 5}, "anchor"),
        ({"offset_minutes": 5}, "offset_minutes"),
        ({"offset_minutes": 10**6}, "offset_minutes"),
        ({"crew_role": "pilot"}, "crew_role"),
        ({"section": " "}, "section"),
        ({"measurement": {"label": "Torque"}}, "measurement"),
        ({"template_id": 1}, "template_id"),
    ],
)
def test_what_makes_no_sense_is_refused(admin, event, fields, blamed):
    body = {"event_id": event["id"], "title": "Swap wheels", **fields}

    answer = admin.post("/v1/tasks", json=body)

    assert blamed in problem(answer, 422)["errors"]["json"]


def test_a_crew_member_plans_nothing(mechanic, paddock, event, change, make_task):
    own = make_task(by=mechanic)
    body = {"event_id": event["id"], "title": "Swap wheels", "crew_role": "mechanic"}

    problem(mechanic.post("/v1/tasks", json=body), 403)
    problem(change(own, mechanic, crew_role="mechanic"), 403)


def test_critical_tasks_are_created_by_the_crew_only(mechanic, stranger, paddock, make_task, event):
    body = {"event_id": event["id"], "title": "Sabotage", "is_critical": True}

    assert make_task(by=mechanic, is_critical=True)["is_critical"]
    problem(stranger.post("/v1/tasks", json=body), 403)


# --- the crew chief ----------------------------------------------------------------------


def test_a_crew_chief_gives_work_at_their_weekend(chief, paddock, make_task, mechanic, bike):
    task = make_task(by=chief, assigned_to=mechanic.id, bike_id=bike, is_critical=True)
    free = make_task(by=chief, assigned_to=None, crew_role="mechanic")

    assert (task["assigned_to"], free["assigned_to"]) == (mechanic.id, None)
    assert make_task(by=chief)["assigned_to"] == chief.id


def test_a_crew_chief_changes_deletes_and_restores_all_there(chief, clip_on, change, rookie):
    path = f"/v1/tasks/{clip_on['id']}"
    created(change(clip_on, chief, assigned_to=rookie.id, needs_check=False), status=200)

    assert chief.delete(path).status_code == 204

    assert created(chief.get(path), status=200)["deleted_at"]
    problem(rookie.get(path), 404)
    listed = chief.get(f"/v1/tasks?deleted=true&assigned_to=any&event_id={clip_on['event_id']}")
    assert [task["id"] for task in created(listed, status=200)] == [clip_on["id"]]
    problem(chief.get("/v1/tasks?deleted=true"), 403)
    created(chief.post(f"{path}/restore"), status=200)


def test_a_crew_chief_is_nobody_elsewhere(chief, paddock, elsewhere, make_event, admin, change):
    other = make_event(name="Imola")
    body = {"event_id": other["id"], "title": "Swap wheels"}
    task = created(admin.post("/v1/tasks", json={**body, "assigned_to": chief.id}))

    problem(chief.post("/v1/tasks", json={**body, "assigned_to": admin.id}), 403)
    problem(change(task, chief, is_critical=True), 403)


def test_a_crew_chief_moves_no_task_to_where_they_are_nobody(
    chief, paddock, make_task, make_event, change
):
    task = make_task()

    problem(change(task, chief, event_id=make_event(name="Imola")["id"]), 403)


# --- taking and giving back --------------------------------------------------------------


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


# What a signature is about


@pytest.mark.parametrize(
    "change",
    [{"needs_check": True}, {"measurement": {"label": "Torque", "kind": "number"}}],
    ids=str,
)
def test_what_was_signed_for_stays_as_it_was(admin, make_task, change):
    task_id = make_task()["id"]
    created(admin.patch(f"/v1/tasks/{task_id}", json={"completed": True}), status=200)

    problem(admin.patch(f"/v1/tasks/{task_id}", json=change), 409)

    created(admin.patch(f"/v1/tasks/{task_id}", json={"completed": False}), status=200)
    created(admin.patch(f"/v1/tasks/{task_id}", json=change), status=200)


def test_no_work_is_put_on_a_cancelled_session(admin, event, make_task):
    when = {"starts_at": "2026-06-12T08:00:00Z", "ends_at": "2026-06-12T08:40:00Z"}
    body = {"name": "FP1", "kind": "practice", **when}
    session = created(admin.post(f"/v1/events/{event['id']}/sessions", json=body))["id"]
    created(admin.patch(f"/v1/sessions/{session}", json={"status": "cancelled"}), status=200)

    new = {"event_id": event["id"], "title": "Fuel", "session_id": session}
    problem(admin.post("/v1/tasks", json=new), 422)
    problem(admin.patch(f"/v1/tasks/{make_task()['id']}", json={"session_id": session}), 422)


@pytest.fixture
def spare_job(make_task):
    """Nobody's, of the mechanics."""
    return make_task(crew_role="mechanic")


def test_taking_and_ticking_go_in_one_change(paddock, spare_job, change, mechanic, rookie):
    take = {"assigned_to": mechanic.id, "completed": True}

    task = created(change(spare_job, by=mechanic, **take), status=200)

    assert (task["assigned_to"], task["done_by"]) == (mechanic.id, mechanic.id)
    refusal = problem(change(spare_job, by=rookie, assigned_to=rookie.id, completed=False), 403)
    assert refusal["detail"].startswith("mechanic holds this task:")


def test_unticking_and_giving_back_go_in_one_change(paddock, spare_job, change, mechanic):
    change(spare_job, by=mechanic, assigned_to=mechanic.id, completed=True)

    problem(change(spare_job, by=mechanic, assigned_to=None), 409)
    problem(change(spare_job, by=mechanic, assigned_to=None, completed=True), 409)
    task = created(change(spare_job, by=mechanic, assigned_to=None, completed=False), status=200)

    assert (task["assigned_to"], task["status"]) == (None, "open")


@pytest.mark.parametrize(
    "fields",
    [
        {"completed": True},
        {"assigned_to": None, "completed": True},
        {"assigned_to": True, "title": "Mine"},
        {"assigned_to": True, "is_critical": True},
    ],
    ids=str,
)
def test_no_more_than_that_goes_along_with_taking(paddock, spare_job, change, mechanic, fields):
    mine = {
        name: mechanic.id if value is True and name == "assigned_to" else value
        for name, value in fields.items()
    }

    problem(change(spare_job, by=mechanic, **mine), 403)


def test_a_due_time_is_given_or_computed_not_both(clip_on, change):
    moment = "2026-06-12T06:00:00Z"

    both = problem(change(clip_on, due_at=moment, is_due_pinned=False), 422)
    unchanged = change(clip_on, due_at=clip_on["due_at"], is_due_pinned=False)

    assert "due_at" in both["errors"]["json"]
    assert created(unchanged, status=200) == clip_on


def test_nothing_is_pinned_that_hangs_on_no_anchor(spare_job, change):
    for fields in (
        {"is_due_pinned": True},
        {"is_due_pinned": True, "due_at": "2026-06-12T06:00:00Z"},
    ):
        assert "is_due_pinned" in problem(change(spare_job, **fields), 422)["errors"]["json"]
