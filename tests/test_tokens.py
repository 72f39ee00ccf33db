"""Access tokens that nobody can forge."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from accounts import claims_of, refused
from helpers import problem


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


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
    """Call with the mechanic's token, changed and signed again; None drops a claim."""

    def forge(key=None, algorithm="HS256", **changes):
        claims = {
            k: v for k, v in {**claims_of(mechanic.token), **changes}.items() if v is not None
        }
        token = signed(claims, key or app.config["JWT_SECRET_KEY"], algorithm)
        return client.get("/v1/auth/me", headers={"Authorization": f"Bearer {token}"})

    return forge


def test_an_access_token_says_who_where_and_for_how_long(mechanic):
    claims = claims_of(mechanic.token)

    assert {"sub", "sid", "auth_time", "role", "type", "iss", "aud", "jti"} <= set(claims)
    assert claims["auth_time"] <= claims["iat"] == claims["nbf"]
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


@pytest.mark.parametrize("scheme", ["bearer ", "BEARER ", "bEaReR ", "Bearer  ", "bearer     "])
def test_the_scheme_is_read_in_any_case_and_with_several_spaces(client, mechanic, scheme):
    answer = client.get("/v1/auth/me", headers={"Authorization": scheme + mechanic.token})

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
    "not yet": {"nbf": lambda: int(time.time()) + 300},
    "no exp": {"exp": None},
    "no jti": {"jti": None},
    "no sub": {"sub": None},
    "no sid": {"sid": None},
    "no auth_time": {"auth_time": None},
    "another auth_time": {"auth_time": 1_700_000_000},
    "auth_time of another kind": {"auth_time": "now"},
    "no type": {"type": None},
    "no iss": {"iss": None},
    "no aud": {"aud": None},
    "refresh": {"type": "refresh"},
    "another type": {"type": "invitation"},
    "type of another kind": {"type": ["access"]},
    "other aud": {"aud": "another-service"},
    "other iss": {"iss": "https://elsewhere.example"},
    "sub a number": {"sub": 1},
    "sub no number": {"sub": "admin"},
    "sub out of range": {"sub": "9" * 30},
    "sub nobody": {"sub": "987654321"},
    "sid nobody's": {"sid": "987654321"},
    "sid of another kind": {"sid": {"a": 1}},
    "jti of another kind": {"jti": 7},
}


@pytest.mark.parametrize("changes", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_token_is_refused(forge, changes):
    answer = forge(
        **{name: value() if callable(value) else value for name, value in changes.items()}
    )

    assert refused(answer)


HEADERS = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer a",
    "Bearer a.b.c",
    "Bearer ..",
    "Bearer a b c",
    "Basic YTpi",
    "Token {}",
    "{}",
    "Bearer{}",
    "Bearer\t{}",
    "Bearer \t{}",
    "bearers {}",
    "Bearer {}x",
    "Bearer {} {}",
    "Bearer {}.x",
    "Bearer \xe9\xe8",
    "Bearer " + "e30." * 3,
    "Bearer " + "A" * 6000,
    "Bearer [].[].[]",
    "Bearer bnVsbA.bnVsbA.bnVsbA",
]


@pytest.mark.parametrize("header", HEADERS, ids=[header[:24] for header in HEADERS])
def test_a_header_without_a_good_token_is_refused(client, mechanic, header):
    answer = client.get(
        "/v1/auth/me", headers={"Authorization": header.replace("{}", mechanic.token)}
    )

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
