"""A weekend in one sitting: place, team, timetable, checklist, built by one button."""

import re

import pytest
from forms import fill, press
from playwright.sync_api import expect

TIMETABLE = """Friday
10:20-11:05 FP1
15.00 FP2
Sunday
14:00 Race 1"""


@pytest.fixture
def planner(desk):
    return desk("/events/new")


def choose(page, label, option):
    page.get_by_role("combobox", name=label).select_option(option)


def place(page, track="Assen"):
    fill(page, Track=track, Location="Drenthe")
    fill(page, **{"First day": "2027-06-11", "Last day": "2027-06-13"})
    choose(page, "Time zone", "Europe/Amsterdam")
    press(page, "Next")


def at_step(page, name):
    page.get_by_role("heading", level=2, name=name).wait_for()


def test_a_weekend_is_built_in_one_sitting(planner, api):
    place(planner)
    planner.get_by_role("checkbox", name="44 A").check()
    planner.get_by_role("checkbox", name="44 B").check()
    planner.get_by_role("checkbox", name="Carlo Rossi").check()
    press(planner, "Next")
    fill(planner, Timetable=TIMETABLE)
    press(planner, "Next")
    choose(planner, "Checklist", "Motorcycle road racing")
    told = planner.get_by_text(re.compile(r"^[1-9]\d* tasks$"))
    count = int(told.inner_text().split()[0])
    expect(planner.get_by_role("row").nth(2)).to_contain_text("15:00–15:30FP2 Practice")
    press(planner, "Build weekend")
    planner.wait_for_url(lambda url: not url.endswith("/new"))
    weekend = api("manager").get(f"/v1/events/{planner.url.rsplit('/', 1)[1]}/snapshot")
    assert len(weekend["tasks"]) == count
    assert (len(weekend["bikes"]), len(weekend["sessions"])) == (2, 3)
    assert [person["crew_roles"] for person in weekend["people"] if person["crew_roles"]] == [
        ["crew_chief"]
    ]


def test_what_is_missing_is_told_at_its_field(planner):
    fill(planner, **{"First day": "2027-06-11", "Last day": "2027-06-10"})
    press(planner, "Next")
    track = planner.get_by_role("textbox", name="Track")
    expect(track).to_have_accessible_description("Must not be blank.")
    expect(track).to_be_focused()
    expect(planner.get_by_label("Last day")).to_have_accessible_description(
        "Must not be before the first day."
    )


def test_faults_of_the_timetable_are_told_by_line(planner):
    place(planner)
    press(planner, "Next")
    fill(planner, Timetable="FP1 10:20\nBreakfast 8:00\nFP2 1:99")
    press(planner, "Next")
    alert = planner.get_by_role("alert")
    expect(alert).to_contain_text("Line 2, kind: The name does not tell the kind")
    expect(alert).to_contain_text("Line 3, start:")
    expect(planner.get_by_label("Timetable")).to_have_attribute("aria-invalid", "true")


def test_a_pasted_table_is_read_and_its_faults_have_the_words_of_its_header(planner):
    place(planner)
    press(planner, "Next")
    fill(planner, Timetable="Session,Day,Start,End\nFP1,Friday,10:20,11:05\nFP2,Friday,25:00,")
    press(planner, "Next")
    expect(planner.get_by_role("alert")).to_contain_text("Line 3, start: ")
    expect(planner.get_by_label("Timetable")).to_have_accessible_description(
        re.compile("name, date, starts_at, ends_at, kind, or Session, Day, Start, End, Type")
    )
    fill(planner, Timetable="Session,Day,End\nFP1,Friday,10:20")
    press(planner, "Next")
    expect(planner.get_by_role("alert")).to_contain_text("Line 1, start: This column is missing.")
    fill(planner, Timetable="Session,Day,Start,End\nFP1,Friday,10:20,11:05")
    press(planner, "Next")
    at_step(planner, "Checklist")


def test_a_plan_that_was_begun_is_not_lost_without_a_question(planner):
    asks = "!dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert planner.evaluate(asks) is False

    fill(planner, Track="Assen")

    assert planner.evaluate(asks) is True


def test_a_weekend_is_copied_and_what_was_typed_stays(planner):
    fill(planner, Track="Jerez Circuit")
    planner.get_by_label("First day").fill("2027-10-29")
    choose(planner, "Copy from", planner.get_by_role("option", name="Jerez").first.inner_text())
    expect(planner.get_by_label("Last day")).to_have_value("2027-10-31")
    expect(planner.get_by_role("textbox", name="Track")).to_have_value("Jerez Circuit")
    expect(planner.get_by_role("combobox", name="Time zone")).to_have_value("Europe/Madrid")
    press(planner, "Next")
    expect(planner.get_by_role("checkbox", name="44 A")).to_be_checked()
    expect(planner.get_by_role("checkbox", name="Ana Ruiz")).to_be_checked()
    press(planner, "Next")
    timetable = planner.get_by_role("textbox", name="Timetable").input_value()
    assert timetable.startswith("Friday 29 October 2027\n")
    press(planner, "Next")
    expect(planner.get_by_role("combobox", name="Checklist")).not_to_have_value("")
    press(planner, "Back")
    expect(planner.get_by_role("textbox", name="Timetable")).to_have_value(timetable)


def test_a_timetable_comes_from_a_file(planner):
    place(planner)
    press(planner, "Next")
    table = "name;starts_at\nQualifiché 1;9,15\n".replace(",", ".").encode("windows-1252")
    file = {"name": "times.csv", "mimeType": "text/csv", "buffer": table}
    planner.get_by_label("Or take it from a file").set_input_files(file)
    expect(planner.get_by_role("textbox", name="Timetable")).to_have_value(
        "name;starts_at\nQualifiché 1;9.15"
    )


def test_a_weekend_is_built_once_however_often_the_answer_is_lost(planner, api):
    place(planner, track="Brno")
    for _ in range(2):
        press(planner, "Next")
    at_step(planner, "Checklist")
    expect(planner.get_by_text("0 tasks")).to_be_visible()
    lost = []
    planner.route("**/v1/weekends", lambda route: lose(route) if not lost.append(1) else None)
    press(planner, "Build weekend")
    expect(planner.get_by_role("alert")).to_contain_text("No signal")
    planner.unroute("**/v1/weekends")
    press(planner, "Build weekend")
    planner.wait_for_url(lambda url: not url.endswith("/new"))
    assert len(api("manager").get("/v1/events?q=Brno")) == 1


def lose(route):
    route.fetch()
    route.abort()


def test_a_plan_that_was_left_goes_on_later(planner):
    fill(planner, Track="Assen")
    planner.get_by_role("link", name="Bikes").click()
    planner.get_by_role("button", name="44 A").wait_for()
    planner.go_back()
    expect(planner.get_by_role("textbox", name="Track")).to_have_value("Assen")


def test_a_mechanic_is_told_that_planning_is_not_theirs(log_in):
    page = log_in("mechanic", "/events/new")
    expect(page.get_by_role("main")).to_contain_text("This page is for team managers.")


def test_the_checklist_that_was_chosen_last_is_counted(planner):
    place(planner)
    for _ in range(2):
        press(planner, "Next")
    at_step(planner, "Checklist")
    choose(planner, "Checklist", "Motorcycle road racing")
    choose(planner, "How much of it", "Only what a club team needs")
    choose(planner, "Checklist", "None for now")
    choose(planner, "Checklist", "Motorcycle road racing")
    expect(planner.get_by_text(re.compile(r"^[1-9]\d* tasks$"))).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_a_weekend_is_planned(desk, axe, scheme):
    page = desk("/events/new", scheme)
    page.get_by_role("textbox", name="Track").wait_for()
    press(page, "Next")
    assert axe(page) == []
    place(page)
    page.get_by_role("checkbox", name="Ana Ruiz").check()
    press(page, "Change roles")
    assert axe(page) == []
    press(page, "Next")
    fill(page, Timetable="FP1")
    press(page, "Next")
    page.get_by_role("alert").wait_for()
    assert axe(page) == []
    fill(page, Timetable=TIMETABLE)
    press(page, "Next")
    at_step(page, "Checklist")
    assert axe(page) == []
