"""Who and what the tests of feed have."""

import pytest
from helpers import created


@pytest.fixture
def path(event):
    return f"/v1/events/{event['id']}"


@pytest.fixture
def bike(admin, path):
    """A bike that the weekend has."""
    body = {"number": 44, "label": "44 A", "rider_name": "Jo Keller"}
    bike = created(admin.post("/v1/bikes", json=body))
    created(admin.patch(path, json={"bike_ids": [bike["id"]]}), status=200)
    return bike


@pytest.fixture
def fp1(admin, path):
    times = {"starts_at": "2026-06-12T08:00:00Z", "ends_at": "2026-06-12T08:40:00Z"}
    body = {"name": "FP1", "kind": "practice", **times}
    return created(admin.post(f"{path}/sessions", json=body))
