"""Marshmallow fields with the limits of this API: they enforce what they state."""

import marshmallow as ma

from raceapp.web.fields.choices import Choice, Word
from raceapp.web.fields.lists import MANY, Distinct, Many, Several, each
from raceapp.web.fields.numbers import (
    Bool,
    Count,
    Id,
    Int,
    Measured,
    Number,
    QueryBool,
    QueryId,
    QueryInt,
    Version,
    why_no_number,
)
from raceapp.web.fields.objects import Mapping, Object
from raceapp.web.fields.texts import Email, LongText, Password, RequestId, Text, Uri, Verbatim
from raceapp.web.fields.times import Date, TimeZone, UTCDateTime, time_zones, utc_text


class Numbered(ma.Schema):
    """A base with `id`; as the last base of a schema it puts `id` first in the answer."""

    id = Id(required=True)
