"""Who and what the tests of timetable_import have."""

import pytest
from helpers import created
from timetable_files import CSV, ROME, local, times


@pytest.fixture
def send(admin, event):
    """Import a file: `send(text)`, `send(text, ICS)`, `send(text, dry_run="true")`."""

    def send(data, content_type=CSV, by=admin, event_id=event["id"], **query):
        path = f"/v1/events/{event_id}/sessions/import"
        return by.post(path, data=data, content_type=content_type, query_string=query)

    return send


@pytest.fixture
def shown(admin, event):
    """What the timetable says: names, kinds, local days and times."""

    def read(event=event, zone=ROME):
        rows = created(admin.get(f"/v1/events/{event['id']}/sessions?limit=200"), status=200)
        return [(row["name"], row["kind"], *map(local(zone), times(row))) for row in rows]

    return read
