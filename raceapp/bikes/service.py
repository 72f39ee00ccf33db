"""Motorcycles: entering, finding, changing, taking back."""

from collections.abc import Iterable

import sqlalchemy as sa
from blinker import Signal

from raceapp import clock, errors
from raceapp.bikes.alike import name_key
from raceapp.bikes.models import Bike
from raceapp.history import service as history
from raceapp.storage import hidden
from raceapp.storage.expressions import mentions
from raceapp.storage.session import db

# Sent with a bike that is about to be taken back, its row held. A weekend that needs the bike is
# above this package, so it connects to it and raises Conflict.
deleting = Signal()
# Sent with a bike that has another rider now, and the name of the rider before.
rider_changed = Signal()
# Sent with a bike that has changed, the deed and what it changed, for the records of its weekends.
changed = Signal()


def get(bike_id: int, *, for_update: bool = False, deleted_too: bool = False) -> Bike:
    """Return the bike, or raise NotFound."""
    statement = (sa.select(Bike) if deleted_too else live()).where(Bike.id == bike_id)
    if for_update:
        statement = statement.with_for_update(key_share=True)
    bike = db.session.scalar(statement)
    if bike is None:
        raise errors.NotFound("There is no such bike.")
    return bike


def live() -> sa.Select:
    return sa.select(Bike).where(Bike.deleted_at.is_(None))


def search(*, actor, deleted: bool | None = None, q: str = "") -> sa.Select:
    """Return the bikes that match; raises Forbidden."""
    statement = sa.select(Bike).where(hidden.listed(Bike, deleted, actor=actor))
    if not q:
        return statement
    return statement.where(mentions((Bike.label, Bike.rider_name), q))


def hold(bike_ids: Iterable[int]) -> list[Bike]:
    """Return those of these bikes that exist, in order of id.

    They exist until the transaction ends: taking one back has to wait.
    """
    statement = live().where(Bike.id.in_(sorted(bike_ids))).order_by(Bike.id)
    return list(db.session.scalars(statement.with_for_update(read=True)))


def create(**fields) -> Bike:
    """Add a bike; raises Conflict when its label is taken."""
    bike = Bike(**fields)
    try:
        with db.session.begin_nested():
            db.session.add(bike)
    except sa.exc.IntegrityError as error:
        raise label_taken(fields["label"]) from error
    return bike


def update(bike: Bike, changes: dict, *, actor) -> None:
    """Change a bike; raises Conflict when its new label is taken."""
    rider_name = bike.rider_name
    try:
        with db.session.begin_nested():
            for name, value in changes.items():
                setattr(bike, name, value)
            found = history.changes_of(bike)
    except sa.exc.IntegrityError as error:
        raise label_taken(changes["label"]) from error
    if found:
        changed.send(bike, deed="bike.updated", changes=found, actor=actor)
    if bike.rider_name != rider_name:
        rider_changed.send(bike, rider_name=rider_name, actor=actor)


def label_taken(label: str) -> errors.Conflict:
    """Return a refusal that names the label in use, which may be spelt differently."""
    alike = sa.select(Bike.label).where(
        Bike.label_key == name_key(label), Bike.deleted_at.is_(None)
    )
    used = db.session.scalar(alike) or label
    return errors.Conflict(f"There is a bike labelled {used} already. Choose another label.")


def delete(bike: Bike, *, actor) -> None:
    """Hide the bike; raises Conflict while a weekend needs it."""
    deleting.send(bike, actor=actor)
    bike.deleted_at = clock.utcnow()
    changed.send(bike, deed="bike.deleted", changes=history.changes_of(bike), actor=actor)


def restore(bike: Bike, *, actor) -> None:
    """Bring back a deleted bike; raises Conflict for a live one, or when its label is taken."""
    gone_at = history.as_json(bike.deleted_at)
    try:
        with db.session.begin_nested():
            hidden.bring_back(bike, "bike")
    except sa.exc.IntegrityError as error:
        raise label_taken(bike.label) from error
    changed.send(bike, deed="bike.restored", changes={"deleted_at": [gone_at, None]}, actor=actor)
