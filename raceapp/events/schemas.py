"""What race weekends look like in JSON."""

import marshmallow as ma

from raceapp.events.models import MAX_CREW, Event
from raceapp.permissions import CrewRole
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query

MAX_BIKES = 100


class EventFields(ma.Schema):
    track = fields.Text(120, metadata={"example": "Misano World Circuit"})
    location = fields.Text(120, metadata={"example": "Misano Adriatico, Italy"})
    event_date = fields.Date(metadata={"example": "2026-06-12"})
    name = fields.Text(100, metadata={"example": "Misano 2026"})
    end_date = fields.Date(metadata={"example": "2026-06-14"})
    timezone = fields.TimeZone()
    allow_self_check = fields.Bool(metadata={"example": False})
    notes = fields.LongText(allow_none=True, metadata={"example": "Garage 12"})
    bike_ids = fields.Distinct(
        fields.Id(), MAX_BIKES, metadata={"description": "Its bikes", "example": [2, 5]}
    )


class EventBody(EventFields):
    """The body of a weekend: all of its faults are told at once."""

    @ma.validates_schema(skip_on_field_errors=False)
    def check_days(self, data, **kwargs):
        first, last = data.get("event_date"), data.get("end_date")
        if first and last and last < first:
            raise ma.ValidationError("Must not be before event_date.", "end_date")


class EventSchema(EventFields, fields.Numbered):
    id = fields.Id(required=True, metadata={"example": 3})
    created_by = fields.Id(required=True, metadata={"example": 1})
    created_at = fields.UTCDateTime(required=True)
    updated_at = fields.UTCDateTime(required=True)
    deleted_at = fields.UTCDateTime(required=True, allow_none=True, metadata={"example": None})
    version = fields.Version(required=True)


class EventCreateSchema(EventBody):
    class Meta:
        example = {
            "track": "Misano World Circuit",
            "location": "Misano Adriatico, Italy",
            "event_date": "2026-06-12",
            "end_date": "2026-06-14",
            "timezone": "Europe/Rome",
            "notes": "Garage 12",
        }

    track = fields.Text(120, required=True, metadata={"example": "Misano World Circuit"})
    location = fields.Text(120, required=True, metadata={"example": "Misano Adriatico, Italy"})
    event_date = fields.Date(required=True, metadata={"example": "2026-06-12"})


class EventChangeSchema(EventBody):
    class Meta:
        example = {"end_date": "2026-06-15", "notes": "Garage 14, power from the left wall"}

    move_timetable = fields.Bool(
        metadata={
            "description": "Move all sessions, and end_date unless it is sent, by as many local"
            " days as event_date",
            "example": False,
        }
    )


EVENT_KEYSET = Keyset((Event.event_date, Event.name, Event.created_at), id=Event.id)


class EventQuerySchema(list_query(EVENT_KEYSET)):
    deleted = fields.QueryBool(
        metadata={"description": "Only deleted race weekends, for team managers"}
    )
    q = fields.Text(
        100, allow_blank=True, metadata={"description": "Part of the name, track or location"}
    )
    starts_after = fields.Date(metadata={"description": "Only weekends that start after this day"})
    starts_before = fields.Date(
        metadata={"description": "Only weekends that start before this day"}
    )
    mine = fields.QueryBool(metadata={"description": "Only weekends whose crew you are on"})


class CrewMemberSchema(ma.Schema):
    """What one person does at a race weekend."""

    most = MAX_CREW
    user_id = fields.Id(required=True, metadata={"example": 3})
    crew_roles = fields.Distinct(
        fields.Choice(CrewRole),
        len(CrewRole),
        least=1,
        required=True,
        metadata={"example": ["mechanic", "tyre_tech"]},
    )

    name = fields.Text(
        254,
        allow_blank=True,
        allow_none=True,
        metadata={
            "description": "As the list tells it; it changes nothing",
            "example": "Jo Keller",
        },
    )

    @ma.post_load
    def leave_out_name(self, data, **kwargs):
        data.pop("name", None)
        return data

    @ma.validates_schema(pass_collection=True)
    def check_people(self, data, many, **kwargs):
        if not many:
            return
        if len(data) > MAX_CREW:
            raise ma.ValidationError(f"A crew has at most {MAX_CREW} people.")
        seen = set()
        for index, member in enumerate(data):
            if member["user_id"] in seen:
                raise ma.ValidationError({index: {"user_id": ["Name each person once."]}})
            seen.add(member["user_id"])


class NamedCrewMemberSchema(CrewMemberSchema):
    """What one person does at a race weekend, and their name."""

    name = fields.Text(254, required=True, metadata={"example": "Jo Keller"})
