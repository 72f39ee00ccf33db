"""What printing takes."""

import marshmallow as ma

from raceapp.web import fields


class PrintQuerySchema(ma.Schema):
    bike_id = fields.QueryId(metadata={"description": "Only tasks of this bike"})
    session_id = fields.QueryId(metadata={"description": "Only tasks of this track session"})
