"""Building the weekend again, on trial, at scale, many at once, and after an incident."""

from collections import Counter
from functools import partial

import pytest
from checklists import EVERY_SCOPE, FIRST_DAY, FULL_WEEKEND, NOTHING, TIMETABLE, fill, item
from helpers import created
from paddock import Paddock
from statements import counted

pytest_plugins = ["checklist_fixtures"]


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


def test_a_weekend_keeps_the_version_it_was_built_with(paddock, make_template, build, tasks, admin):
    template_id = make_template(item("old"))
    paddock.bike()
    build(template_id)
    created(admin.patch(f"/v1/templates/{template_id}", json={"items": [item("new")]}), status=200)
    paddock.bike("44 B")

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


def test_a_weekend_keeps_a_template_that_was_taken_back(paddock, make_template, build, admin):
    template_id = make_template(item("a"))
    build(template_id)
    admin.delete(f"/v1/templates/{template_id}")
    paddock.bike()

    assert build(template_id)["bike"] == 1


def test_two_templates_stand_side_by_side(paddock, make_template, build):
    paddock.bike()

    for template_id in (make_template(item("a")), make_template(item("a"))):
        assert build(template_id)["bike"] == 1
        assert build(template_id) == NOTHING


# Trying out, and the record


def record(admin, event):
    entries = admin.get(f"/v1/events/{event['id']}/history").json
    return [(entry["action"], entry["subject"], entry["changes"]) for entry in entries]


def test_a_dry_run_counts_and_changes_nothing(weekend, shipped, build, tasks, admin, event):
    before = record(admin, event)

    assert build(shipped, dry_run=True, status=200) == FULL_WEEKEND

    assert tasks() == [] and record(admin, event) == before
    admin.patch(f"/v1/templates/{shipped}", json={"items": [item("only", scope="event")]})
    assert build(shipped) == {**NOTHING, "event": 1}


def test_a_run_leaves_one_entry_that_names_the_tasks_and_an_idle_one_none(
    weekend, shipped, build, tasks, admin, event
):
    before = record(admin, event)

    build(shipped, tier="national")
    build(shipped)

    built = {"template_id": shipped, "version": 1, "tier": "national", "created": FULL_WEEKEND}
    built["tasks"] = sorted(task.id for task in tasks())
    assert record(admin, event)[len(before) :] == [
        ("checklist.built", f"event:{event['id']}", built)
    ]


# At scale, and at once


def test_a_large_weekend_takes_no_more_statements_than_a_small_one(app, admin, make_event, shipped):
    def statements(number_of_bikes, timetable):
        event = make_event()
        bikes = [(f"{event['id']}{n} A", f"Rider {n // 2}") for n in range(number_of_bikes)]
        fill(Paddock(app, event["id"], admin.id), bikes=bikes, timetable=timetable)
        path, body = f"/v1/events/{event['id']}/checklists", {"template_id": shipped}
        with counted(app) as sent:
            created(admin.post(path, json=body))
        return sent.count

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


# After an incident


def report(admin, event, **fields):
    made = created(admin.post(f"/v1/events/{event['id']}/incidents", json=fields))["created"]
    found = [created(admin.get(f"/v1/tasks/{task_id}"), status=200) for task_id in made]
    return [(task["item_key"], task["bike_id"], task["rider_name"]) for task in found]


@pytest.fixture
def bikes(weekend, admin, event):
    return admin.get(f"/v1/events/{event['id']}").json["bike_ids"]


def test_a_crash_adds_its_items_for_the_bike_and_its_rider(bikes, shipped, build, admin, event):
    build(shipped)

    found = report(admin, event, kind="crash", bike_id=bikes[2])

    assert sorted(found, key=str) == [
        ("cr-full", bikes[2], None),
        ("cr-recheck", bikes[2], None),
        ("cr-rider", None, "Max Orsi"),
        ("cr-triage", bikes[2], None),
    ]
    assert report(admin, event, kind="crash", bike_id=bikes[2]) == found


def test_rain_adds_its_items_for_every_bike_and_rider(bikes, shipped, build, admin, event):
    build(shipped)

    assert len(report(admin, event, kind="wet")) == 3 * 4 + 2
    assert build(shipped) == NOTHING


def test_an_incident_goes_by_version_and_widest_tier_of_the_weekend(
    bikes, make_template, build, admin, event
):
    crash = {"anchor": "crash", "scope": "event"}
    both = [item("club", **crash), item("national", tier="national", **crash)]
    template_id = make_template(*both)
    build(template_id, tier="club")
    admin.patch(f"/v1/templates/{template_id}", json={"items": [item("newer", **crash)]})
    assert report(admin, event, kind="crash", bike_id=bikes[0]) == [("club", None, None)]

    for tier in ("national", "club"):
        build(template_id, tier=tier)

    found = report(admin, event, kind="crash", bike_id=bikes[0])
    assert found == [("club", None, None), ("national", None, None)]
