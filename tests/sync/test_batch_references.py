"""A path of a batch may name what an earlier operation made."""

from uuid import uuid4

from batches import operation, statuses, sync


def test_a_path_may_name_the_task_that_an_earlier_operation_made(mechanic, add):
    new = add()
    signed = operation("POST", f"/v1/tasks/@{new['id']}/sign-offs", {"act": "done"})

    found = sync(mechanic, new, signed)

    assert statuses(found) == [201, 201]
    assert found[1]["body"]["id"] == found[0]["body"]["id"]


def test_a_reference_holds_in_later_batches_whatever_its_case(mechanic, add):
    new = add()
    sync(mechanic, new)

    found = sync(
        mechanic, operation("PATCH", f"/v1/tasks/@{new['id'].upper()}", {"completed": True})
    )

    assert found[0]["body"]["completed"] is True


def test_a_reference_to_nothing_is_refused_in_its_place(mechanic, admin, add, sign):
    theirs, later, signed = add(), add(), sign()
    sync(admin, theirs)
    named = [str(uuid4()), theirs["id"], later["id"], signed["id"]]
    tick = {"completed": True}

    found = sync(
        mechanic,
        signed,
        *(operation("PATCH", f"/v1/tasks/@{name}", tick) for name in named),
        later,
    )

    assert statuses(found) == [201, 422, 422, 422, 422, 201]


def test_a_reference_forward_stays_refused_when_the_batch_is_sent_again(mechanic, add):
    new = add()
    batch = operation("PATCH", f"/v1/tasks/@{new['id']}", {"completed": True}), new
    first = sync(mechanic, *batch)

    again = sync(mechanic, *batch)

    assert statuses(first) == statuses(again) == [422, 201]


def test_a_task_is_no_weekend(mechanic, event, add):
    new = add()

    found = sync(mechanic, new, operation("POST", f"/v1/events/@{new['id']}/incidents", {}))

    assert statuses(found) == [201, 422]
