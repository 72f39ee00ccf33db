"""A weekend planned in one sitting: all of it or nothing, and tried first."""

import time

import pytest
from checklists import ITEM, template
from helpers import MISANO, created, problem

LINES = """
Friday 12 June
10:20 – 11:05  FP1
15.00-15.45 FP2
Sat
Q1 11:00
2026-06-14 14:00 Race 1
Briefing (setup) Sun 8:00
"""


@pytest.fixture
def plan(admin):
    def plan(**fields):
        return admin.post("/v1/weekends", json=MISANO | fields)

    return plan


@pytest.fixture
def template_id(admin):
    per_session = {**ITEM, "key": "wd-tyres", "scope": "bike_session"}
    return created(admin.post("/v1/templates", json=template(ITEM, per_session)))["id"]


@pytest.fixture
def everything(template_id, bike, mechanic):
    member = {"user_id": mechanic.id, "crew_roles": ["mechanic"]}
    what = {"bike_ids": [bike], "crew": [member], "template_id": template_id}
    return {**what, "timetable": LINES}


@pytest.fixture
def bike(admin):
    new = {"number": 44, "label": "44 A", "rider_name": "Jo Keller"}
    return created(admin.post("/v1/bikes", json=new))["id"]


def told(answer):
    return [(row["name"], row["kind"], row["starts_at"][8:16]) for row in answer["sessions"]]


def faults(response):
    return problem(response, 422)["errors"]


def test_one_call_plans_a_weekend_with_all_that_belongs_to_it(admin, plan, everything, mechanic):
    response = plan(**everything)

    event = created(response)["event"]
    assert response.json["created"] | {"bike": 1, "bike_session": 5} == response.json["created"]
    assert admin.get(response.headers["Location"]).json == event
    assert len(admin.get(f"/v1/events/{event['id']}/sessions").json) == 5
    assert len(mechanic.get(f"/v1/events/{event['id']}/snapshot").json["tasks"]) == 6


def test_a_timetable_is_read_as_people_type_it(plan):
    assert told(created(plan(timetable=LINES))) == [
        ("FP1", "practice", "12T08:20"),
        ("FP2", "practice", "12T13:00"),
        ("Q1", "qualifying", "13T09:00"),
        ("Race 1", "race", "14T12:00"),
        ("Briefing", "setup", "14T06:00"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "FP1 10:20-11:05",
        "10:20 11:05 FP1",
        "Fri 10:20 – 11:05: FP1",
        "FP1, practice, 2026-06-12, 10:20, 11:05",
        "FP1\tFriday\t10.20\t11.05",
        "12/06/2026 10h20 - 11h05 | FP1",
        "• 2026-06-12T10:20 to 11:05 FP1",
        "Fri. 12 Jun 10:20-11:05 FP1",
        "10:20 am - 11:05 AM FP1",
        "\ufeffname;starts_at;ends_at\nFP1;10:20;11:05",
        '"Name","Starts_at","Ends_at"\r\n"FP1","10:20","11:05"',
    ],
)
def test_lines_are_written_in_many_ways(plan, line):
    (session,) = created(plan(timetable=line))["sessions"]

    assert (session["name"], session["kind"]) == ("FP1", "practice")
    assert (session["starts_at"], session["ends_at"]) == (
        "2026-06-12T08:20:00Z",
        "2026-06-12T09:05:00Z",
    )


@pytest.mark.timed
def test_a_row_pasted_with_all_its_empty_cells_costs_nothing(plan):
    row = "\t".join(["FP1", *[""] * 20_000, "10:20", "11:05"])
    began = time.process_time()

    (session,) = created(plan(timetable=row))["sessions"]

    assert (session["name"], session["kind"]) == ("FP1", "practice")
    assert time.process_time() - began < 1.5


def test_a_typed_timetable_is_no_longer_than_a_table(plan):
    lines = "\n".join(f"Fri 10:00 Race {number}" for number in range(2001))

    assert faults(plan(timetable=lines)) == {
        "csv": {"2001": {"table": ["A timetable has at most 2,000 sessions."]}}
    }


def test_hours_of_half_a_day_are_read_as_such(plan):
    lines = "12 am FP1\n9 a.m. FP2\n12:30 PM Q1\n2:15pm Race 1"

    assert [at for _, _, at in told(created(plan(timetable=lines)))] == [
        "11T22:00",
        "12T07:00",
        "12T10:30",
        "12T12:15",
    ]


def test_a_calendar_file_is_pasted_too(plan):
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1"),
        *("DTSTAMP:20260601T000000Z", "DTSTART:20260612T082000Z", "SUMMARY:FP1", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:2", "DTSTAMP:20260601T000000Z", "DTSTART:20260612T072000Z"),
        *("SUMMARY:Breakfast", "END:VEVENT", "END:VCALENDAR"),
    ]

    answer = created(plan(timetable="\r\n".join(lines)))

    assert (told(answer), answer["skipped"]) == (
        [("FP1", "practice", "12T08:20")],
        ["Breakfast: the name does not tell the kind of session."],
    )


def test_a_dry_run_answers_the_same_and_plans_nothing(admin, plan, everything):
    tried = created(plan(**everything, dry_run=True), status=200)

    assert (tried["event"], admin.get("/v1/events").json) == (None, [])
    done = created(plan(**everything))
    assert [tried[name] for name in ("created", "skipped")] == [done["created"], done["skipped"]]
    assert told(tried) == told(done)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Race", {"starts_at": ["This is required."]}),
        ("10:20 11:05 12:00 FP1", {"starts_at": ["Name one start and one end."]}),
        (
            "10:20+02:00 FP1",
            {"starts_at": ["Write the time of the clocks at the track, no offset."]},
        ),
        ("31 June 10:00 FP1", {"date": ["There is no such day."]}),
        ("10:20", {"name": ["This is required."]}),
        (
            "Mon 10:20 FP1",
            {"date": ["Must be a day such as 2026-06-12, or a weekday of this race weekend."]},
        ),
        ("25:00 FP1", {"starts_at": ["Must be a clock time such as 09:30."]}),
    ],
)
def test_faults_are_told_by_line(plan, line, fault):
    assert faults(plan(timetable=f"FP2 16:00\n\n{line}")) == {"csv": {"3": fault}}


def test_nothing_is_planned_when_something_is_wrong(admin, plan, everything):
    assert faults(plan(**everything | {"template_id": 99})) == {
        "json": {"template_id": ["There is no such template."]}
    }
    assert admin.get("/v1/events").json == []


def test_everything_wrong_with_the_body_is_told_at_once(plan):
    wrong = {"track": " ", "end_date": "2026-06-11", "crew": [{"user_id": 1, "crew_roles": []}]}

    assert faults(plan(**wrong))["json"].keys() == {"track", "end_date", "crew"}


def test_a_plan_sent_again_with_its_key_is_planned_once(admin, plan):
    key = {"Idempotency-Key": "weekend-1"}

    first, again = (admin.post("/v1/weekends", json=MISANO, headers=key) for _ in range(2))

    assert (first.json, len(admin.get("/v1/events").json)) == (again.json, 1)
