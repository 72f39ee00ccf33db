"""What incidents look like in JSON."""

import marshmallow as ma

from raceapp.incidents.models import Incident, IncidentKind
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query


class IncidentFields(ma.Schema):
    kind = fields.Choice(IncidentKind, required=True, metadata={"example": "crash"})
    bike_id = fields.Id(
        allow_none=True,
        load_default=None,
        metadata={"description": "Which bike; for rain, null is every bike", "example": 2},
    )
    session_id = fields.Id(
        allow_none=True,
        load_default=None,
        metadata={"description": "In which session, if in one", "example": 5},
    )
    note = fields.LongText(
        2000,
        allow_none=True,
        load_default=None,
        metadata={"example": "Low-side at turn 8, left clip-on and lever bent"},
    )


class IncidentCreateSchema(IncidentFields):
    pass


class IncidentSchema(IncidentFields, fields.Numbered):
    id = fields.Id(required=True, metadata={"example": 4})
    event_id = fields.Id(required=True, metadata={"example": 3})
    reported_by = fields.Id(required=True)
    at = fields.UTCDateTime(required=True)
    created = fields.Many(
        fields.Id(),
        fields.MANY,
        required=True,
        metadata={"description": "The tasks it added", "example": [801, 802, 803]},
    )
    reopened = fields.Many(
        fields.Id(),
        fields.MANY,
        required=True,
        metadata={"description": "The tasks it reopened", "example": [412, 415]},
    )


INCIDENT_KEYSET = Keyset((), id=Incident.id)


class IncidentQuerySchema(list_query(INCIDENT_KEYSET)):
    pass
