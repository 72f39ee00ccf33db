"""Budgets: whom they count, what they answer, and that nobody gets more by asking cleverly."""

import json
import time
from collections import Counter
from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from accounts import PASSWORD
from helpers import Client, problem

HEADERS = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}


def budget(answer):
    return {name for name in HEADERS if name in answer.headers}


@pytest.fixture
def three_calls(make_app):
    """An application where everybody has three task calls a minute."""
    return make_app(RATELIMIT_TASKS="3/minute")


@pytest.fixture
def hurried(three_calls, mechanic):
    return replace(mechanic, app=three_calls)


@pytest.fixture
def guests(make_app):
    """Nobody in particular, where every address may log in, register and refresh twice a minute."""
    rates = {f"RATELIMIT_{name}": "2/minute" for name in ("LOGIN", "REGISTER", "REFRESH")}
    return Client(make_app(**rates))


BODIES = {
    "login": {"email": "nobody@garage.example", "password": PASSWORD},
    "register": {"email": "not an email", "password": PASSWORD},
    "refresh": {"refresh_token": "x" * 43},
}


def knock(client, door="login", address="198.51.100.7", **headers):
    environ = {"REMOTE_ADDR": address}
    return client.post(f"/v1/auth/{door}", json=BODIES[door], headers=headers, environ_overrides=environ).status_code


ANSWERS = [
    ("GET", "/v1/tasks", None, 200),
    ("GET", "/v1/tasks/987654321", None, 404),
    ("POST", "/v1/tasks", {"zzz": 1}, 422),
    ("GET", "/v1/tasks?limit=0", None, 422),
]


@pytest.mark.parametrize("method, path, body, status", ANSWERS)
def test_every_task_answer_says_what_is_left(hurried, method, path, body, status):
    answer = hurried.open(path, method=method, json=body)

    assert answer.status_code == status
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("3", "2")
    assert 0 <= int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 62
    assert "Retry-After" not in answer.headers


def test_a_call_without_a_token_says_what_is_left_too(three_calls):
    answer = Client(three_calls).get("/v1/tasks")

    problem(answer, 401)
    assert budget(answer) == HEADERS
    assert "Retry-After" not in answer.headers


def test_the_call_over_budget_is_refused_and_says_when_to_come_back(hurried):
    left = [hurried.get("/v1/tasks").headers["X-RateLimit-Remaining"] for _ in range(3)]

    answer = hurried.get("/v1/tasks")

    problem(answer, 429)
    assert left == ["2", "1", "0"]
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert 0 <= int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 62


@pytest.mark.parametrize("door, status", [("login", 401), ("register", 422), ("refresh", 401)])
def test_refused_guests_are_told_what_is_left(guests, door, status):
    answer = guests.post(f"/v1/auth/{door}", json=BODIES[door])

    problem(answer, status)
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("2", "1")


def test_all_task_endpoints_share_one_budget(hurried):
    hurried.get("/v1/tasks")
    hurried.patch("/v1/tasks/987654321", json={"completed": True})
    hurried.delete("/v1/tasks/987654321")

    answer = hurried.post("/v1/tasks", json={})

    problem(answer, 429)


def test_people_behind_one_router_have_a_budget_each(hurried, chief):
    for _ in range(4):
        hurried.get("/v1/tasks")

    answer = replace(chief, app=hurried.app).get("/v1/tasks")

    assert answer.status_code == 200


def test_another_phone_and_another_network_are_the_same_person(hurried):
    phone = replace(hurried)
    hurried.get("/v1/tasks")
    phone.get("/v1/tasks", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    hurried.get("/v1/tasks")

    answer = phone.get("/v1/tasks", environ_overrides={"REMOTE_ADDR": "203.0.113.10"})

    problem(answer, 429)


@pytest.mark.parametrize("tail", ["x", ".", "AAAA"])
def test_a_forged_token_spends_nobody_elses_budget(hurried, tail):
    forged = {"Authorization": f"Bearer {hurried.token[:-6]}{tail}"}
    for _ in range(4):
        Client(hurried.app).get("/v1/tasks", headers=forged)

    answer = hurried.get("/v1/tasks")

    assert answer.status_code == 200


def test_over_budget_comes_before_every_other_refusal(three_calls):
    guest = Client(three_calls)

    answers = [guest.post("/v1/tasks", data=b"{", content_type="text/plain") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


# Per address


@pytest.mark.parametrize("door", BODIES)
def test_an_address_may_knock_so_often_and_no_more(guests, door):
    statuses = [knock(guests, door) for _ in range(4)]

    assert statuses[:2].count(429) == 0
    assert statuses[2:] == [429, 429]


def test_each_door_has_its_own_budget(guests):
    for _ in range(3):
        knock(guests, "login")

    assert knock(guests, "refresh") == 401


def test_the_right_password_does_not_get_past_a_spent_budget(guests, mechanic):
    for _ in range(2):
        knock(guests, address="127.0.0.1")

    answer = guests.post("/v1/auth/login", json={"email": mechanic.email, "password": mechanic.password})

    problem(answer, 429)


def test_a_token_does_not_get_past_a_spent_budget(guests, mechanic):
    for _ in range(2):
        knock(guests)

    status = knock(guests, Authorization=f"Bearer {mechanic.token}")

    assert status == 429


NEIGHBOURS = [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
    ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ("198.51.100.7", "198.51.100.8", False),
    ("::ffff:198.51.100.7", "::ffff:198.51.100.8", False),
    ("fe80::1%eth0", "fe80::2%eth0", True),
    ("", "", True),
    ("unknown", "unknown", True),
]


@pytest.mark.parametrize("first, second, is_same", NEIGHBOURS)
def test_an_ipv6_customer_is_one_address_whatever_the_last_half_says(guests, first, second, is_same):
    for _ in range(2):
        knock(guests, address=first)

    assert (knock(guests, address=second) == 429) is is_same


# Proxies


def forwarded(client, *chains):
    return [knock(client, **{"X-Forwarded-For": chain}) for chain in chains][-1]


def test_a_forwarded_address_is_not_believed_by_default(guests):
    status = forwarded(guests, "192.0.2.1", "192.0.2.2", "192.0.2.3")

    assert status == 429


@pytest.mark.parametrize(
    "chains, status",
    [
        (["192.0.2.1", "192.0.2.2", "192.0.2.3"], 401),
        (["192.0.2.1", "192.0.2.1", "192.0.2.1"], 429),
        (["1.1.1.1, 192.0.2.1", "2.2.2.2, 192.0.2.1", "3.3.3.3, 192.0.2.1"], 429),
        (["", "", ""], 429),
    ],
)
def test_behind_one_proxy_the_last_address_counts(make_app, chains, status):
    client = Client(make_app(TRUSTED_PROXY_COUNT=1, RATELIMIT_LOGIN="2/minute"))

    assert forwarded(client, *chains) == status


# Never limited


@pytest.mark.parametrize("path", ["/v1/health", "/v1/health/ready", "/openapi.json", "/docs"])
def test_health_and_documents_are_never_limited(three_calls, path):
    answers = [Client(three_calls).get(path, follow_redirects=True) for _ in range(6)]

    assert {answer.status_code for answer in answers} == {200}
    assert not any(budget(answer) for answer in answers)


def test_asking_for_options_costs_nothing(hurried):
    for _ in range(6):
        assert hurried.options("/v1/tasks").status_code < 400

    assert hurried.get("/v1/tasks").headers["X-RateLimit-Remaining"] == "2"


# Many at once


def test_a_window_slides(postgres_only, make_app, mechanic):
    person = replace(mechanic, app=make_app(RATELIMIT_TASKS="3/second"))
    passed, end = [], time.time() + 2.3

    while time.time() < end:
        asked = time.time()
        if person.get("/v1/tasks").status_code == 200:
            passed.append((asked, time.time()))

    assert len(passed) >= 6
    assert all(late[1] - early[0] >= 0.99 for early, late in zip(passed, passed[3:], strict=False))


def test_parallel_guesses_cannot_overrun_the_limit(postgres_only, make_app, parallel):
    client = Client(make_app(RATELIMIT_LOGIN="5/minute"))

    statuses = parallel(lambda: knock(client), 8)

    assert Counter(statuses) == {401: 5, 429: 3}


def test_two_workers_share_one_budget(gunicorn_server, mechanic, parallel):
    server = gunicorn_server(RATELIMIT_TASKS="10/minute")
    request = Request(f"{server.url}/v1/tasks", headers={"Authorization": f"Bearer {mechanic.token}"})

    statuses = parallel(lambda: status_of(request), 20)

    assert Counter(statuses) == {200: 10, 429: 10}


def status_of(request):
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status
    except HTTPError as refusal:
        with refusal:
            assert json.load(refusal)["status"] == refusal.code
            return refusal.code
