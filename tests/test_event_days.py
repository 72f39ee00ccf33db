"""Tasks that hang on the first or the last day of a weekend follow when its days change."""

import pytest
from helpers import created, problem
from timetable import moment


@pytest.fixture
def hang(timetable):
    """Make a task that hangs on a day: it is due at 22:00 UTC, which is midnight in Misano."""

    def hang(anchor, day, **fields):
        due_at = moment(f"{day}T22:00:00Z")
        hangs = {"anchor": anchor, "offset_minutes": 0, "due_at": due_at}
        return timetable.paddock.task(**{**hangs, **fields})

    return hang


@pytest.fixture
def change(admin, event):
    return lambda **fields: admin.patch(f"/v1/events/{event['id']}", json=fields)


def test_tasks_follow_the_first_and_the_last_day(timetable, hang, change):
    unload, load = hang("event_start", "2026-06-11"), hang("event_end", "2026-06-14")

    created(change(event_date="2026-06-13", end_date="2026-06-15"), status=200)

    assert timetable.due(unload) == "2026-06-12T22:00:00Z"
    assert timetable.due(load) == "2026-06-15T22:00:00Z"


def test_tasks_follow_the_clock_of_the_track(timetable, hang, change):
    unload, load = hang("event_start", "2026-06-11"), hang("event_end", "2026-06-14")

    created(change(timezone="Asia/Tokyo"), status=200)

    assert timetable.due(unload) == "2026-06-11T15:00:00Z"
    assert timetable.due(load) == "2026-06-14T15:00:00Z"


@pytest.mark.parametrize(
    "fields", [{"status": "done"}, {"status": "not_applicable"}, {"is_due_pinned": True}]
)
def test_done_and_pinned_tasks_stay(timetable, hang, change, fields):
    task_id = hang("event_start", "2026-06-11", **fields)

    created(change(event_date="2026-06-13"), status=200)

    task = timetable.task(task_id)
    assert (task["due_at"], task["version"]) == ("2026-06-11T22:00:00Z", 1)


def test_sessions_stay_when_the_days_change(timetable, change):
    timetable.session("FP1")

    created(change(event_date="2026-06-13"), status=200)

    assert timetable.starts() == {"FP1": "06-12 08:00"}


def test_other_weekends_keep_their_tasks(timetable, hang, make_event, admin):
    other, task_id = make_event(name="Assen"), hang("event_start", "2026-06-11")

    admin.patch(f"/v1/events/{other['id']}", json={"event_date": "2026-06-13"})

    assert timetable.task(task_id)["version"] == 1


def test_moved_days_leave_one_entry_and_one_per_task(timetable, hang, change):
    unload, _stays = hang("event_start", "2026-06-11"), hang("event_end", "2026-06-14")

    change(event_date="2026-06-13", notes="Gates open late")

    event, task = timetable.history()[1:]
    assert event["action"] == "event.updated"
    assert event["changes"].keys() == {"event_date", "notes"}
    assert (task["action"], task["subject"]) == ("task.moved", f"task:{unload}")
    assert task["changes"] == {"due_at": ["2026-06-11T22:00:00Z", "2026-06-12T22:00:00Z"]}


def test_a_task_cannot_be_due_after_2099(timetable, admin, event, hang, change):
    task_id = hang("event_end", "2026-06-14", offset_minutes=180)

    response = change(end_date="2099-12-31")

    assert "end_date" in problem(response, 422)["errors"]["json"]
    assert admin.get(f"/v1/events/{event['id']}").json == event
    assert timetable.task(task_id)["version"] == 1
