"""Where a stream begins."""

import marshmallow as ma

from raceapp.feed.cursors import PATTERN
from raceapp.web import fields


def cursor(description: str, **options) -> fields.Text:
    metadata = {"description": description, "pattern": PATTERN, "example": "WzQxLDBd.c2lnbmVk"}
    return fields.Text(1000, load_default=None, metadata=metadata, **options)


class StreamQuerySchema(ma.Schema):
    since = cursor("The cursor of a snapshot, of changes or of a message: what came since is first")


class StreamHeadersSchema(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE  # Every request has other headers too.

    last_event_id = cursor(
        "The id of the last message that came, which browsers send; it wins over since",
        data_key="Last-Event-ID",
    )
