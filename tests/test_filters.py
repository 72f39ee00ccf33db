"""Every filter of the list of tasks, alone and beside a queue, on both databases."""

import pytest
from helpers import problem
from paddock import Paddock

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
    "status=failed,open",
    "crew_role=mechanic",
    "crew_role=mechanic,tyre_tech",
    "bike_id=10,11",
    "session_id=10,11",
    "assigned_to=me,none",
    "assigned_to=10,11",
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


@pytest.fixture
def spread(app, admin, event, mechanic, chief):
    """Two of the mechanic, one of them done, one of the chief, one of nobody."""
    paddock = Paddock(app, event["id"], admin.id)
    paddock.crew(mechanic, "mechanic")
    return [
        paddock.task(assigned_to=mechanic.id),
        paddock.task(assigned_to=mechanic.id, status="failed", crew_role="tyre_tech"),
        paddock.task(assigned_to=chief.id, status="not_applicable", crew_role=None),
        paddock.task(bike_id=paddock.bike(), crew_role="fuel_tech", session_id=paddock.session()),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=open,failed", [0, 1, 3]),
        ("status=failed,failed", [1]),
        ("crew_role=tyre_tech,fuel_tech", [1, 3]),
        ("crew_role=mechanic", [0]),
        ("assigned_to=none,{chief}", [2, 3]),
        ("assigned_to={mechanic},any", [0, 1, 2, 3]),
        ("bike_id=1,999", [3]),
        ("session_id=999,1&status=open", [3]),
        ("session_id=998,999", []),
    ],
)
def test_several_values_with_commas_find_what_matches_one(
    admin, mechanic, chief, spread, query, found
):
    query = query.format(mechanic=mechanic.id, chief=chief.id)

    listed = admin.get(f"/v1/tasks?sort=id&include_total=true&{query}")

    assert [task["id"] for task in listed.json] == [spread[place] for place in found]
    assert listed.headers["X-Total-Count"] == str(len(found))


def test_me_and_nobody_together_are_what_a_crew_member_may_do(mechanic, spread):
    listed = mechanic.get("/v1/tasks?sort=id&assigned_to=me,none")

    assert [task["id"] for task in listed.json] == [spread[0], spread[1], spread[3]]


@pytest.mark.parametrize(
    "query", ["status=open,", "status=open,shut", "bike_id=1,x", "bike_id=,", "crew_role=pilot"]
)
def test_a_value_that_cannot_be_is_refused_in_the_one_shape(admin, query):
    refused = problem(admin.get(f"/v1/tasks?{query}"), 422)

    [messages] = refused["errors"]["query"].values()
    assert isinstance(messages, list) and messages
    assert all(isinstance(message, str) for message in messages)


@pytest.mark.parametrize(("number", "status"), [(100, 200), (101, 422)])
def test_a_list_of_values_has_an_end_also_for_one_that_comes_again(admin, number, status):
    numbers = ",".join(str(number) for number in range(1, number + 1))
    again = ",".join(["any"] * number)

    answers = [
        admin.get(f"/v1/tasks?{query}") for query in (f"bike_id={numbers}", f"assigned_to={again}")
    ]

    assert [answer.status_code for answer in answers] == [status, status]
