"""Operations whose tasks a batch reads together: what others do meanwhile counts as ever."""

import pytest
from batches import operation, statuses, sync
from helpers import created

from raceapp.storage.ahead import ReadTogether
from raceapp.sync import runs

pytestmark = pytest.mark.usefixtures("postgres_only")


@pytest.fixture
def tasks(make_task, mechanic):
    return [make_task(assigned_to=mechanic.id) for _ in range(3)]


def signing(task, act="done", **others):
    path, note = f"/v1/tasks/{task['id']}/sign-offs", others.pop("note", None)
    return operation("POST", path, {"act": act, "note": note}, **others)


@pytest.fixture
def before(app, monkeypatch):
    """Have somebody do something right before an operation, once its task has been read."""

    def arrange(number: int, deed):
        plain, calls = app.answer_inside, []

        def answer_inside(environ):
            calls.append(environ)
            if len(calls) == number:
                monkeypatch.undo()
                deed()
            return plain(environ)

        monkeypatch.setattr(app, "answer_inside", answer_inside)

    return arrange


def test_whoever_signed_meanwhile_was_first(mechanic, admin, tasks, before):
    before(2, lambda: created(admin.post(f"/v1/tasks/{tasks[1]['id']}/sign-offs", json=DONE)))

    first, second, third = sync(mechanic, *map(signing, tasks))

    assert statuses([first, second, third]) == [201, 409, 201]
    assert "was first" in second["body"]["detail"]


DONE = {"act": "done"}


def test_what_was_read_as_done_and_is_open_again_is_signed(mechanic, admin, tasks, before):
    path = f"/v1/tasks/{tasks[1]['id']}/sign-offs"
    created(admin.post(path, json=DONE))
    before(2, lambda: created(admin.post(path, json={"act": "reopen"})))

    assert statuses(sync(mechanic, *map(signing, tasks))) == [201, 201, 201]


def test_a_version_made_meanwhile_is_the_one_that_if_match_means(mechanic, admin, tasks, before):
    change = {"json": {"title": "Bleed the rear brake"}}
    before(2, lambda: admin.patch(f"/v1/tasks/{tasks[1]['id']}", **change))
    first, *others = tasks

    found = sync(mechanic, signing(first), *(signing(one, if_match='"2"') for one in others))

    assert statuses(found) == [201, 201, 412]


def test_a_version_that_is_gone_meanwhile_is_refused(mechanic, admin, tasks, before):
    change = {"json": {"title": "Bleed the rear brake"}}
    before(2, lambda: admin.patch(f"/v1/tasks/{tasks[1]['id']}", **change))

    found = sync(mechanic, *(signing(one, if_match='"1"') for one in tasks))

    assert statuses(found) == [201, 412, 201]


def test_a_task_deleted_meanwhile_is_not_found(mechanic, admin, tasks, before):
    before(2, lambda: admin.delete(f"/v1/tasks/{tasks[1]['id']}"))

    assert statuses(sync(mechanic, *map(signing, tasks))) == [201, 404, 201]


def test_who_has_left_the_crew_meanwhile_signs_nothing(
    mechanic, admin, paddock, event, make_task, before
):
    tasks = [make_task(crew_role="mechanic") for _ in range(3)]
    before(2, lambda: admin.put(f"/v1/events/{event['id']}/crew", json=[]))

    assert statuses(sync(mechanic, *map(signing, tasks))) == [201, 404, 404]


def test_an_account_that_has_ended_is_found_out_when_the_next_are_read(
    mechanic, admin, tasks, before, monkeypatch
):
    monkeypatch.setattr(ReadTogether, "SECONDS", 0)
    before(2, lambda: admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False}))

    assert statuses(sync(mechanic, *map(signing, tasks))) == [201, 401, 401]


def test_one_task_may_come_twice(mechanic, tasks):
    twice = [signing(tasks[0]), signing(tasks[0], "reopen"), signing(tasks[0])]

    assert statuses(sync(mechanic, *twice, *map(signing, tasks[1:]))) == [201] * 5


def test_what_is_sent_again_reads_nothing_for_what_was_done(mechanic, tasks):
    sent = [*map(signing, tasks)]
    sync(mechanic, *sent[:2])

    assert [one["is_replay"] for one in sync(mechanic, *sent)] == [True, True, False]


def runs_of(operations):
    return [[*run.values()] for run in runs.runs(operations) if run]


def test_a_run_ends_at_any_other_call_at_the_same_task_and_when_it_is_full():
    most = ReadTogether.MOST
    paths = [*range(1, most + 3), most + 2]
    many = [operation("PATCH", f"/v1/tasks/{number}", {"title": "A"}) for number in paths]
    other = operation("POST", "/v1/tasks/1/comments", {"text": "B"})
    names = [one["id"] for one in many]

    assert runs_of([*many, other, many[0]]) == [
        names[:most],
        names[most : most + 2],
        names[most + 2 :],
        names[:1],
    ]
