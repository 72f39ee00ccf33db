"""A demo team: its people, and a past, a current and a coming race weekend."""

from datetime import timedelta

import sqlalchemy as sa

from raceapp import clock
from raceapp.auth import service as accounts
from raceapp.auth.models import User
from raceapp.auth.sessions import Actor
from raceapp.events import service as events
from raceapp.extensions import db
from raceapp.permissions import Role
from raceapp.tasks import service as tasks
from raceapp.tasks import signing
from raceapp.tasks.models import Act, Task

PASSWORD = "pit-lane-demo"
PEOPLE = (
    ("manager@demo.example", "Marta Vidal", Role.ADMIN),
    ("chief@demo.example", "Carlo Rossi", Role.USER),
    ("mechanic@demo.example", "Ana Ruiz", Role.USER),
    ("tyres@demo.example", "Tom Becker", Role.USER),
)
WEEKENDS = (
    ("Jerez", "Jerez de la Frontera, Spain", "Europe/Madrid", -28),
    ("Misano World Circuit", "Misano Adriatico, Italy", "Europe/Rome", -1),
    ("Donington Park", "Castle Donington, United Kingdom", "Europe/London", 27),
)
TASKS = (
    ("Torque the front caliper bolts", "Both sides, dry thread, paint-mark after", True, 2),
    ("Check chain slack and axle nut", None, True, 2),
    ("Set cold tyre pressures", "Front 2.1 bar, rear 1.6 bar, gauge 3", True, 3),
    ("Fuel for the session plus two laps", None, False, 3),
    ("Charge the transponder", None, False, 1),
)


def seed() -> str:
    """Add the demo team unless it is there; returns what to tell the operator."""
    logins = "\n".join(f"  {email}  {PASSWORD}" for email, _, _ in PEOPLE)
    hint = f"Log in with one of:\n{logins}"
    if db.session.scalar(sa.select(User.id).where(User.email == PEOPLE[0][0])):
        return f"The demo team is there already. {hint}"
    people = [
        accounts.create_user(email=email, password=PASSWORD, name=name, role=role)
        for email, name, role in PEOPLE
    ]
    manager = Actor(people[0].id, people[0].email, Role.ADMIN, session_id=0)
    for track, location, timezone, offset in WEEKENDS:
        add_weekend(manager, people, track, location, timezone, offset)
    db.session.commit()
    return f"Added a demo team of {len(people)} and {len(WEEKENDS)} race weekends. {hint}"


def add_weekend(manager, people, track: str, location: str, timezone: str, offset: int) -> None:
    """Add a weekend that starts `offset` days from today; what lies behind it is done."""
    first = clock.utcnow().date() + timedelta(days=offset)
    event = events.create(
        actor=manager,
        track=track,
        location=location,
        timezone=timezone,
        event_date=first,
        end_date=first + timedelta(days=2),
    )
    for title, description, is_critical, holder in TASKS:
        task = tasks.create(
            actor=manager,
            event_id=event.id,
            assigned_to=people[holder].id,
            title=title,
            description=description,
            is_critical=is_critical,
            due_at=clock.utcnow() + timedelta(days=offset, hours=2),
        )
        if offset < -2:
            signing.sign_off(task, Act.DONE, actor=manager)


def seed_tasks(number: int) -> str:
    """Add `number` tasks over all weekends and people, for measuring under load."""
    people = db.session.scalars(sa.select(User.id).order_by(User.id)).all()
    event_ids = db.session.scalars(sa.select(events.Event.id).order_by(events.Event.id)).all()
    now = clock.utcnow()
    for start in range(0, number, 5000):
        rows = [
            {
                "event_id": event_ids[i % len(event_ids)],
                "title": f"Check item {i}",
                "assigned_to": people[i % len(people)],
                "created_by": people[0],
                "due_at": now + timedelta(minutes=i % 10_000),
                "version": 1,
            }
            for i in range(start, min(start + 5000, number))
        ]
        db.session.execute(sa.insert(Task), rows)
    db.session.commit()
    return f"Added {number} tasks."
