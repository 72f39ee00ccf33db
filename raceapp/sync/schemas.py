"""What batches look like on the wire."""

import re

import marshmallow as ma

from raceapp.web import fields

MOST = 200
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
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


class OperationId(ma.fields.String):
    """A UUID in its usual form, made by the device."""

    default_error_messages = {"uuid": "Must be a UUID."}

    def __init__(self, **kwargs):
        metadata = {"format": "uuid", "example": EXAMPLE["operations"][0]["id"]}
        super().__init__(required=True, metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, str) or not UUID.fullmatch(value):
            raise self.make_error("uuid")
        return value


class OperationSchema(ma.Schema):
    """One call, as it would be made by itself."""

    id = OperationId()
    method = ma.fields.String(required=True, metadata={"example": "POST"})
    path = ma.fields.String(
        required=True,
        metadata={
            "description": "`@` and the id of an earlier operation stand for the task it made",
            "example": "/v1/tasks/7/sign-offs",
        },
    )
    body = ma.fields.Raw(
        allow_none=True,
        load_default=None,
        metadata={"type": "object", "example": {"act": "done"}},
    )
    if_match = ma.fields.String(
        allow_none=True, load_default=None, metadata={"description": "If-Match of the call"}
    )
    device_time = fields.UTCDateTime(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "When it was done by the device's clock: at most 30 days ago, 10 "
            "minutes ahead. A sign-off without a device_time of its own gets this one"
        },
    )


class BatchSchema(ma.Schema):
    class Meta:
        example = EXAMPLE

    operations = ma.fields.List(
        ma.fields.Nested(OperationSchema),
        required=True,
        validate=ma.validate.Length(1, MOST, error=f"Must be 1 to {MOST} operations."),
    )

    @ma.validates_schema
    def check_ids(self, data, **kwargs):
        """Each operation once: of two with one id it could not be said which was meant."""
        ids = [operation["id"].lower() for operation in data["operations"]]
        if len(set(ids)) < len(ids):
            raise ma.ValidationError("Two operations have the same id.", "operations")


class ResultSchema(ma.Schema):
    """What the call was answered by itself."""

    id = OperationId()
    status = ma.fields.Integer(required=True, metadata={"example": 201})
    body = ma.fields.Raw(
        required=True,
        metadata={"type": ["object", "null"], "example": {"id": 7, "status": "done"}},
    )
    etag = ma.fields.String(required=True, allow_none=True, metadata={"example": '"2"'})
    is_replay = fields.Bool(
        required=True, metadata={"description": "Done before, and answered as then"}
    )


class ResultsSchema(ma.Schema):
    results = ma.fields.List(ma.fields.Nested(ResultSchema), required=True)
