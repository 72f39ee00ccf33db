"""What batches look like in JSON."""

import re

import marshmallow as ma

from raceapp.web import fields

MOST = 200
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
EXAMPLE = {
    "operations": [
        {
            "id": "0b5c7e3a-2f7e-4d0a-9a51-6d1f2f6c8e11",
            "method": "POST",
            "path": "/v1/tasks",
            "body": {"event_id": 3, "title": "Replace the left footpeg"},
        },
        {
            "id": "5f0e7c52-94a8-4a57-8d43-0c2b7c1b7a90",
            "method": "POST",
            "path": "/v1/tasks/@0b5c7e3a-2f7e-4d0a-9a51-6d1f2f6c8e11/sign-offs",
            "body": {"act": "done"},
            "device_time": "2026-06-12T06:57:58Z",
        },
    ]
}


class OperationId(fields.Text):
    """A UUID in its usual form, made by the device."""

    default_error_messages = {"uuid": "Must be a UUID."}

    def __init__(self, **kwargs):
        metadata = {
            "format": "uuid",
            "pattern": f"^{UUID.pattern}$",
            "example": EXAMPLE["operations"][0]["id"],
        }
        super().__init__(36, required=True, metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, str) or not UUID.fullmatch(value):
            raise self.make_error("uuid")
        return value


class OperationSchema(ma.Schema):
    """One call, as it would be made by itself."""

    id = OperationId()
    method = fields.Verbatim(20, required=True, metadata={"example": "POST"})
    path = fields.Verbatim(
        2000,
        required=True,
        metadata={
            "description": "`@` and the id of an earlier operation stand for the task it made",
            "example": "/v1/tasks/7/sign-offs",
        },
    )
    body = fields.Object(allow_none=True, load_default=None, metadata={"example": {"act": "done"}})
    if_match = fields.Verbatim(
        1000,
        allow_none=True,
        load_default=None,
        metadata={"description": "If-Match of the call"},
    )
    device_time = fields.UTCDateTime(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "When it was done by the device's clock: at most 30 days ago, 10 "
            "minutes ahead. A sign-off without a device_time of its own gets this one, and so does "
            "a tick by PATCH"
        },
    )


class BatchSchema(ma.Schema):
    class Meta:
        example = EXAMPLE

    operations = fields.Many(
        ma.fields.Nested(OperationSchema),
        MOST,
        least=1,
        required=True,
        error_messages={"length": "Must be {least} to {most} operations."},
    )

    @ma.validates_schema
    def check_ids(self, data, **kwargs):
        """Refuse two operations with one id: nobody could say which of them is meant."""
        ids = [operation["id"].lower() for operation in data["operations"]]
        if len(set(ids)) < len(ids):
            raise ma.ValidationError("Two operations have the same id.", "operations")


class ResultSchema(ma.Schema):
    """What the call was answered."""

    id = OperationId()
    status = fields.Int(200, 599, required=True, metadata={"example": 201})
    body = fields.Object(
        required=True,
        metadata={"type": ["object", "null"], "example": {"id": 7, "status": "done"}},
    )
    etag = fields.Text(200, required=True, allow_none=True, metadata={"example": '"2"'})
    is_replay = fields.Bool(
        required=True, metadata={"description": "Done before, and answered as then"}
    )


class ResultsSchema(ma.Schema):
    results = fields.each(ResultSchema, MOST)
