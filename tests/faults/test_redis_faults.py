"""Redis falls ill under load: requests go on, limited all the same, and counting comes back."""

import pytest
from helpers import eventually
from places import BUDGET

# Half a second is promised: two time-outs of a quarter. A busy machine takes as long again.
AT_ONCE = 1.5
WORKERS = 2
LIMIT = int(BUDGET.partition("/")[0])

ILLS = {
    "refused": ("stop", "go_on"),
    "hung": ("hang", "wake"),
    "read-only": ("make_read_only", "make_writable"),
}


@pytest.fixture(params=ILLS.values(), ids=ILLS)
def ill(request, place):
    """How Redis falls ill and how it recovers."""
    fall, recover = request.param
    return getattr(place.valkey, fall), getattr(place.valkey, recover)


def spend(place, person):
    """Sign off what is not there until the budget is gone; returns how often it was granted."""
    caller = place.caller(person)
    statuses = [
        caller.post("/v1/tasks/999999/sign-offs", {"act": "done"}).status
        for _ in range(WORKERS * LIMIT + 5)
    ]
    assert set(statuses) <= {404, 429}, statuses
    return statuses.count(404)


def test_requests_go_on_while_redis_does_not(place, ill):
    fall_ill, recover = ill
    with place.load() as load:
        fall_ill()
        load.wait_for_answers(200)
        degraded = place.readiness()
        recover()
        load.wait_for_answers(100)
        eventually(lambda: place.readiness() == (200, "ready"))

    assert load.told == {200, 201}
    assert load.slowest < AT_ONCE
    assert degraded == (200, "degraded")
    place.compare(load)


def test_without_redis_each_process_counts_and_with_it_they_share(place, ill):
    fall_ill, recover = ill
    person = place.new_person()
    assert person.token
    eventually(lambda: shares(place), seconds=40)
    fall_ill()

    granted = spend(place, person)

    recover()
    assert LIMIT <= granted <= WORKERS * LIMIT
    eventually(lambda: shares(place), seconds=40)


def shares(place):
    """Whether both processes count in Redis; each asks for it again by itself, ever more rarely."""
    return spend(place, place.new_person()) == LIMIT
