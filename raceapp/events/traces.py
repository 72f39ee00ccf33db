"""Changes of a bike, in the record of every weekend that has it."""

import sqlalchemy as sa

from raceapp.bikes import service as bikes
from raceapp.bikes.models import Bike
from raceapp.events.models import Event, event_bikes
from raceapp.history import service as history
from raceapp.storage.session import db


@bikes.changed.connect
def tell(bike: Bike, *, deed: str, changes: dict, actor) -> None:
    """Record in each weekend of the bike what was done to it; the caller holds the bike.

    A deleted weekend goes on with its record: once it is restored, devices follow from there.
    """
    having = sa.select(Event.id).join(event_bikes, event_bikes.c.event_id == Event.id)
    having = having.where(event_bikes.c.bike_id == bike.id)
    for event_id in db.session.scalars(having.order_by(Event.id)).all():
        history.record(event_id, deed, bike, actor=actor, changes=changes)
