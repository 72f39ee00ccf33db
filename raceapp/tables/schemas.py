"""What imports and exports take, and what an import tells."""

import marshmallow as ma

from raceapp.tables.programme import MAX_ENTRIES
from raceapp.tasks.queries import TaskQuerySchema
from raceapp.timetable.models import SessionKind
from raceapp.web import fields


class ImportQuerySchema(ma.Schema):
    dry_run = fields.QueryBool(
        load_default=False, metadata={"description": "Only say what would change"}
    )


PAGING = {"limit", "cursor", "include_total", "sort", "event_id"}
# The filters of the list of tasks, without its pages.
TaskTableQuerySchema = ma.Schema.from_dict(
    {name: field for name, field in TaskQuerySchema._declared_fields.items() if name not in PAGING},
    name="TaskTableQuerySchema",
)


class ImportedTasksSchema(ma.Schema):
    created = fields.Count(metadata={"example": 12})
    changed = fields.Count(metadata={"example": 3})
    unchanged = fields.Count(metadata={"example": 775})


class ImportedSessionSchema(ma.Schema):
    """A session that is new or was changed, or would be."""

    id = fields.Id(
        required=True,
        allow_none=True,
        metadata={"description": "Of one that was there; null of a new one", "example": 12},
    )
    name = fields.Text(100, required=True, metadata={"example": "FP1"})
    kind = fields.Choice(SessionKind, required=True, metadata={"example": "practice"})
    is_kind_guessed = fields.Bool(
        required=True,
        metadata={"description": "The kind was told by the name alone", "example": True},
    )
    starts_at = fields.UTCDateTime(required=True, metadata={"example": "2026-06-12T08:20:00Z"})
    ends_at = fields.UTCDateTime(required=True, metadata={"example": "2026-06-12T09:05:00Z"})
    old_starts_at = fields.UTCDateTime(
        required=True, allow_none=True, metadata={"example": "2026-06-12T08:00:00Z"}
    )


class NotedSchema(ma.Schema):
    """What the sender of a timetable should know beside the sessions."""

    skipped = fields.Many(
        fields.Text(200),
        MAX_ENTRIES,
        required=True,
        metadata={
            "description": "Events of an iCalendar file that were left out, and why: cancelled, of"
            " whole days, on another day, or of no kind that the name tells",
            "example": ["Riders' briefing: the name does not tell the kind of session."],
        },
    )
    undefined_zones = fields.Many(
        fields.Text(100),
        MAX_ENTRIES,
        required=True,
        metadata={
            "description": "Time zones that an iCalendar file names and does not define, nor does"
            " anybody: their times were taken for local ones",
            "example": ["UTC+0200"],
        },
    )


class ImportedTimetableSchema(NotedSchema):
    sessions = fields.each(ImportedSessionSchema, fields.MANY)
    unchanged = fields.Count(
        metadata={"description": "Sessions that were so already", "example": 7}
    )
