"""The crew of a race weekend: reading it, naming it anew."""

from collections.abc import Iterable
from itertools import groupby

import sqlalchemy as sa

from raceapp import errors
from raceapp.auth.models import User
from raceapp.events.models import MAX_CREW, CrewMember, Event
from raceapp.events.service import roles_left, touch
from raceapp.history import service as history
from raceapp.history.models import HistoryEntry
from raceapp.permissions import CrewRole
from raceapp.storage.session import db

CHANGED = "event.crew_changed"
Roles = dict[int, set[CrewRole]]


def crew_of(event: Event) -> list[dict]:
    """Return who is on the crew as `{user_id, crew_roles}`, in the order in which it was named."""
    rows = db.session.scalars(
        sa.select(CrewMember)
        .where(CrewMember.event_id == event.id)
        .order_by(CrewMember.position, CrewMember.user_id, CrewMember.crew_role)
    )
    people = groupby(rows, lambda row: row.user_id)
    return [
        {"user_id": user_id, "crew_roles": [row.crew_role for row in own]}
        for user_id, own in people
    ]


def set_crew(event: Event, members: list[dict], *, actor) -> None:
    """Make these people the crew, and nobody else.

    Raises Invalid for a person without an account, unless they are on the crew already.
    """
    present = crew_of(event)
    check_accounts(members, known=people_in(present))
    if members == present:
        return
    db.session.execute(sa.delete(CrewMember).where(CrewMember.event_id == event.id))
    rows = [
        {"event_id": event.id, "user_id": member["user_id"], "crew_role": role}
        for member in members
        for role in member["crew_roles"]
    ]
    if rows:
        numbered = [{**row, "position": place} for place, row in enumerate(rows)]
        db.session.execute(sa.insert(CrewMember), numbered)
    touch(event)
    changes = {"crew": [present, members]}
    history.record(event.id, CHANGED, event, actor=actor, changes=changes)
    if lost := roles_lost(roles_in(present), roles_in(members)):
        roles_left.send(event, lost=lost, actor=actor)


def roles_lost(before: Roles, after: Roles) -> dict[int, set[CrewRole] | None]:
    """Return the crew roles that people have lost; None for people who are off the crew."""
    kept = {user_id: roles for user_id, roles in after.items() if roles}
    lost = {
        user_id: roles - kept[user_id] if user_id in kept else None
        for user_id, roles in before.items()
    }
    return {user_id: roles for user_id, roles in lost.items() if roles is None or roles}


def roles_had(event_id: int) -> Roles:
    """Return every crew role that somebody had there until the crew was changed, by the record."""
    found = sa.select(HistoryEntry.changes).where(
        HistoryEntry.subject == f"event:{event_id}", HistoryEntry.action == CHANGED
    )
    before = (changes["crew"][0] for changes in db.session.scalars(found))
    return roles_in(member for members in before for member in members)


def roles_in(members: Iterable[dict]) -> Roles:
    """Return the crew roles by person."""
    found: Roles = {}
    for member in members:
        found.setdefault(member["user_id"], set()).update(map(CrewRole, member["crew_roles"]))
    return found


def add_member(event: Event, user_id: int, crew_roles: Iterable[str], *, actor) -> None:
    """Put a person on the crew, or give a member these crew roles too.

    Raises Conflict when the crew is as large as it may be.
    """
    roles_of = {member["user_id"]: member["crew_roles"] for member in crew_of(event)}
    roles = (*roles_of.get(user_id, ()), *map(CrewRole, crew_roles))
    roles_of[user_id] = [*dict.fromkeys(roles)]
    if len(roles_of) > MAX_CREW:
        raise errors.Conflict(f"A crew has at most {MAX_CREW} people.")
    members = [{"user_id": who, "crew_roles": what} for who, what in roles_of.items()]
    set_crew(event, members, actor=actor)


def people_in(members: Iterable[dict]) -> set[int]:
    return {member["user_id"] for member in members}


def check_accounts(members: list[dict], *, known: set[int]) -> None:
    asked = [member["user_id"] for member in members]
    active = set(db.session.scalars(sa.select(User.id).where(User.id.in_(asked), User.is_active)))
    fault = {"user_id": ["There is no such person, or not any more."]}
    may_be_on = active | known
    faults = {index: fault for index, user_id in enumerate(asked) if user_id not in may_be_on}
    if faults:
        raise errors.Invalid(errors={"json": faults})
