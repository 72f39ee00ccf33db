"""An index serves every filter and sort of the task list, and the record of a weekend."""

import json
from datetime import timedelta

import flask_migrate
import pytest
import sqlalchemy as sa
from accounts import bearer, login
from backends import forget_connections
from sqlalchemy.ext.compiler import compiles

from raceapp import clock
from raceapp.auth.actors import Actor
from raceapp.auth.models import User
from raceapp.demo import load, seeding
from raceapp.events.models import CrewMember
from raceapp.history import service as history
from raceapp.history.models import HistoryEntry
from raceapp.history.schemas import HistoryQuerySchema
from raceapp.permissions import Role
from raceapp.storage.prepared import Compiled
from raceapp.storage.session import db
from raceapp.tasks import finding, lists
from raceapp.tasks.queries import TASK_KEYSET, TaskQuerySchema

TASKS = 24_000
RECORD = """
INSERT INTO history_entries (event_id, position, at, action, subject, changes, request_id, hash)
SELECT event_id, 1000 + row_number() OVER (PARTITION BY event_id), now(), 'task.created',
    'task:' || id, '{}', '', '' FROM tasks
"""
SPREAD = """
UPDATE tasks SET created_at = created_at - id * interval '1 minute',
    updated_at = updated_at - id * interval '1 minute',
    deleted_at = CASE WHEN id % 500 = 0 THEN now() END
"""


class explain(sa.sql.expression.Executable, sa.sql.ClauseElement):
    """The plan of a statement in place of its rows."""

    inherit_cache = False

    def __init__(self, statement):
        self.statement = statement


@compiles(explain)
def write_explain(element, compiler, **options):
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"


@pytest.fixture(scope="module")
def loaded_app(backends):
    """An application with thirty teams in a database of its own, which tests only read."""
    real = backends("postgres")
    app = real.make_app(DATABASE_URL=real.new_database("loaded"))
    with app.app_context(), real.postgres.connect("loaded") as connection:
        flask_migrate.upgrade()
        seeding.seed()
        load.seed_tasks(TASKS)
        for statement in (SPREAD, RECORD, "VACUUM ANALYZE"):
            connection.execute(statement)
    yield app
    forget_connections(app)


@pytest.fixture
def app(postgres_only, backend, loaded_app):
    return loaded_app


@pytest.fixture
def loaded(app):
    with app.app_context():
        yield


@pytest.fixture
def people(loaded):
    manager = db.session.scalar(sa.select(User.id).where(User.role == Role.ADMIN))
    mechanic = db.session.scalar(sa.select(User.id).where(User.email == "load42@demo.example"))
    roles = {"manager": (manager, Role.ADMIN), "mechanic": (mechanic, Role.USER)}
    return {name: Actor(key, name, role, session_id=0) for name, (key, role) in roles.items()}


def filters(mechanic):
    """Every filter of the contract, by what a caller writes."""
    at = {name: f"{clock.utcnow() + timedelta(days=days):%FT%TZ}" for name, days in DAYS.items()}
    event = sa.select(CrewMember.event_id).where(CrewMember.user_id == mechanic.id)
    return [
        {"event_id": db.session.scalar(event), "assigned_to": "any"},
        *({"assigned_to": whose} for whose in ("me", "none", "any", mechanic.id)),
        *({"completed": flag} for flag in ("true", "false")),
        *({"is_overdue": flag} for flag in ("true", "false")),
        *({"due_before": at[name]} for name in at),
        *({"due_after": at[name]} for name in at),
        *({"updated_since": at[name]} for name in at),
        *({"status": name} for name in ("open", "done", "failed", "not_applicable")),
        {"q": "item 4242"},
        {"deleted": "true"},
        {"session_id": 1},
        {"bike_id": 1},
        {"section": "Brakes"},
        {"crew_role": "fuel_tech"},
        {"claimable": "true"},
        {"needs_check_by": "me"},
    ]


DAYS = {"last month": -30, "in a month": 30}


def plan_of(asked, actor):
    """Return every node of the plan for the page that a caller asks for."""
    filters = TaskQuerySchema().load({name: str(value) for name, value in asked.items()})
    page = filters.pop("page")
    if lists.is_rare(filters):
        return nodes_of_page(page, finding.search(actor=actor, **filters))
    fixed, values = lists.split_filters(filters)
    statement, _ = lists.statements(page.shape, actor.is_admin, fixed, tuple(values))
    text = Compiled(statement.statement, db.engine).text
    connection = db.session.connection()
    return nodes_of(connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {text}"))


def nodes_of_page(page, statement):
    asked = explain(page.narrowed(statement))
    return nodes_of(db.session.connection().execute(asked, page.place))


def nodes_of(explained):
    todo = [explained.scalar()[0]["Plan"]]
    nodes = []
    while todo:
        nodes.append(todo.pop())
        todo += nodes[-1].get("Plans", [])
    return nodes


def reads_all(nodes, table="tasks"):
    whole = {"Seq Scan", "Parallel Seq Scan"}
    return any(node["Node Type"] in whole and node["Relation Name"] == table for node in nodes)


def is_sorted(nodes):
    return any("Sort" in node["Node Type"] for node in nodes)


@pytest.mark.parametrize("who", ["manager", "mechanic"])
def test_an_index_serves_every_filter(people, who):
    asked = [
        filter
        for filter in filters(people["mechanic"])
        if who == "manager" or "deleted" not in filter
    ]

    plans = {json.dumps(filter): plan_of(filter, people[who]) for filter in asked}

    assert [filter for filter, nodes in plans.items() if reads_all(nodes)] == []


@pytest.mark.parametrize("sort", ["due_at", "-updated_at"])
@pytest.mark.parametrize(
    ("name", "days", "column"),
    [("updated_since", 30, "updated_at"), ("due_before", -3000, "due_at")],
)
def test_a_range_of_time_is_planned_for_its_time(people, name, days, column, sort):
    """A plan for any time would walk the index of the sort, and throw away all that it reads."""
    moment = f"{clock.utcnow() + timedelta(days=days):%FT%TZ}"

    nodes = plan_of({name: moment, "sort": sort}, people["manager"])

    assert any(column in node.get("Index Cond", "") for node in nodes)


def test_an_index_serves_every_sort_up_and_down(people):
    sorts = [sign + name for name in TASK_KEYSET.names for sign in ("", "-")]

    plans = {sort: plan_of({"sort": sort}, people["manager"]) for sort in sorts}

    assert [sort for sort, nodes in plans.items() if is_sorted(nodes) or reads_all(nodes)] == []


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({"assigned_to": "me"}, "path_tasks_holder"),
        ({"assigned_to": "any", "event_id": 5}, "path_tasks_event"),
        ({"claimable": "true"}, "path_tasks_event"),
    ],
)
def test_what_a_mechanic_sees_is_found_by_its_own_index(people, asked, index):
    nodes = plan_of(asked, people["mechanic"])

    assert index in {node.get("Index Name") for node in nodes}


def test_an_index_serves_the_record_of_a_weekend(people):
    page = HistoryQuerySchema().load({})["page"]

    nodes = nodes_of_page(page, history.of_event(5))

    assert not reads_all(nodes, HistoryEntry.__tablename__)


def test_an_index_serves_each_sweep_of_what_has_expired():
    tables = [table for table in db.metadata.tables.values() if "expires_at" in table.columns]

    indexed = {index.table for table in tables for index in table.indexes if starts(index)}

    assert len(tables) > 3 and indexed == {*tables}


def starts(index):
    return [*index.columns][0].name == "expires_at"


COUNTS = "SELECT sum(custom_plans), sum(generic_plans) >= 10 FROM pg_prepared_statements"


@pytest.mark.parametrize("email", ["manager@demo.example", "load42@demo.example"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/tasks?limit=20&include_total=true",
        "/v1/tasks?assigned_to=any&status=open",
        "/v1/tasks/{task}",
        "/v1/events/{event}/readiness",
        "/v1/events/{event}/changes?since={cursor}",
    ],
)
def test_what_is_read_again_is_planned_once_and_not_for_each_run(app, client, email, path):
    """PostgreSQL itself would compare with what it planned when the table was smaller."""
    headers = bearer(login(client, email, seeding.PASSWORD))
    task = client.get("/v1/tasks?limit=1&assigned_to=any", headers=headers).json[0]
    snapshot = client.get(f"/v1/events/{task['event_id']}/snapshot", headers=headers).json
    names = {"task": task["id"], "event": task["event_id"], "cursor": snapshot["cursor"]}
    idle = app.extensions["idle_connections"]
    idle.engine.dispose()  # and all that was prepared before

    for _ in range(12):
        assert client.get(path.format(**names), headers=headers).status_code == 200

    [kept] = idle.kept
    assert kept.driver_connection.execute(COUNTS).fetchall() == [(0, True)]
