"""Calendars: what stands in them, whether other programs read them, and the secret address."""

import datetime
import logging
from urllib.parse import urlsplit

import ics
import pytest
import vobject
from helpers import created, problem
from icalendar import Calendar

from raceapp.telemetry.logs import JsonFormatter, TextFormatter, masked
from server.logs import JsonLines, TextLines


@pytest.fixture
def fp1(timetable):
    return timetable.session(name="FP1; Moto2, wet\\dry – 日本")


@pytest.fixture
def in_june(clock):
    """The week before the weekend at Misano."""
    clock.now = datetime.datetime(2026, 6, 8, tzinfo=datetime.UTC)


@pytest.fixture
def put_on_crew(admin, event):
    def put(person):
        crew = [{"user_id": person.id, "crew_roles": ["mechanic"]}]
        created(admin.put(f"/v1/events/{event['id']}/crew", json=crew), status=200)

    return put


def open_link(person):
    return urlsplit(created(person.post("/v1/calendar"))["url"]).path


def read(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "text/calendar"
    return answer.get_data(as_text=True)


def entries(answer, kind="VEVENT"):
    return Calendar.from_ical(read(answer)).walk(kind)


def calendar_of(timetable, person):
    return person.get(f"{timetable.path}/calendar.ics")


# What stands in it


def test_a_calendar_shows_the_sessions_of_a_weekend_in_utc(timetable, stranger, fp1):
    (entry,) = entries(calendar_of(timetable, stranger))

    assert entry["SUMMARY"] == fp1["name"]
    assert entry["DTSTART"].to_ical() == b"20260612T080000Z"
    assert entry["DTEND"].to_ical() == b"20260612T084000Z"
    assert entry["UID"].startswith(f"session-{fp1['id']}@")
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CONFIRMED", 1)


def test_a_session_that_moves_keeps_its_uid_and_counts_up(timetable, stranger, fp1):
    (before,) = entries(calendar_of(timetable, stranger))

    created(timetable.shift(fp1, 20), status=200)

    (after,) = entries(calendar_of(timetable, stranger))
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert after["DTSTART"].to_ical() == b"20260612T082000Z"


@pytest.mark.parametrize("deed", ["cancel", "delete"])
def test_what_is_cancelled_or_taken_off_is_said_to_be_cancelled(timetable, admin, fp1, deed):
    if deed == "cancel":
        created(timetable.change(fp1, status="cancelled"), status=200)
    else:
        admin.delete(f"/v1/sessions/{fp1['id']}")

    (entry,) = entries(calendar_of(timetable, admin))

    assert entry["STATUS"] == "CANCELLED"
    assert entry["SEQUENCE"] > 1


def test_the_text_is_that_of_the_standard(timetable, stranger, fp1):
    text = read(calendar_of(timetable, stranger))

    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert Calendar.from_ical(text).to_ical().decode() == text


def test_a_weekend_without_sessions_is_still_a_calendar(timetable, stranger):
    text = read(calendar_of(timetable, stranger))

    assert Calendar.from_ical(text).subcomponents
    vobject.readOne(text).validate(raiseException=True)


def test_other_libraries_read_the_same(in_june, timetable, admin, fp1, put_on_crew, make_task):
    put_on_crew(admin)
    make_task(assigned_to=admin.id, due_at="2026-06-12T07:00:00Z", title="Fuel, oil; tyres")
    text = read(admin.get(f"{open_link(admin)}?tasks=true"))

    seen = vobject.readOne(text)
    also_seen = ics.Calendar(text)

    assert seen.validate(raiseException=True)
    assert seen.vevent.summary.value == fp1["name"]
    assert seen.vtodo.summary.value == "Fuel, oil; tyres"
    (entry,), (todo,) = also_seen.events, also_seen.todos
    assert entry.begin.isoformat() == "2026-06-12T08:00:00+00:00"
    assert todo.due.isoformat() == "2026-06-12T07:00:00+00:00"


def test_a_calendar_that_is_known_is_not_sent_again(timetable, stranger, fp1):
    known = {"If-None-Match": calendar_of(timetable, stranger).headers["ETag"]}
    path = f"{timetable.path}/calendar.ics"

    same = stranger.get(path, headers=known)
    timetable.change(fp1, name="FP 1")
    other = stranger.get(path, headers=known)

    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", known["If-None-Match"])
    assert other.status_code == 200


# The secret address


def test_the_secret_address_shows_the_weekends_of_ones_crew(
    in_june, client, timetable, rookie, fp1, put_on_crew
):
    path = open_link(rookie)
    before = entries(client.get(path))

    put_on_crew(rookie)

    assert before == []
    assert [entry["SUMMARY"] for entry in entries(client.get(path))] == [fp1["name"]]


def test_a_manager_sees_every_weekend(in_june, client, admin, fp1):
    assert len(entries(client.get(open_link(admin)))) == 1


def test_what_is_over_for_ninety_days_is_left_out(client, clock, admin, timetable):
    timetable.session()
    clock.now = datetime.datetime(2026, 9, 10, 8, 41, tzinfo=datetime.UTC)

    assert entries(client.get(open_link(admin))) == []


def test_only_ones_own_open_tasks_with_a_due_time_stand_in_it(client, admin, rookie, make_task):
    due = {"due_at": "2026-06-12T07:00:00Z"}
    make_task(assigned_to=rookie.id, title="Theirs", **due)
    make_task(assigned_to=rookie.id, title="Undated")
    make_task(title="Nobody's", **due)
    done = make_task(assigned_to=rookie.id, title="Done", **due)
    rookie.patch(f"/v1/tasks/{done['id']}", json={"completed": True})
    path = open_link(rookie)

    todos = entries(client.get(f"{path}?tasks=true"), "VTODO")

    assert [todo["SUMMARY"] for todo in todos] == ["Theirs"]
    assert entries(client.get(path), "VTODO") == []


def test_a_new_address_ends_the_one_before(client, rookie):
    old, new = open_link(rookie), open_link(rookie)

    problem(client.get(old), 404)
    assert client.get(new).status_code == 200


def test_an_ended_address_is_gone(client, rookie):
    path = open_link(rookie)

    response = rookie.delete("/v1/calendar")

    assert response.status_code == 204
    problem(client.get(path), 404)
    assert rookie.delete("/v1/calendar").status_code == 204


def test_an_account_that_is_disabled_has_no_calendar(client, admin, rookie):
    path = open_link(rookie)

    created(admin.patch(f"/v1/users/{rookie.id}", json={"is_active": False}), status=200)

    problem(client.get(path), 404)


@pytest.mark.parametrize("secret", ["x", "x" * 500, "%00", "%F0%9F%8F%8D", "..", "a b"])
def test_an_unknown_secret_is_not_found(client, secret):
    problem(client.get(f"/v1/calendar/{secret}.ics"), 404)


def test_two_requests_at_once_leave_one_address(parallel, rookie, client):
    paths = parallel(lambda: open_link(rookie), 4)

    assert sorted(client.get(path).status_code for path in paths) == [200, 404, 404, 404]


# The secret stands nowhere


def test_the_log_does_not_hold_the_secret(client, rookie, caplog):
    path = open_link(rookie)

    with caplog.at_level(logging.INFO, "raceapp.request"):
        client.get(path)
        client.get(path.removesuffix(".ics"))
        client.get(path.replace("/calendar/", "/Calendar/"))

    assert [line.path for line in caplog.records[-3:-1]] == ["/v1/calendar/***"] * 2
    secret = path.removesuffix(".ics").rpartition("/")[2]
    assert not [line for line in caplog.records if secret in str(vars(line))]


@pytest.mark.parametrize("formatter", [JsonFormatter, TextFormatter, JsonLines, TextLines])
def test_no_line_of_a_log_holds_a_secret(formatter):
    said = "Exception on /v1/calendar/abc-DEF_1.ics [GET] %s"
    record = logging.LogRecord("x", logging.ERROR, "", 0, said, ("/join/abc-DEF_1?x=1",), None)

    line = formatter().format(record)

    assert "/v1/calendar/*** [GET] /join/***?x=1" in line


def test_only_secrets_are_masked():
    assert masked("/v1/calendar") == "/v1/calendar"
    assert masked("/v1/events/3/calendar.ics") == "/v1/events/3/calendar.ics"
