"""A crew with a bike and a session, for tests of readiness, releases and incidents."""

from functools import partial

import pytest
from garage import FRIDAY, Garage
from helpers import created
from statements import counted


@pytest.fixture
def garage(app, event, admin, mechanic, chief):
    garage = Garage(app, event["id"], admin)
    garage.crew(mechanic, "mechanic")
    garage.crew(chief, "crew_chief")
    return garage


@pytest.fixture
def bike(garage):
    return garage.bike("44 A")


@pytest.fixture
def fp1(garage):
    return garage.session("FP1", FRIDAY)


@pytest.fixture
def bolt(garage, bike, fp1, mechanic):
    """A critical task of bike and session, done by the mechanic."""
    return garage.task(
        bike_id=bike, session_id=fp1, is_critical=True, status="done", assigned_to=mechanic.id
    )


@pytest.fixture
def release(garage, bike, fp1, chief):
    """Ask for the release of a bike for a session, as the chief by default."""

    def release(by=chief, session_id=fp1, bike_id=bike, **fields):
        body = {"bike_id": bike_id, **fields}
        return by.post(f"/v1/sessions/{session_id}/releases", json=body)

    return release


@pytest.fixture
def incidents_path(garage):
    return f"/v1/events/{garage.event_id}/incidents"


@pytest.fixture
def report(mechanic, incidents_path):
    """Report an incident, as the mechanic by default; what comes of it."""

    def report(kind, by=mechanic, **fields):
        return created(by.post(incidents_path, json={"kind": kind, **fields}))

    return report


@pytest.fixture
def crash(report, bike):
    """Report a crash of the bike."""
    return partial(report, "crash", bike_id=bike)


@pytest.fixture
def sign(admin):
    def sign(task_id, act, by=admin):
        return created(by.post(f"/v1/tasks/{task_id}/sign-offs", json=act))

    return sign


@pytest.fixture
def read(admin):
    """Read a task as the manager."""
    return lambda task_id: created(admin.get(f"/v1/tasks/{task_id}"), status=200)


@pytest.fixture
def statements(app):
    """`with statements() as sent:` ... `sent.count` is the number of SQL statements."""

    return lambda: counted(app)
