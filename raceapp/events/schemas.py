"""What race weekends look like on the wire."""

import marshmallow as ma

from raceapp import fields
from raceapp.events.models import Event
from raceapp.pages import Keyset, list_query


class EventFields(ma.Schema):
    track = fields.Text(120, metadata={"example": "Misano World Circuit"})
    location = fields.Text(120, metadata={"example": "Misano Adriatico, Italy"})
    event_date = fields.Date(metadata={"example": "2026-06-12"})
    name = fields.Text(100, metadata={"example": "Misano 2026"})
    end_date = fields.Date(metadata={"example": "2026-06-14"})
    timezone = fields.TimeZone()
    allow_self_check = fields.Bool(metadata={"example": False})
    notes = fields.LongText(allow_none=True, metadata={"example": "Garage 12"})


class EventSchema(EventFields):
    id = fields.Id(required=True, metadata={"example": 3})
    bike_ids = ma.fields.List(fields.Id(), required=True)
    created_by = fields.Id(required=True, metadata={"example": 1})
    created_at = fields.UTCDateTime(required=True)
    updated_at = fields.UTCDateTime(required=True)
    version = fields.Id(required=True, metadata={"example": 1})


class EventCreateSchema(EventFields):
    track = fields.Text(120, required=True, metadata={"example": "Misano World Circuit"})
    location = fields.Text(120, required=True, metadata={"example": "Misano Adriatico, Italy"})
    event_date = fields.Date(required=True, metadata={"example": "2026-06-12"})


class EventChangeSchema(EventFields):
    class Meta:
        example = {"end_date": "2026-06-15", "notes": "Garage 14, power from the left wall"}


EVENT_KEYSET = Keyset((Event.event_date, Event.name, Event.created_at), id=Event.id)


class EventQuerySchema(list_query(EVENT_KEYSET)):
    q = fields.Text(
        100, allow_blank=True, metadata={"description": "Part of the name, track or location"}
    )
    starts_after = fields.Date(metadata={"description": "Only weekends that start after this day"})
    starts_before = fields.Date(
        metadata={"description": "Only weekends that start before this day"}
    )
