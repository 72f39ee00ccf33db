"""The timetable: its sessions, who reads and who changes them."""

import pytest
from board import Board
from helpers import problem
from timetable import Timetable, at

FP1 = {
    "name": "FP1",
    "kind": "practice",
    "starts_at": at("08:00"),
    "ends_at": at("08:40"),
    "status": "scheduled",
    "is_wet": False,
}


@pytest.fixture
def timetable(app, admin, event):
    return Timetable(admin, event, Board(app, event["id"], admin.id))


@pytest.fixture
def fp1(timetable):
    return timetable.session()


# Sessions


def test_a_session_is_found_at_its_location_with_the_times_first_planned(admin, event):
    response = admin.post(f"/v1/events/{event['id']}/sessions", json=FP1)

    assert response.status_code == 201
    assert response.json.items() >= {**FP1, "event_id": event["id"], "version": 1}.items()
    assert response.json["planned_starts_at"] == FP1["starts_at"]
    assert response.json["planned_ends_at"] == FP1["ends_at"]
    assert admin.get(response.headers["Location"]).json == response.json


def test_a_session_is_scheduled_and_dry_unless_said_otherwise(fp1):
    assert (fp1["status"], fp1["is_wet"]) == ("scheduled", False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", None), ("name", "x" * 101), ("kind", "superpole"), ("kind", None),
        ("starts_at", "2026-06-12T10:00:00"), ("starts_at", "2026-06-12"), ("starts_at", None),
        ("ends_at", at("08:00")), ("ends_at", at("07:59")), ("ends_at", "2100-01-01T00:00:00Z"),
        ("status", "delayed"), ("status", None), ("is_wet", 1), ("planned_starts_at", at("08:00")),
        ("event_id", 1), ("zzz", 1),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_in_the_refusal(admin, event, fp1, field, value):
    posted = admin.post(f"/v1/events/{event['id']}/sessions", json={**FP1, field: value})
    patched = admin.patch(f"/v1/sessions/{fp1['id']}", json={field: value})

    for response in (posted, patched):
        assert field in problem(response, 422)["errors"]["json"]
    assert admin.get(f"/v1/events/{event['id']}/sessions").json == [fp1]


@pytest.mark.parametrize("field", ["name", "kind", "starts_at", "ends_at"])
def test_a_session_needs_a_name_a_kind_and_times(admin, event, field):
    body = {key: value for key, value in FP1.items() if key != field}

    response = admin.post(f"/v1/events/{event['id']}/sessions", json=body)

    assert field in problem(response, 422)["errors"]["json"]


def test_a_session_cannot_start_after_it_ends(timetable, admin, fp1):
    response = timetable.change(fp1, starts_at=at("08:40"))

    assert "ends_at" in problem(response, 422)["errors"]["json"]
    assert admin.get(f"/v1/sessions/{fp1['id']}").json == fp1


def test_the_first_session_is_listed_first(timetable):
    for name, start in (("Race", "12:00"), ("FP1", "08:00"), ("Qualifying", "10:00")):
        timetable.session(name, start, "12:30")

    assert [*timetable.starts()] == ["FP1", "Qualifying", "Race"]


def test_sessions_are_sorted_and_paged(timetable, admin):
    timetable.day("B", "A", "C")

    page = admin.get(f"{timetable.path}/sessions?sort=-name&limit=2&include_total=true")

    assert [row["name"] for row in page.json] == ["C", "B"]
    assert page.headers["X-Total-Count"] == "3"
    assert 'rel="next"' in page.headers["Link"]


def test_everybody_reads_the_timetable(stranger, timetable, fp1):
    assert stranger.get(f"{timetable.path}/sessions").json == [fp1]
    assert stranger.get(f"/v1/sessions/{fp1['id']}").json == fp1


def test_only_team_managers_change_the_timetable(mechanic, timetable, admin, fp1):
    shift = {"from_session_id": fp1["id"], "minutes": 5}

    answers = [
        mechanic.post(f"{timetable.path}/sessions", json=FP1),
        mechanic.patch(f"/v1/sessions/{fp1['id']}", json={"is_wet": True}),
        mechanic.delete(f"/v1/sessions/{fp1['id']}"),
        mechanic.post(f"{timetable.path}/timetable/shifts", json=shift),
    ]

    for response in answers:
        problem(response, 403)
    assert admin.get(f"{timetable.path}/sessions").json == [fp1]


def test_the_sessions_of_a_deleted_weekend_are_gone(admin, timetable, fp1):
    admin.delete(timetable.path)

    answers = [
        admin.get(f"{timetable.path}/sessions"),
        admin.post(f"{timetable.path}/sessions", json=FP1),
        admin.get(f"/v1/sessions/{fp1['id']}"),
        admin.patch(f"/v1/sessions/{fp1['id']}", json={"is_wet": True}),
        admin.delete(f"/v1/sessions/{fp1['id']}"),
    ]

    for response in answers:
        problem(response, 404)


def test_a_change_makes_a_version_and_repeating_it_none(timetable, fp1):
    changed = timetable.change(fp1, status="running", is_wet=True).json
    repeated = timetable.change(fp1, status="running", is_wet=True).json

    assert (changed["status"], changed["is_wet"], changed["version"]) == ("running", True, 2)
    assert repeated == changed
    assert timetable.deeds()[1:] == [f"session.updated session:{fp1['id']}"]


@pytest.mark.parametrize("deed", ["patch", "delete"])
def test_a_stale_version_changes_no_session(admin, timetable, fp1, deed):
    timetable.change(fp1, name="FP 1")
    body = {"json": {"name": "Practice"}} if deed == "patch" else {}

    response = getattr(admin, deed)(
        f"/v1/sessions/{fp1['id']}", headers={"If-Match": '"1"'}, **body
    )

    problem(response, 412)
    assert [*timetable.starts()] == ["FP 1"]
