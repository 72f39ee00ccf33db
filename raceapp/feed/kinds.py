"""The kinds of things that devices keep of a weekend: which are there, and how they are written."""

from collections.abc import Callable, Collection

import sqlalchemy as sa

from raceapp.bikes.models import Bike
from raceapp.bikes.schemas import BikeSchema
from raceapp.comments.models import Comment
from raceapp.comments.schemas import CommentSchema
from raceapp.events.models import event_bikes
from raceapp.events.schemas import EventSchema
from raceapp.incidents.models import Incident
from raceapp.incidents.schemas import IncidentSchema
from raceapp.releases.models import Release
from raceapp.releases.schemas import ReleaseSchema
from raceapp.storage.prepared import FEW, Prepared, among_few, few, placeholder
from raceapp.storage.session import db
from raceapp.tasks.models import Task
from raceapp.tasks.schemas import TaskSchema
from raceapp.timetable.models import TrackSession
from raceapp.timetable.schemas import SessionSchema
from raceapp.web.writing import row_writer, writer_of


class Kind:
    """`are_there` returns the condition for the live rows of a weekend; `people` are the fields
    that name somebody."""

    def __init__(
        self,
        model: type,
        schema: type,
        are_there: Callable[[int], sa.ColumnElement],
        people: tuple[str, ...] = (),
    ):
        self.model, self.are_there, self.people = model, are_there, people
        self.columns = [getattr(model, name).label(name) for name in schema().dump_fields]
        self.write = row_writer(schema())
        self.few_of, self.few_present = self.among_few(self.columns), self.among_few([model.id])

    def among_few(self, columns: list) -> Prepared:
        found = self.rows(columns, placeholder("event_id"))
        return Prepared(found.where(among_few(self.model.id, "id")))

    def rows(self, columns: list, event_id) -> sa.Select:
        found = sa.select(*columns).where(self.are_there(event_id))
        return found.order_by(self.model.id)

    def of(self, event_id: int) -> list[dict]:
        """Return the resources of a weekend as their own GETs answer."""
        found = self.rows(self.columns, event_id)
        return [self.write(row) for row in db.session.execute(found)]

    def some(self, event_id: int, ids: Collection[int]) -> list[dict]:
        """Return the resources with these ids."""
        return [self.write(row) for row in self.found(event_id, ids, self.columns, self.few_of)]

    def present(self, event_id: int, ids: Collection[int]) -> list[int]:
        """Return which of these ids a weekend has, deleted rows left out."""
        rows = self.found(event_id, ids, [self.model.id], self.few_present)
        return [own_id for (own_id,) in rows]

    def found(self, event_id: int, ids: Collection[int], columns: list, of_few: Prepared):
        if not ids:
            return ()
        if len(ids) <= FEW:
            return of_few.rows(event_id=event_id, **few("id", ids))
        asked = self.rows(columns, event_id).where(self.model.id.in_(ids))
        return db.session.execute(asked).all()


def at_event(model) -> Callable[[int], sa.ColumnElement]:
    is_deletable = hasattr(model, "deleted_at")

    def are_there(event_id: int) -> sa.ColumnElement:
        is_live = model.deleted_at.is_(None) if is_deletable else sa.true()
        return sa.and_(model.event_id == event_id, is_live)

    return are_there


def bikes_at(event_id: int) -> sa.ColumnElement:
    on_event = sa.select(event_bikes.c.bike_id).where(event_bikes.c.event_id == event_id)
    return sa.and_(Bike.id.in_(on_event), Bike.deleted_at.is_(None))


HOLDERS = ("assigned_to", "created_by", "done_by", "checked_by")
IN_SNAPSHOT = {
    "bike": Kind(Bike, BikeSchema, bikes_at),
    "session": Kind(TrackSession, SessionSchema, at_event(TrackSession)),
    "task": Kind(Task, TaskSchema, at_event(Task), HOLDERS),
    "release": Kind(Release, ReleaseSchema, at_event(Release), ("released_by",)),
    "incident": Kind(Incident, IncidentSchema, at_event(Incident), ("reported_by",)),
}
KINDS = {**IN_SNAPSHOT, "comment": Kind(Comment, CommentSchema, at_event(Comment), ("created_by",))}
write_event = writer_of(EventSchema())
