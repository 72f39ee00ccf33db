"""Guessing at the change of a password: it counts towards the lock, and ends the session."""

import pytest
from accounts import NEW_PASSWORD, bearer, change, fail, login, post, register
from helpers import problem


@pytest.fixture
def account(client):
    register(client)
    return client


def test_wrong_current_passwords_count_towards_the_lock(account):
    tokens = login(account)
    for _ in range(10):
        problem(change(account, tokens, current="a-wrong-guess"), 403)

    answer = login(account)

    problem(answer, 401)


def test_a_wrong_current_password_does_not_lift_a_lock(account):
    tokens = login(account)
    fail(account, times=10)
    problem(change(account, tokens, current="a-wrong-guess"), 403)

    answer = login(account)

    problem(answer, 401)


def test_a_right_current_password_does_not_lift_a_lock(account, clock):
    tokens = login(account)
    fail(account, times=10)
    assert change(account, tokens).status_code == 204

    answer = login(account, password=NEW_PASSWORD)

    problem(answer, 401)
    clock.advance(minutes=10, seconds=1)
    assert login(account, password=NEW_PASSWORD).status_code == 200


def test_guessing_during_a_lock_does_not_make_it_longer_or_shorter(account, clock):
    tokens = login(account)
    fail(account, times=10)
    clock.advance(minutes=9, seconds=58)
    for _ in range(9):
        change(account, tokens, current="a-wrong-guess")

    assert login(account).status_code == 401
    clock.advance(seconds=3)
    assert login(account).status_code == 200


@pytest.mark.parametrize("is_locked", [False, True])
def test_who_is_logged_in_and_guesses_ten_times_in_a_row_is_logged_out(account, is_locked):
    phone, laptop = login(account), login(account)
    fail(account, times=10 if is_locked else 0)
    for _ in range(10):
        problem(change(account, phone, current="a-wrong-guess"), 403)

    problem(account.get("/v1/auth/me", headers=bearer(phone)), 401)
    problem(post(account, "refresh", refresh_token=phone.json["refresh_token"]), 401)
    assert account.get("/v1/auth/me", headers=bearer(laptop)).status_code == 200


def test_a_right_current_password_forgives_the_wrong_ones_before_it(account):
    tokens = login(account)
    for _ in range(9):
        change(account, tokens, current="a-wrong-guess")
    change(account, tokens)

    answer = change(account, tokens, current="a-wrong-guess")

    problem(answer, 403)
    assert account.get("/v1/auth/me", headers=bearer(tokens)).status_code == 200


def test_of_several_changes_with_one_password_exactly_one_is_made(postgres_only, client, parallel):
    register(client)
    tokens, news = login(client), iter([f"front-axle-nut-{number}" for number in range(64, 80)])

    answers = parallel(lambda: change(client, tokens, new=next(news)), 12)

    assert sorted(answer.status_code for answer in answers) == [204] + [403] * 11
    assert client.get("/v1/auth/me", headers=bearer(tokens)).status_code == 200


def test_who_is_logged_in_may_change_the_password_of_a_locked_account(client, rookie):
    assert rookie.token
    fail(client, times=10, email=rookie.email)

    body = {"current_password": rookie.password, "new_password": "another-torque-wrench"}
    changed = rookie.post("/v1/auth/password", json=body)

    assert changed.status_code == 204
