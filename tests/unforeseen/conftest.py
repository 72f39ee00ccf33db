"""Who and what the tests of unforeseen have."""

from datetime import timedelta

import pytest
from handmade import EIGHT
from paddock import Paddock


@pytest.fixture
def paddock(app, event, admin, mechanic, chief, rookie):
    paddock = Paddock(app, event["id"], admin.id)
    paddock.crew(mechanic, "mechanic")
    paddock.crew(rookie, "mechanic")
    paddock.crew(chief, "crew_chief")
    return paddock


@pytest.fixture
def bike(paddock):
    return paddock.bike()


@pytest.fixture
def fp1(paddock):
    return paddock.session("FP1", EIGHT, ends_at=EIGHT + timedelta(minutes=40))


@pytest.fixture
def elsewhere(app, make_event, admin):
    """Another weekend, with a bike and a session of its own."""
    paddock = Paddock(app, make_event(name="Assen")["id"], admin.id)
    bike = paddock.bike("77 A", "Max Orsi", 77)
    return {"bike_id": bike, "session_id": paddock.session(), "rider_name": "Max Orsi"}


@pytest.fixture
def change(admin):
    def change(task, by=admin, **fields):
        return by.patch(f"/v1/tasks/{task['id']}", json=fields)

    return change


@pytest.fixture
def clip_on(make_task, bike, fp1):
    """Nobody's, of the mechanics, due half an hour before FP1, to be checked."""
    return make_task(
        title="Replace the clip-on",
        crew_role="mechanic",
        bike_id=bike,
        session_id=fp1,
        anchor="session_start",
        offset_minutes=-30,
        is_critical=True,
        needs_check=True,
    )
