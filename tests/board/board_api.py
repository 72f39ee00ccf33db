"""The API for tests of the board: calls of the demo team, and a weekend of a test's own."""

import json
import os
from datetime import UTC, datetime, timedelta
from itertools import count

PASSWORD = "pit-lane-demo"
NUMBERS = count(1)


class Api:
    """The API in the name of one of the demo team: `api("chief").post(path, {...})`."""

    def __init__(self, context, name: str):
        self.context = context
        credentials = {"email": f"{name}@demo.example", "password": PASSWORD}
        answer = self.ask("POST", "/v1/auth/login", credentials)
        self.headers = {"Authorization": f"Bearer {answer['access_token']}"}
        self.user = answer["user"]

    headers: dict = {}

    def ask(self, method: str, path: str, body=None, **headers):
        told = {"method": method, "headers": {**self.headers, **headers}}
        if body is not None:
            told |= {"data": json.dumps(body)}
            told["headers"]["Content-Type"] = "application/json"
        response = self.context.fetch(path, **told)
        assert response.ok, f"{method} {path}: {response.status} {response.text()}"
        return response.json() if response.body() else None

    def get(self, path: str):
        return self.ask("GET", path)

    def post(self, path: str, body):
        return self.ask("POST", path, body)

    def patch(self, path: str, body):
        return self.ask("PATCH", path, body)

    def put(self, path: str, body):
        return self.ask("PUT", path, body)


def zone_of_noon(now: datetime) -> str:
    """The zone in which it is between 11:30 and 12:30 by now: rows name no other day than today.

    "Etc/GMT-2" is two hours ahead.
    """
    ahead = 12 - round(now.hour + now.minute / 60)
    return f"Etc/GMT{-ahead:+d}"


class Weekend:
    """A weekend of today with a bike, a session to come, and a small crew, by its API.

    It is noon there, whenever tests run.
    """

    CREW = {
        "chief": "crew_chief",
        "mechanic": "mechanic",
        "mechanic2": "mechanic",
        "tyres": "tyre_tech",
    }

    def __init__(self, api, manager: Api):
        self.manager, self.now = manager, datetime.now(UTC)
        self.ids = {name: api(name).user["id"] for name in self.CREW}
        number = next(NUMBERS)
        label = f"{os.getpid() % 1000} {number}"
        bike = {"number": 44, "label": label, "rider_name": "Jo Keller"}
        self.bike = manager.post("/v1/bikes", bike)
        day = self.now.date().isoformat()
        about = {"track": f"Misano {number}", "location": "Italy", "event_date": day}
        self.zone = zone_of_noon(self.now)
        about |= {"timezone": self.zone, "bike_ids": [self.bike["id"]]}
        self.event = manager.post("/v1/events", about)
        self.path = f"/v1/events/{self.event['id']}"
        self.page = f"/events/{self.event['id']}"
        crew = [
            {"user_id": self.ids[name], "crew_roles": [role]} for name, role in self.CREW.items()
        ]
        manager.put(f"{self.path}/crew", crew)
        self.session = self.add_session("FP1", starts_in=90)

    def at(self, minutes: float) -> str:
        return (self.now + timedelta(minutes=minutes)).isoformat()

    def add_session(self, name: str, *, starts_in: float, kind: str = "practice"):
        about = {"name": name, "kind": kind, "starts_at": self.at(starts_in)}
        return self.manager.post(
            f"{self.path}/sessions", {**about, "ends_at": self.at(starts_in + 30)}
        )

    def task(self, title: str, *, due_in: float | None = 30, of: str | None = None, **fields):
        about = {"event_id": self.event["id"], "title": title, "crew_role": "mechanic", **fields}
        if due_in is not None:
            about["due_at"] = self.at(due_in)
        if of:
            about["assigned_to"] = self.ids[of]
        return self.manager.post("/v1/tasks", about)

    def sign(self, by: Api, task, act: str, **more):
        return by.post(f"/v1/tasks/{task['id']}/sign-offs", {"act": act, **more})

    def read(self, task):
        return self.manager.get(f"/v1/tasks/{task['id']}")
