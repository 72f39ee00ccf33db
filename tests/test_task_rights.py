"""Who may see, change, delete and restore which task, and which refusal comes first."""

import pytest
from helpers import problem


@pytest.fixture
def assigned(make_task, mechanic):
    """Made by the manager, held by the mechanic."""
    return make_task(assigned_to=mechanic.id)


@pytest.fixture
def own(make_task, mechanic):
    """Made and held by the mechanic."""
    return make_task(by=mechanic)


@pytest.fixture
def handed_on(own, admin, chief):
    """Made by the mechanic, now held by the chief."""
    return admin.patch(f"/v1/tasks/{own['id']}", json={"assigned_to": chief.id}).json


@pytest.fixture
def let_go(own, admin):
    """Made by the mechanic, now nobody's."""
    return admin.patch(f"/v1/tasks/{own['id']}", json={"assigned_to": None}).json


@pytest.fixture
def of_the_chief(make_task, chief):
    """Nothing to do with the mechanic."""
    return make_task(assigned_to=chief.id)


@pytest.fixture
def nobodys(make_task):
    """Made by the manager, held by nobody."""
    return make_task()


NEW_TITLE = {"title": "Bleed the front brake"}
TICK = {"completed": True}
# fmt: off
RIGHTS = [  # task, method, body, what the mechanic is answered
    ("assigned", "get", None, 200),
    ("assigned", "patch", TICK, 200),
    ("assigned", "patch", NEW_TITLE, 403),
    ("assigned", "patch", {"description": "x"}, 403),
    ("assigned", "patch", {"due_at": "2026-06-12T09:00:00Z"}, 403),
    ("assigned", "patch", {"is_critical": True}, 403),
    ("assigned", "patch", {"assigned_to": None}, 403),
    ("assigned", "patch", {**TICK, **NEW_TITLE}, 403),
    ("assigned", "delete", None, 204),
    ("own", "get", None, 200),
    ("own", "patch", TICK, 200),
    ("own", "patch", NEW_TITLE, 200),
    ("own", "patch", {"description": "Both calipers"}, 200),
    ("own", "patch", {"due_at": "2026-06-12T09:00:00Z"}, 200),
    ("own", "patch", {"due_at": None}, 200),
    ("own", "patch", {**TICK, **NEW_TITLE}, 200),
    ("own", "patch", {"is_critical": True}, 403),
    ("own", "patch", {"assigned_to": None}, 403),
    ("own", "delete", None, 204),
    ("handed_on", "get", None, 200),
    ("handed_on", "patch", TICK, 403),
    ("handed_on", "patch", NEW_TITLE, 403),
    ("handed_on", "delete", None, 403),
    ("let_go", "get", None, 200),
    ("let_go", "patch", TICK, 403),
    ("let_go", "patch", NEW_TITLE, 403),
    ("let_go", "delete", None, 204),
    ("of_the_chief", "get", None, 404),
    ("of_the_chief", "patch", TICK, 404),
    ("of_the_chief", "patch", NEW_TITLE, 404),
    ("of_the_chief", "patch", {"is_critical": True}, 404),
    ("of_the_chief", "delete", None, 404),
    ("nobodys", "get", None, 404),
    ("nobodys", "patch", TICK, 404),
    ("nobodys", "delete", None, 404),
]
# fmt: on


def ask(person, method, path, body=None, headers=None):
    """Send the body only where there is one."""
    json = {} if body is None else {"json": body}
    return getattr(person, method)(path, headers=headers, **json)


@pytest.mark.parametrize(("task", "method", "body", "status"), RIGHTS)
def test_the_rights_table_holds(request, admin, mechanic, task, method, body, status):
    before = request.getfixturevalue(task)

    response = ask(mechanic, method, f"/v1/tasks/{before['id']}", body)

    assert response.status_code == status
    if status >= 400:
        problem(response, status)
        assert admin.get(f"/v1/tasks/{before['id']}").json == before


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
@pytest.mark.parametrize("task", ["assigned", "own", "handed_on", "let_go", "nobodys"])
def test_managers_may_do_everything(request, second_admin, task, method):
    path = f"/v1/tasks/{request.getfixturevalue(task)['id']}"

    response = ask(second_admin, method, path, NEW_TITLE if method == "patch" else None)

    assert response.status_code == (204 if method == "delete" else 200)


def test_the_new_holder_ticks_what_another_made(chief, handed_on):
    response = chief.patch(f"/v1/tasks/{handed_on['id']}", json=TICK)

    assert response.json["completed_by"] == chief.id


def test_the_new_holder_cannot_rewrite_what_another_made(chief, handed_on):
    response = chief.patch(f"/v1/tasks/{handed_on['id']}", json=NEW_TITLE)

    problem(response, 403)


def test_losing_a_task_made_by_another_is_losing_sight_of_it(admin, mechanic, chief, assigned):
    admin.patch(f"/v1/tasks/{assigned['id']}", json={"assigned_to": chief.id})

    response = mechanic.get(f"/v1/tasks/{assigned['id']}")

    problem(response, 404)


def test_a_crew_member_may_name_themselves(mechanic, event):
    task = {"event_id": event["id"], "title": "Clean visors", "assigned_to": mechanic.id}

    response = mechanic.post("/v1/tasks", json=task)

    assert (response.status_code, response.json["assigned_to"]) == (201, mechanic.id)


@pytest.mark.parametrize("assignee", ["chief", "unknown"])
def test_a_crew_member_gives_work_to_nobody_else(request, admin, mechanic, event, assignee):
    user_id = 999 if assignee == "unknown" else request.getfixturevalue(assignee).id
    task = {"event_id": event["id"], "title": "Fetch fuel", "assigned_to": user_id}

    response = mechanic.post("/v1/tasks", json=task)

    problem(response, 403)
    assert admin.get("/v1/tasks").json == []


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"given", "mine"}),
        ("?assigned_to=me", {"given", "mine"}),
        ("?assigned_to=any", {"given", "mine", "passed on"}),
        ("?assigned_to=none", set()),
        ("?assigned_to={chief}", {"passed on"}),
        ("?assigned_to={stranger}", set()),
    ],
)
def test_a_crew_member_lists_only_what_they_may_read(
    admin, mechanic, chief, stranger, make_task, query, titles
):
    make_task(title="given", assigned_to=mechanic.id)
    make_task(by=mechanic, title="mine")
    passed_on = make_task(by=mechanic, title="passed on")
    admin.patch(f"/v1/tasks/{passed_on['id']}", json={"assigned_to": chief.id})
    make_task(title="secret", assigned_to=chief.id)
    make_task(title="pool")

    rows = mechanic.get("/v1/tasks" + query.format(chief=chief.id, stranger=stranger.id)).json

    assert {row["title"] for row in rows} == titles


STALE = {"If-Match": '"99"'}


@pytest.mark.parametrize(
    ("task", "method", "body", "status"),
    [
        ("of_the_chief", "patch", {"title": ""}, 422),
        ("of_the_chief", "patch", TICK, 404),
        ("of_the_chief", "delete", None, 404),
        ("handed_on", "patch", TICK, 403),
        ("handed_on", "delete", None, 403),
        ("assigned", "patch", NEW_TITLE, 403),
        ("assigned", "patch", TICK, 412),
        ("assigned", "delete", None, 412),
    ],
)
def test_refusals_come_in_order(request, mechanic, task, method, body, status):
    path = f"/v1/tasks/{request.getfixturevalue(task)['id']}"

    response = ask(mechanic, method, path, body, STALE)

    problem(response, status)


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_stale_version_is_told_before_a_conflict(admin, own, method):
    path = f"/v1/tasks/{own['id']}"
    admin.delete(path)

    response = ask(admin, method, path, NEW_TITLE if method == "patch" else None, STALE)

    problem(response, 412)


def test_a_missing_role_is_told_before_a_bad_body(mechanic):
    response = mechanic.post("/v1/events", json={"zzz": 1})

    problem(response, 403)


def test_a_missing_token_is_told_before_a_bad_body(client):
    response = client.post("/v1/tasks", data="{", content_type="text/plain")

    problem(response, 401)


def test_a_bad_body_is_told_before_an_unknown_id(admin):
    response = admin.patch("/v1/tasks/999", json={"zzz": 1})

    problem(response, 422)
