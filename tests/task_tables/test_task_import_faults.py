"""What a table of tasks is refused for, by row and column."""

import json
import time

import pytest
from helpers import problem
from task_sheets import MORNING, table

from raceapp import permissions
from raceapp.tasks.models import Task


def faults(response):
    return problem(response, 422)["errors"]["csv"]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"title": "", "section": "Brakes"}, "title"),
        ({"title": "x" * 201}, "title"), ({"title": "a\x07"}, "title"),
        ({"title": "A", "assigned_to": "nobody@garage.example"}, "assigned_to"),
        ({"title": "A", "bike": "99"}, "bike"), ({"title": "A", "session": "FP9"}, "session"),
        ({"title": "A", "due_at": "tomorrow"}, "due_at"),
        ({"title": "A", "due_at": "2026-13-01 10:00"}, "due_at"),
        ({"title": "A", "is_critical": "maybe"}, "is_critical"),
        ({"title": "A", "crew_role": "cook"}, "crew_role"),
        ({"title": "A", "min": "1"}, "measurement"),
        ({"title": "A", "measurement": "Bar", "min": "2", "max": "1"}, "min"),
        ({"title": "A", "measurement": "Bar", "min": "1,5"}, "min"),
        ({"title": "A", "anchor": "session_start"}, "offset_minutes"),
        ({"title": "A", "anchor": "session_start", "offset_minutes": "-30"}, "session"),
        ({"title": "A", "anchor": "crash", "offset_minutes": "30"}, "anchor"),
        ({"title": "A", "anchor": "wet", "offset_minutes": "0"}, "anchor"),
        ({"title": "A", "anchor": "event_start", "offset_minutes": "86401"}, "offset_minutes"),
        ({"title": "A", "anchor": "event_start", "offset_minutes": "-86401"}, "offset_minutes"),
        ({"title": "A", "is_due_pinned": "true"}, "is_due_pinned"),
        ({"title": "A", "rider_name": "Nobody"}, "rider_name"),
        ({"title": "A", "id": "999"}, "id"), ({"title": "A", "id": "1.5"}, "id"),
        ({"title": "A", "colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_row_and_column(send, tasks, cells, column):
    response = send(table(cells, dict.fromkeys(cells, "") | {"title": "Good"}))

    row = "1" if column == "colour" else "2"
    assert column in faults(response)[row]
    assert tasks() == []


@pytest.mark.parametrize(
    ("asked", "told", "name"),
    [
        ({"anchor": "crash", "offset_minutes": 5}, "anchor", "anchor"),
        ({"anchor": "session_end", "offset_minutes": 5}, "session", "session_id"),
        ({"anchor": "event_end", "offset_minutes": 86_401}, "offset_minutes", "offset_minutes"),
    ],
)
def test_a_table_says_what_a_single_task_would_be_told(admin, event, send, asked, told, name):
    body = {"event_id": event["id"], "title": "A", **asked}
    one = problem(admin.post("/v1/tasks", json=body), 422)["errors"]["json"]

    cells = faults(send(table({"title": "A", **asked})))["2"]

    assert {told: one[name]} == cells


def test_a_change_that_leaves_an_anchor_without_its_session_is_refused(garage, send, tasks):
    task = garage.task(session_id=garage.session("FP1", MORNING), anchor="session_start")
    garage.change(Task, task, offset_minutes=-30)
    before = tasks()

    found = faults(send(table({"id": task, "session": ""})))

    assert [*found["2"]] == ["session"] and tasks() == before


@pytest.mark.parametrize("anchor", ["crash", "wet"])
def test_what_waited_for_an_incident_may_be_reworded(garage, take, anchor):
    task = garage.task(anchor=anchor, offset_minutes=30)

    assert take(table({"id": task, "title": "Look at the frame"})) == (0, 1, 0)


@pytest.mark.parametrize("data", ["", "\ufeff", "\r\n"])
def test_a_table_of_nothing_is_refused(send, data):
    found = faults(send(data))

    assert [*found["1"]] == ["table"]


def test_a_header_alone_is_a_table_of_no_tasks(take):
    assert take("title\r\n") == (0, 0, 0)


def test_one_fault_keeps_everything_out(garage, send, tasks):
    task = garage.task(title="Bolts")
    before = tasks()

    found = faults(
        send(table({"id": task, "title": "Nuts"}, {"id": "", "title": "x" * 201}) + ",New\r\n")
    )

    assert [*found] == ["3"]
    assert tasks() == before


def test_the_first_hundred_rows_are_told_whole(send):
    response = send(table(*({"title": "A", "is_critical": f"{n}"} for n in range(2, 252))))

    found = json.loads(response.data)["errors"]["csv"]
    assert [*found] == [str(row) for row in range(2, 102)]
    assert {"is_critical": ["Must be true or false."]} in found.values()


def test_a_task_of_another_weekend_a_deleted_one_or_twice_is_refused(
    garage, make_event, make_task, send, admin
):
    other = make_task(event_id=make_event()["id"])["id"]
    gone, twice = garage.task(deleted_at=MORNING), garage.task()

    response = send(table(*({"id": task, "title": "A"} for task in (other, gone, twice, twice))))

    assert [*faults(response)] == ["2", "3", "5"]


def test_a_task_of_a_checklist_is_put_elsewhere_as_any_other(garage, take, admin):
    bike_id, template = garage.bike("44 B"), garage.checklist()
    row = {"bike_id": garage.bike("44 A"), "template_id": template, "item_key": "bolts"}
    tasks = [garage.task(title="Bolts", **row) for _ in range(2)]

    take(table({"id": tasks[0], "bike": "44 B"}))
    admin.patch(f"/v1/tasks/{tasks[1]}", json={"bike_id": bike_id})

    assert [admin.get(f"/v1/tasks/{task}").json["bike_id"] for task in tasks] == [bike_id] * 2


def test_nothing_is_put_on_a_cancelled_session(garage, send, admin):
    session_id, task = garage.session("FP1", status="cancelled"), garage.task(title="Bolts")

    problem(admin.patch(f"/v1/tasks/{task}", json={"session_id": session_id}), 422)
    found = faults(send(table({"id": task, "session": "FP1"})))

    assert found == {"2": {"session": ["This session has been cancelled."]}}


@pytest.mark.timed
def test_ten_thousand_rows_go_in_within_five_seconds_and_no_more_rows(send, take, garage):
    text = "title,is_critical\r\n" + "Torque the bolts,true\r\n" * 10_000
    started = time.process_time()

    counts = take(text)

    assert counts == (10_000, 0, 0)
    assert time.process_time() - started < 5
    assert [*faults(send(text + "One more,true\r\n"))] == ["10002"]


@pytest.mark.timed
def test_ten_thousand_tasks_are_changed_within_five_seconds(take, export):
    take("title,is_critical\r\n" + "Torque the bolts,true\r\n" * 10_000)
    text = export()
    assert take(text) == (0, 0, 10_000)
    started = time.process_time()

    counts = take(text.replace(b"bolts", b"nuts"))

    assert counts == (0, 10_000, 0)
    assert time.process_time() - started < 5


def test_a_table_that_cannot_be_read_is_refused(send, admin):
    assert "table" in faults(send('title\n"open\n'))["2"]
    assert "table" in faults(send("title\nA\n".encode("utf-16")))["1"]
    assert "at most 100 columns" in str(faults(send("title," * 500_000)))
    assert "too long" in str(faults(send(f"title\n{'x' * 200_000}\n")))
    problem(send("{}", content_type="application/json"), 415)
    problem(send(b"x" * (5 * 1024 * 1024 + 1)), 413)


def test_a_crew_chief_imports_and_nobody_else_of_the_crew(garage, send, chief, mechanic, stranger):
    garage.crew(chief, "crew_chief")
    garage.crew(mechanic, "mechanic")

    problem(send("title\nA\n", by=mechanic), 403)
    problem(send("title\nA\n", by=stranger), 404)
    assert send("title\nA\n", by=chief).status_code == 200


def test_who_may_manage_tasks_imports_them_whoever_may_plan(send, monkeypatch):
    monkeypatch.setattr(permissions, "can_plan", lambda *_: False)
    assert send("title\nA\n").status_code == 200

    monkeypatch.setattr(permissions, "manages", lambda *_: False)

    problem(send("title\nA\n"), 403)
