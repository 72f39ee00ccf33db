"""A timetable made over HTTP, and checklist tasks that hang on it."""

from datetime import datetime, timedelta

from helpers import created
from paddock import Paddock


def at(time: str, day: str = "2026-06-12") -> str:
    return f"{day}T{time}:00Z"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Timetable:
    """Times are UTC; Misano in June is two hours ahead of it."""

    def __init__(self, admin, event: dict, paddock: Paddock):
        self.admin, self.event_id, self.paddock = admin, event["id"], paddock
        self.path = f"/v1/events/{self.event_id}"

    def session(self, name="FP1", start="08:00", end="08:40", day="2026-06-12", **more) -> dict:
        body = {"name": name, "kind": "practice", "starts_at": at(start, day), **more}
        body.setdefault("ends_at", at(end, day) if end > start else at("23:59", day))
        return created(self.admin.post(f"{self.path}/sessions", json=body))

    def day(self, *names: str) -> list[dict]:
        """Sessions of forty minutes, one an hour, from 08:00 on."""
        return [
            self.session(name, f"{8 + place:02}:00", f"{8 + place:02}:40")
            for place, name in enumerate(names)
        ]

    def change(self, session: dict, **changes):
        return self.admin.patch(f"/v1/sessions/{session['id']}", json=changes)

    def item(self, session: dict, anchor="session_start", offset=-30, **fields) -> int:
        """A task due so many minutes from an edge of the session; returns its id."""
        edge = session["ends_at" if anchor == "session_end" else "starts_at"]
        hangs = {"session_id": session["id"], "anchor": anchor, "offset_minutes": offset}
        due_at = moment(edge) + timedelta(minutes=offset)
        return self.paddock.task(**{**hangs, "due_at": due_at, **fields})

    def items(self, session: dict, number: int) -> list[int]:
        return [self.item(session) for _ in range(number)]

    def plan(self, first: str, last: str | None = None, **more) -> dict:
        """Give the weekend other days."""
        body = {"event_date": first, "end_date": last or first, **more}
        return created(self.admin.patch(self.path, json=body), status=200)

    def shift(self, session: dict | None, minutes: int, **more):
        first = {"from_session_id": session["id"]} if session else {}
        body = {**first, "minutes": minutes, **more}
        return self.admin.post(f"{self.path}/timetable/shifts", json=body)

    def starts(self) -> dict[str, str]:
        """When each session starts, by its name, without the seconds."""
        rows = self.admin.get(f"{self.path}/sessions").json
        return {row["name"]: row["starts_at"][5:16].replace("T", " ") for row in rows}

    def task(self, task_id: int) -> dict:
        return created(self.admin.get(f"/v1/tasks/{task_id}"), status=200)

    def due(self, task_id: int) -> str:
        return self.task(task_id)["due_at"]

    def history(self) -> list[dict]:
        return self.admin.get(f"{self.path}/history?limit=200").json

    def deeds(self) -> list[str]:
        """What the record says was done to what, since the weekend was planned."""
        return [f"{entry['action']} {entry['subject']}" for entry in self.history()[1:]]
