"""Moves and shifts at the same instant: none undoes another, and signing goes on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from servers import wait_until
from test_process import somebody_waits
from timetable import at


@pytest.fixture
def fp1(timetable):
    return timetable.session()


@pytest.fixture
def friday(timetable):
    """FP1 at 08:00, FP2 at 09:00 and so on."""
    return timetable.day("FP1", "FP2", "FP3", "Q1")


def test_of_two_moves_from_one_version_one_wins(timetable, admin, fp1, parallel):
    task_id = timetable.item(fp1)
    starts = iter(("08:05", "08:10", "08:15"))

    def move():
        body, seen = {"starts_at": at(next(starts))}, {"If-Match": '"1"'}
        return admin.patch(f"/v1/sessions/{fp1['id']}", json=body, headers=seen)

    answers = parallel(move, 3)

    assert sorted(response.status_code for response in answers) == [200, 412, 412]
    assert timetable.task(task_id)["version"] == 2


def test_a_task_unpinned_while_its_session_moves_hangs_on_the_new_time(
    timetable, admin, fp1, parallel
):
    task_id = timetable.item(fp1, is_due_pinned=True)
    deeds = iter(
        (
            lambda: timetable.change(fp1, starts_at=at("07:00")),
            lambda: admin.patch(f"/v1/tasks/{task_id}", json={"is_due_pinned": False}),
        )
    )

    answers = parallel(lambda: next(deeds)(), 2)

    assert [response.status_code for response in answers] == [200, 200]
    assert timetable.due(task_id) == at("06:30")


def test_shifts_at_the_same_instant_add_up(timetable, friday, parallel):
    task_id = timetable.item(friday[3])

    answers = parallel(lambda: timetable.shift(friday[1], 5), 6)

    assert {response.status_code for response in answers} == {200}
    assert timetable.starts() == {
        "FP1": "06-12 08:00", "FP2": "06-12 09:30", "FP3": "06-12 10:30", "Q1": "06-12 11:30"
    }  # fmt: skip
    assert (timetable.due(task_id), timetable.task(task_id)["version"]) == (at("11:00"), 7)


def test_a_shift_and_a_move_at_the_same_instant_add_up(timetable, friday, parallel):
    task_id = timetable.item(friday[3])
    deeds = iter(
        (
            lambda: timetable.shift(friday[1], 30),
            lambda: timetable.change(friday[3], ends_at=at("13:00")),
            lambda: timetable.shift(friday[2], 10),
        )
    )

    answers = parallel(lambda: next(deeds)(), 3)

    assert {response.status_code for response in answers} == {200}
    assert timetable.starts()["Q1"] == "06-12 11:40"
    assert timetable.due(task_id) == at("11:10")


def test_signing_goes_on_while_the_day_is_shifted(timetable, admin, friday, parallel):
    tasks = timetable.items(friday[2], 4)
    assert admin.token
    deeds = iter(
        [lambda: timetable.shift(friday[1], 15)]
        + [lambda task_id=task_id: sign(admin, task_id) for task_id in tasks]
        + [lambda: timetable.shift(friday[1], 15)]
    )

    answers = parallel(lambda: next(deeds)(), 6)

    assert {response.status_code for response in answers} == {200, 201}
    assert {timetable.task(task_id)["status"] for task_id in tasks} == {"done"}
    assert timetable.starts()["FP3"] == "06-12 10:30"


def sign(person, task_id):
    return person.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": "done"})


@pytest.mark.usefixtures("postgres_only")
def test_a_bike_gets_another_rider_while_its_weekend_is_taken_back(
    backend, timetable, admin, clock
):
    clock.now = clock.now.replace(year=2026, month=6, day=12)
    path, change = f"/v1/bikes/{timetable.paddock.bike()}", {"rider_name": "Max Orsi"}
    database = backend.postgres.connect("raceapp")
    with ThreadPoolExecutor() as threads, database, database.transaction():
        database.execute("UPDATE events SET deleted_at = now()")
        answer = threads.submit(admin.patch, path, json=change)
        wait_until(lambda: somebody_waits(backend.connection))

    assert answer.result().status_code == 200
