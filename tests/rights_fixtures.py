"""A weekend with one of everything, and everybody who may ask something of it."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from checklists import ITEM
from helpers import MISANO, Client, created, problem
from rights import NUMBERS, PEOPLE

from raceapp.bikes.models import Bike
from raceapp.checklists import templates
from raceapp.comments.models import Comment
from raceapp.events.models import CrewMember, Event
from raceapp.feed.cursors import Place, write_cursor
from raceapp.history import service as history
from raceapp.invitations import service as invitations
from raceapp.storage.session import db
from raceapp.tasks.models import Task
from raceapp.timetable.models import TrackSession

CREW = {"mechanic": "mechanic", "tyres": "tyre_tech", "chief": "crew_chief"}


@pytest.fixture
def people(app, make_person, admin):
    """Everybody in the table, logged in as far as they can be."""
    roles = {name: "admin" if name == "demoted" else "user" for name in PEOPLE[1:]}
    found = {"nobody": Client(app), "admin": admin}
    found |= {name: make_person(name, role) for name, role in roles.items() if name != "admin"}
    assert all(person.token for name, person in found.items() if name != "nobody")
    for name, change in {"disabled": {"is_active": False}, "demoted": {"role": "user"}}.items():
        created(admin.patch(f"/v1/users/{found[name].id}", json=change), status=200)
    return {name: found[name] for name in PEOPLE}


@pytest.fixture
def make_world(app, people, make_person, rookie):
    """Make a weekend that nobody has touched, with one of everything; returns the ids."""
    guest = make_person("guest")
    fixed = {"name": "swagger-ui.css", "filename": "docs.css", "secret": "x", "user_id": guest.id}
    ids = {name: person.id for name, person in people.items() if name != "nobody"}

    with app.app_context():
        a_weekend(ids, {"elsewhere": "crew_chief"})
        db.session.commit()

    def make(which=None):
        with app.app_context():
            found = a_world(ids, rookie.id, which)
            db.session.commit()
        return SimpleNamespace(**fixed, **found, guest=guest)

    return make


def a_world(ids, rookie_id, which):
    """Add a weekend with one of everything; returns the ids by the names that paths have."""
    event = a_weekend(ids)
    session, spare = a_session(event), a_bike()
    template = templates.create(name="Superbike", items=[ITEM])
    task = which and a_task(event, **kinds_of_task(ids, rookie_id)[which])
    db.session.add_all([session, spare, *([task] if task else [])])
    db.session.flush()
    comment = task and a_comment(task, ids["mechanic"])
    invitation = invitations.create(event, actor=None, crew_roles=["mechanic"])
    rows = {
        "event": event, "session": session, "spare_bike": spare, "template": template,
        "task": task, "comment": comment, "invitation": invitation,
    }  # fmt: skip
    rows |= {f"gone_{kind}": row for kind, row in what_is_gone(ids, event).items()}
    db.session.flush()
    return {
        **{f"{name}_id": row and row.id for name, row in rows.items()},
        "bike_id": event.bike_ids[0],
        "token": invitations.links.secret_of(invitation),
        "cursor": write_cursor(event.id, Place(0)),
    }


def a_weekend(ids, crew=CREW):
    days = {name: date.fromisoformat(MISANO[name]) for name in ("event_date", "end_date")}
    event = Event(**{**MISANO, **days}, name="Misano 2026", created_by=ids["admin"])
    event.bikes.append(a_bike())
    db.session.add(event)
    db.session.flush()
    history.start(event.id)
    for name, role in crew.items():
        db.session.add(CrewMember(event_id=event.id, user_id=ids[name], crew_role=role))
    return event


def what_is_gone(ids, event):
    """One deleted row of each kind; the session is of that weekend."""
    template = templates.create(name="Supersport", items=[ITEM])
    templates.delete(template)
    others = {"event": a_weekend(ids), "session": a_session(event), "bike": a_bike()}
    for row in others.values():
        row.deleted_at = datetime.now(UTC)
    db.session.add_all(others.values())
    return {**others, "template": template}


def a_bike():
    return Bike(number=44, label=f"44 {next(NUMBERS)}", rider_name="Jo Keller")


def a_session(event):
    starts_at = datetime(2026, 6, 12, 8, tzinfo=UTC)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=40)}
    planned = {f"planned_{name}": moment for name, moment in times.items()}
    return TrackSession(event_id=event.id, name="FP1", kind="practice", **times, **planned)


def a_task(event, **fields):
    common = {"title": "Torque the front caliper bolts", "crew_role": "mechanic"}
    return Task(**{"event_id": event.id, "created_by": event.created_by, **common, **fields})


def a_comment(task, author_id):
    place = {"event_id": task.event_id, "task_id": task.id}
    comment = Comment(**place, text="Seen a crack", created_by=author_id)
    db.session.add(comment)
    db.session.flush()
    return comment


def kinds_of_task(ids, another_id):
    """Tasks of the mechanic's crew role, but for one, by the names they have in the table."""
    mechanic, now = ids["mechanic"], datetime.now(UTC)
    signed = {"status": "done", "done_at": now, "needs_check": True}
    return {
        "free": {},
        "held": {"assigned_to": mechanic},
        "own": {"assigned_to": mechanic, "created_by": mechanic},
        "let go": {"created_by": mechanic},
        "critical": {"assigned_to": mechanic, "is_critical": True},
        "deleted": {"assigned_to": mechanic, "deleted_at": now},
        "another's": {"assigned_to": another_id},
        "their done": {"assigned_to": mechanic, "done_by": mechanic, **signed},
        "done": {"assigned_to": another_id, "done_by": another_id, **signed},
        "of the tyres": {"assigned_to": ids["tyres"], "crew_role": "tyre_tech"},
    }


@pytest.fixture
def ask():
    """Make a call of the table: `ask(world, person, call, body)` returns its status."""

    def ask(world, person, call, body):
        method, path = call.split(" ")
        sent = body(world) if callable(body) else body
        options = {} if sent is None else {"json": sent}
        if isinstance(sent, str):
            options = {"data": sent, "content_type": "text/csv"}
        with person.open(path.format(**vars(world)), method=method, **options) as response:
            if response.status_code >= 400:
                problem(response, response.status_code)
            return response.status_code

    return ask
