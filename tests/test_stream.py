"""A weekend live: what is committed comes at once and in order, and nothing else does."""

import pytest
from checklists import item, template
from device import Device
from helpers import created, problem

from raceapp.events.models import Event
from raceapp.feed.cursors import Place, write_cursor
from raceapp.history import chain
from raceapp.history import service as history
from raceapp.storage.session import db
from raceapp.stream import letters

pytest_plugins = ["stream_fixtures"]


@pytest.fixture
def cursor(mechanic, event, paddock):
    """Return where the record is now."""

    def read():
        return created(mechanic.get(f"/v1/events/{event['id']}/snapshot"), status=200)["cursor"]

    return read


def test_a_stream_begins_with_the_place_it_goes_on_from(follow, cursor):
    (hello,) = follow().messages

    assert (hello.event, hello.data, hello.id) == ("hello", {}, cursor())


def test_a_change_comes_once_it_is_committed(follow, make_task, cursor):
    listener = follow()

    task = make_task()

    change = listener.wait_for(2)[1]
    assert change.event == "change"
    assert change.data == {"kind": "task", "id": task["id"], "is_deleted": False}
    assert change.id == cursor()


def test_everybody_is_told_at_once(follow, admin, mechanic, make_task):
    listeners = [follow(person) for person in (admin, mechanic, mechanic)]

    task = make_task()

    assert {listener.wait_for(2)[1].subject for listener in listeners} == {("task", task["id"])}


def test_what_is_deleted_comes_as_deleted(follow, admin, make_task):
    task = make_task()
    listener = follow()

    assert admin.delete(f"/v1/tasks/{task['id']}").status_code == 204

    assert listener.wait_for(2)[1].data == {"kind": "task", "id": task["id"], "is_deleted": True}


def write_and_roll_back(app, event):
    """Go as far as the last step before the commit."""
    with app.app_context():
        found = db.session.get(Event, event["id"])
        found.notes = "Garage 12"
        history.record(found.id, "event.updated", found, actor=None)
        chain.write_waiting(db.session())
        db.session.rollback()
        db.session.commit()


def test_what_is_rolled_back_or_refused_comes_not(follow, app, admin, event, make_task):
    listener = follow()

    problem(admin.post("/v1/tasks", json={"event_id": event["id"], "title": ""}), 422)
    write_and_roll_back(app, event)
    task = make_task()

    assert [change.subject for change in listener.wait_for(2)[1:]] == [("task", task["id"])]


def test_a_deed_that_makes_many_tells_of_each(follow, admin, event, paddock):
    fp1, listener = paddock.session("FP1"), follow()
    bike_id = paddock.bike()
    made = created(admin.post("/v1/templates", json=template(*(item(n) for n in "abc"))))

    built = admin.post(f"/v1/events/{event['id']}/checklists", json={"template_id": made["id"]})

    assert built.status_code == 201 and fp1 and bike_id
    tasks = created(admin.get(f"/v1/tasks?event_id={event['id']}"), status=200)
    for task in tasks:
        listener.wait_for_change("task", task["id"])


def test_who_comes_back_is_told_first_what_was_missed(follow, make_task, cursor):
    before = cursor()
    missed = [make_task()["id"] for _ in range(3)]

    listener = follow(last_id=before)
    then = make_task()["id"]

    listener.wait_for(5)
    assert listener.messages[0].id == before
    assert listener.subjects == [("task", number) for number in [*missed, then]]


def test_the_id_of_any_message_resumes_behind_it(follow, make_task, cursor):
    first = follow(since=cursor())
    numbers = [make_task()["id"] for _ in range(4)]
    ids = [message.id for message in first.wait_for(5)]

    for place, last_id in enumerate(ids[:4]):
        again = follow(last_id=last_id)
        again.wait_for(5 - place)
        assert again.subjects == [("task", number) for number in numbers[place:]]


def test_the_last_id_wins_over_since(follow, make_task, cursor):
    old, _ = cursor(), make_task()
    last_id, task = cursor(), make_task()

    listener = follow(since=old, last_id=last_id)

    listener.wait_for(2)
    assert (listener.messages[0].id, listener.subjects) == (last_id, [("task", task["id"])])


def test_a_cursor_of_the_stream_is_one_of_changes(follow, mechanic, event, make_task):
    device, listener = Device(mechanic, event["id"]), follow()
    make_task()
    device.cursor = listener.wait_for(2)[1].id

    task = make_task()

    assert [change["id"] for change in device.follow()] == [task["id"]]


@pytest.mark.parametrize("sent_in", ["query", "headers"])
@pytest.mark.parametrize("cursor", ["garbled", "W10.x", "of another weekend"])
def test_a_cursor_that_is_not_of_this_weekend_is_refused(
    app, mechanic, path, paddock, event, sent_in, cursor
):
    if " " in cursor:
        with app.app_context():
            cursor = write_cursor(event["id"] + 1, Place(1))
    name = {"query": "since", "headers": "Last-Event-ID"}[sent_in]
    sent = {"query_string": {name: cursor}} if sent_in == "query" else {"headers": {name: cursor}}

    assert list(problem(mechanic.get(path, **sent), 422)["errors"][sent_in]) == [name]


def test_who_is_not_on_the_crew_finds_no_stream(connect, stranger, paddock):
    answer, _ = connect(stranger)

    problem(answer, 404)


def test_a_server_that_keeps_its_connections_says_so(mechanic, path, paddock):
    answer = mechanic.get(path)

    assert "changes" in problem(answer, 503)["detail"]
    assert answer.headers["Retry-After"] == "10"


def test_asking_for_the_head_alone_opens_nothing(mechanic, path, paddock, hub):
    answer = mechanic.head(path)

    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert hub.admitted == 0


def test_a_record_that_does_not_name_what_changed_asks_for_a_new_snapshot(
    app, event, follow, cursor, monkeypatch
):
    before = cursor()
    with app.app_context():
        about = f"event:{event['id']}"
        entry = letters.Entry(event["id"], 2, "checklist.built", about, {}, "f" * 64)
        monkeypatch.setattr(letters.feed, "entries", lambda *_: [entry])

        page = letters.read(event["id"], Place(1))

    assert page.place == Place(2, 0, "f" * 16) and b"event: reset\nid: " in page.data and before


def test_many_changes_come_page_by_page(follow, make_task, cursor, monkeypatch):
    monkeypatch.setattr(letters, "MOST_ENTRIES", 2)
    before, numbers = cursor(), [make_task()["id"] for _ in range(5)]

    listener = follow(since=before)

    listener.wait_for(6)
    assert listener.subjects == [("task", number) for number in numbers]
