"""The lock after ten wrong passwords in a row: when it closes, and when it opens."""

import pytest
from accounts import bearer, fail, login, post, register
from helpers import Client, problem


@pytest.fixture
def account(client):
    register(client)
    return client


@pytest.fixture
def locked(client, rookie):
    fail(client, times=10, email=rookie.email)
    return rookie


def test_ten_failures_in_a_row_lock_the_account_whatever_the_address(account):
    fail(account, times=10)

    answer = login(account)

    problem(answer, 401)


def test_nine_failures_do_not_lock_the_account(account):
    fail(account, times=9)

    answer = login(account)

    assert answer.status_code == 200


def test_a_success_forgives_the_failures_before_it(account):
    fail(account, times=9)
    login(account)
    fail(account, times=9)

    answer = login(account)

    assert answer.status_code == 200


def test_a_lock_holds_until_its_ten_minutes_are_over(account, clock):
    fail(account, times=10)
    clock.advance(minutes=9, seconds=58)

    answer = login(account)

    problem(answer, 401)


def test_a_lock_ends_after_ten_minutes(account, clock):
    fail(account, times=10)
    clock.advance(minutes=10, seconds=1)

    answer = login(account)

    assert answer.status_code == 200


def test_one_mistake_after_a_lock_is_not_the_tenth(account, clock):
    fail(account, times=10)
    clock.advance(minutes=10, seconds=1)
    fail(account, times=1)

    answer = login(account)

    assert answer.status_code == 200


def test_a_lock_stops_logins_only(account):
    tokens = login(account)

    fail(account, times=10)

    assert account.get("/v1/auth/me", headers=bearer(tokens)).status_code == 200
    assert post(account, "refresh", refresh_token=tokens.json["refresh_token"]).status_code == 200


def test_a_lock_on_one_account_leaves_the_others_alone(client, locked, mechanic):
    answer = login(client, email=mechanic.email, password=mechanic.password)

    assert answer.status_code == 200


def test_the_lock_is_a_setting(make_app, clock):
    client = Client(make_app(LOCKOUT_FAILURES=2, LOCKOUT_MINUTES=3))
    register(client)
    fail(client, times=2)

    problem(login(client), 401)
    clock.advance(minutes=3, seconds=1)
    assert login(client).status_code == 200


def test_parallel_guesses_all_count(postgres_only, client, parallel):
    register(client)

    parallel(lambda: login(client, password="a-wrong-guess"), 10)

    problem(login(client), 401)
