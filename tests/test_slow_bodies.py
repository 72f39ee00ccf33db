"""A body that comes late is waited for before the database is asked."""

import io

import pytest

BODY = b'{"title": "Written too late"}'
SIZED = {"content_length": len(BODY), "content_type": "application/json"}


class Sent(io.BytesIO):
    """A body before which something else happens."""

    def __init__(self, before):
        super().__init__(BODY)
        self.before = [before]

    def readinto(self, buffer):
        while self.before:
            self.before.pop()()
        return super().readinto(buffer)


@pytest.fixture
def late(admin, mechanic):
    """A body before which whoever sends it is disabled."""
    return Sent(lambda: admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False}))


def test_rights_are_those_at_the_end_of_the_body(make_task, mechanic, admin, late):
    task = make_task(assigned_to=mechanic.id)

    answer = mechanic.patch(f"/v1/tasks/{task['id']}", input_stream=late, **SIZED)

    assert answer.status_code == 401
    assert admin.get(f"/v1/tasks/{task['id']}").json["title"] == task["title"]


def test_nobody_is_kept_from_writing_by_a_body_that_is_late(make_event, admin):
    written = []
    late = Sent(lambda: written.append(make_event()))

    answer = admin.post("/v1/events", input_stream=late, **SIZED)

    assert (len(written), answer.status_code) == (1, 422)


def test_nothing_is_waited_for_where_the_token_is_none_of_ours(client):
    late = Sent(lambda: pytest.fail("The body was read."))
    forged = {"Authorization": "Bearer forged"}

    answer = client.post("/v1/events", input_stream=late, headers=forged, **SIZED)

    assert answer.status_code == 401
