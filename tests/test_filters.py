"""Every filter of the list of tasks, alone and beside a queue, on both databases."""

import pytest

FILTERS = [
    "assigned_to=none",
    "completed=true",
    "completed=false",
    "is_overdue=true",
    "is_overdue=false",
    "due_before=2026-06-12T08:00:00Z",
    "due_after=2026-06-12T08:00:00Z",
    "updated_since=2026-06-12T08:00:00Z",
    "bike_id=10",
    "session_id=10",
    "section=Brakes",
    "status=failed",
    "sort=-due_at",
    "q=tyre",
    "include_total=true",
]


@pytest.mark.parametrize("queue", ["", "&claimable=true", "&needs_check_by=me"])
def test_every_filter_is_taken_alone_and_beside_a_queue(admin, mechanic, make_task, queue):
    make_task(assigned_to=mechanic.id)

    for filter_ in FILTERS:
        for person in (admin, mechanic):
            answer = person.get(f"/v1/tasks?{filter_}{queue}")
            assert answer.status_code == 200, (filter_, answer.json)
