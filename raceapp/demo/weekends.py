"""A past, a current and a coming race weekend of the demo team."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from raceapp import clock
from raceapp.auth.actors import Actor
from raceapp.bikes.models import Bike
from raceapp.checklists.models import Tier
from raceapp.comments import service as comments
from raceapp.demo.team import Weekend, read_again
from raceapp.incidents import service as incidents
from raceapp.incidents.models import IncidentKind
from raceapp.invitations import service as invitations
from raceapp.permissions import CrewRole
from raceapp.tasks import creating, rows
from raceapp.tasks import service as tasks
from raceapp.tasks.models import Act, Anchor, Task, TaskStatus
from raceapp.timetable import shifts
from raceapp.timetable.models import SessionKind, SessionStatus


def add_past(crew: dict[str, Actor], bikes: list[Bike], template_id: int) -> None:
    """Add a weekend four weeks ago, with one rider and the short list: all of it is done."""
    first_day = clock.utcnow().date() - timedelta(days=28)
    where = {"location": "Jerez de la Frontera, Spain", "timezone": "Europe/Madrid"}
    jerez = Weekend(crew, bikes[:2], first_day, track="Jerez", **where)
    jerez.session("Scrutineering", SessionKind.TECH_CONTROL, jerez.at(0, 15), 60)
    jerez.session("FP1", SessionKind.PRACTICE, jerez.at(1, 10))
    jerez.session("Race", SessionKind.RACE, jerez.at(2, 14))
    jerez.build(template_id, Tier.CLUB)
    jerez.finish_arrival()
    jerez.come_in("Scrutineering")
    for name in ("FP1", "Race"):
        put_right(jerez, jerez.before(name, Task.crew_role == CrewRole.TYRE_TECH))
        jerez.go_out(name)
        jerez.come_in(name)


def put_right(jerez: Weekend, found: list[Task]) -> None:
    """Fail the first of these tasks; the person who saw it mends it and does it with the others."""
    first = min(found, key=lambda task: task.due_at)
    note = "Out of the window, the blanket was off too early"
    jerez.sign(first, Act.FAIL, jerez.doer(first), jerez.when(first, 15), note=note)
    jerez.do(first, jerez.when(first, 8))


# Name, kind, when it starts and how long it takes, in minutes from the moment of seeding.
AROUND_NOW = (
    ("Garage", SessionKind.SETUP, -23 * 60, 90),
    ("Scrutineering", SessionKind.TECH_CONTROL, -21 * 60, 60),
    ("FP1", SessionKind.PRACTICE, -19 * 60, 45),
    ("FP2", SessionKind.PRACTICE, -4 * 60, 45),
    ("FP3", SessionKind.PRACTICE, -10, 30),
    ("Superpole", SessionKind.QUALIFYING, 95, 15),
    ("Race 1", SessionKind.RACE, 5 * 60, 35),
    ("Warm-up", SessionKind.WARM_UP, 19 * 60, 10),
    ("Race 2", SessionKind.RACE, 22 * 60, 35),
)


def add_current(crew: dict[str, Actor], bikes: list[Bike], template_id: int) -> None:
    """Add Misano on its second day: FP3 is on, and not everything went to plan."""
    now = clock.utcnow()
    first_day = now.astimezone(ZoneInfo("Europe/Rome")).date() - timedelta(days=1)
    where = {"location": "Misano Adriatico, Italy", "timezone": "Europe/Rome"}
    misano = Weekend(crew, bikes, first_day, track="Misano World Circuit", **where)
    start = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    for name, kind, minutes, length in AROUND_NOW:
        misano.session(name, kind, start + timedelta(minutes=minutes), length)
    misano.build(template_id)
    misano.finish_arrival(leaving=("ar-board", "ar-brief"))
    misano.say("Garage", SessionStatus.FINISHED)
    misano.come_in("Scrutineering")
    misano.go_out("FP1")
    misano.come_in("FP1", leaving=("po-changes",))
    misano.go_out("FP2")
    crash(misano)
    misano.come_in("FP2", leaving=("po-km", "po-drive"))
    third_practice(misano)
    talk(misano)
    delay(misano)
    roles = [CrewRole.MECHANIC, CrewRole.TYRE_TECH]
    invitations.create(misano.event, actor=crew["chief"], crew_roles=roles)


def crash(misano: Weekend) -> None:
    """Crash bike 7 B in FP2: its signed tasks are open again, its release is void."""
    bike, session = misano.bikes[3], misano.sessions["FP2"]
    at = session.starts_at + timedelta(minutes=22)
    with clock.at(at):
        incidents.report(
            misano.event,
            actor=misano.crew["mechanic2"],
            kind=IncidentKind.CRASH,
            bike_id=bike.id,
            session_id=session.id,
            note="Low-side at turn 8, left clip-on and lever bent",
        )
    read_again()
    for task in misano.before("FP2", Task.bike_id == bike.id):
        note = "Did not go out again in FP2"
        misano.sign(task, Act.NOT_APPLICABLE, misano.manager, at + timedelta(minutes=9), note=note)
    misano.finish(misano.open_tasks(Task.anchor == Anchor.CRASH), leaving=("cr-full", "cr-recheck"))


def third_practice(misano: Weekend) -> None:
    """Send one bike out ready, one on the chief's word; one has failed, one is in pieces."""
    ready, unchecked, failed, _ = misano.bikes
    for bike in (ready, unchecked, failed):
        misano.finish(misano.before("FP3", Task.bike_id == bike.id), leaving=("ps-press",))
    misano.finish(misano.before("FP3", Task.bike_id.is_(None)))
    misano.finish(misano.before("FP3", Task.bike_id == ready.id))
    for pressure in misano.before("FP3", Task.bike_id == unchecked.id):
        misano.do(pressure)
    for pressure in misano.before("FP3", Task.bike_id == failed.id):
        note = "Rear under the minimum, the valve leaks"
        misano.sign(pressure, Act.FAIL, misano.crew["tyres"], value="2.41 / 1.52", note=note)
    misano.release("FP3", ready)
    misano.release("FP3", unchecked, "Pressure read on the gauge at pit exit, signature follows")
    misano.say("FP3", SessionStatus.RUNNING)


TALK = (
    ("tyres", "Rear of {bike} loses 0.05 bar in five minutes, I hear it at the valve."),
    ("chief", "Same wheel as in FP1? Then it is the core, not the rim."),
    ("tyres", "Same wheel. New core is in, it sits at 1.60 now and I watch it until Superpole."),
    ("mechanic2", "I keep the second wheel warm in case."),
)


def talk(misano: Weekend) -> None:
    """Have people comment on the task whose pressure failed."""
    is_failed = (Task.event_id == misano.event.id, Task.status == TaskStatus.FAILED)
    task = rows.every(*is_failed)[0]
    bike = next(bike.label for bike in misano.bikes if bike.id == task.bike_id)
    for login, text in TALK:
        comments.add(task, actor=misano.crew[login], text=text.format(bike=bike))


def delay(misano: Weekend) -> None:
    """Move Superpole and what follows by 25 minutes; each mechanic has their bikes to prepare."""
    first = misano.sessions["Superpole"]
    shifts.shift(misano.event, from_session_id=first.id, minutes=25, actor=misano.manager)
    read_again()
    for task in misano.before("Superpole", Task.crew_role == CrewRole.MECHANIC):
        tasks.update(task, {"assigned_to": misano.doer(task).id}, actor=misano.manager)


TO_PREPARE = (
    ("mechanic", "Rebuild the forks of 44 B", "New seals, 10 W oil, note the air gap", True, -10),
    ("mechanic2", "Order a clip-on and a clutch lever", "Left side, for 7 B", False, -20),
    ("tyres", "Book two sets of rain tyres", None, False, -14),
    ("fuel", "Have the fuel churns measured", "Mark 5, 10, 15 and 20 l", False, -7),
    ("truck", "Book the ferry", "Truck and van, out Tuesday", True, -18),
)


def add_coming(crew: dict[str, Actor], bikes: list[Bike]) -> None:
    """Add a weekend in four weeks, with a timetable, a few tasks and no checklist built yet."""
    first_day = clock.utcnow().date() + timedelta(days=27)
    where = {"location": "Castle Donington, United Kingdom", "timezone": "Europe/London"}
    donington = Weekend(crew, bikes, first_day, track="Donington Park", **where)
    donington.session("Scrutineering", SessionKind.TECH_CONTROL, donington.at(0, 9), 120)
    donington.session("FP1", SessionKind.PRACTICE, donington.at(0, 13), 45)
    donington.session("Qualifying", SessionKind.QUALIFYING, donington.at(1, 11), 20)
    donington.session("Race", SessionKind.RACE, donington.at(2, 15), 40)
    for login, title, description, is_critical, days in TO_PREPARE:
        creating.create(
            actor=donington.manager,
            event_id=donington.event.id,
            assigned_to=crew[login].id,
            title=title,
            description=description,
            is_critical=is_critical,
            due_at=donington.at(0, 8) + timedelta(days=days),
        )
