"""Comments: who says what on a task, and what stays of it."""

from functools import partial

import pytest
from garage import at_once
from helpers import created, problem

CRACK = {"text": "Hairline crack at the left lug"}


@pytest.fixture
def task(make_task, mechanic):
    return make_task(assigned_to=mechanic.id)


@pytest.fixture
def path(task):
    return f"/v1/tasks/{task['id']}/comments"


def test_a_comment_is_read_by_whoever_sees_the_task(path, mechanic, admin):
    said = created(mechanic.post(path, json=CRACK))

    assert admin.get(path).json == [said]
    assert (said["text"], said["created_by"], said["version"]) == (CRACK["text"], mechanic.id, 1)


def test_comments_stand_in_the_order_they_were_said(path, mechanic, admin):
    for person, text in ((mechanic, "one"), (admin, "two"), (mechanic, "three")):
        created(person.post(path, json={"text": text}))

    assert [comment["text"] for comment in admin.get(path).json] == ["one", "two", "three"]


def test_a_deleted_comment_is_hidden_from_everybody(path, mechanic, admin):
    said = created(mechanic.post(path, json=CRACK))

    assert mechanic.delete(f"/v1/comments/{said['id']}").status_code == 204

    assert admin.get(path).json == []
    problem(admin.delete(f"/v1/comments/{said['id']}"), 404)


def test_nobody_but_a_manager_deletes_what_another_said(path, mechanic, admin):
    said = created(admin.post(path, json=CRACK))

    problem(mechanic.delete(f"/v1/comments/{said['id']}"), 403)

    assert admin.get(path).json == [said]


def test_comments_stand_in_the_record_with_their_task(path, task, mechanic, admin):
    said = created(mechanic.post(path, json=CRACK))
    mechanic.delete(f"/v1/comments/{said['id']}")

    entries = admin.get(f"/v1/events/{task['event_id']}/history").json[-2:]

    told = [(entry["action"], entry["subject"], entry["actor"]) for entry in entries]
    subject = f"comment:{said['id']}"
    assert told == [
        (action, subject, mechanic.id) for action in ("comment.added", "comment.deleted")
    ]
    assert entries[0]["changes"] == {"task_id": task["id"], **CRACK}


def test_markup_is_text(path, mechanic):
    said = created(mechanic.post(path, json={"text": "<img src=x onerror=alert(1)>\nsecond line"}))

    assert said["text"] == "<img src=x onerror=alert(1)>\nsecond line"


@pytest.mark.parametrize("text", ["", " ", None, 5, "x" * 10_001, "nul\x00"])
def test_what_is_no_text_is_refused(path, mechanic, text):
    problem(mechanic.post(path, json={"text": text}), 422)

    assert mechanic.get(path).json == []


def test_a_stale_version_deletes_nothing(path, mechanic):
    said = created(mechanic.post(path, json=CRACK))

    stale = mechanic.delete(f"/v1/comments/{said['id']}", headers={"If-Match": '"2"'})

    problem(stale, 412)
    assert mechanic.get(path).json == [said]


def test_who_is_let_off_the_crew_sees_no_comment(path, task, make_person, admin):
    tyres = make_person("tyres")
    crew = f"/v1/events/{task['event_id']}/crew"
    created(admin.put(crew, json=[{"user_id": tyres.id, "crew_roles": ["tyre_tech"]}]), status=200)
    said = created(tyres.post(path, json=CRACK))

    created(admin.put(crew, json=[]), status=200)

    problem(tyres.get(path), 404)
    problem(tyres.delete(f"/v1/comments/{said['id']}"), 404)


def test_comments_go_along_with_a_task_to_another_weekend(path, task, admin, make_event, mechanic):
    said = created(mechanic.post(path, json=CRACK))
    created(
        mechanic.delete(f"/v1/comments/{created(mechanic.post(path, json=CRACK))['id']}"),
        status=204,
    )
    old, new = task["event_id"], make_event(name="Assen")["id"]
    cursors = {id: admin.get(f"/v1/events/{id}/snapshot").json["cursor"] for id in (old, new)}

    created(admin.patch(f"/v1/tasks/{task['id']}", json={"event_id": new}), status=200)

    (now,) = admin.get(path).json
    assert now == {**said, "event_id": new, "version": 2, "updated_at": now["updated_at"]}
    for event_id, resource in ((old, None), (new, now)):
        feed = f"/v1/events/{event_id}/changes?since={cursors[event_id]}"
        told = {
            row["id"]: row for row in admin.get(feed).json["changes"] if row["kind"] == "comment"
        }
        assert told[said["id"]]["resource"] == resource


def test_a_comment_made_while_its_task_moves_goes_along(
    postgres_only, path, task, admin, make_event, mechanic, parallel
):
    assert mechanic.token and admin.token
    other = make_event(name="Assen")["id"]
    for event_id in (other, task["event_id"]) * 3:
        comment = partial(mechanic.post, path, json=CRACK)
        move = partial(admin.patch, f"/v1/tasks/{task['id']}", json={"event_id": event_id})

        at_once(parallel, comment, move)

        assert {row["event_id"] for row in admin.get(path).json} == {event_id}
