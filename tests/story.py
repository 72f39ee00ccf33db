"""Who takes part in the story of a race weekend, and the verbs in which it is told."""

from datetime import UTC, datetime, timedelta
from itertools import count

from checklists import BIKES, TIMETABLE
from helpers import MISANO, created

FRIDAY, SATURDAY, SUNDAY = (datetime(2026, 6, day, tzinfo=UTC) for day in (12, 13, 14))
# When the sessions of TIMETABLE start; UTC, two hours behind the clocks of Misano.
STARTS = (
    *(FRIDAY + timedelta(hours=hours) for hours in (6, 7.5, 9, 13)),
    *(SATURDAY + timedelta(hours=hours) for hours in (7, 9, 12)),
    *(SUNDAY + timedelta(hours=hours) for hours in (7, 12)),
)
OUT_ON_TRACK = timedelta(minutes=30)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def everything(person, path: str) -> list[dict]:
    """Return all pages of a list."""
    found = []
    while path:
        answer = person.get(path)
        found += created(answer, status=200)
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    return found


class Weekend:
    """Misano, its crew by crew role, its bikes by label and its sessions by name."""

    def __init__(self, app, clock, admin, crew: dict, second_mechanic, stranger):
        self.app, self.clock, self.admin, self.crew = app, clock, admin, crew
        self.chief, self.mechanic = crew["crew_chief"], crew["mechanic"]
        self.second_mechanic, self.tyres = second_mechanic, crew["tyre_tech"]
        self.stranger = stranger
        self.bikes, self.sessions = {}, {}

    def flask(self, command: str) -> str:
        result = self.app.test_cli_runner().invoke(args=[command])
        assert result.exit_code == 0, result.output
        return result.output

    def ask(self, path: str, by=None):
        return created((by or self.admin).get(path), status=200)

    # --- planning ------------------------------------------------------------------------

    def plan(self) -> None:
        for label, rider in BIKES:
            body = {"number": int(label.split()[0]), "label": label, "rider_name": rider}
            self.bikes[label] = created(self.admin.post("/v1/bikes", json=body))["id"]
        body = {**MISANO, "bike_ids": [*self.bikes.values()]}
        self.path = f"/v1/events/{created(self.admin.post('/v1/events', json=body))['id']}"
        people = [*self.crew.items(), ("mechanic", self.second_mechanic)]
        members = [{"user_id": person.id, "crew_roles": [role]} for role, person in people]
        created(self.admin.put(f"{self.path}/crew", json=members), status=200)

    def enter_timetable(self) -> None:
        for (name, kind), starts_at in zip(TIMETABLE, STARTS, strict=True):
            body = {"name": name, "kind": kind, "starts_at": starts_at.isoformat()}
            body["ends_at"] = (starts_at + OUT_ON_TRACK).isoformat()
            session = created(self.admin.post(f"{self.path}/sessions", json=body))
            self.sessions[name] = session["id"]

    def build(self, **how) -> dict:
        body = {"template_id": self.template["id"], **how}
        status = 200 if how.get("dry_run") else 201
        return created(self.admin.post(f"{self.path}/checklists", json=body), status=status)[
            "created"
        ]

    def shift(self, name: str, minutes: int, **how) -> dict:
        body = {"from_session_id": self.sessions[name], "minutes": minutes, **how}
        answer = self.admin.post(f"{self.path}/timetable/shifts", json=body)
        return created(answer, status=200)

    def say(self, name: str, status: str) -> dict:
        """Set the status of a session."""
        path = f"/v1/sessions/{self.sessions[name]}"
        return created(self.admin.patch(path, json={"status": status}), status=200)

    def session(self, name: str) -> dict:
        return self.ask(f"/v1/sessions/{self.sessions[name]}")

    # --- tasks ---------------------------------------------------------------------------

    def tasks(self, bike: str | None = None, session: str | None = None) -> list[dict]:
        path = f"/v1/tasks?limit=200&event_id={self.path.rpartition('/')[2]}"
        path += f"&bike_id={self.bikes[bike]}" if bike else ""
        path += f"&session_id={self.sessions[session]}" if session else ""
        return everything(self.admin, path)

    def task(self, item_key: str, bike: str, session: str) -> int:
        """Return the id of the task that an item became."""
        (found,) = (task for task in self.tasks(bike, session) if task["item_key"] == item_key)
        return found["id"]

    def read(self, task_id: int) -> dict:
        return self.ask(f"/v1/tasks/{task_id}")

    def sign(self, by, task_id: int, act: str, **more):
        return by.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": act, **more})

    def finish(self, task_id: int) -> None:
        """Have the task done by its crew role and, where it must be, checked by the chief."""
        task = self.read(task_id)
        if not task["completed"]:
            more = {"value": measured(task["measurement"])} if task["measurement"] else {}
            created(self.sign(self.crew[task["crew_role"]], task_id, "done", **more))
        if task["needs_check"]:
            checker = self.admin if task["crew_role"] == "crew_chief" else self.chief
            created(self.sign(checker, task_id, "check"))

    # --- releases, incidents, the record -------------------------------------------------

    def readiness(self, bike: str, session: str) -> dict:
        place = {"bike_id": self.bikes[bike], "session_id": self.sessions[session]}
        rows = self.ask(f"{self.path}/readiness", by=self.chief)
        (row,) = (row for row in rows if place.items() <= row.items())
        return row

    def make_ready(self, bike: str, session: str, *, leaving: tuple[int, ...] = ()) -> None:
        """See to everything that blocks the bike, but for these tasks."""
        for task_id in self.readiness(bike, session)["blocking"]:
            if task_id not in leaving:
                self.finish(task_id)

    def release(self, bike: str, session: str, by=None, **more):
        path = f"/v1/sessions/{self.sessions[session]}/releases"
        return (by or self.chief).post(path, json={"bike_id": self.bikes[bike], **more})

    def report(self, by, kind: str, session: str, **more) -> dict:
        body = {"kind": kind, "session_id": self.sessions[session], **more}
        return created(by.post(f"{self.path}/incidents", json=body))

    def history(self, *actions: str) -> list[dict]:
        """Return what the record says of the weekend, oldest first, of these actions or all."""
        entries = everything(self.chief, f"{self.path}/history?limit=200")
        return [entry for entry in entries if not actions or entry["action"] in actions]

    def who_did_what(self, task_id: int) -> list[tuple[str, int]]:
        entries = self.ask(f"/v1/tasks/{task_id}/history", by=self.chief)
        return [(entry["action"], entry["actor"]) for entry in entries]


SERIAL_NUMBERS = count(1)


def measured(measurement: dict):
    """Return a value that a gauge may well show, within the limits."""
    if measurement["kind"] == "number":
        return measurement.get("min") or 1
    return f"Sheet {next(SERIAL_NUMBERS)}"
