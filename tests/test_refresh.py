"""Refresh tokens: used once, and all of a family revoked when one is used again."""

import pytest
from accounts import bearer, claims_of, login, post, refused
from helpers import problem


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


def test_a_used_refresh_token_ends_its_whole_family(client, tokens):
    second = refresh(client, tokens.json["refresh_token"])

    again = refresh(client, tokens.json["refresh_token"])

    assert refused(again)
    assert refused(refresh(client, second.json["refresh_token"]))
    assert refused(client.get("/v1/auth/me", headers=bearer(tokens)))
    assert refused(client.get("/v1/auth/me", headers=bearer(second)))


def test_a_used_refresh_token_leaves_other_logins_alone(client, tokens, mechanic):
    refresh(client, tokens.json["refresh_token"])

    refresh(client, tokens.json["refresh_token"])

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

    assert answer.status_code in {401, 422} if len(token) > 255 else refused(answer)


def test_an_access_token_does_not_refresh(client, mechanic):
    answer = refresh(client, mechanic.token)

    assert answer.status_code in {401, 422}


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


def test_eight_refreshes_at_once_of_one_token_make_one_new_pair(
    postgres_only, client, tokens, parallel
):
    answers = parallel(lambda: refresh(client, tokens.json["refresh_token"]), 8)

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
