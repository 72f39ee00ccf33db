"""What falls away with a session, a bike or a rider opens again when that is back."""

import pytest
from helpers import created
from timetable import at

BIKE = {"number": 44, "label": "44 A", "rider_name": "Jo Keller"}
SCHEDULED = {"status": "scheduled"}
NEEDLESS = {"act": "not_applicable", "note": "Rain tyres stay on the truck"}


@pytest.fixture
def race(timetable):
    return timetable.session("Race")


@pytest.fixture
def bike(timetable):
    return timetable.paddock.bike()


@pytest.fixture
def set_bikes(admin, timetable):
    def set_bikes(*bike_ids):
        return created(admin.patch(timetable.path, json={"bike_ids": [*bike_ids]}), status=200)

    return set_bikes


@pytest.fixture
def read(timetable):
    """Status and note of a task."""

    def read(task_id):
        task = timetable.task(task_id)
        return task["status"], task["note"]

    return read


@pytest.fixture
def sign(admin):
    return lambda task_id, act: created(admin.post(f"/v1/tasks/{task_id}/sign-offs", json=act))


# Sessions


@pytest.mark.parametrize("status", ["scheduled", "running", "finished"])
def test_what_a_cancelling_closed_opens_when_the_session_takes_place_after_all(
    timetable, race, read, status
):
    task_id = timetable.item(race)
    timetable.change(race, status="cancelled")

    timetable.change(race, status=status)

    assert read(task_id) == ("open", None)
    entry = timetable.history()[-1]
    assert (entry["action"], entry["subject"]) == ("task.reopen", f"task:{task_id}")
    assert entry["changes"]["status"] == ["not_applicable", "open"]


def test_what_a_person_signed_stays_signed(timetable, race, read, sign):
    by_hand, reopened = timetable.item(race), timetable.item(race)
    sign(by_hand, NEEDLESS)
    timetable.change(race, status="cancelled")
    sign(reopened, {"act": "reopen"})
    sign(reopened, NEEDLESS)

    timetable.change(race, **SCHEDULED)

    assert read(by_hand) == read(reopened) == ("not_applicable", NEEDLESS["note"])


def test_a_race_held_the_next_day_has_its_due_times_of_that_day(timetable, race):
    task_id, pinned = timetable.item(race), timetable.item(race, is_due_pinned=True)
    before = timetable.due(pinned)
    timetable.change(race, status="cancelled")

    next_day = {"starts_at": at("10:00", "2026-06-13"), "ends_at": at("10:40", "2026-06-13")}
    timetable.change(race, **SCHEDULED, **next_day)

    assert timetable.due(task_id) == at("09:30", "2026-06-13")
    assert timetable.due(pinned) == before


def test_a_task_deleted_meanwhile_comes_back_as_the_others(timetable, admin, race, read):
    task_id = timetable.item(race)
    timetable.change(race, status="cancelled")
    admin.delete(f"/v1/tasks/{task_id}")
    timetable.change(race, **SCHEDULED)

    created(admin.post(f"/v1/tasks/{task_id}/restore"), status=200)

    assert read(task_id) == ("open", None)


# Bikes and riders


def test_a_bike_taken_off_leaves_its_open_tasks_not_applicable(timetable, bike, set_bikes, read):
    bolt, failed = (timetable.paddock.task(bike_id=bike, status=s) for s in ("open", "failed"))

    set_bikes()

    assert read(bolt) == ("not_applicable", "Bike 44 A was taken off the race weekend.")
    assert read(failed) == ("failed", None)
    assert timetable.deeds()[-1] == f"task.not_applicable task:{bolt}"


def test_a_bike_put_back_has_its_open_tasks_again(timetable, bike, set_bikes, read, sign):
    bolt, by_hand = timetable.paddock.task(bike_id=bike), timetable.paddock.task(bike_id=bike)
    sign(by_hand, NEEDLESS)
    set_bikes()

    set_bikes(bike)

    assert read(bolt) == ("open", None)
    assert read(by_hand) == ("not_applicable", NEEDLESS["note"])


def test_a_task_opens_again_only_once_nothing_is_missing(timetable, race, bike, set_bikes, read):
    task_id = timetable.item(race, bike_id=bike)
    timetable.change(race, status="cancelled")
    set_bikes()

    timetable.change(race, **SCHEDULED)

    assert read(task_id) == ("not_applicable", "Bike 44 A was taken off the race weekend.")
    set_bikes(bike)
    assert read(task_id) == ("open", None)


def test_a_rider_without_a_bike_has_nothing_to_do_until_there_is_one(
    timetable, bike, set_bikes, read
):
    spare = timetable.paddock.bike("44 B", rider_name="JO  Keller")
    brief = timetable.paddock.task(rider_name="Jo Keller")
    set_bikes(spare)
    assert read(brief) == ("open", None)

    set_bikes()

    assert read(brief)[0] == "not_applicable"
    set_bikes(bike)
    assert read(brief) == ("open", None)


def test_a_rider_who_is_replaced_has_nothing_to_do(timetable, admin, bike, read, clock):
    clock.now = clock.now.replace(year=2026, month=6, day=12)
    brief = timetable.paddock.task(rider_name="Jo Keller")

    created(admin.patch(f"/v1/bikes/{bike}", json={"rider_name": "Max Orsi"}), status=200)

    reason = "Jo Keller rides no bike of the race weekend any more."
    assert read(brief) == ("not_applicable", reason)
