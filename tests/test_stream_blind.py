"""A record that cannot be read: its streams end after a while, and those of others go on."""

import pytest
from listener import ended, wait_until
from paddock import Paddock

from raceapp.stream import letters
from raceapp.stream.post import Post
from server import channels, hub

pytest_plugins = ["stream_fixtures"]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """What is done every few seconds is done all the time."""
    monkeypatch.setattr(channels, "LOOK_SECONDS", 0.05)
    for name, seconds in {"PAUSE": 0.05, "TICK": 0.05, "CHECK": 0.05, "BLIND": 0.5}.items():
        monkeypatch.setattr(hub, f"{name}_SECONDS", seconds)


@pytest.fixture
def other(app, make_event, admin, mechanic):
    """Another weekend whose crew the mechanic is on."""
    other = make_event(name="Assen")
    Paddock(app, other["id"], admin.id).crew(mechanic, "mechanic")
    return other["id"]


@pytest.fixture
def unreadable(monkeypatch):
    """Have the record of a weekend be unreadable, until `monkeypatch.undo()`."""
    read = Post.read

    def unreadable(unreadable_id):
        def read_others(event_id, *more):
            return 1 / 0 if event_id == unreadable_id else read(event_id, *more)

        monkeypatch.setattr(Post, "read", staticmethod(read_others))

    return unreadable


def test_its_streams_end_once_that_has_lasted_and_are_told_apart(
    follow, event, make_task, unreadable, caplog
):
    before, listener = ended("blind"), follow()
    unreadable(event["id"])

    make_task()

    assert listener.ends_within(10)
    assert ended("blind") == before + 1
    assert "streams cannot read for now: ZeroDivisionError" in caplog.text


def test_streams_of_other_weekends_go_on(follow, event, other, make_task, unreadable):
    blind, seeing = follow(), follow(to=f"/v1/events/{other}/stream")
    unreadable(event["id"])
    make_task()

    first = make_task(event_id=other)
    seeing.wait_for_change("task", first["id"])
    assert blind.ends_within(10)

    second = make_task(event_id=other)
    seeing.wait_for_change("task", second["id"])
    assert not seeing.is_over.is_set()


def test_who_is_brought_level_is_no_exception(follow, event, make_task, monkeypatch):
    first = follow()
    first.close()
    make_task()
    monkeypatch.setattr(letters.feed, "entries", lambda *_: 1 / 0)

    listener = follow(last_id=first.messages[0].id)

    assert listener.ends_within(10)


def test_a_record_that_is_readable_again_in_time_ends_nothing(
    follow, make_task, monkeypatch, caplog
):
    monkeypatch.setattr(hub, "BLIND_SECONDS", 60)
    listener = follow()

    with monkeypatch.context() as patch:
        patch.setattr(Post, "read", lambda *_: 1 / 0)
        task = make_task()
        wait_until(lambda: "streams cannot read" in caplog.text)

    listener.wait_for_change("task", task["id"])
    assert not listener.is_over.is_set()


def test_all_streams_end_where_nothing_can_be_read(follow, other, monkeypatch):
    listeners = [follow(), follow(to=f"/v1/events/{other}/stream")]

    monkeypatch.setattr(Post, "grown", lambda *_: 1 / 0)

    assert all(listener.ends_within(10) for listener in listeners)
