"""Templates of checklists: writing, finding, changing, taking back.

Every change makes the next version, items included: a weekend keeps the version it was built with.
"""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import flag_modified

from raceapp import clock, errors
from raceapp.checklists.models import Template, TemplateVersion
from raceapp.storage import hidden
from raceapp.storage.expressions import mentions
from raceapp.storage.session import db


def get(template_id: int, *, for_update: bool = False, deleted_too: bool = False) -> Template:
    """Return the template, or raise NotFound."""
    found = sa.select(Template) if deleted_too else live()
    statement = found.where(Template.id == template_id)
    if for_update:
        statement = statement.with_for_update()
    template = db.session.scalar(statement)
    if template is None:
        raise errors.NotFound("There is no such template.")
    return template


def live() -> sa.Select:
    return sa.select(Template).where(Template.deleted_at.is_(None))


def named(name: str) -> sa.Select:
    return live().where(Template.name == name).order_by(Template.id)


def search(*, actor, deleted: bool | None = None, q: str = "") -> sa.Select:
    """Return the templates that mention `q` in name or description, or all; raises Forbidden."""
    statement = sa.select(Template).where(hidden.listed(Template, deleted, actor=actor))
    statement = statement.options(joinedload(Template.newest, innerjoin=True))
    if not q:
        return statement
    return statement.where(mentions((Template.name, Template.description), q))


def create(*, name: str, items: list[dict], description: str | None = None) -> Template:
    """Add a template with its first version."""
    template = Template(name=name, description=description)
    db.session.add(template)
    db.session.flush()
    add_version(template, items)
    return template


def update(template: Template, changes: dict) -> None:
    """Make the next version of a template. A change to the present values makes none."""
    present = {name: getattr(template, name) for name in changes}
    if present == changes:
        return
    items = changes.pop("items", template.items)
    for name, value in changes.items():
        setattr(template, name, value)
    # New items alone change no column of the template's own row, and its version has to change.
    template.updated_at = clock.utcnow()
    flag_modified(template, "updated_at")
    db.session.flush()
    add_version(template, items)


def add_version(template: Template, items: list[dict]) -> None:
    """Add the items of the template's present version."""
    version = TemplateVersion(template_id=template.id, number=template.version, items=items)
    db.session.add(version)
    db.session.flush()
    db.session.refresh(template, ["newest"])


def delete(template: Template) -> None:
    """Hide the template. Weekends that were built with it keep theirs."""
    items, template.deleted_at = template.items, clock.utcnow()
    db.session.flush()
    add_version(template, items)


def restore(template: Template) -> None:
    """Bring back a deleted template; raises Conflict for a live one."""
    items = template.items
    hidden.bring_back(template, "template")
    db.session.flush()
    add_version(template, items)
