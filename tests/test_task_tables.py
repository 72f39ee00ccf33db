"""Tasks out into a table and in again: what stands in it, what changes, what is refused."""

import csv
import io
import json
import time
from datetime import UTC, datetime

import pytest
from garage import Garage
from helpers import created, problem
from paddock import PRESSURE

from raceapp.tasks.models import Task

MORNING = datetime(2026, 6, 12, 6, 30, tzinfo=UTC)  # 08:30 at Misano.
CRITICAL = {"bike": "44 A", "session": "FP1", "is_critical": "true"}


@pytest.fixture
def garage(app, event, admin):
    return Garage(app, event["id"], admin)


@pytest.fixture
def path(event):
    return f"/v1/events/{event['id']}/tasks"


@pytest.fixture
def export(admin, path):
    def read(by=admin, **filters):
        answer = by.get(f"{path}.csv", query_string=filters)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.data

    return read


@pytest.fixture
def rows(export):
    """The rows of the export as a spreadsheet sees them."""
    return lambda **filters: parsed(export(**filters))


@pytest.fixture
def send(admin, path):
    def send(data, by=admin, content_type="text/csv", **query):
        return by.post(f"{path}/import", data=data, content_type=content_type, query_string=query)

    return send


@pytest.fixture
def take(send):
    """Import a table and return `(created, changed, unchanged)`."""

    def take(data, **how):
        answer = created(send(data, **how), status=200)
        return answer["created"], answer["changed"], answer["unchanged"]

    return take


@pytest.fixture
def tasks(admin, event):
    def read():
        return created(admin.get(f"/v1/tasks?event_id={event['id']}&limit=200&sort=id"), status=200)

    return read


def parsed(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def table(*rows, delimiter=","):
    """A table of these rows, dicts with the same keys."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys(), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def faults(response):
    return problem(response, 422)["errors"]["csv"]


def full(garage, person):
    """A weekend with tasks of every kind."""
    bike, fp1 = garage.bike(), garage.session("FP1", MORNING, ends_at=MORNING.replace(hour=7))
    garage.task(title="=HYPERLINK(1)", description='- a\n- b; c, "d"', due_at=MORNING)
    garage.task(title="'=x", bike_id=bike, session_id=fp1, assigned_to=person.id, section="Brakes")
    garage.task(title="Front", measurement=PRESSURE, value=-1.5, status="done", note="@ 20 °C")
    hangs = {"anchor": "session_start", "offset_minutes": -30, "session_id": fp1}
    garage.task(title="Warm", crew_role="tyre_tech", **hangs, is_due_pinned=True, due_at=MORNING)
    garage.task(title="Late", **hangs, due_at=MORNING.replace(microsecond=123456))


# Out


def test_an_export_names_people_bikes_and_sessions(garage, rookie, rows):
    bike, fp1 = garage.bike(), garage.session("FP1", MORNING)
    more = {"bike_id": bike, "session_id": fp1, "assigned_to": rookie.id}
    garage.task(title="Bolts", due_at=MORNING, **more)

    (row,) = rows()

    assert (row["bike"], row["session"], row["assigned_to"]) == ("44 A", "FP1", rookie.email)
    assert row["due_at"] == "2026-06-12T08:30:00+02:00"


def test_an_export_is_a_table_as_spreadsheets_know_it(garage, admin, path, event):
    garage.task(title="Bolts", description="Two\nlines")

    answer = admin.get(f"{path}.csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="tasks-{event["id"]}.csv"' in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbfid,title,")
    assert answer.data.endswith(b"\r\n")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "'="])
def test_what_a_spreadsheet_would_run_is_defused_and_comes_back(garage, rows, export, take, sign):
    garage.task(title=f"{sign}1+1")

    assert rows()[0]["title"] == f"'{sign}1+1"
    assert take(export()) == (0, 0, 1)


def test_the_filters_are_those_of_the_list(garage, rookie, rows):
    garage.task(title="Theirs", assigned_to=rookie.id)
    garage.task(title="Done", status="done")

    assert [row["title"] for row in rows(assigned_to=rookie.id)] == ["Theirs"]
    assert [row["title"] for row in rows(status="done")] == ["Done"]
    assert len(rows()) == 2


def test_the_crew_exports_the_whole_weekend_and_a_stranger_nothing(
    garage, mechanic, stranger, rookie, export, path
):
    garage.crew(mechanic, "mechanic")
    garage.task(assigned_to=rookie.id)

    assert len(parsed(export(by=mechanic))) == 1
    problem(stranger.get(f"{path}.csv"), 404)
    problem(mechanic.get(f"{path}.csv?deleted=true"), 403)


@pytest.mark.parametrize("query", ["limit=5", "cursor=x", "zzz=1", "event_id=1", "status=x"])
def test_a_wrong_filter_is_refused(admin, path, query):
    assert "query" in problem(admin.get(f"{path}.csv?{query}"), 422)["errors"]


# In again


def test_what_was_exported_goes_in_again_and_changes_nothing(garage, rookie, export, take, tasks):
    full(garage, rookie)
    before, entries = tasks(), garage.history("task.updated", "tasks.imported")

    counts = take(export())

    assert counts == (0, 0, 5)
    assert tasks() == before
    assert garage.history("task.updated", "tasks.imported") == entries == []


def test_a_spreadsheets_own_separator_and_numbers_are_read(garage, rookie, rows, take, tasks):
    full(garage, rookie)
    given = [{**row, "min": row["min"].replace(".", ",")} for row in rows()]
    before = tasks()

    assert take(table(*given, delimiter=";")) == (0, 0, 5)
    assert tasks() == before


def test_a_changed_cell_changes_its_task_alone(garage, rows, take, tasks):
    first, second = garage.task(title="Bolts"), garage.task(title="Chain")
    before = tasks()[1]

    counts = take(table({"id": first, "title": "Bolts, dry"}, {"id": second, "title": "Chain"}))

    assert counts == (0, 1, 1)
    assert (tasks()[0]["title"], tasks()[0]["version"]) == ("Bolts, dry", 2)
    assert tasks()[1] == before
    changes = {"title": ["Bolts", "Bolts, dry"]}
    assert garage.history("task.updated") == [("task.updated", f"task:{first}", changes)]


def test_rows_without_an_id_are_new_tasks(garage, rookie, admin, take, tasks):
    bike, fp1 = garage.bike(), garage.session("FP1", MORNING)
    row = {"title": "Bolts", **CRITICAL, "assigned_to": rookie.email.upper(), "unit": "Nm"}
    row |= {"measurement": "Torque", "min": "28", "max": "30.5", "due_at": "2026-06-12 8:10"}

    assert take(table(row)) == (1, 0, 0)

    (task,) = tasks()
    assert (task["bike_id"], task["session_id"], task["is_critical"]) == (bike, fp1, True)
    assert (task["assigned_to"], task["created_by"]) == (rookie.id, admin.id)
    assert task["due_at"] == "2026-06-12T06:10:00Z"
    assert task["measurement"] == {
        "label": "Torque", "kind": "number", "unit": "Nm", "min": 28, "max": 30.5,
    }  # fmt: skip
    ((_, _, told),) = garage.history("tasks.imported")
    assert told["tasks"] == [task["id"]]


def test_a_due_time_follows_its_anchor_unless_it_is_given(garage, take, tasks):
    garage.session("FP1", MORNING)
    hangs = {"session": "FP1", "anchor": "session_start", "offset_minutes": "-30"}

    take(
        table(
            {"title": "A", **hangs, "due_at": ""},
            {"title": "B", **hangs, "due_at": "2026-06-12 07:00"},
        )
    )

    follows, pinned = tasks()
    assert (follows["due_at"], follows["is_due_pinned"]) == ("2026-06-12T06:00:00Z", False)
    assert (pinned["due_at"], pinned["is_due_pinned"]) == ("2026-06-12T05:00:00Z", True)


def test_every_column_but_those_of_signatures_can_be_changed(garage, rookie, take, rows, tasks):
    garage.bike()
    garage.session("FP1", MORNING)
    ids = [garage.task(title=f"Task {n}", assigned_to=rookie.id) for n in range(3)]
    wanted = {
        "title": "Bolts", "description": "Two\nlines", "section": "Brakes", "bike": "44 A",
        "crew_role": "mechanic", "rider_name": "Jo Keller", "session": "FP1", "assigned_to": "",
        "anchor": "session_start", "offset_minutes": "-20", "is_critical": "true",
        "needs_check": "true", "measurement": "Torque", "measurement_kind": "number",
        "unit": "Nm", "min": "28", "max": "30.5",
    }  # fmt: skip

    counts = take(table(*({"id": task, **wanted} for task in ids)))

    assert counts == (0, 3, 0)
    assert [row for row in rows() if wanted.items() <= row.items()] == rows()
    assert {task["due_at"] for task in tasks()} == {"2026-06-12T06:10:00Z"}
    assert {task["version"] for task in tasks()} == {2}
    assert len(garage.history("task.updated")) == 3


def test_signatures_are_not_a_matter_of_tables(garage, take, tasks):
    task = garage.task(title="Bolts")

    counts = take(table({"id": task, "status": "done", "done_by": "x@y.example", "value": "3"}))

    assert counts == (0, 0, 1)
    assert tasks()[0]["status"] == "open"


def test_a_dry_run_answers_the_same_and_changes_nothing(garage, take, tasks):
    task = garage.task(title="Bolts")
    text = table({"id": task, "title": "Nuts"}, {"id": "", "title": "New"})
    before = tasks()

    dry = take(text, dry_run="true")

    assert tasks() == before
    assert garage.history("tasks.imported", "task.updated") == []
    assert take(text) == dry == (1, 1, 0)


# Refusals


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


def test_ten_thousand_rows_go_in_within_five_seconds_and_no_more_rows(send, take, garage):
    text = "title,is_critical\r\n" + "Torque the bolts,true\r\n" * 10_000
    started = time.process_time()

    counts = take(text)

    assert counts == (10_000, 0, 0)
    assert time.process_time() - started < 5
    assert [*faults(send(text + "One more,true\r\n"))] == ["10002"]


def test_ten_thousand_tasks_are_changed_within_five_seconds(take, export):
    take("title,is_critical\r\n" + "Torque the bolts,true\r\n" * 10_000)
    text = export()
    assert take(text) == (0, 0, 10_000)
    started = time.process_time()

    counts = take(text.replace(b"bolts", b"nuts"))

    assert counts == (0, 10_000, 0)
    assert time.process_time() - started < 5


def test_a_table_that_cannot_be_read_is_refused(send, path, admin):
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
