"""What tasks look like on the wire."""

import marshmallow as ma

from raceapp import fields
from raceapp.pages import Keyset, list_query
from raceapp.tasks.models import Task


class TaskFields(ma.Schema):
    title = fields.Text(200, metadata={"example": "Torque the front caliper bolts"})
    description = fields.LongText(
        allow_none=True, metadata={"example": "Both sides, dry thread, paint-mark after"}
    )
    assigned_to = fields.Id(
        allow_none=True, metadata={"description": "Who holds it; null is nobody"}
    )
    due_at = fields.UTCDateTime(allow_none=True)
    is_critical = fields.Bool(metadata={"example": True})


class TaskSchema(TaskFields):
    id = fields.Id(required=True)
    event_id = fields.Id(required=True, metadata={"example": 3})
    created_by = fields.Id(required=True)
    completed = fields.Bool(required=True)
    completed_at = fields.UTCDateTime(required=True, allow_none=True)
    completed_by = fields.Id(required=True, allow_none=True)
    version = fields.Id(required=True, metadata={"example": 1})
    created_at = fields.UTCDateTime(required=True)
    updated_at = fields.UTCDateTime(required=True)
    deleted_at = fields.UTCDateTime(required=True, allow_none=True, metadata={"example": None})


class TaskCreateSchema(TaskFields):
    event_id = fields.Id(required=True, metadata={"example": 3})
    title = fields.Text(200, required=True, metadata={"example": "Torque the front caliper bolts"})


class TaskChangeSchema(TaskFields):
    event_id = fields.Id(metadata={"example": 3})
    completed = fields.Bool(metadata={"example": True})


TASK_KEYSET = Keyset((Task.due_at, Task.created_at, Task.updated_at), id=Task.id)


class AssignedTo(fields.QueryId):
    """`me`, `none`, `any` or the id of a person."""

    default_error_messages = {"invalid": "Must be me, none, any or the id of a person."}
    WORDS = ("me", "none", "any")

    def _deserialize(self, value, attr, data, **kwargs):
        return value if value in self.WORDS else super()._deserialize(value, attr, data, **kwargs)


class TaskQuerySchema(list_query(TASK_KEYSET)):
    event_id = fields.QueryId()
    assigned_to = AssignedTo(
        metadata={"description": "me, none, any or an id; by default me, for team managers any"}
    )
    completed = fields.QueryBool()
    is_overdue = fields.QueryBool(metadata={"description": "Open and past its due time, or not"})
    due_before = fields.UTCDateTime()
    due_after = fields.UTCDateTime()
    updated_since = fields.UTCDateTime()
    q = fields.Text(
        100, allow_blank=True, metadata={"description": "Part of the title or the description"}
    )
    deleted = fields.QueryBool(metadata={"description": "Only deleted tasks, for team managers"})
