"""Tasks move with the session they hang on, and fall away with it."""

import pytest
from helpers import problem
from statements import counted
from timetable import at, moment


@pytest.fixture
def fp1(timetable):
    return timetable.session()


def test_a_move_takes_open_and_failed_tasks_along(timetable, fp1):
    bolts = timetable.item(fp1, offset=-30)
    tyres = timetable.item(fp1, offset=-10, status="failed")
    fuel = timetable.item(fp1, "session_end", offset=15)

    moved = timetable.change(fp1, starts_at=at("09:15"), ends_at=at("10:00")).json

    assert (timetable.due(bolts), timetable.due(tyres)) == (at("08:45"), at("09:05"))
    assert timetable.due(fuel) == at("10:15")
    assert (moved["planned_starts_at"], moved["planned_ends_at"]) == (at("08:00"), at("08:40"))


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "done"},
        {"status": "not_applicable"},
        {"is_due_pinned": True},
        {"anchor": "crash"},
        {"anchor": None, "offset_minutes": None},
    ],
)
def test_what_is_done_pinned_or_hangs_on_something_else_stays(timetable, fp1, fields):
    task_id = timetable.item(fp1, **{"due_at": moment(at("07:30")), **fields})

    timetable.change(fp1, starts_at=at("07:00"))

    task = timetable.task(task_id)
    assert (task["due_at"], task["version"]) == (at("07:30"), 1)


def test_a_deleted_task_stays_where_it_is(timetable, admin, fp1):
    task_id = timetable.item(fp1)
    admin.delete(f"/v1/tasks/{task_id}")

    timetable.change(fp1, starts_at=at("07:00"))

    assert timetable.due(task_id) == at("07:30")


@pytest.mark.parametrize(
    ("before", "deed"),
    [
        ({"deleted_at": moment(at("07:00"))}, "restore"),
        ({"status": "done"}, "reopen"),
        ({"status": "done"}, "fail"),
        ({"status": "not_applicable"}, "reopen"),
    ],
    ids=str,
)
def test_a_task_that_is_to_do_again_is_due_by_where_its_session_is_now(
    timetable, admin, fp1, before, deed
):
    task_id = timetable.item(fp1, **before)
    pinned = timetable.item(fp1, **before, is_due_pinned=True)
    timetable.change(fp1, starts_at=at("07:00"))

    for path in (f"/v1/tasks/{task_id}", f"/v1/tasks/{pinned}"):
        sign = {"json": {"act": deed, "note": "Once more"}}
        where, sent = ("restore", {}) if deed == "restore" else ("sign-offs", sign)
        assert admin.post(f"{path}/{where}", **sent).status_code < 300

    assert (timetable.due(task_id), timetable.due(pinned)) == (at("06:30"), at("07:30"))


def test_only_the_edge_that_moved_takes_tasks_along(timetable, fp1):
    bolts, fuel = timetable.item(fp1), timetable.item(fp1, "session_end", offset=15)

    timetable.change(fp1, ends_at=at("08:50"))

    assert timetable.task(bolts)["version"] == 1
    assert timetable.due(fuel) == at("09:05")


def test_other_sessions_keep_their_tasks(timetable):
    fp1, fp2 = timetable.day("FP1", "FP2")
    task_id = timetable.item(fp2)

    timetable.change(fp1, starts_at=at("07:00"))

    assert timetable.task(task_id)["version"] == 1


def test_a_moved_task_is_a_version_further_and_changed_now(timetable, fp1, clock):
    task_id = timetable.item(fp1)
    clock.advance(minutes=5)

    timetable.change(fp1, starts_at=at("07:00"))

    task = timetable.task(task_id)
    assert task["version"] == 2
    assert moment(task["updated_at"]) == clock.now


def test_a_move_leaves_one_entry_and_one_per_task(timetable, admin, fp1):
    bolts, _pinned = timetable.item(fp1), timetable.item(fp1, is_due_pinned=True)

    timetable.change(fp1, starts_at=at("07:00"))

    session, task = timetable.history()[2:]
    assert (session["action"], session["subject"]) == ("session.updated", f"session:{fp1['id']}")
    assert session["changes"] == {"starts_at": [at("08:00"), at("07:00")], "tasks": [bolts]}
    assert (task["action"], task["subject"]) == ("task.moved", f"task:{bolts}")
    assert task["changes"] == {"due_at": [at("07:30"), at("06:30")]}
    assert admin.get(f"/v1/tasks/{bolts}/history").json == [task]


def statements(app, deed) -> int:
    """How many statements the deed takes."""
    with counted(app) as sent:
        assert deed().status_code == 200
    return sent.count


@pytest.mark.parametrize("deed", ["move", "cancel", "shift"])
def test_a_hundred_tasks_take_no_more_statements_than_one(app, timetable, deed):
    small, large = timetable.session("FP1"), timetable.session("FP2", "10:00", "10:40")
    deeds = {
        "move": lambda session: timetable.change(session, ends_at=at("11:00")),
        "cancel": lambda session: timetable.change(session, status="cancelled"),
        "shift": lambda session: timetable.shift(session, -5),
    }
    for session, number in ((small, 1), (large, 100)):
        timetable.items(session, number)

    counts = [statements(app, lambda s=session: deeds[deed](s)) for session in (large, small)]

    assert counts[0] == counts[1]


def test_a_due_time_beyond_2099_is_refused_and_nothing_moves(timetable, admin, fp1):
    task_id = timetable.item(fp1, "session_end", offset=60)
    end = {"starts_at": "2099-12-31T22:00:00Z", "ends_at": "2099-12-31T23:30:00Z"}

    response = timetable.change(fp1, **end)

    assert "starts_at" in problem(response, 422)["errors"]["json"]
    assert admin.get(f"/v1/sessions/{fp1['id']}").json == fp1
    assert timetable.task(task_id)["version"] == 1


# What falls away with a session


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("cancel", "Session FP1 was cancelled."),
        ("delete", "Session FP1 was taken off the timetable."),
    ],
)
def test_open_tasks_of_a_session_that_is_off_are_not_applicable(
    timetable, admin, fp1, deed, reason
):
    task_id = timetable.item(fp1, is_due_pinned=True)

    take_off(timetable, admin, fp1, deed)

    task = timetable.task(task_id)
    assert (task["status"], task["note"], task["version"]) == ("not_applicable", reason, 2)
    assert timetable.history()[-1]["subject"] == f"task:{task_id}"
    assert timetable.history()[-1]["changes"] == {
        "status": ["open", "not_applicable"],
        "note": [None, reason],
    }


def take_off(timetable, admin, session, deed):
    if deed == "cancel":
        assert timetable.change(session, status="cancelled").status_code == 200
    else:
        assert admin.delete(f"/v1/sessions/{session['id']}").status_code == 204


@pytest.mark.parametrize("status", ["done", "failed", "not_applicable"])
def test_what_was_signed_stays_signed_when_the_session_is_cancelled(timetable, fp1, status):
    task_id = timetable.item(fp1, status=status, note="Left caliper")

    timetable.change(fp1, status="cancelled")

    task = timetable.task(task_id)
    assert (task["status"], task["note"], task["version"]) == (status, "Left caliper", 1)


def test_a_task_that_fell_away_can_be_reopened(timetable, admin, fp1):
    task_id = timetable.item(fp1)
    timetable.change(fp1, status="cancelled")

    response = admin.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": "reopen"})

    assert (response.status_code, response.json["status"]) == (201, "open")


def test_a_session_taken_off_is_gone(timetable, admin, fp1):
    admin.delete(f"/v1/sessions/{fp1['id']}")

    answers = [
        timetable.change(fp1, name="FP1"),
        admin.delete(f"/v1/sessions/{fp1['id']}"),
    ]

    for response in answers:
        problem(response, 404)
    assert timetable.starts() == {}
