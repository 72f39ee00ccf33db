"""Building the weekend: what each item is repeated for, when it is due, what a second run adds."""

import time
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from board import Board
from checklists import BIKES, FIRST_DAY, FULL_WEEKEND, TIMETABLE, fill, item, template
from helpers import created, problem

from raceapp.checklists import library
from raceapp.extensions import db
from raceapp.tasks.models import Task
from raceapp.timetable.models import TrackSession

NOTHING = dict.fromkeys(FULL_WEEKEND, 0)
SCOPES = ("event", "session", "bike", "bike_session", "rider", "rider_session")
EVERY_SCOPE = [
    item(scope, scope=scope, anchor="session_start" if "session" in scope else "event_start")
    for scope in SCOPES
]


@pytest.fixture
def board(app, event, admin):
    return Board(app, event["id"], admin.id)


@pytest.fixture
def weekend(board):
    """Four bikes, two riders, nine sessions."""
    fill(board)
    return board


@pytest.fixture
def make_template(admin):
    def make(*items):
        return created(admin.post("/v1/templates", json=template(*items)))["id"]

    return make


@pytest.fixture
def shipped(make_template):
    """The id of the shipped library."""
    return make_template(*library.read()["items"])


@pytest.fixture
def build(admin, event):
    def build(template_id, **how):
        body = {"template_id": template_id, **how}
        return created(admin.post(f"/v1/events/{event['id']}/checklists", json=body))["created"]

    return build


@pytest.fixture
def tasks(app, event):
    """All tasks of the weekend, deleted ones too, from the database."""

    def read(**columns):
        with app.app_context():
            found = sa.select(Task).filter_by(event_id=event["id"], **columns).order_by(Task.id)
            return list(db.session.scalars(found))

    return read


def change(board, model, row_id, **fields):
    with board.app.app_context():
        db.session.execute(sa.update(model).where(model.id == row_id).values(**fields))
        db.session.commit()


# The fan-out


def test_one_call_builds_the_weekend(weekend, shipped, build, tasks):
    assert build(shipped) == FULL_WEEKEND

    assert sum(FULL_WEEKEND.values()) == 790 == len(tasks())


def test_a_weekend_is_built_within_a_second(weekend, shipped, build, postgres_only):
    started = time.perf_counter()

    build(shipped)

    assert time.perf_counter() - started < 1


def test_each_scope_has_its_own_targets(weekend, make_template, build, tasks):
    counts = build(make_template(*EVERY_SCOPE))

    assert counts == {
        "event": 1, "session": 9, "bike": 4, "bike_session": 36, "rider": 2, "rider_session": 18,
    }  # fmt: skip
    for scope in SCOPES:
        found = tasks(item_key=scope)
        targets = {(task.bike_id, task.rider_name, task.session_id) for task in found}
        assert len(targets) == len(found) == counts[scope]
        assert all((task.bike_id is not None) == ("bike" in scope) for task in found)
        assert all((task.rider_name is not None) == ("rider" in scope) for task in found)
        assert all((task.session_id is not None) == ("session" in scope) for task in found)


def test_a_weekend_without_bikes_or_sessions_gets_the_event_items(make_template, build, event):
    assert build(make_template(*EVERY_SCOPE)) == {**NOTHING, "event": 1}


def test_an_item_of_some_kinds_of_session_is_for_those_only(weekend, make_template, build):
    races = item("a", scope="session", session_kinds=["race", "warm_up"])

    assert build(make_template(races))["session"] == 3


@pytest.mark.parametrize("gone", [{"status": "cancelled"}, {"deleted_at": FIRST_DAY}])
def test_cancelled_and_deleted_sessions_are_left_out(board, make_template, build, gone):
    change(board, TrackSession, board.session("FP1", FIRST_DAY), **gone)
    board.session("FP2", FIRST_DAY)

    assert build(make_template(item("a", scope="session")))["session"] == 1


@pytest.mark.parametrize("status", ["running", "finished"])
def test_sessions_that_have_begun_are_built_for_too(board, make_template, build, status):
    board.session("FP1", FIRST_DAY, status=status)

    assert build(make_template(item("a", scope="session")))["session"] == 1


def test_the_club_tier_takes_the_club_items(weekend, make_template, build):
    both = make_template(item("a"), item("b", tier="national"))

    assert build(both, tier="club")["bike"] == 4
    assert build(both, tier="national")["bike"] == 4
    assert build(both) == NOTHING


def test_items_for_a_crash_or_rain_wait(weekend, make_template, build):
    waiting = [item("a", anchor="crash"), item("b", anchor="wet", scope="session")]

    assert build(make_template(*waiting)) == NOTHING


def test_a_task_has_what_its_item_says(board, make_template, build, admin, event):
    gauge = {"label": "Cold pressure", "kind": "number", "unit": "bar", "min": 1.9, "max": 2.3}
    made = item("press", scope="bike_session", anchor="session_end", measurement=gauge)
    bike, session = board.bike(), board.session("FP1", FIRST_DAY)
    template_id = make_template(made)

    build(template_id)

    (task,) = admin.get(f"/v1/tasks?event_id={event['id']}").json
    copied = made.keys() - {"key", "scope", "session_kinds", "tier"}
    assert {name: task[name] for name in copied} == {name: made[name] for name in copied}
    assert task.items() >= {
        "item_key": "press", "template_id": template_id, "bike_id": bike, "session_id": session,
        "rider_name": None, "assigned_to": None, "created_by": admin.id, "status": "open",
        "is_due_pinned": False, "version": 1, "description": None, "done_by": None,
    }.items()  # fmt: skip


@pytest.mark.parametrize(
    ("anchor", "offset", "due_at"),
    [
        ("event_start", 0, "2026-06-11T22:00:00Z"),
        ("event_start", -60, "2026-06-11T21:00:00Z"),
        ("event_end", 0, "2026-06-14T22:00:00Z"),
        ("session_start", -30, "2026-06-12T07:30:00Z"),
        ("session_end", 15, "2026-06-12T08:45:00Z"),
    ],
)
def test_a_task_is_due_from_its_anchor(
    board, make_template, build, admin, event, anchor, offset, due_at
):
    board.session("FP1", FIRST_DAY, ends_at=FIRST_DAY + timedelta(minutes=30))

    build(make_template(item("a", scope="session", anchor=anchor, offset_minutes=offset)))

    assert admin.get(f"/v1/tasks?event_id={event['id']}").json[0]["due_at"] == due_at


# Again


def test_a_second_run_adds_nothing(weekend, shipped, build, tasks):
    build(shipped)

    assert build(shipped) == NOTHING
    assert len(tasks()) == 790


def test_a_new_session_and_a_new_bike_get_what_is_missing(weekend, make_template, build):
    template_id = make_template(*EVERY_SCOPE)
    build(template_id)

    weekend.session("Race 3", FIRST_DAY, kind="race")
    assert build(template_id) == {**NOTHING, "session": 1, "bike_session": 4, "rider_session": 2}
    weekend.bike("7 C", "Max Orsi", number=7)
    assert build(template_id) == {**NOTHING, "bike": 1, "bike_session": 10}
    weekend.bike("9 A", "Eva Lind", number=9)
    added = {"bike": 1, "bike_session": 10, "rider": 1, "rider_session": 10}
    assert build(template_id) == {**NOTHING, **added}


def test_deleted_and_signed_tasks_are_not_missing(weekend, make_template, build, tasks, admin):
    template_id = make_template(*EVERY_SCOPE)
    build(template_id)
    for task in tasks()[:3]:
        created(admin.patch(f"/v1/tasks/{task.id}", json={"completed": True}), status=200)
    for task in tasks()[3:6]:
        assert admin.delete(f"/v1/tasks/{task.id}").status_code == 204

    assert build(template_id) == NOTHING


def test_a_weekend_keeps_the_version_it_was_built_with(board, make_template, build, tasks, admin):
    template_id = make_template(item("old"))
    board.bike()
    build(template_id)
    created(admin.patch(f"/v1/templates/{template_id}", json={"items": [item("new")]}), status=200)
    board.bike("44 B")

    assert build(template_id)["bike"] == 1

    assert [task.item_key for task in tasks()] == ["old", "old"]


def test_another_weekend_gets_the_newest_version(make_template, make_event, admin, build):
    template_id = make_template(item("old", scope="event"))
    build(template_id)
    newer = [item("new", scope="event"), item("newer", scope="event")]
    admin.patch(f"/v1/templates/{template_id}", json={"items": newer})
    path = f"/v1/events/{make_event(name='Next')['id']}/checklists"

    answer = created(admin.post(path, json={"template_id": template_id}))

    assert answer["created"]["event"] == 2


def test_a_weekend_keeps_a_template_that_was_taken_back(board, make_template, build, admin):
    template_id = make_template(item("a"))
    build(template_id)
    admin.delete(f"/v1/templates/{template_id}")
    board.bike()

    assert build(template_id)["bike"] == 1


def test_two_templates_stand_side_by_side(board, make_template, build):
    board.bike()

    for template_id in (make_template(item("a")), make_template(item("a"))):
        assert build(template_id)["bike"] == 1
        assert build(template_id) == NOTHING


# Trying out, and the record


def record(admin, event):
    entries = admin.get(f"/v1/events/{event['id']}/history").json
    return [(entry["action"], entry["subject"], entry["changes"]) for entry in entries]


def test_a_dry_run_counts_and_changes_nothing(weekend, shipped, build, tasks, admin, event):
    before = record(admin, event)

    assert build(shipped, dry_run=True) == FULL_WEEKEND

    assert tasks() == [] and record(admin, event) == before
    admin.patch(f"/v1/templates/{shipped}", json={"items": [item("only", scope="event")]})
    assert build(shipped) == {**NOTHING, "event": 1}


def test_a_run_leaves_one_entry_and_an_idle_one_none(weekend, shipped, build, admin, event):
    before = record(admin, event)

    build(shipped, tier="national")
    build(shipped)

    built = {"template_id": shipped, "version": 1, "tier": "national", "created": FULL_WEEKEND}
    assert record(admin, event)[len(before) :] == [
        ("checklist.built", f"event:{event['id']}", built)
    ]


# Refusals


@pytest.mark.parametrize(
    "body",
    [
        {}, {"template_id": 999}, {"template_id": 2**63 - 1}, {"template_id": None},
        {"template_id": "$id", "tier": "world"}, {"template_id": "$id", "tier": None},
        {"template_id": "$id", "dry_run": 1}, {"template_id": "$id", "zzz": 1}, [],
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_is_refused(admin, event, make_template, tasks, body):
    known = make_template(item("a", scope="event"))
    body = {name: known if value == "$id" else value for name, value in dict(body).items()}

    problem(admin.post(f"/v1/events/{event['id']}/checklists", json=body or []), 422)

    assert tasks() == []


def test_a_template_taken_back_builds_nothing_new(admin, event, make_template):
    template_id = make_template()
    admin.delete(f"/v1/templates/{template_id}")

    body = {"template_id": template_id}

    problem(admin.post(f"/v1/events/{event['id']}/checklists", json=body), 422)


def test_only_managers_build_and_only_weekends_that_are_there(
    admin, mechanic, event, make_template
):
    body, path = {"template_id": make_template()}, f"/v1/events/{event['id']}/checklists"

    problem(mechanic.post(path, json=body), 403)
    problem(admin.post("/v1/events/999/checklists", json=body), 404)
    admin.delete(f"/v1/events/{event['id']}")
    problem(admin.post(path, json=body), 404)


def test_a_due_time_out_of_range_names_its_item(admin, make_event, make_template):
    early = make_event(event_date="1970-01-01", end_date="1970-01-01")
    body = {"template_id": make_template(item("early", scope="event", offset_minutes=-1440))}

    response = admin.post(f"/v1/events/{early['id']}/checklists", json=body)

    assert "Item early" in problem(response, 422)["errors"]["json"]["template_id"][0]
    assert admin.get("/v1/tasks").json == []


def test_more_tasks_than_a_run_can_bear_are_refused(board, admin, event, make_template, tasks):
    for number in range(21):
        board.bike(f"{number} A", number=number)
    body = {"template_id": make_template(*(item(f"item-{number}") for number in range(1000)))}

    problem(admin.post(f"/v1/events/{event['id']}/checklists", json=body), 422)

    assert tasks() == []


# At scale, and at once


def count_statements(app, call):
    """How many statements `call` sends to the database."""
    sent = []
    with app.app_context():
        engine = db.engine
    listener = ("before_cursor_execute", lambda *args: sent.append(args[2]))
    sa.event.listen(engine, *listener)
    try:
        call()
    finally:
        sa.event.remove(engine, *listener)
    return len(sent)


def test_a_large_weekend_takes_no_more_statements_than_a_small_one(app, admin, make_event, shipped):
    def statements(number_of_bikes, timetable):
        event = make_event()
        bikes = [(f"{event['id']}{n} A", f"Rider {n // 2}") for n in range(number_of_bikes)]
        fill(Board(app, event["id"], admin.id), bikes=bikes, timetable=timetable)
        path, body = f"/v1/events/{event['id']}/checklists", {"template_id": shipped}
        return count_statements(app, lambda: created(admin.post(path, json=body)))

    small = statements(1, TIMETABLE[:2])

    assert statements(12, TIMETABLE * 2) == small < 20


def test_runs_at_once_double_nothing(weekend, make_template, admin, event, parallel, tasks):
    body = {"template_id": make_template(*EVERY_SCOPE)}
    call = partial(admin.post, f"/v1/events/{event['id']}/checklists", json=body)

    answers = parallel(call, 4)

    counts = Counter(sum(created(answer)["created"].values()) for answer in answers)
    assert counts == {70: 1, 0: 3} and len(tasks()) == 70


def test_a_weekend_deleted_meanwhile_is_built_before_or_not_at_all(
    weekend, make_template, admin, event, parallel, tasks
):
    path, body = f"/v1/events/{event['id']}", {"template_id": make_template(*EVERY_SCOPE)}
    assert admin.token
    deeds = iter([partial(admin.delete, path)])
    build = partial(admin.post, f"{path}/checklists", json=body)

    answers = parallel(lambda: next(deeds, build)(), 4)

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[204] == 1 and statuses.keys() <= {201, 204, 404}
    assert len(tasks()) == (70 if statuses[201] else 0)


def test_bikes_are_told_apart_from_their_riders():
    assert len({rider for _, rider in BIKES}) == 2 and len(BIKES) == 4 and len(TIMETABLE) == 9
