"""Race weekends: what they default to, who may change them, how they are found and hidden."""

import pytest
from helpers import problem

MUGELLO = {"track": "Mugello", "location": "Scarperia, Italy", "event_date": "2026-05-29"}


def test_admin_creates_a_weekend_and_finds_it_at_its_location(admin):
    fields = {
        **MUGELLO,
        "name": "Round 4",
        "end_date": "2026-05-31",
        "timezone": "Europe/Rome",
        "notes": "Box 12",
    }

    response = admin.post("/v1/events", json=fields)

    assert response.status_code == 201
    assert response.json.items() >= fields.items()
    assert admin.get(response.headers["Location"]).json == response.json


def test_a_weekend_shows_its_fields(event):
    assert event.keys() >= {
        "id", "name", "track", "location", "event_date", "end_date", "timezone", "notes",
        "version", "created_at", "updated_at",
    }  # fmt: skip
    assert event["created_at"].endswith("Z") and event["updated_at"].endswith("Z")
    assert event["version"] == 1


def test_a_bare_weekend_lasts_one_day_and_is_named_for_track_and_year(admin):
    made = admin.post("/v1/events", json=MUGELLO).json

    assert made["name"] == "Mugello 2026"
    assert made["end_date"] == "2026-05-29"
    assert made["timezone"] == "UTC"
    assert made["notes"] is None


def test_text_is_trimmed_composed_and_keeps_its_lines(admin):
    fields = {
        **MUGELLO,
        "track": "  Circuito de Jere\u0301z ",
        "notes": "Gate 3\r\nTyres\tat noon\n",
    }

    made = admin.post("/v1/events", json=fields).json

    assert made["track"] == "Circuito de Jer\u00e9z"
    assert made["notes"] == "Gate 3\nTyres\tat noon"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("track", ""), ("track", "   "), ("track", None), ("track", 7), ("track", "x" * 121),
        ("track", "Misano\nWorld"), ("location", "x" * 121), ("location", "\u00a0\u2003"),
        ("name", "x" * 101), ("notes", "x" * 10_001), ("event_date", "2026-02-30"),
        ("event_date", "29/05/2026"), ("event_date", "20260529"), ("event_date", "2026-W22-5"),
        ("event_date", "2026-05-29T00:00:00Z"), ("event_date", "1969-12-31"),
        ("event_date", "2100-01-01"), ("event_date", 20260529), ("end_date", "2026-05-28"),
        ("end_date", "2100-01-01"), ("timezone", "Mars/Olympus_Mons"),
        ("timezone", "../etc/passwd"), ("timezone", "Europe/"), ("timezone", "/"),
        ("timezone", ""), ("timezone", "europe/rome"), ("id", 5), ("version", 5),
        ("organiser", "FIM"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_in_the_refusal(admin, field, value):
    response = admin.post("/v1/events", json={**MUGELLO, field: value})

    errors = problem(response, 422)["errors"]["json"]
    assert field in errors


@pytest.mark.parametrize("field", ["track", "location", "event_date"])
def test_a_weekend_needs_a_place_and_a_day(admin, field):
    fields = {key: value for key, value in MUGELLO.items() if key != field}

    response = admin.post("/v1/events", json=fields)

    assert field in problem(response, 422)["errors"]["json"]


@pytest.mark.parametrize(
    ("field", "length"), [("track", 120), ("location", 120), ("name", 100), ("notes", 10_000)]
)
def test_text_may_be_as_long_as_promised_in_characters_not_bytes(admin, field, length):
    text = "\U0001f3cd" * length

    response = admin.post("/v1/events", json={**MUGELLO, field: text})

    assert response.status_code == 201
    assert response.json[field] == text


@pytest.mark.parametrize("day", ["1970-01-01", "2099-12-31"])
def test_the_first_and_last_day_are_inside_the_range(admin, day):
    response = admin.post("/v1/events", json={**MUGELLO, "event_date": day})

    assert response.status_code == 201
    assert response.json["event_date"] == day


@pytest.mark.parametrize("deed", ["post", "patch", "delete"])
def test_only_team_managers_plan_weekends(mechanic, admin, event, deed):
    path = "/v1/events" if deed == "post" else f"/v1/events/{event['id']}"
    body = {} if deed == "delete" else {"json": MUGELLO if deed == "post" else {"name": "Mine"}}

    response = getattr(mechanic, deed)(path, **body)

    problem(response, 403)
    assert admin.get(f"/v1/events/{event['id']}").json == event


def test_everybody_reads_weekends(stranger, event):
    listed, read = stranger.get("/v1/events"), stranger.get(f"/v1/events/{event['id']}")

    assert listed.json == [event]
    assert read.json == event


def test_a_change_moves_version_and_time_and_leaves_the_rest(admin, event, clock):
    clock.advance(minutes=5)

    changed = admin.patch(f"/v1/events/{event['id']}", json={"name": "Misano wet"}).json

    assert changed["name"] == "Misano wet"
    assert changed["version"] == event["version"] + 1
    assert changed["updated_at"] > event["updated_at"]
    moved = {"name", "version", "updated_at"}
    assert {k: v for k, v in changed.items() if k not in moved} == {
        k: v for k, v in event.items() if k not in moved
    }


@pytest.mark.parametrize(
    "change",
    [
        {"end_date": "2026-06-11"},
        {"event_date": "2026-06-15"},
        {"event_date": "2026-06-20", "end_date": "2026-06-19"},
        {"track": None},
        {"event_date": None},
        {"track": ""},
        {"timezone": "Moon/Base"},
        {"created_at": "2026-06-01T00:00:00Z"},
    ],
)
def test_a_change_must_leave_a_sound_weekend(admin, event, change):
    response = admin.patch(f"/v1/events/{event['id']}", json=change)

    problem(response, 422)
    assert admin.get(f"/v1/events/{event['id']}").json == event


def test_both_days_can_move_together(admin, event):
    change = {"event_date": "2026-07-03", "end_date": "2026-07-05"}

    response = admin.patch(f"/v1/events/{event['id']}", json=change)

    assert response.status_code == 200
    assert response.json.items() >= change.items()


def test_a_deleted_weekend_is_gone_with_its_tasks(admin, mechanic, event, make_task):
    task = make_task(by=mechanic)

    response = admin.delete(f"/v1/events/{event['id']}")

    assert (response.status_code, response.data) == (204, b"")
    assert (
        admin.get("/v1/events").json
        == []
        == admin.get("/v1/tasks").json
        == mechanic.get("/v1/tasks").json
    )
    problem(admin.get(f"/v1/events/{event['id']}"), 404)
    problem(admin.get(f"/v1/tasks/{task['id']}"), 404)
    problem(mechanic.patch(f"/v1/tasks/{task['id']}", json={"completed": True}), 404)


@pytest.mark.parametrize("deed", ["get", "patch", "delete"])
@pytest.mark.parametrize("event_id", [999, 2**31, 2**63 - 1, 2**63, 10**19])
def test_an_unknown_weekend_is_not_found(admin, deed, event_id):
    body = {"json": {"name": "Nowhere"}} if deed == "patch" else {}

    response = getattr(admin, deed)(f"/v1/events/{event_id}", **body)

    problem(response, 404)


def test_a_deleted_weekend_cannot_be_changed_or_deleted_again(admin, event):
    admin.delete(f"/v1/events/{event['id']}")

    answers = [
        admin.delete(f"/v1/events/{event['id']}"),
        admin.patch(f"/v1/events/{event['id']}", json={"name": "Ghost"}),
    ]

    for response in answers:
        problem(response, 404)


@pytest.mark.parametrize("name", ["localtime", "Factory", "posixrules", "posix/Europe/Rome"])
def test_a_time_zone_is_one_of_the_iana_database(admin, event, name):
    response = admin.patch(f"/v1/events/{event['id']}", json={"timezone": name})

    assert "timezone" in problem(response, 422)["errors"]["json"]


def test_all_that_is_wrong_with_a_weekend_is_told_at_once(admin):
    days = {"event_date": "2026-06-12", "end_date": "2026-06-11", "timezone": "Moon/Base"}

    response = admin.post("/v1/events", json={"track": "", "location": "Misano", **days})

    assert problem(response, 422)["errors"]["json"].keys() == {"track", "end_date", "timezone"}
