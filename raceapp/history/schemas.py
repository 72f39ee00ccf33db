"""What an entry of the record looks like on the wire."""

import marshmallow as ma

from raceapp import fields
from raceapp.history.models import HistoryEntry
from raceapp.pages import Keyset, list_query


class HistoryEntrySchema(ma.Schema):
    id = fields.Id(required=True)
    at = fields.UTCDateTime(required=True)
    actor = fields.Id(required=True, allow_none=True, metadata={"description": "Who did it"})
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
    hash = ma.fields.String(
        required=True, metadata={"description": "SHA-256 over this entry and the hash before it"}
    )


HISTORY_KEYSET = Keyset((), id=HistoryEntry.id)


class HistoryQuerySchema(list_query(HISTORY_KEYSET)):
    pass
