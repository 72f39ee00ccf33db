"""What a weekend and its changes look like in JSON."""

import marshmallow as ma

from raceapp.bikes.schemas import BikeSchema
from raceapp.events.schemas import EventSchema
from raceapp.feed.cursors import PATTERN
from raceapp.feed.subjects import KINDS
from raceapp.incidents.schemas import IncidentSchema
from raceapp.permissions import CrewRole
from raceapp.releases.schemas import ReleaseSchema
from raceapp.tasks.schemas import TaskSchema
from raceapp.timetable.schemas import SessionSchema
from raceapp.web import fields
from raceapp.web.fields.objects import MOST_MEMBERS

DEFAULT_LIMIT, MAX_LIMIT = 200, 1000
CURSOR = {
    "description": "How far this goes: what changed since is asked with it",
    "pattern": PATTERN,
}


def cursor() -> fields.Text:
    return fields.Text(1000, required=True, metadata={**CURSOR, "example": "WzQxLDBd.c2lnbmVk"})


def many(schema: type[ma.Schema], description: str, most: int = fields.MANY) -> ma.fields.Nested:
    return fields.each(schema, most, metadata={"description": description})


class PersonSchema(ma.Schema):
    """Somebody by name, and what they do at this weekend."""

    id = fields.Id(required=True, metadata={"example": 3})
    name = fields.Text(254, required=True, allow_none=True, metadata={"example": "Jo Keller"})
    crew_roles = fields.Many(
        fields.Choice(CrewRole),
        len(CrewRole),
        required=True,
        metadata={"description": "Empty for who is not on the crew", "example": ["mechanic"]},
    )


class SnapshotSchema(ma.Schema):
    cursor = cursor()
    event = ma.fields.Nested(EventSchema, required=True)
    people = many(PersonSchema, "The crew, and everybody whom something here names")
    bikes = many(BikeSchema, "Those of the weekend")
    sessions = many(SessionSchema, "The timetable")
    tasks = many(TaskSchema, "Every task of the weekend")
    releases = many(ReleaseSchema, "Those in force and those voided")
    incidents = many(IncidentSchema, "Crashes and rain")


class ChangeSchema(ma.Schema):
    """A thing that changed, as it is now."""

    kind = fields.Word("ChangeKind", KINDS, required=True, metadata={"example": "task"})
    id = fields.Id(required=True, metadata={"example": 412})
    is_deleted = fields.Bool(required=True, metadata={"example": False})
    resource = fields.Object(
        required=True,
        allow_none=True,
        metadata={
            "description": "As its own GET answers it; null when deleted; of a crew, the people",
            "type": ["object", "array"],
            "items": {"type": "object", "maxProperties": MOST_MEMBERS},
            "maxItems": fields.MANY,
            "example": {"id": 412, "status": "done"},
        },
    )


class ChangesSchema(ma.Schema):
    changes = many(ChangeSchema, "Each thing once, however often it changed", MAX_LIMIT)
    people = many(PersonSchema, "Those whom something here names")
    cursor = cursor()
    has_more = fields.Bool(required=True, metadata={"description": "Ask again, with this cursor"})
    reset = fields.Bool(
        required=True,
        metadata={
            "description": "Take a new snapshot: far too much changed, or a backup was restored "
            "since, and the record does not have what the cursor stands at",
            "example": False,
        },
    )


class ChangesQuerySchema(ma.Schema):
    since = fields.Text(
        1000,
        required=True,
        metadata={"description": "The cursor of the answer before", "pattern": PATTERN},
    )
    limit = fields.QueryInt(
        1,
        MAX_LIMIT,
        load_default=DEFAULT_LIMIT,
        metadata={"description": "Changes in an answer", "example": 200},
    )
