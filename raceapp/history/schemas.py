"""What an entry of the record looks like in JSON."""

import marshmallow as ma

from raceapp.history.models import HistoryEntry
from raceapp.storage.columns import MAX_ID
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query

HASH = {
    "pattern": "^[0-9a-f]{64}$",
    "example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


class HistoryEntrySchema(ma.Schema):
    id = fields.Id(required=True)
    at = fields.UTCDateTime(required=True)
    actor = fields.Id(
        required=True, allow_none=True, metadata={"description": "Who did it", "example": 3}
    )
    actor_name = fields.Text(254, required=True, allow_none=True, metadata={"example": "Jo Keller"})
    action = fields.Text(40, required=True, metadata={"example": "task.done"})
    subject = fields.Text(40, required=True, metadata={"example": "task:7"})
    changes = fields.Mapping(
        metadata={
            "description": "Each field's old and new value, or what a bulk deed did",
            "example": {"status": ["open", "done"]},
        },
    )
    request_id = fields.RequestId(required=True)
    position = fields.Id(
        required=True,
        metadata={"description": "Counts the entries of the weekend from 1", "example": 17},
    )
    hash = fields.Text(
        64,
        required=True,
        metadata={"description": "SHA-256 over this entry and the hash before it", **HASH},
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
    last_hash = fields.Text(
        64,
        required=True,
        metadata={"description": "The hash of the last one, which covers all before it", **HASH},
    )
    at = fields.UTCDateTime(required=True)
