"""Who may keep a stream, for how long, and how it ends."""

import dataclasses
import time

import pytest
from helpers import created, problem
from listener import PATIENCE, ended

from raceapp.storage.session import db
from raceapp.stream import letters, service
from raceapp.stream.post import Post
from server import channels, hub

pytest_plugins = ["stream_fixtures"]


def log_out(admin, person, event):
    assert person.post("/v1/auth/logout").status_code == 204


def disable(admin, person, event):
    created(admin.patch(f"/v1/users/{person.id}", json={"is_active": False}), status=200)


def take_off_the_crew(admin, person, event):
    assert admin.put(f"/v1/events/{event['id']}/crew", json=[]).status_code == 200


def delete_the_weekend(admin, person, event):
    assert admin.delete(f"/v1/events/{event['id']}").status_code == 204


DEEDS = [log_out, disable, take_off_the_crew, delete_the_weekend]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_whoever_may_not_look_any_more_is_cut_off(quick, follow, admin, mechanic, event, deed):
    before, listener = ended("rights"), follow(mechanic)

    deed(admin, mechanic, event)

    assert listener.ends_within(5)
    assert ended("rights") == before + 1


def test_whoever_is_logged_out_is_cut_off_though_the_record_cannot_be_read(
    quick, follow, mechanic, make_task, monkeypatch
):
    listener = follow(mechanic)
    monkeypatch.setattr(Post, "read", lambda *_: 1 / 0)
    make_task()

    mechanic.post("/v1/auth/logout")

    assert listener.ends_within(5)


def test_whoever_may_look_is_not_cut_off(quick, follow, admin, mechanic, make_task, monkeypatch):
    monkeypatch.setattr(service, "AT_ONCE", 1)
    listeners = [follow(admin), follow(mechanic), follow(mechanic)]
    for listener in listeners:
        listener.wait_until(lambda found=listener: len(found.comments) > 5)

    task = make_task()

    for listener in listeners:
        listener.wait_for_change("task", task["id"])


def test_a_log_out_ends_the_streams_of_that_log_in_only(quick, follow, mechanic):
    other = dataclasses.replace(mechanic)
    assert other.token != mechanic.token
    stays, goes = follow(other), follow(mechanic)

    mechanic.post("/v1/auth/logout")

    assert goes.ends_within(5) and not stays.is_over.is_set()


def test_a_stream_ends_with_its_token(quick, follow):
    soon = time.time() + 0.5

    listener = follow(alter=lambda stream: dataclasses.replace(stream, until=soon))

    assert listener.ends_within(5)
    assert time.time() >= soon


def test_a_stream_ends_when_the_token_says(mechanic, follow):
    found = []

    follow(alter=lambda stream: found.append(stream) or stream)

    assert time.time() + 14 * 60 < found[0].until <= time.time() + 15 * 60


def test_something_is_said_where_nothing_happens(quick, follow):
    listener = follow()

    listener.wait_until(lambda: len(listener.comments) > 2)
    assert len(listener.messages) == 1


def test_the_pauses_are_shorter_than_is_promised():
    assert hub.PING_SECONDS + hub.TICK_SECONDS < 15
    assert hub.CHECK_SECONDS + 10 < 30
    assert channels.LOOK_SECONDS + hub.TICK_SECONDS < 6


def test_as_many_streams_as_there_may_be_and_no_more(app, connect, follow, monkeypatch, mechanic):
    monkeypatch.setitem(app.config, "STREAMS_MAX", 2)
    first, _ = follow(), follow()

    refused, _ = connect(mechanic)
    first.close()

    assert problem(refused, 503) and refused.headers["Retry-After"] == "10"
    follow_when_there_is_a_seat(connect, mechanic)


def follow_when_there_is_a_seat(connect, person):
    deadline = time.monotonic() + PATIENCE
    while connect(person)[0].status_code != 200:
        assert time.monotonic() < deadline


def test_the_system_may_have_less_room(connect, follow, mechanic, hub):
    hub.most = 1
    follow()

    problem(connect(mechanic)[0], 503)


def test_more_files_are_opened_as_far_as_the_system_allows(monkeypatch):
    limits, set_to = {}, []
    monkeypatch.setattr(hub.resource, "getrlimit", lambda _: limits["now"])
    monkeypatch.setattr(hub.resource, "setrlimit", lambda _, pair: set_to.append(pair))

    for now in ((1024, 4096), (1024, -1), (300, 300), (100, 100)):
        limits["now"] = now
        assert hub.make_room() == {4096: 1948, -1: 32668, 300: 50, 100: 0}[now[1]]

    assert set_to == [(4096, 4096), (65536, -1)]


def test_a_stop_ends_all_and_lets_nobody_in(hub, follow, connect, mechanic):
    listeners = [follow() for _ in range(3)]

    hub.end()

    assert all(listener.ends_within(2) for listener in listeners)
    problem(connect(mechanic)[0], 503)


def test_without_a_bell_the_hub_looks_by_itself(follow, app, monkeypatch, make_task):
    monkeypatch.setattr(app.extensions["bell"], "connect", None)
    monkeypatch.setattr(channels, "LOOK_SECONDS", 0.1)
    listener = follow()

    task = make_task()

    listener.wait_for_change("task", task["id"], seconds=6)


def test_streams_outlive_a_database_that_cannot_be_read(
    quick, follow, make_task, monkeypatch, caplog
):
    listener, read = follow(), letters.feed.entries

    def fail(*_):
        monkeypatch.setattr(letters.feed, "entries", read)
        raise db.session.bind.dialect.dbapi.OperationalError("away")

    monkeypatch.setattr(letters.feed, "entries", fail)
    task = make_task()

    listener.wait_for_change("task", task["id"])
    assert "streams cannot read" in caplog.text


def test_nothing_is_asked_where_nobody_follows(app):
    with app.app_context():
        assert service.unwelcome([]) == []


def test_a_turn_that_fails_is_not_the_last(hub, follow, make_task, monkeypatch, caplog):
    monkeypatch.setattr("server.hub.PAUSE_SECONDS", 0.01)
    listener, tick = follow(), hub.tick

    def fail(now):
        monkeypatch.setattr(hub, "tick", tick)
        raise RuntimeError("a fault")

    monkeypatch.setattr(hub, "tick", fail)
    task = make_task()

    listener.wait_for_change("task", task["id"])
    assert "a stream failed" in caplog.text


def test_who_leaves_on_the_way_to_a_seat_leaves_it_free(
    hub, follow, connect, mechanic, monkeypatch
):
    follow()

    def leave(*_):
        monkeypatch.undo()
        raise OSError

    monkeypatch.setattr("server.hub.Reader", leave)
    connect(mechanic)

    follow()
    assert hub.admitted == 2
