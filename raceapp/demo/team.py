"""The demo team: its people, its bikes, and what each of them does at a weekend.

Everything goes through the services, and every deed is done by somebody who may do it, at about the
time it was due. So the record of the demo is one that the API could have written.
"""

from datetime import date, datetime, timedelta
from operator import itemgetter

from raceapp import clock
from raceapp.auth import passwords
from raceapp.auth.actors import Actor
from raceapp.auth.models import User
from raceapp.bikes import service as bikes
from raceapp.bikes.models import Bike
from raceapp.checklists import service as checklists
from raceapp.checklists.models import Tier
from raceapp.events import service as events
from raceapp.events.crew import set_crew
from raceapp.permissions import CrewRole, Role
from raceapp.releases import service as releases
from raceapp.storage.session import db
from raceapp.tasks import due, rows, signing
from raceapp.tasks.models import Act, Anchor, Task, TaskStatus
from raceapp.timetable import service as timetable
from raceapp.timetable.models import SessionKind, SessionStatus

PASSWORD = "pit-lane-demo"
PLANNED_AHEAD = timedelta(days=12)
SLOW = 9  # Of the tasks that can wait, the team does one in so many late.
PEOPLE = (
    ("manager@demo.example", "Marta Vidal", CrewRole.TEAM_MANAGER),
    ("chief@demo.example", "Carlo Rossi", CrewRole.CREW_CHIEF),
    ("mechanic@demo.example", "Ana Ruiz", CrewRole.MECHANIC),
    ("mechanic2@demo.example", "Nils Berg", CrewRole.MECHANIC),
    ("tyres@demo.example", "Tom Becker", CrewRole.TYRE_TECH),
    ("fuel@demo.example", "Priya Nair", CrewRole.FUEL_TECH),
    ("data@demo.example", "Elif Demir", CrewRole.DATA_ENGINEER),
    ("truck@demo.example", "Pieter Vos", CrewRole.LOGISTICS),
    ("jo@demo.example", "Jo Keller", CrewRole.RIDER),
    ("max@demo.example", "Max Orsi", CrewRole.RIDER),
)
BIKES = (
    (44, "44 A", "Jo Keller"),
    (44, "44 B", "Jo Keller"),
    (7, "7 A", "Max Orsi"),
    (7, "7 B", "Max Orsi"),
)
# What the gauge said, by the label of the measurement.
VALUES = {
    "Warmer temperature": 80,
    "Water temperature": 72,
    "Fuel": 18.5,
    "Fuel used per lap": 0.62,
    "Chain slack": 32,
    "Noise": 104.5,
    "Weight": 168.2,
    "Thinnest pad": 4.1,
    "Tools counted": 214,
    "Grid place": 7,
    "Pad mm; Nm": "5.2 mm; 35 Nm",
    "Nm vs spec": "Axle 100, pinch bolts 23, both in spec",
    "Nm on re-worked items": "Calipers 35, axle 100",
    "Litres or kg": "14.8 l",
    "Bar F / R, min-max": "2.42 / 1.87",
}
OTHER_VALUES = {"number": 1, "text": "As on the sheet"}


def add_people() -> dict[str, Actor]:
    """Add the people, all with one password; returns who they are by the start of their email."""
    password_hash = passwords.hash_password(PASSWORD)
    users = [
        User(email=email, name=name, role=Role.USER, password_hash=password_hash)
        for email, name, _ in PEOPLE
    ]
    users[0].role = Role.ADMIN
    db.session.add_all(users)
    db.session.flush()
    return {
        user.email.split("@")[0]: Actor(user.id, user.email, user.role, session_id=0)
        for user in users
    }


def add_bikes() -> list[Bike]:
    return [
        bikes.create(number=number, label=label, rider_name=rider) for number, label, rider in BIKES
    ]


class Weekend:
    """A race weekend and the crew at work on it."""

    def __init__(self, crew: dict[str, Actor], bikes: list[Bike], first_day: date, **where):
        self.crew, self.manager, self.bikes = crew, crew["manager"], bikes
        self.now = clock.utcnow()
        self.planned_at = min(self.now, self.now + (first_day - self.now.date()) - PLANNED_AHEAD)
        self.sessions = {}
        with clock.at(self.planned_at):
            self.event = events.create(
                actor=self.manager,
                event_date=first_day,
                end_date=first_day + timedelta(days=2),
                bike_ids=[bike.id for bike in bikes],
                **where,
            )
            members = zip(crew.values(), PEOPLE, strict=True)
            roles = [{"user_id": actor.id, "crew_roles": [person[2]]} for actor, person in members]
            set_crew(self.event, roles, actor=self.manager)

    def at(self, day: int, hour: int) -> datetime:
        """Return that hour of a day of the weekend, counted from 0, as the track's clocks say."""
        midnight = due.midnight(self.event.event_date + timedelta(days=day), self.event.timezone)
        return due.shifted(midnight, hour * 60)

    def session(self, name: str, kind: SessionKind, starts_at: datetime, minutes: int = 30) -> None:
        ends_at = starts_at + timedelta(minutes=minutes)
        when = {"kind": kind, "starts_at": starts_at, "ends_at": ends_at}
        with clock.at(self.planned_at):
            session = timetable.create(self.event, actor=self.manager, name=name, **when)
        self.sessions[name] = session

    def say(self, name: str, status: SessionStatus) -> None:
        session = self.sessions[name]
        at = session.starts_at if status == SessionStatus.RUNNING else session.ends_at
        with clock.at(min(at, self.now)):
            timetable.update(session, {"status": status}, actor=self.manager)

    def build(self, template_id: int, tier: Tier = Tier.NATIONAL) -> None:
        with clock.at(self.planned_at):
            checklists.build(self.event, template_id=template_id, tier=tier, actor=self.manager)

    # --- who -----------------------------------------------------------------------------

    def doer(self, task: Task) -> Actor:
        """Return who signs a task: each mechanic has a rider's bikes, each rider their own gear."""
        if task.crew_role == CrewRole.MECHANIC:
            return self.crew["mechanic2" if self.rider_of(task) == "Max Orsi" else "mechanic"]
        if task.crew_role == CrewRole.RIDER:
            return self.crew["max" if self.rider_of(task) == "Max Orsi" else "jo"]
        return self.first(task.crew_role)

    def checker(self, task: Task) -> Actor:
        """Return another person who may check it."""
        if task.crew_role == CrewRole.MECHANIC:
            is_anas = self.doer(task) == self.crew["mechanic"]
            return self.crew["mechanic2" if is_anas else "mechanic"]
        return self.crew["manager" if task.crew_role == CrewRole.CREW_CHIEF else "chief"]

    def rider_of(self, task: Task) -> str | None:
        riders = {bike.id: bike.rider_name for bike in self.bikes}
        return task.rider_name or riders.get(task.bike_id)

    def first(self, crew_role: CrewRole) -> Actor:
        roles = (person[2] for person in PEOPLE)
        return next(
            actor
            for actor, role in zip(self.crew.values(), roles, strict=True)
            if role == crew_role
        )

    # --- what ----------------------------------------------------------------------------

    def open_tasks(self, *which) -> list[Task]:
        is_open = (Task.event_id == self.event.id, Task.status == TaskStatus.OPEN)
        return rows.every(*is_open, *which)

    def before(self, name: str, *which) -> list[Task]:
        """Return what is open before the session starts."""
        is_before = Task.anchor == Anchor.SESSION_START
        return self.open_tasks(Task.session_id == self.sessions[name].id, is_before, *which)

    def when(self, task: Task, early: int) -> datetime:
        """Return so many minutes before the task was due; some are late, and none is after now."""
        is_slow = task.id % SLOW == 0 and not -30 <= (task.offset_minutes or 0) <= 0
        early -= 20 if is_slow and not task.is_critical else 0
        return min(task.due_at - timedelta(minutes=early), self.now)

    def sign(self, task: Task, act: Act, actor: Actor, at: datetime | None = None, **more) -> None:
        at = at or self.when(task, 0)
        signing.check_may_sign(task, act, actor=actor)
        with clock.at(at):
            signing.sign_off(task, act, actor=actor, device_time=at, **more)

    def do(self, task: Task, at: datetime | None = None) -> None:
        measured = task.measurement
        value = measured and VALUES.get(measured["label"], OTHER_VALUES[measured["kind"]])
        self.sign(task, Act.DONE, self.doer(task), at, value=value)

    def check(self, task: Task, at: datetime) -> None:
        self.sign(task, Act.CHECK, self.checker(task), at)

    def finish(self, found: list[Task], *, leaving: tuple[str, ...] = ()) -> None:
        """Do these tasks as they are due, and check those that need it, except the items named."""
        wanted = [task for task in found if task.item_key not in leaving]
        deeds = [(self.when(task, 6), self.do, task) for task in wanted]
        deeds += [(self.when(task, 2), self.check, task) for task in wanted if task.needs_check]
        with db.session.no_autoflush:
            for at, deed, task in sorted(deeds, key=itemgetter(0)):
                deed(task, at)
        db.session.flush()

    def finish_arrival(self, *, leaving: tuple[str, ...] = ()) -> None:
        """Finish the tasks that are due by now and belong to no session."""
        is_due = Task.due_at < self.now
        self.finish(self.open_tasks(Task.session_id.is_(None), is_due), leaving=leaving)

    def release(self, name: str, bike: Bike, reason: str | None = None) -> None:
        session, chief = self.sessions[name], self.crew["chief"]
        releases.check_may_release(session, actor=chief)
        with clock.at(min(session.starts_at - timedelta(minutes=2), self.now)):
            releases.give(session, bike_id=bike.id, override_reason=reason, actor=chief)

    def go_out(self, name: str) -> None:
        """Make every bike ready, release it, and send it out."""
        self.finish(self.before(name))
        for bike in self.bikes:
            self.release(name, bike)
        self.say(name, SessionStatus.RUNNING)

    def come_in(self, name: str, *, leaving: tuple[str, ...] = ()) -> None:
        self.say(name, SessionStatus.FINISHED)
        of_session = Task.session_id == self.sessions[name].id
        self.finish(self.open_tasks(of_session), leaving=leaving)


def read_again() -> None:
    """Have the models read again, since bulk statements have changed their rows."""
    db.session.flush()
    db.session.expire_all()
