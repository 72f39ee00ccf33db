"""Refresh tokens that rotate, and access tokens nobody can forge."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from accounts import bearer, login, post
from helpers import problem

LIBRARY_WORDS = ("segment", "signature", "token_type", "claim", "decod", "algorithm", "padding", "audience", "crypto")


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def signed(claims, key, algorithm="HS256"):
    """A token made by hand, so that nothing refuses to make a bad one."""
    head = b64(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
    message = f"{head}.{b64(json.dumps(claims).encode())}"
    if algorithm.lower() == "none":
        return message + "."
    digest = {"HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(algorithm, hashlib.sha256)
    return f"{message}.{b64(hmac.new(key.encode(), message.encode(), digest).digest())}"


@pytest.fixture
def forge(app, client, mechanic):
    """Read the mechanic's profile with their token, changed and signed again; None drops a claim."""

    def forge(key=None, algorithm="HS256", **changes):
        claims = {k: v for k, v in {**claims_of(mechanic.token), **changes}.items() if v is not None}
        token = signed(claims, key or app.config["JWT_SECRET_KEY"], algorithm)
        return client.get("/v1/auth/me", headers={"Authorization": f"Bearer {token}"})

    return forge


def refused(answer):
    body = problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert not [word for word in LIBRARY_WORDS if word in body["detail"].lower()]
    return True


def test_an_access_token_says_who_where_and_for_how_long(mechanic):
    claims = claims_of(mechanic.token)

    assert {"sub", "sid", "role", "type", "iss", "aud", "jti", "iat", "nbf", "exp"} <= set(claims)
    assert (claims["sub"], claims["role"], claims["type"]) == (str(mechanic.id), "user", "access")
    assert claims["exp"] - claims["iat"] == 15 * 60


def test_an_admins_token_carries_the_role(admin):
    assert claims_of(admin.token)["role"] == "admin"


def test_a_token_signed_with_the_right_key_is_believed(forge):
    answer = forge()

    assert answer.status_code == 200


def test_a_clock_a_few_seconds_off_is_forgiven(forge):
    answer = forge(exp=int(time.time()) - 4)

    assert answer.status_code == 200


FORGERIES = {
    "no algorithm": {"algorithm": "none"},
    "no algorithm, shouted": {"algorithm": "NONE"},
    "HS384": {"algorithm": "HS384"},
    "HS512": {"algorithm": "HS512"},
    "unknown algorithm": {"algorithm": "XX256"},
    "public key algorithm": {"algorithm": "RS256"},
    "wrong key": {"key": "another-key-of-at-least-32-bytes-length"},
    "expired": {"exp": 1_700_000_000},
    "just expired": {"exp": lambda: int(time.time()) - 30},
    "exp of another kind": {"exp": "tomorrow"},
    "exp beyond numbers": {"exp": 10**400},
    "not yet": {"nbf": lambda: int(time.time()) + 300},
    "no exp": {"exp": None},
    "no jti": {"jti": None},
    "no sub": {"sub": None},
    "no sid": {"sid": None},
    "no type": {"type": None},
    "no iss": {"iss": None},
    "no aud": {"aud": None},
    "no iat": {"iat": None},
    "refresh": {"type": "refresh"},
    "type of another kind": {"type": ["access"]},
    "other aud": {"aud": "another-service"},
    "other iss": {"iss": "https://elsewhere.example"},
    "sub a number": {"sub": 1},
    "sub no number": {"sub": "admin"},
    "sub in other digits": {"sub": "\u0661"},
    "sub out of range": {"sub": "9" * 30},
    "sub nobody": {"sub": "987654321"},
    "sid nobody's": {"sid": "987654321"},
    "sid of another kind": {"sid": {"a": 1}},
    "jti of another kind": {"jti": 7},
}  # fmt: skip


@pytest.mark.parametrize("changes", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_token_is_refused(forge, changes):
    answer = forge(**{name: value() if callable(value) else value for name, value in changes.items()})

    assert refused(answer)


HEADERS = ["", "Bearer", "Bearer ", "Bearer a", "Bearer a.b.c", "Bearer ..", "Bearer a b c", "Basic YTpi", "Token {}",
           "{}", "Bearer {}x", "Bearer {} {}", "Bearer {}.x", "Bearer \xe9\xe8", "Bearer " + "e30." * 3,
           "Bearer " + "A" * 6000, "Bearer [].[].[]", "Bearer bnVsbA.bnVsbA.bnVsbA"]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS, ids=[header[:24] for header in HEADERS])
def test_a_header_without_a_good_token_is_refused(client, mechanic, header):
    answer = client.get("/v1/auth/me", headers={"Authorization": header.replace("{}", mechanic.token)})

    assert refused(answer)


def test_a_token_is_no_use_in_a_cookie(client, mechanic):
    cookie = {"Cookie": f"access_token_cookie={mechanic.token}"}

    answer = client.get("/v1/auth/me", headers=cookie)

    assert refused(answer)


def test_a_role_written_into_a_token_is_not_the_accounts_role(app, client, mechanic):
    token = signed({**claims_of(mechanic.token), "role": "admin"}, app.config["JWT_SECRET_KEY"])

    answer = client.get("/v1/users", headers={"Authorization": f"Bearer {token}"})

    problem(answer, 403)


def test_another_persons_session_does_not_carry_a_token(forge, admin):
    answer = forge(sid=claims_of(admin.token)["sid"])

    assert refused(answer)


# Refreshing


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


def test_a_disabled_person_cannot_refresh(client, tokens, admin, mechanic):
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})

    answer = refresh(client, tokens.json["refresh_token"])

    assert refused(answer)


@pytest.mark.parametrize("token", ["x", "x" * 43, "a.b.c", "é", "x" * 5000], ids=lambda token: token[:8])
def test_an_unknown_refresh_token_is_refused(client, token):
    answer = refresh(client, token)

    assert answer.status_code in {401, 422} if len(token) > 255 else refused(answer)


def test_an_access_token_does_not_refresh(client, mechanic):
    answer = refresh(client, mechanic.token)

    assert answer.status_code in {401, 422}


def test_a_refresh_token_does_not_open_doors(client, tokens):
    answer = client.get("/v1/auth/me", headers={"Authorization": f"Bearer {tokens.json['refresh_token']}"})

    assert refused(answer)


@pytest.mark.parametrize("body", [{}, {"refresh_token": None}, {"refresh_token": 5}, {"refresh_token": "x", "a": 1}, []])
def test_a_refresh_without_a_token_is_a_mistake(client, body):
    answer = client.post("/v1/auth/refresh", json=body)

    problem(answer, 422)


def test_refreshing_needs_no_access_token_even_a_broken_one(client, tokens):
    body = {"refresh_token": tokens.json["refresh_token"]}

    answer = client.post("/v1/auth/refresh", json=body, headers={"Authorization": "Bearer a.b.c"})

    assert answer.status_code == 200


def test_eight_refreshes_at_once_of_one_token_make_one_new_pair(postgres_only, client, tokens, parallel):
    answers = parallel(lambda: refresh(client, tokens.json["refresh_token"]), 8)

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
