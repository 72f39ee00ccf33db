"""Budgets of those who have not said who they are: counted by address, whatever they claim."""

from collections import Counter
from dataclasses import replace
from functools import partial

import pytest
from accounts import NEW_PASSWORD, PASSWORD
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


def knock(client, door="login", address="198.51.100.7", email=None, **headers):
    environ = {"REMOTE_ADDR": address}
    body = {**BODIES[door], **({"email": email} if email else {})}
    return client.post(
        f"/v1/auth/{door}", json=body, headers=headers, environ_overrides=environ
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


def test_a_crew_behind_one_router_logs_in(guests):
    statuses = [knock(guests, email=f"mechanic{number}@garage.example") for number in range(15)]

    assert statuses == [401] * 15


@pytest.mark.parametrize(
    "spelling", ["NOBODY@garage.example", " nobody@garage.example ", "Nobody@Garage.Example\n"]
)
def test_another_spelling_of_an_email_is_not_another_budget(guests, spelling):
    for _ in range(2):
        knock(guests)

    assert knock(guests, email=spelling) == 429


def test_all_log_ins_of_an_address_have_a_budget_too(make_app):
    client = Client(make_app(RATELIMIT_LOGIN_ADDRESS="3/minute"))

    statuses = [knock(client, email=f"mechanic{number}@garage.example") for number in range(5)]

    assert statuses == [401, 401, 401, 429, 429]


def test_acceptances_of_invitations_count_for_the_address_with_its_log_ins(make_app):
    client = Client(make_app(RATELIMIT_LOGIN_ADDRESS="3/minute"))
    account = {"email": "ana@garage.example", "name": "Ana", "password": "brake-caliper-35Nm"}
    knock(client)

    sent = {"json": {"token": "x" * 43, **account}}
    sent["environ_overrides"] = {"REMOTE_ADDR": "198.51.100.7"}
    answers = [client.post("/v1/invitations/accept", **sent) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert answers[0].headers["X-RateLimit-Limit"] == "3"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"email": 5}', b"\xff", b"", b'{"email": null}'])
def test_log_ins_without_an_email_share_a_budget(guests, body):
    send = partial(guests.post, "/v1/auth/login", content_type="application/json", data=body)

    statuses = [send().status_code for _ in range(3)]

    assert 429 not in statuses[:2]
    assert statuses[2] == 429


def test_guesses_at_the_password_endpoint_draw_on_the_budget_of_log_ins(guests, mechanic):
    person = replace(mechanic, app=guests.app)
    assert mechanic.token
    knock(guests, email=mechanic.email, address="127.0.0.1")
    body = {"current_password": "a-wrong-guess", "new_password": NEW_PASSWORD}

    person.__dict__["token"] = mechanic.token
    statuses = [person.post("/v1/auth/password", json=body).status_code for _ in range(2)]

    assert statuses == [403, 429]
    assert knock(guests, email=mechanic.email, address="127.0.0.1") == 429


def test_guesses_at_the_password_endpoint_are_counted_per_person(guests, mechanic):
    person = replace(mechanic, app=guests.app)
    person.__dict__["token"] = mechanic.token
    body = {"current_password": "a-wrong-guess", "new_password": NEW_PASSWORD}
    addresses = [{"REMOTE_ADDR": f"198.51.100.{number}"} for number in range(3)]

    send = partial(person.post, "/v1/auth/password", json=body)
    statuses = [send(environ_overrides=address).status_code for address in addresses]

    assert statuses == [403, 403, 429]


def test_the_right_password_does_not_get_past_a_spent_budget(guests, mechanic):
    for _ in range(2):
        knock(guests, address="127.0.0.1", email=mechanic.email)

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
