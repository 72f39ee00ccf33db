"""Names for the people of a crew."""

import sqlalchemy as sa

from raceapp.auth.models import User
from raceapp.storage.session import db


def named(crew: list[dict]) -> list[dict]:
    """Return the crew as `{user_id, name, crew_roles}`."""
    ids = [member["user_id"] for member in crew]
    rows = db.session.execute(sa.select(User.id, User.known_as).where(User.id.in_(ids)))
    names = {user_id: name for user_id, name in rows}
    return [{**member, "name": names[member["user_id"]]} for member in crew]
