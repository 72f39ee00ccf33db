"""The body and the answer of planning a race weekend in one sitting."""

import marshmallow as ma

from raceapp.checklists.models import Tier
from raceapp.checklists.schemas import CountsSchema
from raceapp.events.schemas import MAX_CREW, CrewMemberSchema, EventCreateSchema, EventSchema
from raceapp.tables.schemas import ImportedSessionSchema, NotedSchema
from raceapp.web import fields

MAX_TIMETABLE = 1_000_000


class WeekendCreateSchema(EventCreateSchema):
    class Meta:
        example = {
            "track": "Misano World Circuit",
            "location": "Misano Adriatico, Italy",
            "event_date": "2026-06-12",
            "end_date": "2026-06-14",
            "timezone": "Europe/Rome",
            "timetable": "Fri 10:20-11:05 FP1\nSun 14:00 Race 1",
        }

    crew = fields.Many(ma.fields.Nested(CrewMemberSchema), MAX_CREW, attribute="members")
    timetable = fields.LongText(
        MAX_TIMETABLE,
        metadata={
            "description": "Lines of a session each, a table (CSV) or iCalendar",
            "example": "Fri 10:20-11:05 FP1",
        },
    )
    template_id = fields.Id(
        allow_none=True, metadata={"description": "The checklist to build it from", "example": None}
    )
    tier = fields.Choice(Tier, metadata={"description": "club takes the club items, national all"})
    dry_run = fields.Bool(
        load_default=False,
        metadata={"description": "Only say what would be planned", "example": False},
    )


class WeekendSchema(NotedSchema):
    """A race weekend as it was planned, or would be: a dry run has no event."""

    event = ma.fields.Nested(EventSchema, required=True, allow_none=True)
    sessions = fields.each(ImportedSessionSchema, fields.MANY)
    created = ma.fields.Nested(
        CountsSchema, required=True, metadata={"description": "Tasks per scope"}
    )
