"""What tasks look like in JSON."""

import marshmallow as ma

from raceapp.permissions import CrewRole
from raceapp.tasks.models import Act, Anchor, TaskStatus
from raceapp.web import fields

MAX_OFFSET = 60 * 24 * 60  # Sixty days, in minutes.


class TaskFields(ma.Schema):
    title = fields.Text(200, metadata={"example": "Torque the front caliper bolts"})
    description = fields.LongText(
        allow_none=True, metadata={"example": "Both sides, dry thread, paint-mark after"}
    )
    assigned_to = fields.Id(
        allow_none=True, metadata={"description": "Who holds it; null is nobody", "example": 3}
    )
    due_at = fields.UTCDateTime(allow_none=True)
    is_critical = fields.Bool(metadata={"example": True})


class MeasurementSchema(ma.Schema):
    """What is measured, and between which limits. Limits are in `unit`, both inclusive."""

    label = fields.Text(100, required=True, metadata={"example": "Caliper bolt torque"})
    kind = fields.Word("MeasurementKind", ["number", "text"], required=True)
    unit = fields.Text(20, allow_none=True, metadata={"example": "Nm"})
    min = fields.Number(allow_none=True, metadata={"example": 28})
    max = fields.Number(allow_none=True, metadata={"example": 30})

    @ma.post_load
    def leave_out_nulls(self, data, **kwargs):
        """Give what is not there one shape, so that sending it as null changes nothing."""
        return {name: value for name, value in data.items() if value is not None}

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
    crew_role = nullable(fields.Choice, CrewRole, metadata={"example": "mechanic"})
    bike_id = nullable(fields.Id, metadata={"example": 2})
    rider_name = nullable(fields.Text, 100, metadata={"example": "Jo Keller"})
    session_id = nullable(fields.Id, metadata={"example": 12})
    template_id = nullable(fields.Id, metadata={"example": 1})
    item_key = nullable(fields.Text, 40, metadata={"example": "ws-bolts"})
    anchor = nullable(fields.Choice, Anchor, metadata={"example": "session_start"})
    offset_minutes = nullable(
        fields.Int,
        -MAX_OFFSET,
        MAX_OFFSET,
        metadata={
            "description": "Minutes from the anchor; before it when negative",
            "example": -30,
        },
    )
    is_due_pinned = fields.Bool(required=True)
    needs_check = fields.Bool(required=True, metadata={"example": True})
    measurement = nullable(ma.fields.Nested, MeasurementSchema)
    value = nullable(fields.Measured)
    status = fields.Choice(TaskStatus, required=True, metadata={"example": "done"})
    done_by = nullable(fields.Id, metadata={"example": 3})
    done_at = nullable(fields.UTCDateTime, metadata={"example": "2026-06-12T06:58:00Z"})
    checked_by = nullable(fields.Id, metadata={"example": None})
    checked_at = nullable(fields.UTCDateTime, metadata={"example": None})
    note = nullable(fields.LongText, 2000, metadata={"example": "Paint-marked"})


class TaskSchema(ChecklistFields, TaskFields, fields.Numbered):
    id = fields.Id(required=True)
    event_id = fields.Id(required=True, metadata={"example": 3})
    created_by = fields.Id(required=True, metadata={"example": 1})
    completed = fields.Bool(required=True, metadata={"example": True})
    completed_at = nullable(fields.UTCDateTime, metadata={"example": "2026-06-12T06:58:00Z"})
    completed_by = nullable(fields.Id, metadata={"example": 3})
    version = fields.Version(required=True, metadata={"example": 2})
    created_at = fields.UTCDateTime(required=True, metadata={"example": "2026-06-02T18:04:11Z"})
    updated_at = fields.UTCDateTime(required=True, metadata={"example": "2026-06-12T06:58:00Z"})
    deleted_at = fields.UTCDateTime(required=True, allow_none=True, metadata={"example": None})


class PlannedFields(ma.Schema):
    """What managers of the weekend can give to a task made by hand."""

    section = fields.Text(100, allow_none=True, metadata={"example": "Brakes"})
    crew_role = fields.Choice(CrewRole, allow_none=True, metadata={"example": "mechanic"})
    bike_id = fields.Id(
        allow_none=True, metadata={"description": "A bike of the race weekend", "example": 2}
    )
    rider_name = fields.Text(
        100,
        allow_none=True,
        metadata={"description": "A rider of the race weekend", "example": "Jo Keller"},
    )
    session_id = fields.Id(
        allow_none=True, metadata={"description": "A session of the race weekend", "example": 12}
    )
    needs_check = fields.Bool(metadata={"description": "By a second person", "example": True})
    measurement = ma.fields.Nested(MeasurementSchema, allow_none=True)
    anchor = fields.Choice(
        Anchor,
        allow_none=True,
        metadata={
            "description": "What its due time hangs on; crash and wet are for checklists",
            "example": "session_start",
        },
    )
    offset_minutes = fields.Int(
        -MAX_OFFSET,
        MAX_OFFSET,
        allow_none=True,
        metadata={
            "description": "Minutes from the anchor; before it when negative",
            "example": -30,
        },
    )


class TaskCreateSchema(PlannedFields, TaskFields):
    class Meta:
        example = {
            "event_id": 3,
            "title": "Replace the clip-on",
            "crew_role": "mechanic",
            "due_at": "2026-06-12T07:30:00Z",
            "is_critical": True,
            "needs_check": True,
        }

    event_id = fields.Id(required=True, metadata={"example": 3})
    title = fields.Text(200, required=True, metadata={"example": "Torque the front caliper bolts"})


class TaskChangeSchema(PlannedFields, TaskFields):
    class Meta:
        example = {"completed": True}

    event_id = fields.Id(metadata={"example": 3})
    completed = fields.Bool(metadata={"example": True})
    is_due_pinned = fields.Bool(
        metadata={"description": "false computes the due time from the anchor again"}
    )


MOST_ASSIGNED = 1000


class AssignmentsSchema(ma.Schema):
    task_ids = fields.Many(
        fields.Id(),
        MOST_ASSIGNED,
        least=1,
        required=True,
        error_messages={"length": "Must be {least} to {most} tasks."},
        metadata={"example": [412, 415]},
    )
    assigned_to = fields.Id(
        required=True,
        allow_none=True,
        metadata={"description": "Who gets them; null is nobody", "example": 3},
    )


class AssignedSchema(ma.Schema):
    changed = fields.Many(
        fields.Id(),
        MOST_ASSIGNED,
        required=True,
        metadata={"description": "The tasks that had another holder", "example": [412]},
    )


class SignOffFields(ma.Schema):
    act = fields.Choice(Act, required=True)
    value = fields.Measured(
        allow_none=True,
        load_default=None,
        metadata={"description": "What was measured, where the task asks for it"},
    )
    note = fields.LongText(
        2000, allow_none=True, load_default=None, metadata={"example": "29 Nm, paint-marked"}
    )
    device_time = fields.UTCDateTime(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "What the device's clock said",
            "example": "2026-06-12T06:57:58Z",
        },
    )


class SignOffCreateSchema(SignOffFields):
    pass


class SignOffSchema(SignOffFields, fields.Numbered):
    id = fields.Id(required=True)
    task_id = fields.Id(required=True)
    signed_by = fields.Id(required=True, metadata={"example": 3})
    at = fields.UTCDateTime(required=True, metadata={"example": "2026-06-12T06:58:00Z"})
    is_self_check = fields.Bool(required=True)
