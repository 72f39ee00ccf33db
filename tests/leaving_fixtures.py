"""A weekend that goes on, and how people leave it."""

import pytest
from helpers import created


@pytest.fixture
def now(clock):
    clock.now = clock.now.replace(year=2026, month=6, day=12)


@pytest.fixture
def put_crew(admin, event):
    def put_crew(*people):
        members = [{"user_id": person.id, "crew_roles": ["mechanic"]} for person in people]
        return admin.put(f"/v1/events/{event['id']}/crew", json=members)

    return put_crew


@pytest.fixture
def disable(admin, mechanic):
    body = {"is_active": False}
    return lambda: created(admin.patch(f"/v1/users/{mechanic.id}", json=body), status=200)
