"""What motorcycles look like in JSON."""

import marshmallow as ma

from raceapp.bikes.models import Bike
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query

MAX_NUMBER = 9999
NUMBER = {"description": "The start number", "example": 44}
LABEL = {"description": "Tells two bikes of one number apart", "example": "44 A"}
RIDER = {"example": "Jo Keller"}


class BikeFields(ma.Schema):
    number = fields.Int(0, MAX_NUMBER, metadata=NUMBER)
    label = fields.Text(40, metadata=LABEL)
    rider_name = fields.Text(100, metadata=RIDER)


class BikeSchema(BikeFields, fields.Numbered):
    id = fields.Id(required=True, metadata={"example": 2})
    created_at = fields.UTCDateTime(required=True)
    updated_at = fields.UTCDateTime(required=True)
    deleted_at = fields.UTCDateTime(required=True, allow_none=True, metadata={"example": None})
    version = fields.Version(required=True)


class BikeCreateSchema(BikeFields):
    number = fields.Int(0, MAX_NUMBER, required=True, metadata=NUMBER)
    label = fields.Text(40, required=True, metadata=LABEL)
    rider_name = fields.Text(100, required=True, metadata=RIDER)


class BikeChangeSchema(BikeFields):
    class Meta:
        example = {"label": "44 B", "rider_name": "Jo Keller"}


BIKE_KEYSET = Keyset((Bike.number, Bike.label, Bike.created_at), id=Bike.id)


class BikeQuerySchema(list_query(BIKE_KEYSET)):
    deleted = fields.QueryBool(metadata={"description": "Only deleted bikes, for team managers"})
    q = fields.Text(
        100, allow_blank=True, metadata={"description": "Part of the label or the rider's name"}
    )
