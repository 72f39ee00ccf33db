"""Put a crew, bikes, sessions and checklist tasks straight into the database.

For tests of rules that stand above these; that they can be made over HTTP is tested elsewhere.
"""

from datetime import datetime, timedelta

from raceapp import clock
from raceapp.bikes.models import Bike
from raceapp.events.models import CrewMember, Event
from raceapp.storage.session import db
from raceapp.tasks.models import Task
from raceapp.timetable.models import TrackSession

PRESSURE = {
    "label": "Cold pressure, front",
    "kind": "number",
    "unit": "bar",
    "min": 1.9,
    "max": 2.3,
}


class Paddock:
    """The paddock of one event: `paddock.crew(mechanic, "mechanic")`, `paddock.task(...)["id"]`."""

    def __init__(self, app, event_id: int, admin_id: int):
        self.app, self.event_id, self.admin_id = app, event_id, admin_id

    def add(self, row) -> int | None:
        with self.app.app_context():
            db.session.add(row)
            db.session.commit()
            return getattr(row, "id", None)

    def crew(self, person, *crew_roles: str) -> None:
        for role in crew_roles:
            self.add(CrewMember(event_id=self.event_id, user_id=person.id, crew_role=role))

    def bike(self, label: str = "44 A", rider_name: str = "Jo Keller", number: int = 44) -> int:
        with self.app.app_context():
            event = db.session.get(Event, self.event_id)
            bike = Bike(number=number, label=label, rider_name=rider_name)
            event.bikes.append(bike)
            db.session.commit()
            return bike.id

    def session(self, name: str = "FP1", starts_at: datetime | None = None, **fields) -> int:
        starts_at = starts_at or clock.utcnow()
        ends_at = fields.pop("ends_at", starts_at + timedelta(minutes=40))
        return self.add(
            TrackSession(
                **{"event_id": self.event_id, "name": name, "kind": "practice", **fields},
                starts_at=starts_at,
                ends_at=ends_at,
                planned_starts_at=starts_at,
                planned_ends_at=ends_at,
            )
        )

    def task(self, **fields) -> int:
        defaults = {
            "event_id": self.event_id,
            "title": "Torque the front caliper bolts",
            "created_by": self.admin_id,
            "crew_role": "mechanic",
        }
        return self.add(Task(**{**defaults, **fields}))
