"""Tasks as a table, in again."""

from paddock import PRESSURE
from task_sheets import MORNING, table

CRITICAL = {"bike": "44 A", "session": "FP1", "is_critical": "true"}


def full(garage, person):
    """A weekend with tasks of every kind."""
    bike, fp1 = garage.bike(), garage.session("FP1", MORNING, ends_at=MORNING.replace(hour=7))
    garage.task(title="=HYPERLINK(1)", description='- a\n- b; c, "d"', due_at=MORNING)
    garage.task(title="'=x", bike_id=bike, session_id=fp1, assigned_to=person.id, section="Brakes")
    garage.task(title="Front", measurement=PRESSURE, value=-1.5, status="done", note="@ 20 °C")
    hangs = {"anchor": "session_start", "offset_minutes": -30, "session_id": fp1}
    garage.task(title="Warm", crew_role="tyre_tech", **hangs, is_due_pinned=True, due_at=MORNING)
    garage.task(title="Late", **hangs, due_at=MORNING.replace(microsecond=123456))


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


def test_a_name_that_looks_alike_names_what_is_there(garage, take, tasks):
    bike, fp1 = garage.bike(), garage.session("FP1", MORNING)
    row = {"title": "Bolts", "bike": "\uff14\uff14 a", "session": "F\u200bp\uff11"}

    assert take(table({**row, "rider_name": "J\u200bO\u2003KELLER"})) == (1, 0, 0)

    (task,) = tasks()
    assert (task["bike_id"], task["session_id"], task["rider_name"]) == (bike, fp1, "Jo Keller")


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
