"""The timetable: its sessions, who reads and who changes them."""

import pytest
from helpers import created, problem
from timetable import at

FP1 = {
    "name": "FP1",
    "kind": "practice",
    "starts_at": at("08:00"),
    "ends_at": at("08:40"),
    "status": "scheduled",
    "is_wet": False,
}


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


# How far from its weekend a session may lie; who else plans it


@pytest.mark.parametrize(
    ("day", "status"),
    [("2026-06-04", 422), ("2026-06-05", 201), ("2026-06-16", 201), ("2026-06-17", 422),
     ("2027-06-12", 422), ("2025-06-12", 422)],
)  # fmt: skip
def test_a_session_lies_near_its_weekend(admin, timetable, day, status):
    times = {"starts_at": at("08:00", day), "ends_at": at("08:40", day)}

    response = admin.post(f"{timetable.path}/sessions", json={**FP1, **times})

    assert response.status_code == status
    if status == 422:
        assert "7 days before" in response.json["errors"]["json"]["starts_at"][0]


def test_a_mistyped_year_is_refused_in_a_change_too(timetable, fp1):
    response = timetable.change(fp1, ends_at="2027-06-12T08:40:00Z")

    assert "ends_at" in problem(response, 422)["errors"]["json"]


def test_a_crew_chief_plans_at_their_own_weekend_only(chief, timetable, make_event, fp1):
    timetable.paddock.crew(chief, "crew_chief")
    other = make_event(name="Assen")

    own = chief.patch(f"/v1/sessions/{fp1['id']}", json={"is_wet": True})
    elsewhere = chief.post(f"/v1/events/{other['id']}/sessions", json=FP1)

    assert own.status_code == 200
    problem(elsewhere, 403)


def test_a_postponed_weekend_takes_its_timetable_along(admin, timetable, fp1):
    task_id = timetable.item(fp1)

    moved = created(
        admin.patch(timetable.path, json={"event_date": "2026-07-10", "move_timetable": True}),
        status=200,
    )

    assert (moved["event_date"], moved["end_date"]) == ("2026-07-10", "2026-07-12")
    assert timetable.starts() == {"FP1": "07-10 08:00"}
    assert timetable.due(task_id) == at("07:30", "2026-07-10")


def test_a_timetable_moves_by_local_days_over_a_change_of_clocks(timetable, fp1):
    timetable.plan("2026-11-13", "2026-11-15", move_timetable=True)

    assert timetable.starts() == {"FP1": "11-13 09:00"}


def test_a_timetable_stays_unless_it_is_to_move(admin, timetable, fp1):
    timetable.plan("2026-06-11", "2026-06-14")
    alone = admin.patch(timetable.path, json={"move_timetable": True})

    assert "event_date" in str(problem(alone, 422)["errors"]["json"]["move_timetable"])
    assert timetable.starts() == {"FP1": "06-12 08:00"}
