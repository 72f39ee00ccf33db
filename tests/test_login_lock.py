"""Guessing: the same answer and the same work for every failure, and the lock after ten."""

import bcrypt
import pytest
from accounts import NEW_PASSWORD, PASSWORD, bearer, change, login, post, register
from helpers import Client, problem

SAME_ID = {"X-Request-ID": "one-and-the-same"}


def fail(client, times):
    for _ in range(times):
        problem(login(client, password="a-wrong-guess"), 401)


@pytest.fixture
def account(client):
    register(client)
    return client


@pytest.fixture
def checks(monkeypatch):
    """The hashes that bcrypt was asked to compare a password with."""
    hashes, really = [], bcrypt.checkpw

    def checkpw(password, hashed):
        hashes.append(bytes(hashed).decode())
        return really(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", checkpw)
    return hashes


@pytest.fixture
def disabled(admin, rookie):
    admin.patch(f"/v1/users/{rookie.id}", json={"is_active": False})
    return rookie


@pytest.fixture
def locked(client, rookie):
    for _ in range(10):
        login(client, email=rookie.email, password="a-wrong-guess")
    return rookie


def refused_login(client, email, password):
    body = {"email": email, "password": password}
    return client.post(
        "/v1/auth/login", json=body, headers=SAME_ID, environ_overrides={"REMOTE_ADDR": "10.9.9.9"}
    )


def test_an_unknown_email_and_a_wrong_password_are_refused_alike(client, mechanic):
    unknown = refused_login(client, "nobody@garage.example", PASSWORD)
    wrong = refused_login(client, mechanic.email, "a-wrong-guess")

    problem(wrong, 401)
    assert unknown.data == wrong.data
    assert unknown.headers["WWW-Authenticate"] == wrong.headers["WWW-Authenticate"]


def test_a_disabled_account_is_refused_like_an_unknown_one(client, disabled):
    answer = refused_login(client, disabled.email, disabled.password)

    assert answer.status_code == 401
    assert answer.data == refused_login(client, "nobody@garage.example", PASSWORD).data


def test_a_locked_account_is_refused_like_an_unknown_one(client, locked):
    answer = refused_login(client, locked.email, locked.password)

    assert answer.status_code == 401
    assert answer.data == refused_login(client, "nobody@garage.example", PASSWORD).data


def test_an_unknown_email_costs_one_bcrypt_at_the_configured_cost(app, client, checks):
    answer = refused_login(client, "nobody@garage.example", PASSWORD)

    problem(answer, 401)
    assert [hashed.split("$")[2] for hashed in checks] == [f"{app.config['BCRYPT_ROUNDS']:02}"]


def test_a_wrong_password_costs_one_bcrypt(client, mechanic, checks):
    refused_login(client, mechanic.email, "a-wrong-guess")

    assert len(checks) == 1


def test_a_disabled_account_costs_one_bcrypt(client, disabled, checks):
    refused_login(client, disabled.email, disabled.password)

    assert len(checks) == 1


def test_a_locked_account_costs_one_bcrypt(client, locked, checks):
    checks.clear()

    refused_login(client, locked.email, locked.password)

    assert len(checks) == 1


def test_an_overlong_password_costs_one_bcrypt(client, mechanic, checks):
    answer = refused_login(client, mechanic.email, "k" * 73)

    problem(answer, 401)
    assert len(checks) == 1


# The lock


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


def test_who_is_logged_in_may_change_the_password_of_a_locked_account(client, rookie):
    assert rookie.token
    for _ in range(10):
        login(client, email=rookie.email, password="a-wrong-guess")

    body = {"current_password": rookie.password, "new_password": "another-torque-wrench"}
    changed = rookie.post("/v1/auth/password", json=body)

    assert changed.status_code == 204
