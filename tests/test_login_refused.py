"""Guessing at the log-in: the same answer and the same work for every failure."""

import bcrypt
import pytest
from accounts import PASSWORD, fail
from helpers import created, problem

SAME_ID = {"X-Request-ID": "one-and-the-same"}


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
    fail(client, times=10, email=rookie.email)
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


def test_an_account_without_a_password_costs_what_an_unknown_email_costs(make_app, admin, checks):
    created(admin.post("/v1/users", json={"email": "ana@team.example", "name": "Ana"}))
    client = make_app(BCRYPT_ROUNDS="5").test_client()

    for email in ("ana@team.example", "nobody@garage.example"):
        problem(refused_login(client, email, PASSWORD), 401)

    assert [hashed.split("$")[2] for hashed in checks] == ["05", "05"]


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
