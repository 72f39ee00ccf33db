"""Who does what at a weekend, and how people come to it."""

import re

import pytest
from forms import fill, press
from playwright.sync_api import expect

NEW_PASSWORD = "front-axle-nut-64Nm"


@pytest.fixture
def crew(desk, weekend):
    return desk(f"{weekend.page}/crew")


def roles_of(page, name):
    return page.get_by_role("group", name=f"Roles of {name}")


def test_a_manager_says_who_does_what(crew, weekend, api):
    roles_of(crew, "Ana Ruiz").get_by_role("button", name="Change roles").click()
    roles_of(crew, "Ana Ruiz").get_by_role("button", name="Fuel tech").click()
    press(crew, "Remove Tom Becker")
    crew.get_by_role("combobox", name="Add to the crew").select_option("Priya Nair")
    press(crew, "Save")
    expect(crew.get_by_text("The crew is saved.")).to_be_visible()
    members = api("manager").get(f"{weekend.path}/crew")
    roles = {member["name"]: member["crew_roles"] for member in members}
    assert roles["Ana Ruiz"] == ["mechanic", "fuel_tech"]
    assert roles["Priya Nair"] == ["mechanic"]
    assert "Tom Becker" not in roles


def test_whoever_is_left_without_a_role_is_named(crew):
    roles_of(crew, "Ana Ruiz").get_by_role("button", name="Mechanic").click()
    press(crew, "Save")
    expect(roles_of(crew, "Ana Ruiz")).to_have_accessible_description("Choose at least one role.")


def invited(page, **fields):
    fill(page, **fields)
    press(page, "Invite")
    return page.get_by_role("link", name="/join/").inner_text()


def test_somebody_new_joins_by_a_link(crew, weekend, new_device, api):
    link = invited(crew)
    expect(crew.get_by_role("img", name="QR code of the invitation")).to_be_visible()
    page = new_device().new_page()
    page.goto(link)
    fill(page, Email="sam@demo.example", Name="Sam <i>Low</i>")
    page.get_by_label("Password").fill(NEW_PASSWORD)
    press(page, "Join")
    page.get_by_role("heading", name="My tasks").wait_for()
    names = [member["name"] for member in api("manager").get(f"{weekend.path}/crew")]
    assert "Sam <i>Low</i>" in names
    page.goto(link)
    press(page, "Join")
    expect(page.get_by_role("alert")).to_contain_text("invitation")


def test_somebody_with_an_account_is_asked_for_its_password(crew, weekend, new_device, api):
    page = new_device().new_page()
    page.goto(invited(crew))
    fill(page, Email="fuel@demo.example", Name="Priya")
    page.get_by_label("Password").fill("pit-lane-demo")
    press(page, "Join")
    expect(page.get_by_role("alert")).to_contain_text("account")
    expect(page.get_by_role("textbox", name="Name")).to_have_count(0)
    press(page, "Join")
    page.get_by_role("heading", name="My tasks").wait_for()
    assert "Priya Nair" in [row["name"] for row in api("manager").get(f"{weekend.path}/crew")]


def test_who_is_logged_in_joins_with_one_button(crew, weekend, log_in, api):
    page = log_in("data")
    page.goto(invited(crew))
    expect(page.get_by_text("You are logged in as Elif Demir.")).to_be_visible()
    press(page, "Join")
    page.get_by_role("heading", name="My tasks").wait_for()
    assert "Elif Demir" in [row["name"] for row in api("manager").get(f"{weekend.path}/crew")]


def test_an_invitation_is_shown_again_and_revoked(crew):
    invited(crew, Email="kit@demo.example")
    press(crew, "Close")
    row = crew.get_by_role("listitem").filter(has_text="kit@demo.example")
    row.get_by_role("button", name="Show").click()
    expect(crew.get_by_role("img", name="QR code of the invitation")).to_be_visible()
    press(crew, "Close")
    row.get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)


def test_what_is_wrong_with_an_invitation_stands_at_its_field(crew):
    fill(crew, Email="nonsense", **{"Good for days": "99"})
    press(crew, "Invite")
    expect(crew.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
    expect(crew.get_by_label("Good for days")).to_have_attribute("aria-invalid", "true")


def test_a_crew_chief_invites_and_does_not_save(log_in, weekend):
    page = log_in("chief", f"{weekend.page}/crew")
    expect(page.get_by_role("button", name="Invite")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_without_a_signal_the_crew_is_shown_as_the_device_knows_it(log_in, weekend):
    page = log_in("mechanic", weekend.page)
    page.get_by_role("table", name="Readiness").wait_for()

    page.context.set_offline(True)
    page.evaluate(f"history.pushState(null, '', '{weekend.page}/crew')")
    page.evaluate("dispatchEvent(new PopStateEvent('popstate', { state: null }))")

    row = page.get_by_role("listitem").filter(has_text="Nils Berg")
    row.get_by_text("Mechanic").wait_for()
    said = re.compile(r"^No signal. This is how it was at .*\d\d:\d\d")
    expect(page.get_by_text(said)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_crew(desk, weekend, axe, scheme):
    page = desk(f"{weekend.page}/crew", scheme)
    roles_of(page, "Ana Ruiz").get_by_role("button", name="Change roles").click()
    assert axe(page) == []
    invited(page)
    page.get_by_role("img", name="QR code of the invitation").wait_for()
    assert axe(page) == []
