"""What comments look like in JSON."""

import marshmallow as ma

from raceapp.comments.models import Comment
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query

EXAMPLE = "Hairline crack at the left lug, look at it before the bike goes out"


class CommentCreateSchema(ma.Schema):
    text = fields.LongText(required=True, allow_blank=False, metadata={"example": EXAMPLE})


class CommentSchema(CommentCreateSchema, fields.Numbered):
    id = fields.Id(required=True, metadata={"example": 7})
    event_id = fields.Id(required=True, metadata={"example": 3})
    task_id = fields.Id(required=True, metadata={"example": 412})
    created_by = fields.Id(required=True, metadata={"example": 3})
    version = fields.Version(required=True)
    created_at = fields.UTCDateTime(required=True, metadata={"example": "2026-06-12T06:58:00Z"})
    updated_at = fields.UTCDateTime(required=True, metadata={"example": "2026-06-12T06:58:00Z"})


COMMENT_KEYSET = Keyset((), id=Comment.id)


class CommentQuerySchema(list_query(COMMENT_KEYSET)):
    pass
