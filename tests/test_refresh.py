"""Refresh tokens: used once, and all of a family revoked when one is used again.

Right after its use a token is forgiven, once: the answer may have been lost.
"""

from datetime import timedelta

import pytest
from accounts import bearer, claims_of, login, post, refused
from commands import run
from helpers import Client, problem

from raceapp.auth.models import AuthSession, RefreshToken
from raceapp.storage.session import db


@pytest.fixture
def tokens(client, mechanic):
    return login(client, email=mechanic.email, password=mechanic.password)


def refresh(client, token):
    return post(client, "refresh", refresh_token=token)


def test_refreshing_answers_like_a_login_with_other_tokens(client, tokens):
    answer = refresh(client, tokens.json["refresh_token"])

    assert answer.status_code == 200
    assert set(answer.json) == set(tokens.json)
    assert answer.json["refresh_token"] != tokens.json["refresh_token"]
    assert answer.json["access_token"] != tokens.json["access_token"]
    assert client.get("/v1/auth/me", headers=bearer(answer)).status_code == 200


def test_a_refresh_token_says_nothing_about_its_owner(tokens):
    assert "." not in tokens.json["refresh_token"]
    assert len(tokens.json["refresh_token"]) >= 32


def test_refreshing_goes_on_as_long_as_each_token_is_used_once(client, tokens):
    second = refresh(client, tokens.json["refresh_token"])

    third = refresh(client, second.json["refresh_token"])

    assert third.status_code == 200


def test_a_used_refresh_token_ends_its_whole_family(client, tokens, clock):
    second = refresh(client, tokens.json["refresh_token"])
    clock.advance(seconds=10)

    again = refresh(client, tokens.json["refresh_token"])

    assert refused(again)
    assert refused(refresh(client, second.json["refresh_token"]))
    assert refused(client.get("/v1/auth/me", headers=bearer(tokens)))
    assert refused(client.get("/v1/auth/me", headers=bearer(second)))


def test_a_used_refresh_token_leaves_other_logins_alone(client, tokens, mechanic, clock):
    assert mechanic.token
    refresh(client, tokens.json["refresh_token"])
    clock.advance(seconds=10)

    assert refused(refresh(client, tokens.json["refresh_token"]))

    assert mechanic.get("/v1/auth/me").status_code == 200


def test_a_refresh_token_expires(client, tokens, clock):
    clock.advance(days=30, seconds=1)

    answer = refresh(client, tokens.json["refresh_token"])

    assert refused(answer)


def test_a_refreshed_token_carries_the_role_as_it_is_now(client, tokens, admin, mechanic):
    admin.patch(f"/v1/users/{mechanic.id}", json={"role": "admin"})

    answer = refresh(client, tokens.json["refresh_token"])

    assert claims_of(answer.json["access_token"])["role"] == "admin"
    assert answer.json["user"]["role"] == "admin"


def test_a_disabled_person_cannot_refresh(client, tokens, admin, mechanic):
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})

    answer = refresh(client, tokens.json["refresh_token"])

    assert refused(answer)


@pytest.mark.parametrize(
    "token", ["x", "x" * 43, "a.b.c", "é", "x" * 5000], ids=lambda token: token[:8]
)
def test_an_unknown_refresh_token_is_refused(client, token):
    answer = refresh(client, token)

    assert refused(answer)


def test_an_access_token_does_not_refresh(client, mechanic):
    answer = refresh(client, mechanic.token)

    assert answer.status_code == 401


def test_a_refresh_token_does_not_open_doors(client, tokens):
    answer = client.get(
        "/v1/auth/me", headers={"Authorization": f"Bearer {tokens.json['refresh_token']}"}
    )

    assert refused(answer)


@pytest.mark.parametrize(
    "body", [{}, {"refresh_token": None}, {"refresh_token": 5}, {"refresh_token": "x", "a": 1}, []]
)
def test_a_refresh_without_a_token_is_a_mistake(client, body):
    answer = client.post("/v1/auth/refresh", json=body)

    problem(answer, 422)


def test_refreshing_needs_no_access_token_even_a_broken_one(client, tokens):
    body = {"refresh_token": tokens.json["refresh_token"]}

    answer = client.post("/v1/auth/refresh", json=body, headers={"Authorization": "Bearer a.b.c"})

    assert answer.status_code == 200


# An answer that was lost


def test_a_lost_answer_is_asked_for_again(client, tokens, clock):
    refresh(client, tokens.json["refresh_token"])
    clock.advance(seconds=9)

    again = refresh(client, tokens.json["refresh_token"])

    assert again.status_code == 200
    assert client.get("/v1/auth/me", headers=bearer(again)).status_code == 200
    assert refresh(client, again.json["refresh_token"]).status_code == 200


def test_a_lost_answer_is_given_once_more_and_not_twice(client, tokens):
    for _ in range(2):
        last = refresh(client, tokens.json["refresh_token"])

    third = refresh(client, tokens.json["refresh_token"])

    assert refused(third)
    assert refused(refresh(client, last.json["refresh_token"]))


def test_without_grace_no_answer_is_given_twice(make_app, mechanic):
    client = Client(make_app(REFRESH_GRACE_SECONDS=0))
    token = mechanic.login()["refresh_token"]
    refresh(client, token)

    again = refresh(client, token)

    assert refused(again)


def test_logging_out_is_not_forgiven(client, tokens):
    refresh(client, tokens.json["refresh_token"])
    post_with = {"headers": bearer(tokens)}
    assert client.post("/v1/auth/logout", **post_with).status_code == 204

    again = refresh(client, tokens.json["refresh_token"])

    assert refused(again)


def test_eight_refreshes_at_once_of_one_token_make_one_new_pair(
    postgres_only, make_app, mechanic, parallel
):
    client = Client(make_app(REFRESH_GRACE_SECONDS=0))
    token = mechanic.login()["refresh_token"]

    answers = parallel(lambda: refresh(client, token), 8)

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


def test_of_eight_refreshes_at_once_the_lost_answer_is_one(postgres_only, client, tokens, parallel):
    answers = parallel(lambda: refresh(client, tokens.json["refresh_token"]), 8)

    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [401] * 6


# What has expired


def rows(app):
    with app.app_context():
        return [db.session.query(kind).count() for kind in (AuthSession, RefreshToken)]


def test_logging_in_sweeps_sessions_that_have_expired(app, client, tokens, clock, mechanic):
    refresh(client, tokens.json["refresh_token"])
    clock.advance(days=31, seconds=1)

    login(client, email=mechanic.email, password=mechanic.password)

    assert rows(app) == [1, 1]


def test_a_command_sweeps_what_has_expired_and_nothing_else(app, client, tokens, clock, mechanic):
    clock.advance(days=20)
    fresh = login(client, email=mechanic.email, password=mechanic.password)
    clock.advance(days=11, seconds=1)

    swept = run(app, "sweep").output

    assert swept == "1 tokens, 0 log-ins, 0 links, 0 invitations that had expired are gone.\n"
    assert rows(app) == [1, 1]
    assert refresh(client, fresh.json["refresh_token"]).status_code == 200


def test_a_command_sweeps_a_session_that_two_sweepers_have_left_behind(app, tokens, clock):
    with app.app_context():
        db.session.query(RefreshToken).delete()
        db.session.commit()

    outputs = []
    for age in (timedelta(), timedelta(days=31, seconds=1)):
        clock.now += age
        outputs.append(run(app, "sweep").output)

    assert ["1 log-ins" in output for output in outputs] == [False, True]
    assert rows(app) == [0, 0]


def test_a_session_that_goes_on_is_kept_however_old(app, client, tokens, clock):
    for _ in range(4):
        clock.advance(days=20)
        tokens = refresh(client, tokens.json["refresh_token"])

    swept = run(app, "sweep")

    assert (swept.exit_code, tokens.status_code) == (0, 200)
    assert rows(app)[0] == 1
