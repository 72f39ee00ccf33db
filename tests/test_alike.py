"""One table of requests, good and refused: both databases answer them alike.

Each place has the same ids, the same clock and the same request ids, so that every byte of an
answer is compared, the hashes of the record too.
"""

import pytest
from helpers import MISANO, PASSWORD, Person, created
from paddock import PRESSURE, Paddock

from raceapp.auth.service import create_user
from raceapp.storage.session import db

pytestmark = pytest.mark.real
PEOPLE = {"admin": "admin", "mechanic": "user", "chief": "user", "stranger": "user"}
SAME = {"X-Request-ID": "alike"}


class Place:
    """A team with a weekend on one of the databases; the same ids on each."""

    def __init__(self, backend):
        backend.empty()
        self.app = backend.app
        self.people = {name: self.person(name, role) for name, role in PEOPLE.items()}
        admin, mechanic = self.people["admin"], self.people["mechanic"]
        event = created(admin.post("/v1/events", json=MISANO, headers=SAME))
        paddock = Paddock(self.app, event["id"], admin.id)
        paddock.crew(mechanic, "mechanic")
        paddock.crew(self.people["chief"], "crew_chief")
        bike, session = paddock.bike(), paddock.session()
        held = {"assigned_to": mechanic.id, "is_critical": True}
        self.ids = {
            "event": event["id"],
            "bike": bike,
            "session": session,
            "mechanic": mechanic.id,
            "stranger": self.people["stranger"].id,
            "held": paddock.task(**held, needs_check=True),
            "free": paddock.task(bike_id=bike, session_id=session),
            "measured": paddock.task(measurement=PRESSURE),
            "fuel": paddock.task(crew_role="fuel_tech"),
            "hanging": paddock.task(
                session_id=session, anchor="session_start", offset_minutes=-30, is_critical=True
            ),
        }

    def person(self, name, role):
        email = f"{name}@garage.example"
        with self.app.app_context():
            user = create_user(email=email, password=PASSWORD, name=name, role=role)
            db.session.commit()
            return Person(self.app, user.id, email)

    def answer(self, who, call, body):
        method, path = call.format(**self.ids).split()
        sent = {"json": self.filled(body)} if body is not None else {}
        got = self.people[who].open(path, method=method, headers=SAME, **sent)
        return got.status_code, got.json, got.headers.get("ETag"), got.headers.get("Location")

    def filled(self, body):
        """Put ids in the places of `@name`."""
        return {
            name: self.ids[value[1:]] if str(value).startswith("@") else value
            for name, value in body.items()
        }


@pytest.fixture
def places(backends, clock):
    return [Place(backends(name)) for name in ("sqlite", "postgres")]


TASK, SIGN = "/v1/tasks/{%s}", "/v1/tasks/{%s}/sign-offs"
TITLE = {"title": "Žarković checks the clip-ons"}
NOWHERE, NOBODY = {"event_id": 10**12}, {"assigned_to": 10**12}
NEW = {"event_id": "@event", **TITLE}
NOTE = "Bent by a stone"
DONE, CHECK, REOPEN = {"act": "done"}, {"act": "check"}, {"act": "reopen"}
WITH_NOTE = {"note": NOTE}
TABLES = {
    "creating": [
        ("admin", "POST /v1/tasks", NEW),
        ("mechanic", "POST /v1/tasks", NEW),
        ("stranger", "POST /v1/tasks", NEW),
        ("admin", "POST /v1/tasks", {**NEW, "assigned_to": "@mechanic", "is_critical": True}),
        ("mechanic", "POST /v1/tasks", {**NEW, "assigned_to": "@mechanic"}),
        ("mechanic", "POST /v1/tasks", {**NEW, "assigned_to": "@stranger"}),
        ("mechanic", "POST /v1/tasks", {**TITLE, **NOWHERE}),
        ("mechanic", "POST /v1/tasks", {**TITLE, **NOWHERE, "assigned_to": "@stranger"}),
        ("admin", "POST /v1/tasks", {**NEW, **NOBODY}),
        ("admin", "POST /v1/tasks", {**TITLE, **NOWHERE, **NOBODY}),
        ("admin", "POST /v1/tasks", {**NEW, "title": " "}),
        ("admin", "POST /v1/tasks", {**NEW, "due_at": "2026-06-12T09:30:00.123456+02:00"}),
    ],
    "changing": [
        ("mechanic", f"GET {TASK % 'held'}", None),
        ("stranger", f"GET {TASK % 'held'}", None),
        ("mechanic", f"PATCH {TASK % 'held'}", {"completed": True}),
        ("mechanic", f"PATCH {TASK % 'held'}", {"completed": True}),
        ("mechanic", f"PATCH {TASK % 'held'}", TITLE),
        ("mechanic", f"PATCH {TASK % 'held'}", {"completed": False}),
        ("stranger", f"PATCH {TASK % 'held'}", {"completed": True}),
        ("mechanic", f"PATCH {TASK % 'free'}", {"completed": True}),
        ("admin", f"PATCH {TASK % 'free'}", {**TITLE, "completed": True}),
        ("admin", f"PATCH {TASK % 'free'}", {"completed": False, "is_critical": True}),
        ("admin", f"PATCH {TASK % 'free'}", {"completed": True, **NOBODY}),
        ("admin", f"PATCH {TASK % 'free'}", NOWHERE),
        ("admin", f"PATCH {TASK % 'fuel'}", NOWHERE),
        ("admin", f"PATCH {TASK % 'fuel'}", {"completed": True, "assigned_to": "@mechanic"}),
        ("admin", f"PATCH {TASK % 'measured'}", {**TITLE, "completed": True}),
        ("admin", f"PATCH {TASK % 'hanging'}", {"due_at": "2026-06-12T09:30:00Z"}),
        ("admin", f"PATCH {TASK % 'hanging'}", {"is_due_pinned": False}),
        ("admin", f"GET {TASK % 'hanging'}/history", None),
        ("admin", "GET /v1/events/{event}/history", None),
    ],
    "signing": [
        ("stranger", f"POST {SIGN % 'held'}", DONE),
        ("chief", f"POST {SIGN % 'held'}", DONE),
        ("mechanic", f"POST {SIGN % 'held'}", CHECK),
        ("mechanic", f"POST {SIGN % 'held'}", DONE),
        ("mechanic", f"POST {SIGN % 'held'}", CHECK),
        ("chief", f"POST {SIGN % 'held'}", CHECK),
        ("admin", f"POST {SIGN % 'held'}", CHECK),
        ("chief", f"POST {SIGN % 'held'}", REOPEN),
        ("chief", f"POST {SIGN % 'held'}", {**REOPEN, **WITH_NOTE}),
        ("mechanic", f"POST {SIGN % 'fuel'}", DONE),
        ("mechanic", f"POST {SIGN % 'free'}", {"act": "fail"}),
        ("mechanic", f"POST {SIGN % 'free'}", {"act": "fail", **WITH_NOTE}),
        ("mechanic", f"POST {SIGN % 'free'}", DONE),
        ("admin", f"POST {SIGN % 'free'}", DONE),
        ("mechanic", f"POST {SIGN % 'measured'}", DONE),
        ("mechanic", f"POST {SIGN % 'measured'}", {**DONE, "value": 3.5}),
        ("mechanic", f"POST {SIGN % 'measured'}", {**DONE, "value": "2.1"}),
        ("mechanic", f"POST {SIGN % 'measured'}", {**DONE, "value": 2.1}),
        ("mechanic", f"POST {SIGN % 'hanging'}", {"act": "not_applicable", **WITH_NOTE}),
        ("admin", f"GET {SIGN % 'held'}", None),
        ("admin", "GET /v1/events/{event}/history", None),
    ],
    "taking back": [
        ("stranger", f"DELETE {TASK % 'held'}", None),
        ("mechanic", f"DELETE {TASK % 'held'}", None),
        ("admin", f"DELETE {TASK % 'held'}", None),
        ("admin", f"DELETE {TASK % 'held'}", None),
        ("admin", f"PATCH {TASK % 'held'}", TITLE),
        ("admin", f"POST {SIGN % 'held'}", DONE),
        ("mechanic", f"GET {TASK % 'held'}", None),
        ("mechanic", f"POST {TASK % 'held'}/restore", None),
        ("admin", f"POST {TASK % 'held'}/restore", None),
        ("admin", f"POST {TASK % 'held'}/restore", None),
    ],
    "listing": [
        *(
            (who, f"GET /v1/tasks?{query}", None)
            for who in ("admin", "mechanic", "stranger")
            for query in (
                "",
                "assigned_to=any&include_total=true",
                "assigned_to=none&sort=-due_at",
                "claimable=true",
                "needs_check_by=me",
                "q=BOLT&assigned_to=any",
                "status=open&limit=2&assigned_to=any",
                "deleted=true",
                "event_id={event}&completed=false",
            )
        ),
    ],
    "bulk": [
        ("admin", "POST /v1/events/{event}/timetable/shifts", {
            "from_session_id": "@session", "minutes": 25,
        }),
        ("admin", "PATCH /v1/sessions/{session}", {"status": "cancelled"}),
        ("mechanic", "POST /v1/events/{event}/incidents", {"kind": "crash", "bike_id": "@bike"}),
        ("admin", "GET /v1/tasks?sort=id", None),
        ("admin", "GET /v1/events/{event}/history", None),
    ],
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_both_databases_answer_alike(places, table):
    answers = [[place.answer(*request) for request in TABLES[table]] for place in places]

    both = zip(TABLES[table], *answers, strict=True)
    assert [case for case in both if case[1] != case[2]] == []
