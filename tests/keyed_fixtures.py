"""What is written with a key: a task to be made, and one that is there."""

import pytest


@pytest.fixture
def body(event):
    return {"event_id": event["id"], "title": "Check the chain tension"}


@pytest.fixture
def task(make_task, mechanic):
    return make_task(assigned_to=mechanic.id)
