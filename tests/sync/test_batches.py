"""Batches: many writes at once, from a device that was out of reach."""

from dataclasses import replace

from batches import operation, statuses, sync
from helpers import created


def test_each_operation_is_answered_as_the_call_by_itself(mechanic, task, add, sign):
    change = operation("PATCH", f"/v1/tasks/{task['id']}", {"completed": False})

    found = sync(mechanic, add(), sign(), change)

    assert statuses(found) == [201, 201, 200]
    assert found[0]["body"] == mechanic.get(f"/v1/tasks/{found[0]['body']['id']}").json
    assert found[2]["body"] == mechanic.get(f"/v1/tasks/{task['id']}").json
    assert [result["etag"] for result in found] == ['"1"', '"2"', '"3"']
    assert not any(result["is_replay"] for result in found)


def test_the_answer_is_in_the_order_of_the_operations(mechanic, add):
    sent = [add(f"Task {number}") for number in range(5)]

    found = sync(mechanic, *sent)

    assert [result["id"] for result in found] == [one["id"] for one in sent]
    assert [result["body"]["title"] for result in found] == [f"Task {n}" for n in range(5)]


def test_what_is_refused_stops_none_of_the_others(mechanic, add, sign):
    stranger_task = operation("POST", "/v1/tasks", {"event_id": 999, "title": "Nowhere"})
    missing = operation("PATCH", "/v1/tasks/999", {"completed": True})

    found = sync(mechanic, sign("check"), stranger_task, missing, add())

    assert statuses(found) == [403, 422, 404, 201]
    assert {"type", "title", "status", "detail", "request_id"} <= found[0]["body"].keys()
    assert found[0]["etag"] is None


def test_a_batch_sent_again_is_answered_as_then_and_does_nothing(mechanic, task, add, sign):
    sent = [add(), sign()]
    first = sync(mechanic, *sent)

    again = sync(mechanic, *sent)

    assert again == [{**result, "is_replay": True} for result in first]
    assert len(mechanic.get(f"/v1/tasks/{task['id']}/sign-offs").json) == 1
    assert len(mechanic.get("/v1/tasks").json) == 2


def test_what_was_refused_is_judged_anew(admin, mechanic, task, sign):
    sent = sign()
    created(admin.patch(f"/v1/tasks/{task['id']}", json={"assigned_to": None}), status=200)
    refused = sync(mechanic, sent)
    created(admin.patch(f"/v1/tasks/{task['id']}", json={"assigned_to": mechanic.id}), status=200)

    again = sync(mechanic, sent)

    assert refused[0]["status"] in (403, 404)
    assert (again[0]["status"], again[0]["is_replay"]) == (201, False)


def test_an_id_with_another_content_is_refused(mechanic, add):
    sent = add()
    sync(mechanic, sent)

    found = sync(mechanic, {**sent, "body": {**sent["body"], "title": "Another"}})

    assert statuses(found) == [422]
    assert len(mechanic.get("/v1/tasks").json) == 1


def test_ids_are_those_of_one_person(mechanic, admin, add):
    sent = add()

    found = sync(mechanic, sent) + sync(admin, sent)

    assert found[0]["body"]["id"] != found[1]["body"]["id"]
    assert not found[1]["is_replay"]


def test_after_thirty_days_an_operation_is_forgotten(mechanic, add, clock):
    sent = add()
    sync(mechanic, sent)
    clock.advance(days=29, hours=23)
    person = replace(mechanic)

    assert sync(person, sent)[0]["is_replay"]
    clock.advance(hours=2)
    assert not sync(replace(mechanic), sent)[0]["is_replay"]
