"""Bikes, people and checklists, as a team manager edits them."""

import re

import pytest
from forms import fill, press
from playwright.sync_api import expect


def test_a_bike_is_entered_changed_deleted_and_brought_back(desk, api):
    page = desk("/bikes")
    press(page, "New")
    fill(page, Label="91 <b>A</b>", Number="91", Rider="Mia Žarković")
    press(page, "Save")
    page.get_by_role("button", name="91 <b>A</b>").click()
    fill(page, Rider="Mia Novak")
    press(page, "Save")
    page.get_by_role("button", name="91 <b>A</b> Mia Novak").click()
    press(page, "Delete")
    expect(page.get_by_role("listitem").filter(has_text="Mia Novak")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="91 <b>A</b> Mia Novak")).to_be_visible()
    assert [bike["number"] for bike in api("manager").get("/v1/bikes?q=Novak")] == [91]


def test_a_way_back_that_had_no_signal_stays(desk, api):
    bike = {"label": "92 A", "number": 92, "rider_name": "Bo Lind"}
    api("manager").post("/v1/bikes", bike)
    page = desk("/bikes")
    page.get_by_role("button", name="92 A Bo Lind").click()
    press(page, "Delete")
    undo = page.get_by_role("button", name="Undo: 92 A is deleted.")
    undo.wait_for()
    page.context.set_offline(True)
    undo.click()
    expect(page.get_by_text("cannot be done now").first).to_be_visible()
    page.context.set_offline(False)

    undo.click()

    expect(page.get_by_role("button", name="92 A Bo Lind")).to_be_visible()


def test_what_is_wrong_with_a_bike_stands_at_its_field(desk):
    page = desk("/bikes")
    press(page, "New")
    fill(page, Label="44 A", Number="forty")
    press(page, "Save")
    dialog = page.get_by_role("dialog", name="New bike")
    expect(dialog.get_by_label("Number")).to_have_accessible_description("Must be a whole number.")
    expect(dialog.get_by_label("Rider")).to_have_accessible_description("Must not be blank.")
    fill(page, Number="44", Rider="Jo Keller")
    press(page, "Save")
    expect(dialog.get_by_label("Label")).to_have_accessible_description(re.compile("labelled 44 A"))


def test_a_new_person_gets_a_link_to_set_a_password_by(desk, new_device):
    page = desk("/people")
    press(page, "New")
    fill(page, Name="Lea Stone", Email="lea@demo.example")
    press(page, "Save")
    link = page.get_by_role("link", name="/reset/").inner_text()
    door = new_device().new_page()
    door.goto(link)
    door.get_by_label("New password").fill("short")
    press(door, "Set password")
    expect(door.get_by_label("New password")).to_have_accessible_description(
        "At least 8 characters, and none of the usual ones. Must have at least 8 characters."
    )
    door.get_by_label("New password").fill("front-axle-nut-64Nm")
    press(door, "Set password")
    fill(door, Email="lea@demo.example")
    door.get_by_label("Password").fill("front-axle-nut-64Nm")
    press(door, "Log in")
    door.wait_for_url(lambda url: url.endswith("/"))


def test_an_email_that_has_an_account_is_told_at_its_field(desk):
    page = desk("/people")
    press(page, "New")
    fill(page, Name="Ana", Email="mechanic@demo.example")

    press(page, "Save")

    email = page.get_by_role("dialog").get_by_label("Email")
    expect(email).to_have_accessible_description("This email has an account already.")
    expect(email).to_be_focused()


def test_a_link_that_was_used_says_so(new_device, base_url):
    page = new_device().new_page()
    page.goto(f"/reset/{'x' * 43}")
    page.get_by_label("New password").fill("front-axle-nut-64Nm")
    press(page, "Set password")
    expect(page.get_by_role("alert")).to_contain_text("link")


def test_a_person_is_deleted_and_brought_back(desk, api):
    person = api("manager").post("/v1/users", {"email": "kim@demo.example", "name": "Kim Long"})
    page = desk("/people")
    page.get_by_role("button", name="Kim Long").click()
    page.get_by_role("combobox", name="Role").select_option("Team manager")
    press(page, "Save")
    page.get_by_role("button", name="Kim Long Team manager").click()
    press(page, "Delete")
    page.get_by_role("button", name="Kim Long Team manager Deleted").click()
    press(page, "Bring back")
    expect(page.get_by_role("button", name="Deleted")).to_have_count(0)
    read = api("manager").get(f"/v1/users/{person['id']}")
    assert (read["role"], read["is_active"]) == ("admin", True)


def test_a_checklist_is_made_and_filled(desk, api):
    page = desk("/templates")
    press(page, "New")
    fill(page, Name="Endurance")
    press(page, "Save")
    page.wait_for_url("**/templates/*")
    press(page, "New")
    page.keyboard.type("Fill the tank")
    page.keyboard.press("Tab")
    page.keyboard.type("Fuel")
    cell(page, "Due", "fill-the-tank").fill("2 h before")
    press(page, "Save")
    expect(page.get_by_role("status").filter(has_text="Endurance is saved")).to_be_visible()
    (item,) = api("manager").get(f"/v1/templates/{page.url.rsplit('/', 1)[1]}")["items"]
    assert (item["key"], item["offset_minutes"], item["scope"]) == ("fill-the-tank", -120, "bike")


def cell(page, column, key):
    return page.get_by_label(f"{column}: {key}")


@pytest.fixture
def template(api):
    item = {"key": "wd-tyres", "section": "Tyres", "title": "Hot pressure", "scope": "bike_session"}
    item |= {"crew_role": "tyre_tech", "anchor": "session_start", "offset_minutes": -20}
    item |= {"is_critical": True, "needs_check": True, "tier": "club"}
    other = {**item, "key": "wd-warmers", "title": "Warmers on"}
    return api("manager").post("/v1/templates", {"name": "Tyres only", "items": [item, other]})


def test_what_is_wrong_with_an_item_stands_at_its_cell(desk, template):
    page = desk(f"/templates/{template['id']}")
    cell(page, "Title", "wd-tyres").fill(" ")
    cell(page, "Due", "wd-warmers").fill("soon")
    press(page, "Save")
    expect(cell(page, "Title", "wd-tyres")).to_have_accessible_description("Must not be blank.")
    expect(cell(page, "Due", "wd-warmers")).to_have_accessible_description(
        "Say how long before or after, such as 45 min before."
    )
    expect(cell(page, "Title", "wd-tyres")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_text("2 things to put right in 2 items: Title, Due.")


def test_every_fault_of_an_item_is_told_and_in_sight(desk, template):
    page = desk(f"/templates/{template['id']}")
    page.set_viewport_size({"width": 1440, "height": 900})
    cell(page, "Title", "wd-warmers").fill(" ")
    cell(page, "Due", "wd-warmers").fill("yesterday <b>")
    cell(page, "Key", "wd-warmers").fill("wd-tyres")
    press(page, "Save")
    alert = "3 things to put right in one item: Title, Due, Key."
    expect(page.get_by_role("alert")).to_have_text(alert)
    row = page.get_by_role("row").last
    expect(row.get_by_label("Key")).to_have_accessible_description(re.compile("two items"))
    due, title = row.get_by_label("Due: "), row.get_by_label("Title: ")
    expect(title).to_be_focused()
    assert beside(due, title)
    row.get_by_label("Key").focus()
    due.focus()
    assert beside(due, title)


def beside(cell, title):
    """The sticky title does not cover the cell."""
    covering = title.bounding_box()
    return cell.bounding_box()["x"] >= covering["x"] + covering["width"]


def test_a_measurement_and_kinds_of_session_are_chosen_in_a_dialog(desk, api, template):
    page = desk(f"/templates/{template['id']}")
    cell(page, "Measured", "wd-tyres").click()
    page.get_by_role("combobox", name="Measured").select_option("A number")
    fill(page, **{"What it is": "Rear", "Unit": "bar", "Least": "1,6"})
    for kind in ("Setup", "Tech control", "Pack down"):
        page.get_by_role("checkbox", name=kind).uncheck()
    press(page, "OK")
    expect(cell(page, "Measured", "wd-tyres")).to_have_text("Rear ≥ 1,6 bar")
    press(page, "Save")
    expect(page.get_by_text("Not saved yet")).to_have_count(0)
    item = api("manager").get(f"/v1/templates/{template['id']}")["items"][0]
    assert item["measurement"] == {
        "label": "Rear",
        "kind": "number",
        "unit": "bar",
        "min": 1.6,
    }
    assert item["session_kinds"] == ["practice", "qualifying", "warm_up", "race"]


def test_a_removed_item_comes_back_and_a_deleted_checklist_too(desk, template):
    page = desk(f"/templates/{template['id']}")
    press(page, "Remove wd-tyres")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row")).to_have_count(3)
    press(page, "Delete")
    page.wait_for_url("**/templates")
    page.get_by_role("button", name="Undo: Tyres only").click()
    page.wait_for_url(f"**/templates/{template['id']}")
    expect(page.get_by_role("row")).to_have_count(3)


def test_somebody_else_who_saved_first_is_not_written_over(desk, api, template):
    page = desk(f"/templates/{template['id']}")
    api("manager").patch(f"/v1/templates/{template['id']}", {"name": "Tyres first"})
    fill(page, Name="Tyres last")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("Somebody changed this")


def test_a_list_comes_by_itself_with_the_signal(desk):
    page = desk("/account")
    page.context.set_offline(True)
    page.get_by_role("link", name="Bikes").click()
    expect(page.get_by_role("alert")).to_contain_text("No signal")
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="44 A")).to_be_visible()


def test_a_list_that_was_read_before_is_there_without_a_signal(desk):
    page = desk("/bikes")
    page.get_by_role("button", name="44 A").wait_for()
    page.get_by_role("link", name="Account").click()
    page.context.set_offline(True)
    page.get_by_role("link", name="Bikes").click()
    expect(page.get_by_role("button", name="44 A")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("This is how it was at")


def test_what_was_not_saved_is_still_there_later(desk, template):
    page = desk(f"/templates/{template['id']}")
    cell(page, "Title", "wd-tyres").fill("Cold pressure")
    page.get_by_role("link", name="Bikes").click()
    page.get_by_role("button", name="44 A").wait_for()
    page.go_back()
    expect(cell(page, "Title", "wd-tyres")).to_have_value("Cold pressure")
    expect(page.get_by_text("Not saved yet")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/bikes", "/people", "/templates"])
def test_axe_finds_nothing_on_the_desk(desk, axe, path, scheme):
    page = desk(path, scheme=scheme)
    page.get_by_role("main").get_by_role("listitem").first.wait_for()
    assert axe(page) == []
    press(page, "New")
    assert axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_checklist(desk, axe, template, scheme):
    page = desk(f"/templates/{template['id']}", scheme=scheme)
    cell(page, "Due", "wd-tyres").fill("soon")
    press(page, "Save")
    page.get_by_role("alert").wait_for()
    assert axe(page) == []
    cell(page, "Measured", "wd-tyres").click()
    assert axe(page) == []
