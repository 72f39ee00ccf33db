"""A phone without signal in qualifying: what was ticked is sent three times, and done once."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread
from urllib.request import Request, urlopen
from uuid import uuid4

import psutil
import pytest
from device import Device, assert_is_what_a_new_snapshot_says
from helpers import created
from listener import listen
from paddock import Paddock
from servers import wait_until

QUALIFYING = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
DONE = {"act": "done"}


@pytest.fixture
def paddock(app, make_event, admin, mechanic, rookie):
    day = QUALIFYING.date().isoformat()
    event = make_event(event_date=day, end_date=day, timezone="UTC")
    paddock = Paddock(app, event["id"], admin.id)
    for person in (mechanic, rookie):
        paddock.crew(person, "mechanic")
    return paddock


@pytest.fixture
def session_id(paddock):
    return paddock.session("Q1", QUALIFYING)


@pytest.fixture
def task_ids(paddock, session_id):
    hanging = {"session_id": session_id, "anchor": "session_start", "offset_minutes": -30}
    due_at = QUALIFYING - timedelta(minutes=30)
    return [paddock.task(title=f"Item {n}", due_at=due_at, **hanging) for n in range(40)]


@pytest.fixture
def outbox(task_ids):
    """What the phone kept while it was out of reach."""
    moment = (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="seconds")
    ticked = {"method": "POST", "body": DONE, "device_time": moment}
    return [
        {"id": str(uuid4()), "path": f"/v1/tasks/{task_id}/sign-offs", **ticked}
        for task_id in task_ids
    ]


def send(server, person, outbox):
    sent = json.dumps({"operations": outbox}).encode()
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}
    with urlopen(Request(f"{server.url}/v1/sync", sent, headers), timeout=30) as response:
        return json.load(response)["results"]


def send_and_hear_nothing(server, person, outbox):
    """Send while the workers are killed one after the other."""

    def send_once():
        with suppress(OSError, ValueError):
            send(server, person, outbox)

    sending = Thread(target=send_once)
    sending.start()
    for worker in psutil.Process(server.pid).children():
        worker.kill()
    sending.join()


def until_heard(server, person, outbox):
    return wait_until(lambda: send(server, person, outbox), 60)


@pytest.fixture
def garage(gunicorn_server, paddock, admin):
    """The garage screen, which follows live on another host."""
    listener = listen(gunicorn_server(workers=1).url, admin.token, paddock.event_id)
    yield listener
    listener.close()


def test_forty_ticks_sent_three_times_through_a_kill_are_forty_ticks(
    gunicorn_server, paddock, admin, mechanic, rookie, session_id, task_ids, outbox, garage
):
    server, screen = gunicorn_server(), Device(admin, paddock.event_id)
    path = f"/v1/events/{paddock.event_id}"
    first_two = [f"/v1/tasks/{task_id}/sign-offs" for task_id in task_ids[:2]]
    theirs = [created(rookie.post(one, json=DONE))["id"] for one in first_two]
    slip = {"from_session_id": session_id, "minutes": 15}
    created(admin.post(f"{path}/timetable/shifts", json=slip), status=200)

    send_and_hear_nothing(server, mechanic, outbox)
    heard = until_heard(server, mechanic, outbox)
    again = until_heard(server, mechanic, outbox)

    assert [result["status"] for result in heard] == [409, 409] + [201] * 38
    assert [result["is_replay"] for result in again] == [False] * 2 + [True] * 38
    assert [result["body"] for result in heard[2:]] == [result["body"] for result in again[2:]]
    for task_id, operation in zip(task_ids, outbox, strict=True):
        signed = mechanic.get(operation["path"]).json
        by = rookie.id if task_id in theirs else mechanic.id
        assert [(row["act"], row["signed_by"]) for row in signed] == [("done", by)]
    screen.follow()
    assert_is_what_a_new_snapshot_says(screen)
    garage.wait_until(lambda: garage.messages[-1].id == screen.cursor)
    assert {("task", task_id) for task_id in task_ids} <= {*garage.subjects}
