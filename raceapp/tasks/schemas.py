"""What tasks look like on the wire."""

import marshmallow as ma

from raceapp import fields
from raceapp.pages import Keyset, list_query
from raceapp.permissions import CrewRole
from raceapp.tasks.models import Act, Anchor, SignOff, Task, TaskStatus


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


class MeasurementSchema(ma.Schema):
    """What is measured, and between which limits. Limits are in `unit`, both inclusive."""

    label = fields.Text(100, required=True, metadata={"example": "Cold pressure, front"})
    kind = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf(["number", "text"]),
        metadata={"example": "number"},
    )
    unit = fields.Text(20, allow_none=True, metadata={"example": "bar"})
    min = fields.Number(allow_none=True, metadata={"example": 1.9})
    max = fields.Number(allow_none=True, metadata={"example": 2.3})

    @ma.validates_schema
    def check_limits(self, data, **kwargs):
        low, high = data.get("min"), data.get("max")
        if data["kind"] == "text" and (low is not None or high is not None):
            raise ma.ValidationError("Text has no limits.", "min")
        if low is not None and high is not None and low > high:
            raise ma.ValidationError("Must not be greater than max.", "min")


def nullable(field_class, *args, **kwargs):
    """Return a field of an answer that is always there and may be null."""
    return field_class(*args, required=True, allow_none=True, **kwargs)


class ChecklistFields(ma.Schema):
    """What a task has when a checklist made it; null on others."""

    section = nullable(fields.Text, 100, metadata={"example": "Brakes"})
    crew_role = nullable(fields.Choice, CrewRole)
    bike_id = nullable(fields.Id)
    rider_name = nullable(fields.Text, 100, metadata={"example": "Jo Keller"})
    session_id = nullable(fields.Id)
    template_id = nullable(fields.Id)
    item_key = nullable(fields.Text, 40, metadata={"example": "ws-bolts"})
    anchor = nullable(fields.Choice, Anchor)
    offset_minutes = nullable(ma.fields.Integer, metadata={"example": -30})
    is_due_pinned = fields.Bool(required=True)
    needs_check = fields.Bool(required=True)
    measurement = nullable(ma.fields.Nested, MeasurementSchema)
    value = nullable(fields.Measured)
    status = fields.Choice(TaskStatus, required=True)
    done_by = nullable(fields.Id)
    done_at = nullable(fields.UTCDateTime)
    checked_by = nullable(fields.Id)
    checked_at = nullable(fields.UTCDateTime)
    note = nullable(fields.LongText, 2000, metadata={"example": "Front 1.7 bar, valve leaks"})


class TaskSchema(TaskFields, ChecklistFields):
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
    is_due_pinned = fields.Bool(
        metadata={"description": "false computes the due time from the anchor again"}
    )


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
    session_id = fields.QueryId()
    bike_id = fields.QueryId()
    section = fields.Text(100)
    status = fields.Choice(TaskStatus)
    claimable = fields.QueryBool(
        metadata={"description": "Nobody's, still to do, and of your crew role"}
    )
    needs_check_by = ma.fields.String(
        validate=ma.validate.OneOf(["me"], error="Must be me."),
        metadata={"description": "Done by somebody else and waiting for a check you may sign"},
    )
    deleted = fields.QueryBool(metadata={"description": "Only deleted tasks, for team managers"})


class SignOffFields(ma.Schema):
    act = fields.Choice(Act, required=True)
    value = fields.Measured(allow_none=True, load_default=None)
    note = fields.LongText(
        2000, allow_none=True, load_default=None, metadata={"example": "29 Nm, paint-marked"}
    )
    device_time = fields.UTCDateTime(
        allow_none=True, load_default=None, metadata={"description": "What the device's clock said"}
    )


class SignOffCreateSchema(SignOffFields):
    pass


class SignOffSchema(SignOffFields):
    id = fields.Id(required=True)
    task_id = fields.Id(required=True)
    signed_by = fields.Id(required=True)
    at = fields.UTCDateTime(required=True)
    is_self_check = fields.Bool(required=True)


SIGN_OFF_KEYSET = Keyset((), id=SignOff.id)


class SignOffQuerySchema(list_query(SIGN_OFF_KEYSET)):
    pass
