"""Who and what the tests of sync have."""

import pytest
from batches import operation


@pytest.fixture
def task(make_task, mechanic):
    return make_task(assigned_to=mechanic.id)


@pytest.fixture
def sign(task):
    def make(act="done", **others):
        return operation("POST", f"/v1/tasks/{task['id']}/sign-offs", {"act": act}, **others)

    return make


@pytest.fixture
def add(event):
    def make(title="Replace the footpeg"):
        return operation("POST", "/v1/tasks", {"event_id": event["id"], "title": title})

    return make
