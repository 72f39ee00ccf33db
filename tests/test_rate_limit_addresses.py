"""Budgets of those who have not said who they are: counted by address, whatever they claim."""

from collections import Counter

import pytest
from accounts import PASSWORD
from helpers import Client, problem


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
    return client.post(
        f"/v1/auth/{door}", json=BODIES[door], headers=headers, environ_overrides=environ
    ).status_code


@pytest.mark.parametrize("door, status", [("login", 401), ("register", 422), ("refresh", 401)])
def test_refused_guests_are_told_what_is_left(guests, door, status):
    answer = guests.post(f"/v1/auth/{door}", json=BODIES[door])

    problem(answer, status)
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == (
        "2",
        "1",
    )


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

    answer = guests.post(
        "/v1/auth/login", json={"email": mechanic.email, "password": mechanic.password}
    )

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
def test_an_ipv6_customer_is_one_address_whatever_the_last_half_says(
    guests, first, second, is_same
):
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


def test_parallel_guesses_cannot_overrun_the_limit(postgres_only, make_app, parallel):
    client = Client(make_app(RATELIMIT_LOGIN="5/minute"))

    statuses = parallel(lambda: knock(client), 8)

    assert Counter(statuses) == {401: 5, 429: 3}
