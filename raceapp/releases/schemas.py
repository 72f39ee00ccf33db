"""What readiness and releases look like in JSON."""

import marshmallow as ma

from raceapp.releases.models import Release
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query


def count(description: str, example: int):
    return fields.Count(metadata={"description": description, "example": example})


def ids(description: str, example: list[int]):
    metadata = {"description": description, "example": example}
    return fields.Many(fields.Id(), fields.MANY, required=True, metadata=metadata)


class Counts(ma.Schema):
    """The tasks that count for one bike and session, counted."""

    total = count("Every task that counts, not applicable ones too", 23)
    done = count("Signed as done, checked or not", 20)
    checked = count("Checked by a second person", 11)
    failed = count("Signed as failed", 0)
    overdue = count("Open and past their due time", 1)
    blocking = ids("The tasks that stand against a release", [412, 415])


class SeenSchema(Counts):
    """What readiness said when the bike was released."""

    counted = ids("Every task that counted", [398, 405, 412, 415])


class ReleaseFields(ma.Schema):
    bike_id = fields.Id(required=True, metadata={"example": 2})
    override_reason = fields.LongText(
        2000,
        allow_blank=False,
        allow_none=True,
        load_default=None,
        metadata={
            "description": "Why it goes out although tasks stand against it",
            "example": "Transponder swap after the session, agreed with race control",
        },
    )


class ReleaseCreateSchema(ReleaseFields):
    pass


class ReleaseSchema(ReleaseFields, fields.Numbered):
    id = fields.Id(required=True, metadata={"example": 31})
    event_id = fields.Id(required=True, metadata={"example": 3})
    session_id = fields.Id(required=True, metadata={"example": 5})
    released_by = fields.Id(required=True, metadata={"description": "Who let it go out"})
    released_at = fields.UTCDateTime(required=True)
    readiness = ma.fields.Nested(SeenSchema, required=True)
    voided_at = fields.UTCDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "When it stopped being valid; null while it is", "example": None},
    )
    void_reason = fields.LongText(
        2000,
        required=True,
        allow_none=True,
        metadata={"description": "What took it back", "example": None},
    )


class BikeReadinessSchema(Counts):
    most = fields.MANY
    session_id = fields.Id(required=True, metadata={"example": 5})
    bike_id = fields.Id(required=True, metadata={"example": 2})
    release = ma.fields.Nested(
        ReleaseSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The release in force, if there is one"},
    )


RELEASE_KEYSET = Keyset((), id=Release.id)


class ReleaseQuerySchema(list_query(RELEASE_KEYSET)):
    pass
