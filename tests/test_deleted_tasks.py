"""Deleted tasks are hidden and not erased: who deletes, sees and restores them."""

import pytest
from helpers import problem


@pytest.fixture
def own(make_task, mechanic):
    """Made and held by the mechanic."""
    return make_task(by=mechanic)


def test_a_deleted_task_is_hidden_but_admin_can_read_it(admin, mechanic, make_task):
    task = make_task(by=mechanic)

    response = mechanic.delete(f"/v1/tasks/{task['id']}")

    assert (response.status_code, response.data) == (204, b"")
    problem(mechanic.get(f"/v1/tasks/{task['id']}"), 404)
    assert mechanic.get("/v1/tasks").json == [] == admin.get("/v1/tasks").json
    assert admin.get(f"/v1/tasks/{task['id']}").json["deleted_at"] is not None
    assert [row["id"] for row in admin.get("/v1/tasks?deleted=true").json] == [task["id"]]


@pytest.mark.parametrize("change", [{"title": "Ghost"}, {"completed": True}, {"assigned_to": None}])
def test_a_deleted_task_cannot_be_changed(admin, make_task, change):
    path = f"/v1/tasks/{make_task()['id']}"
    admin.delete(path)

    response = admin.patch(path, json=change)

    problem(response, 409)


def test_a_task_is_deleted_once(admin, make_task):
    path = f"/v1/tasks/{make_task()['id']}"
    admin.delete(path)

    response = admin.delete(path)

    problem(response, 409)


def test_a_restored_task_is_back_as_it_was(admin, mechanic, make_task):
    task = make_task(assigned_to=mechanic.id)
    admin.delete(f"/v1/tasks/{task['id']}")

    response = admin.post(f"/v1/tasks/{task['id']}/restore")

    assert response.status_code == 200
    moved = {"version", "updated_at"}
    assert {k: v for k, v in response.json.items() if k not in moved} == {
        k: v for k, v in task.items() if k not in moved
    }
    assert response.json["version"] > task["version"]
    assert mechanic.get("/v1/tasks").json == [response.json]


def test_a_live_task_cannot_be_restored(admin, make_task):
    task = make_task()

    response = admin.post(f"/v1/tasks/{task['id']}/restore")

    problem(response, 409)


def test_a_task_of_a_deleted_event_cannot_be_restored(admin, event, make_task):
    task = make_task()
    admin.delete(f"/v1/tasks/{task['id']}")
    admin.delete(f"/v1/events/{event['id']}")

    response = admin.post(f"/v1/tasks/{task['id']}/restore")

    problem(response, 404)


def test_a_manager_may_delete_even_a_critical_task(admin, make_task):
    task = make_task(is_critical=True)

    response = admin.delete(f"/v1/tasks/{task['id']}")

    assert response.status_code == 204


@pytest.mark.parametrize("deleted", ["true", "false"])
def test_deleted_tasks_are_listed_for_managers_only(mechanic, deleted):
    response = mechanic.get(f"/v1/tasks?deleted={deleted}")

    problem(response, 403)


@pytest.mark.parametrize(
    ("method", "suffix"), [("get", ""), ("patch", ""), ("delete", ""), ("post", "/restore")]
)
def test_a_deleted_task_is_not_there_for_its_former_holder(mechanic, own, method, suffix):
    mechanic.delete(f"/v1/tasks/{own['id']}")
    path = f"/v1/tasks/{own['id']}{suffix}"

    body = {"json": {"completed": True}} if method == "patch" else {}

    response = mechanic.open(path, method=method, **body)

    problem(response, 404)


def test_restoring_is_not_there_for_crew_members_even_on_a_live_task(mechanic, own):
    response = mechanic.post(f"/v1/tasks/{own['id']}/restore")

    problem(response, 404)


def test_a_finished_task_is_evidence_its_holder_cannot_delete(mechanic, own):
    mechanic.patch(f"/v1/tasks/{own['id']}", json={"completed": True})

    response = mechanic.delete(f"/v1/tasks/{own['id']}")

    problem(response, 409)


def test_a_critical_task_refuses_its_holder_with_a_conflict(mechanic, make_task):
    task = make_task(assigned_to=mechanic.id, is_critical=True)

    response = mechanic.delete(f"/v1/tasks/{task['id']}")

    problem(response, 409)
