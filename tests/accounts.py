"""Accounts and tokens, for the tests of both."""

import base64
import itertools
import json

from helpers import problem

PASSWORD = "brake-caliper-35Nm"
NEW_PASSWORD = "front-axle-nut-64"
USER_FIELDS = {"id", "email", "name", "role", "is_active", "created_at", "updated_at", "version"}
ADDRESSES = itertools.count(1)
LIBRARY_WORDS = (
    "segment",
    "signature",
    "token_type",
    "claim",
    "decod",
    "algorithm",
    "padding",
    "audience",
    "crypto",
)


def post(client, path, **body):
    """Each call comes from an address of its own, so that no limit per address interferes."""
    number = next(ADDRESSES)
    address = {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
    for _ in range(1000):
        answer = client.post(f"/v1/auth/{path}", json=body, environ_overrides=address)
        if answer.status_code != 503:
            break  # Many at once are asked to come again, and do.
    return answer


def register(client, email="new@garage.example", password=PASSWORD, **more):
    return post(client, "register", email=email, password=password, **more)


def login(client, email="new@garage.example", password=PASSWORD):
    return post(client, "login", email=email, password=password)


def fail(client, times, **whose):
    """Guess a wrong password so many times."""
    for _ in range(times):
        problem(login(client, password="a-wrong-guess", **whose), 401)


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def change(client, tokens, current=PASSWORD, new=NEW_PASSWORD):
    body = {"current_password": current, "new_password": new}
    return client.post("/v1/auth/password", json=body, headers=bearer(tokens))


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def refused(answer):
    """Whether this is a 401 as it should be: a problem, a challenge, no words of a library."""
    body = problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert not [word for word in LIBRARY_WORDS if word in body["detail"].lower()]
    return True
