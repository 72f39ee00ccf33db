"""What a file of a timetable is refused for."""

import pytest
from helpers import problem
from timetable_files import EVENT, FP1, HEAD, ICS, TAIL

from raceapp import permissions

LONG = "\r\nDURATION:PT20H"


def faults(response):
    return problem(response, 422)["errors"]["csv"]


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("name,starts_at\nFP1,25:00\n", "2", "starts_at"),
        ("name,starts_at\nFP1,\n", "2", "starts_at"),
        ("name,starts_at\n\n\n,10:00\n", "4", "name"),
        ("name,starts_at\nBriefing,10:00\n", "2", "kind"),
        ("name,kind,starts_at\nFP1,superpole,10:00\n", "2", "kind"),
        ("name,starts_at,date\nFP1,10:00,2026-02-30\n", "2", "date"),
        ("name,starts_at,date\nFP1,10:00,Monday\n", "2", "date"),
        ("name,starts_at,date\nFP1,10:00,2025-06-12\n", "2", "date"),
        ("name,starts_at,date\nFP1,10:00,17.06.2026\n", "2", "date"),
        ("name,starts_at,ends_at\nFP1,10:00,10:00\n", "2", "ends_at"),
        ("name,starts_at\nFP1,10:00\nfp1,11:00\n", "3", "name"),
        ("name,starts_at\nFP1\n", "2", "starts_at"),
        ("name,starts_at\nFP1,10:00,x\n", "2", "starts_at"),
        ("name,starts_at,colour\nFP1,10:00,red\n", "1", "colour"),
        ("name,starts_at,name\n", "1", "name"),
        ("name\nFP1\n", "1", "starts_at"),
        ("", "1", "name"),
        ('name,starts_at\n"FP1,10:00\nFP2,11:00\n', "2", "table"),
        ("name,starts_at\nFP\x001,10:00\n", "1", "table"),
        (f"name,starts_at\n{'x' * 101},10:00\n", "2", "name"),
        ('name,starts_at\n"FP\n1",10:00\nFP2,xx\n', "3", "starts_at"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_row_and_column(send, shown, table, row, column):
    response = send(table)

    assert column in faults(response)[row]
    assert shown() == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",Friday,10:00,", "session"),
        ("FP1,Monday,10:00,", "day"),
        ("FP1,2025-06-12,10:00,", "day"),
        ("FP1,Friday,25:00,", "start"),
        ("FP1,Friday,10:00,10:00", "end"),
        ("FP2,Friday,9:00,9:30", "session"),
        ("FP1,Friday", "start"),
    ],
)
def test_a_fault_is_told_in_the_words_of_the_table(send, row, column):
    response = send(f"Session,Day,Start,End\nFP2,Friday,8:00,8:30\n{row}\n")

    assert [*faults(response)["3"]] == [column]


@pytest.mark.parametrize(
    ("header", "column", "sentence"),
    [
        ("name,starts_at,colour", "colour", "There is no such column. There are name, kind, date,"),
        ("Session,name,Start", "name", "This column is there twice."),
        ("Session,Day", "starts_at", "This column is missing."),
    ],
)
def test_a_header_is_told_which_columns_there_are(send, header, column, sentence):
    response = send(f"{header}\nFP1,x,10:00\n")

    assert faults(response)["1"][column][0].startswith(sentence)


@pytest.mark.parametrize("day", ["2026-06-04", "2026-06-17"])
def test_a_day_far_from_the_weekend_is_refused_in_the_words_of_a_session(
    send, admin, timetable, day
):
    session = {"name": "FP1", "kind": "practice", "starts_at": f"{day}T08:00:00Z"}
    typed = admin.post(
        f"{timetable.path}/sessions", json={**session, "ends_at": f"{day}T09:00:00Z"}
    )

    response = send(f"name,starts_at,date\nFP1,10:00,{day}\n")

    assert faults(response)["2"]["date"] == problem(typed, 422)["errors"]["json"]["starts_at"]


def test_dots_are_no_day_though_the_event_has_but_one(send, make_event):
    event = make_event(event_date="2026-06-12", end_date="2026-06-12")

    response = send("name,starts_at,date\nFP1,10:00,...\n", event_id=event["id"])

    assert [*faults(response)["2"]] == ["date"]


def test_all_faults_are_told_at_once(send):
    found = faults(send("name,starts_at\nFP1,x\nBriefing,11:00\nFP2,y\n"))

    assert [*found] == ["2", "3", "4"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252"])
def test_another_encoding_is_refused_unless_it_is_named(send, encoding):
    response = send("name,starts_at\nPréparation,10:00\n".encode(encoding))

    assert [*faults(response)["1" if "16" in encoding else "2"]] == ["table"]


@pytest.mark.parametrize(
    "text",
    [
        "", "BEGIN:VCALENDAR\r\n", f"{HEAD}{TAIL}", "<html>", f"{HEAD}BEGIN:VEVENT\r\n{TAIL}",
        f"{HEAD}{EVENT.replace('UID:1', 'RRULE:FREQ=DAILY')}{TAIL}",
        f"{HEAD}{EVENT.replace('SUMMARY:FP1', 'X-A:1')}{TAIL}",
        f"{HEAD}{EVENT.replace('DTSTART:20260612T082000Z', 'DTSTART:soon')}{TAIL}",
        f"{HEAD}{EVENT}{EVENT}{TAIL}", HEAD + EVENT * 5000 + TAIL,
        f"{HEAD}{EVENT.replace('20260612T082000Z', '99991231T235900Z')}{TAIL}",
        f"{HEAD}{EVENT.replace('20260612T082000Z', '99991231T120000Z' + LONG)}{TAIL}",
    ],
    ids=range(12),
)  # fmt: skip
def test_a_calendar_that_is_no_timetable_is_refused_with_a_sentence(send, shown, text):
    body = problem(send(text, ICS), 422)

    assert "errors" not in body and body["detail"].endswith(".")
    assert shown() == []


FRENCH = f"{HEAD}{EVENT.replace('SUMMARY:FP1', 'SUMMARY:Préparation FP1')}{TAIL}"


@pytest.mark.parametrize(("charset", "status"), [("windows-1252", 200), ("koi8-r", 422)])
def test_a_calendar_says_its_encoding(send, shown, charset, status):
    answer = send(FRENCH.encode(charset, "replace"), f"{ICS}; charset={charset}")

    assert answer.status_code == status
    assert [name for name, *_ in shown()] == ["Préparation FP1"] * (status == 200)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252"])
def test_a_calendar_in_another_encoding_is_refused_unless_it_is_named(send, shown, encoding):
    body = problem(send(FRENCH.encode(encoding), ICS), 422)

    assert "UTF-8" in body["detail"] and shown() == []


def test_a_file_of_another_type_or_too_large_is_refused(send):
    problem(send("{}", "application/json"), 415)
    problem(send(b" " * (5 * 1024 * 1024 + 1)), 413)
    problem(send(HEAD + " " * 1024 * 1024 + TAIL, ICS), 413)


def test_a_crew_chief_imports_and_nobody_else_of_the_crew(timetable, send, chief, mechanic, rookie):
    timetable.paddock.crew(chief, "crew_chief")
    timetable.paddock.crew(mechanic, "mechanic")

    problem(send(FP1, by=mechanic), 403)
    problem(send(FP1, by=rookie), 404)
    assert send(FP1, by=chief).status_code == 200


@pytest.mark.parametrize(
    ("charset", "said"), [("utf-8", "send charset=windows-1252"), ("windows-1252", "windows-1252.")]
)
def test_bytes_that_are_no_text_are_told_with_the_charset_that_was_sent(send, charset, said):
    # Windows-1252 has no letter for 0x81.
    table = b'name,starts_at\r\n"F\nP\n1",10:00\r\nFP2\x81,11:00\r\n'

    told = faults(send(table, f"text/csv; charset={charset}"))
    calendar = problem(send(HEAD.encode() + b"\x81", f"{ICS}; charset={charset}"), 422)

    assert list(told) == ["3"]
    for sentence in (told["3"]["table"][0], calendar["detail"]):
        assert said in sentence and ("no UTF-8" in sentence) == (charset == "utf-8")


def test_who_may_plan_imports_a_timetable_whoever_may_release(send, monkeypatch):
    monkeypatch.setattr(permissions, "can_release", lambda *_: False)
    assert send(FP1).status_code == 200

    monkeypatch.setattr(permissions, "can_plan", lambda *_: False)

    problem(send(FP1), 403)
