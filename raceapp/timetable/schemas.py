"""What the timetable looks like in JSON."""

import marshmallow as ma

from raceapp.timetable.models import SessionKind, SessionStatus, TrackSession
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query

MAX_SHIFT = 24 * 60
MAX_SESSIONS = 200
NAME = {"example": "FP1"}
KIND = {"example": "practice"}
STARTS_AT = {"example": "2026-06-12T08:20:00Z"}
ENDS_AT = {"description": "Later than starts_at", "example": "2026-06-12T09:05:00Z"}
LATER = {"example": "2026-06-12T08:50:00Z"}


class SessionFields(ma.Schema):
    name = fields.Text(100, metadata=NAME)
    kind = fields.Choice(SessionKind, metadata=KIND)
    starts_at = fields.UTCDateTime(metadata=STARTS_AT)
    ends_at = fields.UTCDateTime(metadata=ENDS_AT)
    status = fields.Choice(SessionStatus, metadata={"example": "scheduled"})
    is_wet = fields.Bool(metadata={"example": False})


class SessionSchema(SessionFields, fields.Numbered):
    id = fields.Id(required=True, metadata={"example": 12})
    event_id = fields.Id(required=True, metadata={"example": 3})
    planned_starts_at = fields.UTCDateTime(
        required=True, metadata={"description": "As first planned", **STARTS_AT}
    )
    planned_ends_at = fields.UTCDateTime(
        required=True, metadata={**ENDS_AT, "description": "As first planned"}
    )
    created_at = fields.UTCDateTime(required=True)
    updated_at = fields.UTCDateTime(required=True)
    deleted_at = fields.UTCDateTime(required=True, allow_none=True, metadata={"example": None})
    version = fields.Version(required=True)


class SessionCreateSchema(SessionFields):
    name = fields.Text(100, required=True, metadata=NAME)
    kind = fields.Choice(SessionKind, required=True, metadata=KIND)
    starts_at = fields.UTCDateTime(required=True, metadata=STARTS_AT)
    ends_at = fields.UTCDateTime(required=True, metadata=ENDS_AT)


class SessionChangeSchema(SessionFields):
    class Meta:
        example = {"starts_at": "2026-06-12T08:50:00Z", "ends_at": "2026-06-12T09:35:00Z"}


SESSION_KEYSET = Keyset(
    (TrackSession.starts_at, TrackSession.name, TrackSession.created_at), id=TrackSession.id
)


class SessionQuerySchema(list_query(SESSION_KEYSET)):
    deleted = fields.QueryBool(metadata={"description": "Only deleted sessions, for team managers"})


class ShiftSchema(ma.Schema):
    class Meta:
        example = {"from_session_id": 12, "minutes": 30, "dry_run": True}

    from_session_id = fields.Id(
        metadata={"description": "It and the later ones of its local day move", "example": 12},
    )
    session_ids = fields.Distinct(
        fields.Id(),
        MAX_SESSIONS,
        least=1,
        metadata={"description": "Exactly these move, in place of the above", "example": [12, 13]},
    )
    minutes = fields.Int(
        -MAX_SHIFT,
        MAX_SHIFT,
        required=True,
        metadata={"description": "Elapsed time; negative is earlier, 0 is nothing", "example": 30},
    )
    dry_run = fields.Bool(
        load_default=False,
        metadata={"description": "Only say what would move", "example": False},
    )

    @ma.validates_schema
    def check_which(self, data, **kwargs):
        if ("from_session_id" in data) == ("session_ids" in data):
            message = "Send either from_session_id or session_ids."
            raise ma.ValidationError(message, "from_session_id")

    @ma.validates("minutes")
    def check_minutes(self, value, **kwargs):
        if value == 0:
            raise ma.ValidationError("Must not be 0: that would move nothing.")


class MovedSessionSchema(ma.Schema):
    id = fields.Id(required=True, metadata={"example": 12})
    old_starts_at = fields.UTCDateTime(required=True, metadata=STARTS_AT)
    new_starts_at = fields.UTCDateTime(required=True, metadata=LATER)


class MovedTaskSchema(ma.Schema):
    id = fields.Id(required=True, metadata={"example": 7})
    old_due_at = fields.UTCDateTime(
        required=True, allow_none=True, metadata={"example": "2026-06-12T07:50:00Z"}
    )
    new_due_at = fields.UTCDateTime(required=True, metadata={"example": "2026-06-12T08:20:00Z"})


class ShiftedSchema(ma.Schema):
    """What moved, or would."""

    sessions = fields.each(MovedSessionSchema, fields.MANY)
    tasks = fields.each(MovedTaskSchema, fields.MANY)
    overlaps = fields.Many(
        fields.Many(fields.Id(), 2, least=2),
        fields.MANY,
        required=True,
        metadata={
            "description": "Pairs of sessions that overlap afterwards and did not before",
            "example": [[13, 14]],
        },
    )
