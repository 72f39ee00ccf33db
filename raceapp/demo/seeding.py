"""What `flask seed` adds: the demo team."""

import sqlalchemy as sa

from raceapp.auth.models import User
from raceapp.checklists import library, templates
from raceapp.demo.team import PASSWORD, PEOPLE, add_bikes, add_people
from raceapp.demo.weekends import add_coming, add_current, add_past
from raceapp.storage import turns
from raceapp.storage.session import db


def seed() -> str:
    """Add the demo team and the library unless they are there; returns what to tell the operator.

    All of it is one transaction: half a demo team is never seen.
    """
    turns.take_turn(db.session.connection())
    logins = "\n".join(f"  {email:24}{PASSWORD}  {role}" for email, _, role in PEOPLE)
    hint = f"Log in with one of:\n{logins}"
    if db.session.scalar(sa.select(User.id).where(User.email == PEOPLE[0][0])):
        return f"The demo team is there already. {hint}"
    said = library.add()
    template_id = db.session.scalar(templates.named(library.read()["name"])).id
    crew, bikes = add_people(), add_bikes()
    add_past(crew, bikes, template_id)
    add_current(crew, bikes, template_id)
    add_coming(crew, bikes)
    db.session.commit()
    return f"{said}\nAdded a demo team of {len(PEOPLE)} and 3 race weekends. {hint}"
