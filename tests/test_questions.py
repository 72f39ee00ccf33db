"""Where a question stands in Python and in SQL, one table of cases asks both."""

from datetime import UTC, datetime
from itertools import product

import pytest
import sqlalchemy as sa
from helpers import created
from paddock import Paddock

from raceapp.releases import readiness
from raceapp.storage.session import db
from raceapp.tasks import grounds
from raceapp.tasks.models import Anchor, Task, TaskStatus

pytest_plugins = ["release_fixtures"]

ROLES = {
    "mechanic": ["mechanic"],
    "chief": ["crew_chief"],
    "rookie": ["fuel_tech", "mechanic"],
    "stranger": [],
}
WHO = [*ROLES, "admin"]
FRIDAY = datetime(2026, 6, 12, 8, 20, tzinfo=UTC)
CREW_ROLES = ("mechanic", "fuel_tech", None)
STATES = ("open", "failed", "not_applicable", "done")


@pytest.fixture
def people(admin, mechanic, chief, rookie, stranger):
    people = [mechanic, chief, rookie, stranger, admin]
    return {person.email.partition("@")[0]: person for person in people}


@pytest.fixture(params=[False, True], ids=["others check", "self-checks"])
def paddock(request, app, make_event, people):
    event = make_event(allow_self_check=request.param)
    paddock = Paddock(app, event["id"], people["admin"].id)
    for name, roles in ROLES.items():
        paddock.crew(people[name], *roles)
    return paddock


@pytest.fixture
def done_tasks(paddock, people):
    """One for every case of: whose role, who has done it, checked already, in need of a check."""
    cases = product(CREW_ROLES, ("mechanic", "rookie", "admin"), (None, FRIDAY), (True, False))
    return [
        paddock.task(
            status="done",
            crew_role=crew_role,
            done_by=people[name].id,
            done_at=FRIDAY,
            checked_at=checked_at,
            checked_by=checked_at and people["chief"].id,
            needs_check=needs_check,
        )
        for crew_role, name, checked_at, needs_check in cases
    ]


@pytest.fixture
def free_tasks(paddock):
    """One for every case of state and role, all of them nobody's."""
    cases = product(CREW_ROLES, STATES)
    return [paddock.task(crew_role=crew_role, status=status) for crew_role, status in cases]


def listed(person, queue):
    found = created(person.get(f"/v1/tasks?{queue}&sort=id&limit=200"), status=200)
    return [task["id"] for task in found]


def signed(person, tasks, act):
    """Those of these tasks that the person may sign so."""
    paths = {task: f"/v1/tasks/{task}/sign-offs" for task in tasks}
    return [task for task, path in paths.items() if person.post(path, json=act).status_code == 201]


@pytest.mark.parametrize("who", WHO)
def test_what_waits_for_my_check_is_what_i_may_check(done_tasks, people, who):
    waiting = listed(people[who], "needs_check_by=me")

    assert waiting == signed(people[who], done_tasks, {"act": "check"})


@pytest.mark.parametrize("who", ROLES)
def test_what_i_may_claim_is_what_i_may_sign_as_done(free_tasks, people, who):
    claimable = listed(people[who], "claimable=true")

    assert claimable == signed(people[who], free_tasks, {"act": "done"})


def test_the_rule_of_what_blocks_is_the_same_in_memory_and_in_sql(garage, app, bike):
    anchors = [None, Anchor.SESSION_START, Anchor.SESSION_END]
    kinds = product(TaskStatus, [True, False], [True, False], [None, FRIDAY], anchors)
    names = ("status", "is_critical", "needs_check", "checked_at", "anchor")
    for values in kinds:
        garage.task(bike_id=bike, **dict(zip(names, values, strict=True)))

    with app.app_context():
        blocking = set(db.session.scalars(sa.select(Task.id).where(readiness.is_blocking(Task))))
        tasks = db.session.scalars(sa.select(Task)).all()

    assert {task.id for task in tasks if grounds.is_against(task)} == blocking
