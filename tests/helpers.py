"""What tests say often: who calls, what a refusal looks like, many at the same instant."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from threading import Barrier

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from raceapp import clock
from raceapp.auth.models import AuthSession, User
from raceapp.auth.tokens import access_token
from raceapp.storage.session import db

PASSWORD = "torque-wrench-85Nm"
PROBLEM_MEMBERS = {"type", "title", "status", "detail", "request_id"}
MISANO = {
    "track": "Misano",
    "location": "Misano Adriatico",
    "event_date": "2026-06-12",
    "end_date": "2026-06-14",
    "timezone": "Europe/Rome",
}


@dataclass
class Client:
    """Calls the API as nobody, each time as a new client would."""

    app: Flask
    cookies: dict[str, str] = field(default_factory=dict, init=False)

    def set_cookie(self, name: str, value: str) -> None:
        self.cookies[name] = value

    def open(self, path: str, **options) -> TestResponse:
        browser = self.app.test_client()
        for name, value in self.cookies.items():
            browser.set_cookie(name, value)
        return browser.open(path, **options)

    def get(self, path: str, **options) -> TestResponse:
        return self.open(path, method="GET", **options)

    def head(self, path: str, **options) -> TestResponse:
        return self.open(path, method="HEAD", **options)

    def options(self, path: str, **options) -> TestResponse:
        return self.open(path, method="OPTIONS", **options)

    def post(self, path: str, **options) -> TestResponse:
        return self.open(path, method="POST", **options)

    def put(self, path: str, **options) -> TestResponse:
        return self.open(path, method="PUT", **options)

    def patch(self, path: str, **options) -> TestResponse:
        return self.open(path, method="PATCH", **options)

    def delete(self, path: str, **options) -> TestResponse:
        return self.open(path, method="DELETE", **options)


@dataclass
class Person(Client):
    """Calls the API with a token of their own, got at the first call."""

    id: int
    email: str
    password: str = PASSWORD

    def login(self) -> dict:
        body = {"email": self.email, "password": self.password}
        return created(Client(self.app).post("/v1/auth/login", json=body), status=200)

    @cached_property
    def token(self) -> str:
        """The token of a session that was opened past the API: it takes a fifth of a log-in."""
        with self.app.app_context():
            user = db.session.scalars(sa.select(User).where(User.email == self.email)).one()
            session = AuthSession(user_id=user.id, created_at=clock.utcnow())
            db.session.add(session)
            db.session.flush()
            token = access_token(user, session)
            db.session.commit()
        return token

    def open(self, path: str, *, headers=None, **options) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **dict(headers or {})}
        return super().open(path, headers=headers, **options)


class Clock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def created(response: TestResponse, *, status: int = 201) -> dict:
    """Return the body of an answer that has to succeed for the test to mean anything."""
    assert response.status_code == status, response.get_data(as_text=True)
    return response.json


def problem(response: TestResponse, status: int) -> dict:
    """Assert the one shape every refusal has and return its body."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json
    assert body.keys() >= PROBLEM_MEMBERS, body
    assert body["status"] == status
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert len(response.data) <= 8 * 1024
    return body


def parallel(call: Callable[[], object], times: int) -> list:
    """Make the same call from that many threads at the same instant."""
    gate = Barrier(times, timeout=30)

    def wait_and_call(_):
        gate.wait()
        return call()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(wait_and_call, range(times)))


def eventually(is_so: Callable[[], object], seconds: float = 15) -> bool:
    """Ask again and again until it is so; fails once the time is up."""
    over_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < over_at
        time.sleep(0.05)
    return True
