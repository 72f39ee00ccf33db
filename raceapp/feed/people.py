"""Names for the people whom a crew meets in its weekend's resources."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from raceapp.auth.models import User
from raceapp.events.models import CrewMember, Event
from raceapp.feed.kinds import IN_SNAPSHOT
from raceapp.storage.prepared import FEW, Prepared, among_few, few, placeholder
from raceapp.storage.session import db


def all_of(event_id: int) -> list[dict]:
    """Return the crew and everybody whom a resource of the weekend names."""
    crew = sa.select(CrewMember.user_id).where(CrewMember.event_id == event_id)
    planner = sa.select(Event.created_by).where(Event.id == event_id)
    named = (
        sa.select(getattr(kind.model, field)).where(kind.are_there(event_id))
        for kind in IN_SNAPSHOT.values()
        for field in kind.people
    )
    return described(event_id, sa.union(crew, planner, *named))


def described(event_id: int, user_ids: sa.CompoundSelect | Collection[int]) -> list[dict]:
    """Return these people with what they do at the weekend, which may be nothing."""
    found: dict[int, dict] = {}
    for user_id, name, crew_role in rows(event_id, user_ids):
        person = found.setdefault(user_id, {"id": user_id, "name": name, "crew_roles": []})
        person["crew_roles"] += [crew_role] if crew_role else []
    return [*found.values()]


def rows(event_id: int, user_ids: sa.CompoundSelect | Collection[int]) -> Sequence[tuple]:
    if not isinstance(user_ids, sa.CompoundSelect) and len(user_ids) <= FEW:
        return FEW_ROLES.rows(event_id=event_id, **few("user_id", user_ids)) if user_ids else ()
    return db.session.execute(roles(event_id).where(User.id.in_(user_ids))).all()


def roles(event_id) -> sa.Select:
    is_theirs = sa.and_(CrewMember.user_id == User.id, CrewMember.event_id == event_id)
    found = sa.select(User.id, User.known_as, CrewMember.crew_role).outerjoin(CrewMember, is_theirs)
    return found.order_by(User.id, CrewMember.position, CrewMember.crew_role)


FEW_ROLES = Prepared(roles(placeholder("event_id")).where(among_few(User.id, "user_id")))
