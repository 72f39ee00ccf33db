"""Many who log in at once: a crew gets in, and only whom it would take too long is sent away."""

import json
import re
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from doc_tables import DOCS
from helpers import PASSWORD

from raceapp import errors
from raceapp.auth import passwords

CREW = 15


@pytest.fixture
def turns(app):
    """A queue in which nobody has been timed yet, at the cost of production."""
    with app.app_context():
        app.config["BCRYPT_ROUNDS"], cheap = 12, app.config["BCRYPT_ROUNDS"]
        yield passwords.Turns()
        app.config["BCRYPT_ROUNDS"] = cheap


def admitted(turns, asking=100):
    """How many of those who ask are let into the queue."""
    for number in range(asking):
        try:
            turns.enter()
        except errors.Unavailable:
            return number
    return asking


def test_a_crew_of_fifteen_gets_in_whatever_process_they_meet(turns):
    count = admitted(turns)

    assert count >= CREW


@pytest.mark.parametrize("takes, count", [(0.25, 20), (1.0, 5), (0.05, 100), (9.0, 1)])
def test_who_would_wait_longer_than_five_seconds_is_sent_away(turns, takes, count):
    turns.takes = takes

    assert admitted(turns) == count


def test_whoever_has_been_served_makes_room(turns):
    turns.takes = 1.0
    admitted(turns)

    turns.leave()

    assert admitted(turns) == 1


def test_whoever_is_served_by_no_thread_comes_again_and_leaves_their_place(turns, monkeypatch):
    monkeypatch.setattr(passwords, "TURNS", turns)
    monkeypatch.setattr(turns.worker, "submit", refused)

    with pytest.raises(errors.Unavailable):
        passwords.in_turn(len, "secret")

    assert turns.waiting == 0


def refused(*_):
    raise RuntimeError("can't start new thread")


def test_fifteen_log_ins_at_once_all_get_in(gunicorn_server, make_person, parallel):
    server = gunicorn_server(BCRYPT_ROUNDS="11", RATELIMIT_LOGIN="10/minute")
    people = iter([make_person(f"mechanic{number}") for number in range(CREW)])

    statuses = parallel(lambda: log_in(server.url, next(people).email), CREW)

    assert statuses == [200] * CREW


def log_in(url, email):
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    head = {"Content-Type": "application/json"}
    try:
        with urlopen(Request(f"{url}/v1/auth/login", body, head), timeout=20) as answer:
            return answer.status
    except HTTPError as refusal:
        with refusal:
            return refusal.code


def test_the_page_on_scaling_says_how_long_somebody_waits():
    said = re.search(r"would wait longer than (\d+)\s+seconds", (DOCS / "scaling.md").read_text())

    assert int(said[1]) == passwords.PATIENCE_SECONDS
