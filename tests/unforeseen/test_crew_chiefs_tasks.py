"""The crew chief manages the weekend's tasks."""

from helpers import created, problem


def test_a_crew_chief_gives_work_at_their_weekend(chief, paddock, make_task, mechanic, bike):
    task = make_task(by=chief, assigned_to=mechanic.id, bike_id=bike, is_critical=True)
    free = make_task(by=chief, assigned_to=None, crew_role="mechanic")

    assert (task["assigned_to"], free["assigned_to"]) == (mechanic.id, None)
    assert make_task(by=chief)["assigned_to"] == chief.id


def test_a_crew_chief_changes_deletes_and_restores_all_there(chief, clip_on, change, rookie):
    path = f"/v1/tasks/{clip_on['id']}"
    created(change(clip_on, chief, assigned_to=rookie.id, needs_check=False), status=200)

    assert chief.delete(path).status_code == 204

    assert created(chief.get(path), status=200)["deleted_at"]
    problem(rookie.get(path), 404)
    listed = chief.get(f"/v1/tasks?deleted=true&assigned_to=any&event_id={clip_on['event_id']}")
    assert [task["id"] for task in created(listed, status=200)] == [clip_on["id"]]
    problem(chief.get("/v1/tasks?deleted=true"), 403)
    created(chief.post(f"{path}/restore"), status=200)


def test_a_crew_chief_is_nobody_elsewhere(chief, paddock, elsewhere, make_event, admin, change):
    other = make_event(name="Imola")
    body = {"event_id": other["id"], "title": "Swap wheels"}
    task = created(admin.post("/v1/tasks", json={**body, "assigned_to": chief.id}))

    problem(chief.post("/v1/tasks", json={**body, "assigned_to": admin.id}), 403)
    problem(change(task, chief, is_critical=True), 403)


def test_a_crew_chief_moves_no_task_to_where_they_are_nobody(
    chief, paddock, make_task, make_event, change
):
    task = make_task()

    problem(change(task, chief, event_id=make_event(name="Imola")["id"]), 403)
