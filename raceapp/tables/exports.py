"""Tasks as a table: what the list of tasks shows, for spreadsheets."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from raceapp.auth.models import User
from raceapp.bikes.models import Bike
from raceapp.events.models import Event
from raceapp.storage.expressions import undated_last
from raceapp.storage.session import db
from raceapp.tables import columns, sheets
from raceapp.tasks import finding, lists
from raceapp.tasks.models import Task
from raceapp.timetable.models import TrackSession

PEOPLE = ("assigned_to", "done_by", "checked_by", "created_by")


def of_tasks(event: Event, *, actor, **filters) -> bytes:
    """Return the tasks of the weekend that match every filter, the soonest due first.

    Raises Forbidden for deleted tasks that `actor` could not restore.
    """
    if filters.get("deleted") is not None:
        lists.check_may_list_deleted(actor, event.id)
    filters.setdefault("assigned_to", finding.ANY)
    found = finding.search(actor=actor, event_id=event.id, **filters)
    wanted = found.with_only_columns(*Task.__table__.columns, maintain_column_froms=True)
    rows = db.session.execute(wanted.order_by(undated_last(Task.due_at), Task.id)).all()
    names = names_of(event, rows)
    return sheets.written(columns.NAMES, (cells(row, names) for row in rows))


def cells(task: sa.Row, names: columns.Names) -> list[str]:
    return [
        text if name in columns.NUMBERS else sheets.defused(text)
        for name, text in columns.texts(task, names).items()
    ]


def names_of(event: Event, rows: Sequence[sa.Row]) -> columns.Names:
    """Return names for all people, bikes and sessions of these tasks, deleted ones too."""
    people = {getattr(row, name) for row in rows for name in PEOPLE} - {None}
    bikes = {row.bike_id for row in rows} - {None}
    sessions = sa.select(TrackSession.id, TrackSession.name)
    return columns.Names(
        zone=ZoneInfo(event.timezone),
        emails=pairs(sa.select(User.id, User.email).where(User.id.in_(people))),
        bikes=pairs(sa.select(Bike.id, Bike.label).where(Bike.id.in_(bikes))),
        sessions=pairs(sessions.where(TrackSession.event_id == event.id)),
    )


def pairs(statement: sa.Select) -> dict[int, str]:
    return {row[0]: row[1] for row in db.session.execute(statement)}
