"""Accounts as the auth tests need them: made, logged in, each call from an address of its own."""

import itertools

PASSWORD = "brake-caliper-35Nm"
NEW_PASSWORD = "front-axle-nut-64"
USER_FIELDS = {"id", "email", "name", "role", "is_active", "created_at", "updated_at", "version"}
ADDRESSES = itertools.count(1)


def post(client, path, **body):
    """Each call comes from an address of its own, so that no limit per address interferes."""
    number = next(ADDRESSES)
    address = {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
    return client.post(f"/v1/auth/{path}", json=body, environ_overrides=address)


def register(client, email="new@garage.example", password=PASSWORD, **more):
    return post(client, "register", email=email, password=password, **more)


def login(client, email="new@garage.example", password=PASSWORD):
    return post(client, "login", email=email, password=password)


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json['access_token']}"}


def change(client, tokens, current=PASSWORD, new=NEW_PASSWORD):
    body = {"current_password": current, "new_password": new}
    return client.post("/v1/auth/password", json=body, headers=bearer(tokens))
