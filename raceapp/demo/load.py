"""What `flask seed --tasks` adds: rows by the thousand, for load."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from operator import itemgetter

import sqlalchemy as sa

from raceapp import clock
from raceapp.auth import passwords
from raceapp.auth.models import User
from raceapp.demo.team import PASSWORD, PEOPLE
from raceapp.events import service as events
from raceapp.events.models import CrewMember
from raceapp.history import service as history
from raceapp.permissions import CrewRole
from raceapp.storage import turns
from raceapp.storage.session import db
from raceapp.tasks.models import Task

# One team and one race weekend for so many tasks: a load of a million is a thousand teams.
TEAM_TASKS = 800
TEAM = (CrewRole.CREW_CHIEF, CrewRole.MECHANIC, CrewRole.TYRE_TECH, CrewRole.FUEL_TECH)
LOADED = (
    "event_id",
    "title",
    "description",
    "section",
    "crew_role",
    "assigned_to",
    "created_by",
    "due_at",
    "is_critical",
    "needs_check",
    "is_due_pinned",
    "is_struck",
    "status",
    "done_by",
    "done_at",
    "checked_by",
    "checked_at",
    "version",
    "created_at",
    "updated_at",
)
DESCRIPTION = "Both sides, dry thread, value noted on the sheet"


def seed_tasks(number: int) -> str:
    """Add `number` tasks for load, with a team and a race weekend for every 800.

    The weekends lie in the weeks of two years. Tasks that are due by now are done, and half of
    those that need a check have it; of the tasks to come nobody holds every fifth.
    """
    turns.take_turn(db.session.connection())
    count = -(-number // TEAM_TASKS)
    people, weekends = add_load_people(count), add_load_weekends(count)
    members = [
        {"event_id": weekend, "user_id": people[number * len(TEAM) + place], "crew_role": role}
        for number, weekend in enumerate(weekends)
        for place, role in enumerate(TEAM)
    ]
    db.session.execute(sa.insert(CrewMember), members)
    write_tasks(number, people, weekends)
    db.session.commit()
    login = f"  {LOAD_EMAIL.format(1):24}{PASSWORD}  {TEAM[0]}"
    return f"Added {number} tasks at {count} race weekends. Log in with:\n{login}"


LOAD_EMAIL = "load{}@demo.example"


def add_load_people(teams: int) -> list[int]:
    """Add the people of so many teams, all with the demo password; returns their ids."""
    known = sa.select(sa.func.count()).where(User.email.like(LOAD_EMAIL.format("%")))
    first = db.session.scalar(known) + 1
    password_hash = passwords.hash_password(PASSWORD)
    rows = [
        {"email": LOAD_EMAIL.format(first + place), "password_hash": password_hash, "version": 1}
        for place in range(teams * len(TEAM))
    ]
    return added(User, rows)


def add_load_weekends(number: int) -> list[int]:
    manager = db.session.scalar(sa.select(User.id).where(User.email == PEOPLE[0][0]))
    monday = clock.utcnow().date()
    rows = []
    for place in range(number):
        day = monday + week_of(place)
        where = {"name": f"Load weekend {place}", "track": "Test track", "location": "Nowhere"}
        when = {"event_date": day, "end_date": day + timedelta(days=2)}
        rows.append({**where, **when, "created_by": manager, "version": 1})
    weekends = added(events.Event, rows)
    for event_id, row in zip(weekends, rows, strict=True):
        history.start(event_id)
        made = {"name": row["name"]}
        history.record(event_id, "event.created", f"event:{event_id}", actor=None, changes=made)
    return weekends


def week_of(team: int) -> timedelta:
    """Spread weekends evenly from a year ago to a year ahead, however few there are."""
    return timedelta(weeks=team * 37 % 104 - 52)


def added(model, rows: list[dict]) -> list[int]:
    statement = sa.insert(model).returning(model.id, sort_by_parameter_order=True)
    return db.session.scalars(statement, rows).all()


def load_rows(number: int, people, weekends, as_sent=lambda moment: moment) -> Iterator[dict]:
    """Yield rows with the columns LOADED, with times as they are sent."""
    now = clock.utcnow()
    at = as_sent(now)
    stamps = {"version": 1, "created_at": at, "updated_at": at}
    for i in range(number):
        team, place = divmod(i, TEAM_TASKS)
        crew = people[team * len(TEAM) : (team + 1) * len(TEAM)]
        due_at = now + week_of(team) + timedelta(minutes=4 * place + 1)
        asked = {"event_id": weekends[team], "due_at": as_sent(due_at), "created_by": crew[0]}
        asked |= wording(i, place)
        yield asked | outcome(place, crew, asked["due_at"], is_done=due_at < now) | stamps


def wording(i: int, place: int) -> dict:
    return {
        "title": f"Check item {i} on bike {place % 4 + 1}",
        "description": DESCRIPTION if place % 4 == 2 else None,
        "section": SECTIONS[place % len(SECTIONS)],
        "crew_role": TEAM[place % len(TEAM)].value,
        "is_critical": place % 3 == 0,
        "needs_check": place % 4 == 1,
        "is_due_pinned": False,
    }


def outcome(place: int, crew: list[int], due_at, *, is_done: bool) -> dict:
    """Return who holds a task, and who has signed it; every fifth open one is nobody's."""
    is_free, is_checked = not is_done and place % 5 == 0, is_done and place % 8 == 1
    holder = None if is_free else crew[place % len(TEAM)]
    return {
        "assigned_to": holder,
        "status": "done" if is_done else "open",
        "is_struck": False,
        "done_by": holder if is_done else None,
        "done_at": due_at if is_done else None,
        "checked_by": crew[0] if is_checked else None,
        "checked_at": due_at if is_checked else None,
    }


SECTIONS = ("Chassis", "Brakes", "Tyres", "Fuel", "Electronics", "Paperwork", "Garage")


def write_tasks(number: int, people: list[int], weekends: list[int]) -> None:
    """Write so many rows of LOADED: by COPY on PostgreSQL, otherwise many in a statement."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        table, rows = sa.insert(Task.__table__), load_rows(number, people, weekends)
        while batch := list(islice(rows, 5000)):
            connection.execute(table, batch)
        return
    in_order = itemgetter(*LOADED)
    with (
        unindexed(connection, Task.__table__, number),
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY tasks ({', '.join(LOADED)}) FROM STDIN") as copy,
    ):
        # Each time is converted to text once, and not wherever it occurs.
        for row in load_rows(number, people, weekends, as_sent=str):
            copy.write_row(in_order(row))


INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = CAST(:name AS regclass) AND NOT EXISTS
    (SELECT FROM pg_constraint WHERE conrelid = indrelid AND conindid = indexrelid)
"""
KEYS = """
SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = CAST(:name AS regclass) AND contype = 'f'
"""
IS_OURS = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = CAST(:name AS regclass)"


@contextmanager
def unindexed(connection: sa.Connection, table: sa.Table, rows: int):
    """Take the indexes and foreign keys off `table` while so many `rows` are added.

    To build and check them once at the end takes a small part of the time. Until the transaction
    ends nobody else reads the table. A table that has more rows than come, or that another role
    owns, stays as it is.
    """
    count = sa.select(sa.func.count()).select_from(table)
    named = {"name": table.name}
    if connection.scalar(count) > rows or not connection.scalar(sa.text(IS_OURS), named):
        yield
        return
    indexes = connection.execute(sa.text(INDEXES), named).all()
    keys = connection.execute(sa.text(KEYS), named).all()
    dropped = ", ".join(f"DROP CONSTRAINT {name}" for name, _ in keys)
    connection.exec_driver_sql(f"ALTER TABLE {table.name} {dropped}")
    connection.exec_driver_sql(f"DROP INDEX {', '.join(name for name, _ in indexes)}")
    yield
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
    for _, definition in indexes:
        connection.exec_driver_sql(definition)
    added = ", ".join(f"ADD CONSTRAINT {name} {definition}" for name, definition in keys)
    connection.exec_driver_sql(f"ALTER TABLE {table.name} {added}")
