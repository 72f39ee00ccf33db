"""The clock of a device out of reach."""

from datetime import timedelta

import pytest
from batches import operation, statuses, sync, text

DAY = 24 * 60


@pytest.mark.parametrize("minutes", [-29 * DAY, -1, 0, 9])
def test_the_time_of_an_operation_is_that_of_its_signature(mechanic, task, sign, clock, minutes):
    moment = text(clock.now + timedelta(minutes=minutes))

    found = sync(mechanic, sign(device_time=moment))

    signed = mechanic.get(f"/v1/tasks/{task['id']}/sign-offs").json
    assert statuses(found) == [201]
    assert [row["device_time"] for row in signed] == [moment]


@pytest.mark.parametrize("minutes", [-31 * DAY, 11, 7 * DAY])
def test_a_clock_that_is_wrong_is_refused_in_its_place(mechanic, sign, add, clock, minutes):
    moment = text(clock.now + timedelta(minutes=minutes))

    found = sync(mechanic, sign(device_time=moment), add())

    assert statuses(found) == [422, 201]
    assert "device_time" in found[0]["body"]["errors"]["json"]


def test_a_signatures_own_time_is_kept(mechanic, task, clock):
    body = {"act": "done", "device_time": "2026-06-12T08:00:00Z"}
    clock.now = clock.now.replace(year=2026, month=6, day=12, hour=9)
    path = f"/v1/tasks/{task['id']}/sign-offs"

    sync(mechanic, operation("POST", path, body, device_time="2026-06-12T08:30:00Z"))

    assert mechanic.get(path).json[0]["device_time"] == "2026-06-12T08:00:00Z"


def test_a_tick_by_a_change_has_the_time_of_its_operation(mechanic, task, clock):
    moment, path = text(clock.now - timedelta(hours=5)), f"/v1/tasks/{task['id']}"

    sync(mechanic, operation("PATCH", path, {"completed": True}, device_time=moment))

    signed = mechanic.get(f"{path}/sign-offs").json
    assert [(row["act"], row["device_time"]) for row in signed] == [("done", moment)]
