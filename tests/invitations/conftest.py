"""Who and what the tests of invitations have."""

import pytest
from helpers import created
from inviting import MECHANIC


@pytest.fixture
def path(event):
    return f"/v1/events/{event['id']}/invitations"


@pytest.fixture
def invite(admin, path):
    def invite(by=admin, **fields):
        return created(by.post(path, json={**MECHANIC, **fields}))

    return invite


@pytest.fixture
def invitation(invite):
    return invite()


@pytest.fixture
def crewed(admin, event, chief, mechanic):
    """The weekend with a crew chief and a mechanic; call it to name the crew anew."""

    def name(**roles):
        ids = {"chief": chief.id, "mechanic": mechanic.id}
        crew = [{"user_id": ids[who], "crew_roles": [role]} for who, role in roles.items()]
        created(admin.put(f"/v1/events/{event['id']}/crew", json=crew), status=200)

    name(chief="crew_chief", mechanic="mechanic")
    return name
