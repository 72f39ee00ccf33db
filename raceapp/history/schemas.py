"""What an entry of the record looks like on the wire."""

import marshmallow as ma

from raceapp.history.models import HistoryEntry
from raceapp.storage.columns import MAX_ID
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query


class HistoryEntrySchema(ma.Schema):
    id = fields.Id(required=True)
    at = fields.UTCDateTime(required=True)
    actor = fields.Id(
        required=True, allow_none=True, metadata={"description": "Who did it", "example": 3}
    )
    actor_name = ma.fields.String(required=True, allow_none=True, metadata={"example": "Jo Keller"})
    action = ma.fields.String(required=True, metadata={"example": "task.done"})
    subject = ma.fields.String(required=True, metadata={"example": "task:7"})
    changes = ma.fields.Dict(
        required=True,
        metadata={
            "description": "Each field's old and new value, or what a bulk deed did",
            "example": {"status": ["open", "done"]},
        },
    )
    request_id = ma.fields.String(required=True, metadata={"example": "pit-wall-17"})
    position = fields.Id(
        required=True,
        metadata={"description": "Counts the entries of the weekend from 1", "example": 17},
    )
    hash = ma.fields.String(
        required=True,
        metadata={
            "description": "SHA-256 over this entry and the hash before it",
            "example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        },
    )


HISTORY_KEYSET = Keyset((), id=HistoryEntry.id)


class HistoryQuerySchema(list_query(HISTORY_KEYSET)):
    pass


class SealSchema(ma.Schema):
    """How far the record of a weekend goes, to be kept elsewhere."""

    event_id = fields.Id(required=True, metadata={"example": 3})
    count = fields.Int(
        0, MAX_ID, required=True, metadata={"description": "Its entries", "example": 412}
    )
    last_hash = ma.fields.String(
        required=True,
        validate=ma.validate.Regexp("[0-9a-f]{64}\\Z"),
        metadata={
            "description": "The hash of the last one, which covers all before it",
            "example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        },
    )
    at = fields.UTCDateTime(required=True)
