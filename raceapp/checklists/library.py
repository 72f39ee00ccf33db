"""The shipped checklists of a generic road-racing weekend."""

import json
from importlib import resources

from raceapp.checklists import templates
from raceapp.checklists.schemas import TemplateCreateSchema
from raceapp.storage import turns
from raceapp.storage.session import db


def read() -> dict:
    """Return the fields of the shipped template, checked like those of a request."""
    text = resources.files(__package__).joinpath("checklist_library.json").read_text("utf-8")
    return TemplateCreateSchema().load(json.loads(text))


def add() -> str:
    """Add the shipped template unless it is there, by its name; returns what to say."""
    fields = read()
    turns.take_turn(db.session.connection())
    there = db.session.scalar(templates.named(fields["name"]).limit(1))
    if there is not None:
        return f"“{there.name}” is there already, as template {there.id}."
    template = templates.create(**fields)
    return f"Added “{template.name}” with {len(template.items)} items, as template {template.id}."
