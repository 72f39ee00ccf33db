"""Marshmallow fields with the limits of this API: what they state is what they enforce."""

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
    """Put this base last, and `id` comes first in the answer."""

    id = Id(required=True)
