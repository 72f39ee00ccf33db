"""Readers of a stream who fall behind, or take nothing."""

import time

import pytest
from listener import PATIENCE, ended

from raceapp.stream import letters
from server import reader

pytest_plugins = ["stream_fixtures"]


@pytest.fixture
def deaf(connect, paddock, mechanic):
    """Somebody who has a stream and reads nothing of it."""
    answer, ours = connect(mechanic)
    assert answer.status_code == 200
    return ours


def test_who_falls_behind_by_a_mebibyte_is_cut_off(quick, deaf, follow, make_task, monkeypatch):
    before, listener = ended("slow"), follow()
    monkeypatch.setattr(letters.Page, "__new__", heavy(letters.Page.__new__))

    for number in range(8):
        make_task()
        listener.wait_for(number + 2)

    deadline = time.monotonic() + PATIENCE
    while ended("slow") == before:
        assert time.monotonic() < deadline
    assert not listener.is_over.is_set()


def heavy(new):
    """Make each page longer than the system keeps, by a comment."""
    padding = b":" + b"x" * 400_000 + b"\n\n"
    return lambda kind, data, *rest: new(kind, data and data + padding, *rest)


def test_who_takes_nothing_for_long_is_cut_off(quick, deaf, make_task, monkeypatch):
    before = ended("slow")
    monkeypatch.setattr(reader, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(letters.Page, "__new__", heavy(letters.Page.__new__))

    make_task()

    deadline = time.monotonic() + PATIENCE
    while ended("slow") == before:
        assert time.monotonic() < deadline


def test_who_was_far_behind_is_brought_up_as_they_read(follow, make_task, monkeypatch):
    monkeypatch.setattr(letters, "MOST_ENTRIES", 1)
    monkeypatch.setattr(letters.Page, "__new__", heavy(letters.Page.__new__))
    first = follow()
    first.close()
    numbers = [make_task()["id"] for _ in range(8)]

    listener = follow(last_id=first.messages[0].id)

    listener.wait_for(9)
    assert listener.subjects == [("task", number) for number in numbers]
