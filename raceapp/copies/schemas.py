"""What copying a race weekend takes."""

import marshmallow as ma

from raceapp.web import fields


class CopySchema(ma.Schema):
    class Meta:
        example = {"event_date": "2027-06-11", "name": "Misano 2027"}

    event_date = fields.Date(
        required=True, metadata={"description": "The first day", "example": "2027-06-11"}
    )
    track = fields.Text(120, metadata={"description": "By default the same"})
    location = fields.Text(120, metadata={"description": "By default the same"})
    name = fields.Text(100, metadata={"description": "By default track and year"})
    timezone = fields.TimeZone()
