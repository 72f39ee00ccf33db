"""The project under load: a production setting, 10,000 tasks, people to ask as.

All rules are on; only the budgets are so high that they never bite.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.callers import Caller
from benchmarks.load import Request
from benchmarks.services import ROOT, WebServer

PASSWORD = "torque-wrench-85Nm"
PLENTY = "100000000/minute"
BUDGETS = ("TASKS", "SIGN_OFFS", "SYNC", "LOGIN", "REGISTER", "REFRESH")
SETTINGS = {
    "RACEAPP_ENV": "production",
    "LOG_LEVEL": "WARNING",
    "ACCESS_TOKEN_MINUTES": "1440",
    "WEB_CONCURRENCY": "2",
    **{f"RATELIMIT_{name}": PLENTY for name in BUDGETS},
}
GUNICORN = f"{sys.executable} -m gunicorn -c gunicorn.conf.py -b 127.0.0.1:{{port}} wsgi:app"
# The other server of docs/deployment.md, with as many threads as gunicorn's workers have.
GRANIAN = (
    f"{sys.executable} -m granian --interface wsgi --workers 2 --blocking-threads 4 "
    "--no-access-log --log-level warning --host 127.0.0.1 --port {port} wsgi:app"
)
PEOPLE = {"boss": "admin", "reader": "user", "writer": "user", "mechanic": "user"}
KINDS = (
    *("setup", "tech_control", "practice", "practice", "qualifying"),
    *("warm_up", "race", "race", "pack_down"),
)
SIGNATURES = ('{"act": "done"}', '{"act": "fail", "note": "Paint mark has moved"}')
REOPEN = """
UPDATE tasks SET status = 'open', done_by = NULL, done_at = NULL WHERE id = ANY(%s)
"""


class Installation:
    """A migrated database and the settings that name it."""

    def __init__(self, postgres, valkey) -> None:
        self.postgres = postgres
        self.settings = {
            **SETTINGS,
            "DATABASE_URL": postgres.create("raceapp"),
            "REDIS_URL": valkey.url,
            "JWT_SECRET_KEY": secrets.token_urlsafe(48),
        }
        self.run("db", "upgrade")
        for name, role in PEOPLE.items():
            self.run("user-create", "--email", email(name), "--role", role)
        self.run("seed-library")

    def run(self, *words: str) -> str:
        """Run one `flask` command and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env={**os.environ, **self.settings, "RACEAPP_PASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"flask {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def seed(self, tasks: int) -> None:
        self.run("seed", "--force", "--tasks", str(tasks))
        self.postgres.tidy()

    def serve(self, command: str = GUNICORN) -> WebServer:
        return WebServer(command, self.settings, ROOT)


def email(name: str) -> str:
    return f"{name}@bench.example"


@dataclass
class Place:
    """Who asks, and about what: the reader's 200 tasks, and a built weekend of 790."""

    installation: Installation
    boss: Caller
    reader: Caller
    writer: Caller
    mechanic: Caller
    event_id: int
    task_ids: Sequence[int]
    weekend_id: int

    def reopen_all(self) -> None:
        """Make the reader's tasks signable again, past the API."""
        with self.installation.postgres.connect("raceapp") as connection:
            connection.execute(REOPEN, [list(self.task_ids)])


def start(postgres, valkey, tasks: int = 10_000) -> tuple[WebServer, Place]:
    installation = Installation(postgres, valkey)
    installation.seed(tasks)
    server = installation.serve()
    place = furnish(installation, server.url)
    installation.postgres.tidy()
    return server, place


def furnish(installation: Installation, url: str) -> Place:
    """Add the people and tasks of the requests, through the API."""
    callers = {name: Caller(url).log_in(email(name), PASSWORD) for name in PEOPLE}
    boss, reader = callers["boss"], callers["reader"]
    body = {"track": "Test track", "location": "Nowhere", "event_date": "2026-07-01"}
    event_id = boss.post("/v1/events", body)["id"]
    task_ids = [
        reader.post("/v1/tasks", {"event_id": event_id, "title": f"Bench item {number}"})["id"]
        for number in range(200)
    ]
    weekend_id = build_weekend(boss, callers["mechanic"])
    return Place(
        installation, **callers, event_id=event_id, task_ids=task_ids, weekend_id=weekend_id
    )


def build_weekend(boss: Caller, mechanic: Caller) -> int:
    """Return a weekend of nine sessions, two riders with two bikes each and 790 tasks."""
    bikes = [
        boss.post("/v1/bikes", {"number": number, "label": f"{number} {side}", "rider_name": rider})
        for number, rider in ((981, "Jo Keller"), (982, "Ada Moretti"))
        for side in "AB"
    ]
    first = datetime.now(UTC) + timedelta(days=1)
    event = {"track": "Misano", "location": "Misano Adriatico", "event_date": f"{first:%Y-%m-%d}"}
    event_id = boss.post("/v1/events", event)["id"]
    boss.call("PATCH", f"/v1/events/{event_id}", {"bike_ids": [bike["id"] for bike in bikes]})
    me = mechanic.get("/v1/auth/me")["id"]
    crew = [{"user_id": me, "crew_roles": ["mechanic", "tyre_tech"]}]
    boss.call("PUT", f"/v1/events/{event_id}/crew", crew)
    add_sessions(boss, event_id, first)
    template_id = boss.get("/v1/templates?limit=1")[0]["id"]
    boss.post(f"/v1/events/{event_id}/checklists", {"template_id": template_id})
    return event_id


def add_sessions(boss: Caller, event_id: int, first: datetime) -> None:
    for hour, kind in enumerate(KINDS):
        starts_at = first + timedelta(hours=hour)
        session = {
            "name": f"{kind} {hour}",
            "kind": kind,
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(minutes=40)).isoformat(),
        }
        boss.post(f"/v1/events/{event_id}/sessions", session)


def own_requests(place: Place) -> dict[str, Request]:
    """Return the requests that only the project answers."""
    weekend = f"/v1/tasks?event_id={place.weekend_id}&assigned_to=any&limit=20&include_total=true"
    login = f'{{"email": "{email("writer")}", "password": "{PASSWORD}"}}'
    signed = "/v1/tasks/{id}/sign-offs"
    mechanic, reader = place.mechanic.token, place.reader.token
    return {
        "sign-off": Request("POST", signed, reader, place.task_ids, SIGNATURES),
        "weekend": Request("GET", weekend, mechanic),
        "readiness": Request("GET", f"/v1/events/{place.weekend_id}/readiness", mechanic),
        **feed_requests(place),
        # A login is bcrypt by design; more than two at once only measure the queue.
        "login": Request("POST", "/v1/auth/login", bodies=[login], connections=2),
    }


def feed_requests(place: Place) -> dict[str, Request]:
    """Return the requests of a device: a whole weekend, the changes after one tick, 200 sign-offs
    at once, and a task that may be sent twice."""
    event, reader = f"/v1/events/{place.event_id}", place.reader.token
    cursor = place.boss.get(f"{event}/snapshot")["cursor"]
    place.reader.call("PATCH", f"/v1/tasks/{place.task_ids[0]}", {"title": "Bench tick"})
    task = f'{{"event_id": {place.event_id}, "title": "Bench item {{n}}"}}'
    return {
        "snapshot": Request(
            "GET",
            f"/v1/events/{place.weekend_id}/snapshot",
            place.mechanic.token,
            connections=4,
            headers=["Accept-Encoding: gzip"],
        ),
        "changes": Request("GET", f"{event}/changes?since={cursor}&limit=1", place.boss.token),
        # Two callers at once would sign the same tasks.
        "sync": Request("POST", "/v1/sync", reader, bodies=batches(place), connections=1),
        "keyed post": Request(
            "POST",
            "/v1/tasks",
            place.writer.token,
            bodies=[task],
            headers=["Idempotency-Key: {uuid}"],
        ),
    }


def batches(place: Place) -> list[str]:
    """Return a batch for each signature, of all the reader's tasks."""
    return [
        json.dumps(
            {
                "operations": [
                    {
                        "id": "{uuid}",
                        "method": "POST",
                        "path": f"/v1/tasks/{task_id}/sign-offs",
                        "body": json.loads(signature),
                    }
                    for task_id in place.task_ids
                ]
            }
        )
        for signature in SIGNATURES
    ]
