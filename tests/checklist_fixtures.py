"""A weekend to build, templates to build it from, and what came of it."""

import pytest
import sqlalchemy as sa
from checklists import fill, template
from helpers import created
from paddock import Paddock

from raceapp.checklists import library
from raceapp.storage.session import db
from raceapp.tasks.models import Task


@pytest.fixture
def paddock(app, event, admin):
    return Paddock(app, event["id"], admin.id)


@pytest.fixture
def weekend(paddock):
    """Four bikes, two riders, nine sessions."""
    fill(paddock)
    return paddock


@pytest.fixture
def write_template(admin):
    def write(*items, **fields):
        return created(admin.post("/v1/templates", json=template(*items, **fields)))

    return write


@pytest.fixture
def template_path(write_template):
    """Where a template is."""
    return f"/v1/templates/{write_template()['id']}"


@pytest.fixture
def make_template(write_template):
    """Add a template and return its id."""
    return lambda *items: write_template(*items)["id"]


@pytest.fixture
def shipped(make_template):
    """The id of the shipped library."""
    return make_template(*library.read()["items"])


@pytest.fixture
def build(admin, event):
    def build(template_id, *, status=201, **how):
        body = {"template_id": template_id, **how}
        path = f"/v1/events/{event['id']}/checklists"
        return created(admin.post(path, json=body), status=status)["created"]

    return build


@pytest.fixture
def tasks(app, event):
    """All tasks of the weekend, deleted ones too, from the database."""

    def read(**columns):
        with app.app_context():
            found = sa.select(Task).filter_by(event_id=event["id"], **columns).order_by(Task.id)
            return list(db.session.scalars(found))

    return read
