"""A weekend live: what is committed comes at once, in order, and nothing else does."""

import pytest
from helpers import created
from listener import Listener
from paddock import Paddock


@pytest.fixture
def paddock(app, event, admin, mechanic):
    paddock = Paddock(app, event["id"], admin.id)
    paddock.crew(mechanic, "mechanic")
    return paddock


@pytest.fixture
def server(gunicorn_server):
    return gunicorn_server(workers=1)


@pytest.fixture
def follow(server, event, paddock, mechanic):
    """Follow the weekend: `follow(person, since=...)`."""
    listeners = []

    def start(person=mechanic, **more):
        listeners.append(Listener(server.url, person.token, event["id"], **more))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.close()


def cursor_of(person, event):
    return created(person.get(f"/v1/events/{event['id']}/snapshot"), status=200)["cursor"]


def test_a_stream_begins_with_the_place_it_goes_on_from(follow, mechanic, event):
    listener = follow()

    (hello,) = listener.wait_for(1)
    assert (hello.event, hello.id) == ("hello", cursor_of(mechanic, event))
    assert listener.headers["content-type"] == "text/event-stream"


def test_a_change_comes_once_it_is_committed(follow, mechanic, event, make_task):
    listener = follow()
    listener.wait_for(1)

    task = make_task()
    change = listener.wait_for(2)[1]
    assert change.event == "change"
    assert change.data == {"kind": "task", "id": task["id"], "is_deleted": False}
    assert change.id == cursor_of(mechanic, event)
