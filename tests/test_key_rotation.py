"""Replacing the secret: nobody is logged out, and the old one is worth nothing once it is gone."""

import jwt
import pytest
from helpers import Client, problem

from raceapp.auth.sessions import key_id

OLD = "first-Zt5w-Rn8m-Jd2c-Hp6s-Yb4f-3kV9-qLx7"
NEW = "second-Kq2v-Wd7n-Gs4t-Lm9x-Pf3z-Ch6r-8bYj"


@pytest.fixture
def before(make_app):
    return make_app(JWT_SECRET_KEY=OLD)


@pytest.fixture
def during(make_app):
    return make_app(JWT_SECRET_KEY=NEW, JWT_PREVIOUS_SECRET_KEY=OLD)


@pytest.fixture
def ready(make_app):
    """Signs with the old key still and knows the coming one: how a change of hosts begins."""
    return make_app(JWT_SECRET_KEY=OLD, JWT_PREVIOUS_SECRET_KEY=NEW)


@pytest.fixture
def after(make_app):
    return make_app(JWT_SECRET_KEY=NEW)


def log_in(app, person):
    body = {"email": person.email, "password": person.password}
    return Client(app).post("/v1/auth/login", json=body).json


def call(app, token, path="/v1/auth/me"):
    return Client(app).get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_token_of_the_old_key_still_works_while_both_are_accepted(before, during, mechanic):
    token = log_in(before, mechanic)["access_token"]

    answer = call(during, token)

    assert (answer.status_code, answer.json["id"]) == (200, mechanic.id)


def test_a_host_can_accept_the_coming_key_before_any_signs_with_it(ready, during, mechanic):
    early, late = (log_in(app, mechanic)["access_token"] for app in (ready, during))

    answers = [call(during, early), call(ready, late)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert jwt.get_unverified_header(early)["kid"] == key_id(OLD)


def test_new_tokens_are_signed_with_the_new_key(during, after, mechanic):
    token = log_in(during, mechanic)["access_token"]

    answer = call(after, token)

    assert answer.status_code == 200
    assert jwt.get_unverified_header(token)["kid"] == key_id(NEW)


def test_once_the_old_key_is_gone_its_tokens_are_too(before, after, mechanic):
    token = log_in(before, mechanic)["access_token"]

    answer = call(after, token)

    problem(answer, 401)


def test_a_session_outlives_the_old_key_by_its_refresh_token(before, after, mechanic):
    token = log_in(before, mechanic)["refresh_token"]

    answer = Client(after).post("/v1/auth/refresh", json={"refresh_token": token})

    assert answer.status_code == 200
    assert call(after, answer.json["access_token"]).status_code == 200


def test_naming_the_old_key_does_not_let_a_token_of_another_key_in(during, before, mechanic):
    genuine = log_in(before, mechanic)["access_token"]
    claims = jwt.decode(genuine, options={"verify_signature": False})

    forged = jwt.encode(claims, "x" * 40, algorithm="HS256", headers={"kid": key_id(OLD)})

    problem(call(during, forged), 401)


def test_a_list_begun_before_goes_on_during_and_not_after(before, during, after, admin, make_event):
    for day in ("2026-05-01", "2026-05-02"):
        make_event(event_date=day, end_date=day)
    old, new = (log_in(app, admin)["access_token"] for app in (before, during))
    first = call(before, old, "/v1/events?limit=1")
    path = first.headers["Link"].partition("<")[2].partition(">")[0]

    following = call(during, new, path)

    assert following.json[0]["id"] != first.json[0]["id"]
    problem(call(after, new, path), 422)
