"""A weekend on a device that had come further than a backup which was restored."""

import orjson
import pytest
from device import Device, assert_is_what_a_new_snapshot_says
from helpers import created
from itsdangerous.encoding import base64_encode

from raceapp.feed import cursors

pytest_plugins = ["record_fixtures"]


@pytest.fixture
def device(paddock, mechanic, event):
    return Device(mechanic, event["id"])


@pytest.fixture
def lost(back_up, device, make_task):
    """Have the device follow two tasks that are in no backup, and restore the backup."""

    def lose():
        restore = back_up()
        for _ in range(2):
            make_task()
        device.follow()
        restore()

    return lose


@pytest.mark.parametrize("written", [0, 1, 2, 3], ids="{} entries later".format)
def test_whoever_came_further_begins_anew_however_long_the_record_is_by_now(
    device, lost, make_task, written
):
    lost()
    for number in range(written):
        make_task(title=f"After the restore {number}")

    found = device.ask()

    assert (found["reset"], found["changes"], found["has_more"]) == (True, [], False)
    device.follow()
    assert device.resets == 1
    assert_is_what_a_new_snapshot_says(device)


def test_whoever_had_not_come_further_goes_on(back_up, device, make_task):
    restore = back_up()
    make_task()
    restore()
    task = make_task(title="After the restore")

    told = device.follow()

    assert [change["resource"] for change in told] == [task]
    assert device.resets == 0


def test_whoever_was_told_a_part_of_a_lost_entry_begins_anew(admin, back_up, device, path):
    restore = back_up()
    import_three(admin, path, "Lost")
    assert device.ask(limit=1)["has_more"]
    restore()
    import_three(admin, path, "After the restore")

    assert device.ask(limit=1)["reset"]


def import_three(admin, path, title):
    body = "title\n" + f"{title}\n" * 3
    sent = {"data": body, "content_type": "text/csv"}
    created(admin.post(f"{path}/tasks/import", **sent), status=200)


def test_a_part_of_an_entry_that_was_not_lost_is_gone_on_from(admin, device, path):
    import_three(admin, path, "Kept")

    told = device.follow(limit=1)

    assert len(told) >= 3 and device.resets == 0
    assert_is_what_a_new_snapshot_says(device)


def test_a_snapshot_of_a_lost_record_is_not_the_one_of_the_new_record(
    mechanic, device, back_up, make_task, path
):
    restore = back_up()
    make_task()
    seen = {"If-None-Match": mechanic.get(f"{path}/snapshot").headers["ETag"]}
    restore()
    task = make_task(title="After the restore")

    answer = mechanic.get(f"{path}/snapshot", headers=seen)

    assert created(answer, status=200)["tasks"] == [task]


@pytest.mark.parametrize("position", [1, 999])
def test_a_cursor_that_names_no_entry_is_not_believed(app, event, device, position):
    text = base64_encode(orjson.dumps([position, 0]))
    with app.app_context():
        device.cursor = cursors.signer(cursors.salt(event["id"])).sign(text).decode()

    assert device.ask()["reset"]
