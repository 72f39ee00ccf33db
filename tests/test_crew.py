"""The crew of a weekend: who names it, who sees it, what being on it opens."""

import pytest
from helpers import created, problem
from paddock import Paddock


def member(person, *crew_roles):
    return {"user_id": person.id, "crew_roles": [*crew_roles]}


def told(members):
    """The crew as it was sent, without the names that are answered beside the ids."""
    return [{name: member[name] for name in ("user_id", "crew_roles")} for member in members]


@pytest.fixture
def path(event):
    return f"/v1/events/{event['id']}/crew"


@pytest.fixture
def crew(admin, path, mechanic, chief):
    """The chief and the mechanic, in this order."""
    members = [member(chief, "crew_chief", "mechanic"), member(mechanic, "mechanic")]
    assert admin.put(path, json=members).status_code == 200
    return members


def test_a_team_manager_names_the_crew(admin, path, mechanic, chief):
    members = [member(mechanic, "tyre_tech", "mechanic"), member(chief, "crew_chief")]

    response = admin.put(path, json=members)

    assert (response.status_code, told(response.json)) == (200, members)
    assert told(admin.get(path).json) == members
    assert [one["name"] for one in response.json] == ["mechanic", "chief"]


def test_nobody_is_on_the_crew_at_first(admin, path):
    assert admin.get(path).json == []


def test_a_new_crew_replaces_the_old_one(admin, path, crew, rookie, mechanic):
    members = [member(rookie, "logistics"), member(mechanic, "rider")]

    admin.put(path, json=members)

    assert told(admin.get(path).json) == members


def test_a_crew_can_be_dissolved(admin, mechanic, path, crew):
    response = admin.put(path, json=[])

    assert (response.status_code, response.json) == (200, [])
    problem(mechanic.get(path), 404)


def test_the_crew_reads_the_crew_and_strangers_do_not(mechanic, stranger, path, crew):
    assert told(mechanic.get(path).json) == crew
    problem(stranger.get(path), 404)


def test_the_crew_sees_the_tasks_of_its_event(mechanic, stranger, make_task, crew):
    task = make_task(title="Bleed the brakes")

    seen, hidden = (person.get(f"/v1/tasks/{task['id']}") for person in (mechanic, stranger))

    assert seen.json == task
    problem(hidden, 404)


def test_being_on_one_crew_opens_no_other_event(mechanic, make_event, crew):
    other = make_event(name="Assen")

    response = mechanic.get(f"/v1/events/{other['id']}/crew")

    problem(response, 404)


def test_only_team_managers_name_the_crew(mechanic, admin, path, crew):
    response = mechanic.put(path, json=[member(mechanic, "crew_chief")])

    problem(response, 403)
    assert told(admin.get(path).json) == crew


@pytest.mark.parametrize("deed", ["get", "put"])
def test_an_unknown_or_deleted_event_has_no_crew(admin, event, path, deed):
    admin.delete(f"/v1/events/{event['id']}")
    body = {"json": []} if deed == "put" else {}

    for where in (path, "/v1/events/999/crew"):
        problem(getattr(admin, deed)(where, **body), 404)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_id", 999), ("user_id", "1"), ("user_id", None), ("user_id", 2**63),
        ("crew_roles", []), ("crew_roles", ["mechanic", "mechanic"]), ("crew_roles", None),
        ("crew_roles", "mechanic"), ("crew_roles", ["driver"]), ("crew_roles", [None]),
        ("crew_roles", ["mechanic"] * 9), ("colour", "red"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_with_its_place_in_the_list(admin, path, rookie, crew, field, value):
    wrong = {**member(rookie, "mechanic"), field: value}

    response = admin.put(path, json=[*crew, wrong])

    assert field in problem(response, 422)["errors"]["json"]["2"]
    assert told(admin.get(path).json) == crew


@pytest.mark.parametrize("field", ["user_id", "crew_roles"])
def test_a_crew_member_needs_a_person_and_a_role(admin, path, rookie, field):
    body = {key: value for key, value in member(rookie, "rider").items() if key != field}

    response = admin.put(path, json=[body])

    assert field in problem(response, 422)["errors"]["json"]["0"]


@pytest.mark.parametrize("body", [{}, {"crew": []}, 7, "crew", [1], [[]], [None]])
def test_a_crew_is_a_list_of_people(admin, path, crew, body):
    response = admin.put(path, json=body)

    problem(response, 422)
    assert told(admin.get(path).json) == crew


def test_nobody_is_on_the_crew_twice(admin, path, mechanic, crew):
    response = admin.put(path, json=[member(mechanic, "mechanic"), member(mechanic, "rider")])

    assert "user_id" in problem(response, 422)["errors"]["json"]["1"]
    assert told(admin.get(path).json) == crew


def test_a_disabled_person_cannot_be_on_the_crew(admin, path, mechanic):
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})

    response = admin.put(path, json=[member(mechanic, "mechanic")])

    assert "user_id" in problem(response, 422)["errors"]["json"]["0"]


def test_a_crew_has_at_most_two_hundred_people(admin, path):
    members = [{"user_id": number, "crew_roles": ["mechanic"]} for number in range(1, 202)]

    response = admin.put(path, json=members)

    assert "200" in str(problem(response, 422)["errors"])


# Versions and the record


def test_the_version_of_a_crew_is_that_of_its_event(admin, event, path, crew):
    response = admin.get(path)

    version = admin.get(f"/v1/events/{event['id']}").json["version"]
    assert response.headers["ETag"] == f'"{version}"' == '"2"'


def test_a_crew_is_read_anew_since_people_change_their_names(admin, path, mechanic, crew):
    seen = {"If-None-Match": admin.get(path).headers["ETag"]}
    admin.patch(f"/v1/users/{mechanic.id}", json={"name": "Mia Sand"})

    response = admin.get(path, headers=seen)

    assert [one["name"] for one in created(response, status=200)] == ["chief", "Mia Sand"]


def test_naming_the_same_crew_again_changes_nothing(admin, event, path, crew):
    admin.put(path, json=crew)

    assert admin.get(f"/v1/events/{event['id']}").json["version"] == 2
    assert len(admin.get(f"/v1/events/{event['id']}/history").json) == 2


def test_a_stale_version_names_no_crew(admin, path, crew):
    response = admin.put(path, json=[], headers={"If-Match": '"1"'})

    problem(response, 412)
    assert told(admin.get(path).json) == crew


def test_of_two_crews_named_from_one_version_one_wins(admin, path, mechanic, chief, parallel):
    people, seen = iter((mechanic, chief)), {"If-Match": '"1"'}

    answers = parallel(
        lambda: admin.put(path, json=[member(next(people), "mechanic")], headers=seen), 2
    )

    assert sorted(response.status_code for response in answers) == [200, 412]
    assert len(admin.get(path).json) == 1


def test_crews_named_at_the_same_instant_never_mix(admin, path, mechanic, chief, parallel):
    crews = [[member(mechanic, "mechanic")], [member(chief, "crew_chief")]]
    turns = iter(crews * 2)

    answers = parallel(lambda: admin.put(path, json=next(turns)), 4)

    assert {response.status_code for response in answers} == {200}
    assert told(admin.get(path).json) in crews


def test_the_record_tells_who_was_on_the_crew_and_who_is(admin, event, path, crew):
    admin.put(path, json=crew[:1])

    entry = admin.get(f"/v1/events/{event['id']}/history").json[-1]
    assert (entry["action"], entry["subject"]) == ("event.crew_changed", f"event:{event['id']}")
    assert entry["changes"] == {"crew": [crew, crew[:1]]}


# Checking one's own work


@pytest.mark.parametrize(("allowed", "status"), [(True, 201), (False, 409)])
def test_the_event_says_whether_one_checks_ones_own_work(
    app, admin, event, mechanic, crew, allowed, status
):
    task_id = Paddock(app, event["id"], admin.id).task(needs_check=True)
    admin.patch(f"/v1/events/{event['id']}", json={"allow_self_check": allowed})
    mechanic.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": "done"})

    response = mechanic.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": "check"})

    assert response.status_code == status
    signs = admin.get(f"/v1/tasks/{task_id}/sign-offs").json
    assert [sign["is_self_check"] for sign in signs] == [False, True][: 1 + allowed]


def test_the_crew_as_it_was_read_is_put_back_unchanged(admin, event, mechanic, chief):
    path = f"/v1/events/{event['id']}/crew"
    members = [
        {"user_id": person.id, "crew_roles": [role]}
        for person, role in ((mechanic, "mechanic"), (chief, "crew_chief"))
    ]
    first = admin.put(path, json=members)

    again = admin.put(path, json=admin.get(path).json)

    assert (created(again, status=200), again.headers["ETag"]) == (
        first.json,
        first.headers["ETag"],
    )
    assert {member["name"] for member in again.json} == {"mechanic", "chief"}
