"""Who and what the tests of task_tables have."""

import pytest
from garage import Garage
from helpers import created
from task_sheets import parsed


@pytest.fixture
def garage(app, event, admin):
    return Garage(app, event["id"], admin)


@pytest.fixture
def path(event):
    return f"/v1/events/{event['id']}/tasks"


@pytest.fixture
def export(admin, path):
    def read(by=admin, **filters):
        answer = by.get(f"{path}.csv", query_string=filters)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.data

    return read


@pytest.fixture
def rows(export):
    """The rows of the export as a spreadsheet sees them."""
    return lambda **filters: parsed(export(**filters))


@pytest.fixture
def send(admin, path):
    def send(data, by=admin, content_type="text/csv", **query):
        return by.post(f"{path}/import", data=data, content_type=content_type, query_string=query)

    return send


@pytest.fixture
def take(send):
    """Import a table and return `(created, changed, unchanged)`."""

    def take(data, **how):
        answer = created(send(data, **how), status=200)
        return answer["created"], answer["changed"], answer["unchanged"]

    return take


@pytest.fixture
def tasks(admin, event):
    def read():
        return created(admin.get(f"/v1/tasks?event_id={event['id']}&limit=200&sort=id"), status=200)

    return read
