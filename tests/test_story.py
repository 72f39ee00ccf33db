"""A race weekend, from the empty garage to Sunday night, as it goes over the wire."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
import story_of_friday
from checklists import FULL_WEEKEND, NOTHING
from helpers import created, problem
from story import FRIDAY, SATURDAY, SUNDAY, Weekend
from story_of_friday import REASON

from raceapp.storage.session import db

PRESSURE = {"label": "Hot, front", "kind": "number", "unit": "bar", "min": 2.3, "max": 2.5}


@pytest.fixture
def weekend(app, clock, admin, chief, mechanic, rookie, stranger, make_person):
    crew = {"crew_chief": chief, "mechanic": mechanic, "team_manager": admin}
    others = ("tyre_tech", "fuel_tech", "data_engineer", "logistics", "rider")
    crew |= {role: make_person(role.replace("_", "-")) for role in others}
    clock.now = FRIDAY - timedelta(days=7)
    return Weekend(app, clock, admin, crew, rookie, stranger)


def test_a_race_weekend_from_the_empty_garage_to_sunday_night(weekend):
    for chapter in CHAPTERS:
        chapter(weekend)


# Before


def the_library_is_loaded_and_the_team_enters_its_own_limits(weekend):
    first, second = weekend.flask("seed-library"), weekend.flask("seed-library")

    (shipped,) = weekend.ask("/v1/templates")
    assert "94 items" in first and "already" in second
    items = [
        {**item, "measurement": PRESSURE} if item["key"] == "ps-press" else item
        for item in shipped["items"]
    ]
    answer = weekend.admin.patch(f"/v1/templates/{shipped['id']}", json={"items": items})
    weekend.template = created(answer, status=200)
    assert (weekend.template["version"], len(weekend.template["items"])) == (2, 94)


def the_manager_plans_three_days_with_two_riders_and_four_bikes(weekend):
    weekend.plan()
    weekend.enter_timetable()

    event, bikes = weekend.ask(weekend.path), weekend.ask("/v1/bikes?sort=id")
    assert event["bike_ids"] == [bike["id"] for bike in bikes]
    assert Counter(bike["rider_name"] for bike in bikes) == {"Jo Keller": 2, "Max Orsi": 2}
    assert len(weekend.ask(f"{weekend.path}/sessions")) == 9
    assert len(weekend.ask(f"{weekend.path}/crew", by=weekend.mechanic)) == 9
    problem(weekend.stranger.get(f"{weekend.path}/crew"), 404)


def one_call_builds_the_whole_weekend(weekend):
    trial = weekend.build(dry_run=True)
    assert weekend.tasks() == []

    built = weekend.build()

    assert built == trial == FULL_WEEKEND and sum(built.values()) == 790
    assert len(weekend.tasks()) == 790
    assert weekend.build() == NOTHING


# Saturday and Sunday


def it_rains_before_superpole(weekend):
    weekend.say("FP2", "finished")
    weekend.clock.now = SATURDAY + timedelta(hours=8, minutes=30)

    rain = weekend.report(weekend.tyres, "wet", "Superpole")

    added = Counter(weekend.read(task_id)["item_key"] for task_id in rain["created"])
    assert added == {"wet-wheels": 4, "wet-susp": 4, "wet-map": 4, "wet-visor": 2}
    assert rain["reopened"] == []
    assert [weekend.session(name)["is_wet"] for name in ("Superpole", "Race 1")] == [True, False]


def the_last_race_is_cancelled(weekend):
    weekend.clock.now = SUNDAY + timedelta(hours=10)

    weekend.say("Race 2", "cancelled")

    tasks = weekend.tasks(session="Race 2")
    assert {task["status"] for task in tasks} == {"not_applicable"} and len(tasks) > 100
    assert {task["note"] for task in tasks} == {"Session Race 2 was cancelled."}
    rows = weekend.ask(f"{weekend.path}/readiness")
    assert weekend.sessions["Race 2"] not in {row["session_id"] for row in rows}
    problem(weekend.release("44 A", "Race 2"), 409)


def on_sunday_night_the_record_proves_who_did_what(weekend):
    mechanic, another, tyres = weekend.mechanic, weekend.second_mechanic, weekend.tyres
    chief, admin = weekend.chief, weekend.admin

    caliper, pressure = map(weekend.who_did_what, (weekend.caliper, weekend.pressure))

    assert caliper == [("task.done", mechanic.id), ("task.check", another.id)]
    deeds = [("task.fail", tyres.id), ("task.done", tyres.id), ("task.check", chief.id)]
    assert [deed for deed in pressure if deed[0] != "task.moved"] == deeds
    told = weekend.history("checklist.built", "timetable.shifted", "incident.reported")
    by = {"checklist.built": admin, "timetable.shifted": admin}
    bulk = [(entry["action"], entry["actor"]) for entry in told]
    assert bulk[:2] == [(action, person.id) for action, person in by.items()]
    assert bulk[2:] == [("incident.reported", mechanic.id), ("incident.reported", tyres.id)]
    given = weekend.history("release.given")
    assert {entry["actor"] for entry in given} == {chief.id}
    reasons = [entry["changes"]["override_reason"] for entry in given]
    assert [reason for reason in reasons if reason] == [REASON] and len(reasons) == 5
    assert len(weekend.history("task.reopen")) == len(weekend.crash["reopened"])
    assert len(weekend.history("release.voided")) == 1


def nobody_has_touched_it_since(weekend):
    before = weekend.history()

    for table in ("history_entries", "sign_offs"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1000"):
            with weekend.app.app_context(), pytest.raises(sa.exc.DBAPIError, match="append-only"):
                db.session.execute(sa.text(statement))

    assert weekend.history() == before
    assert "untouched" in weekend.flask("verify-history")


CHAPTERS = (
    the_library_is_loaded_and_the_team_enters_its_own_limits,
    the_manager_plans_three_days_with_two_riders_and_four_bikes,
    one_call_builds_the_whole_weekend,
    *story_of_friday.CHAPTERS,
    it_rains_before_superpole,
    the_last_race_is_cancelled,
    on_sunday_night_the_record_proves_who_did_what,
    nobody_has_touched_it_since,
)
