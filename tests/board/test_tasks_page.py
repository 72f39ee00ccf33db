"""All tasks of a weekend in a real browser: filters, and giving many to one person."""

import pytest
from playwright.sync_api import expect


def tasks(page):
    return page.get_by_role("main").get_by_role("listitem")


@pytest.fixture
def three(weekend):
    """One of the bike, one overdue of the tyre tech, one done."""
    return [
        weekend.task("Torque the bolts", bike_id=weekend.bike["id"]),
        weekend.task("Mount the rain tyres", due_in=-5, crew_role="tyre_tech", of="tyres"),
        weekend.task("Charge the battery", of="mechanic", session_id=weekend.session["id"]),
    ]


@pytest.mark.parametrize(
    ("name", "choice", "title"),
    [
        ("Bike", 2, "Torque the bolts"),
        ("Session", "FP1", "Charge the battery"),
        ("Role", "Tyre tech", "Mount the rain tyres"),
        ("Assigned to", "Nobody", "Torque the bolts"),
        ("Assigned to", "Ana Ruiz", "Charge the battery"),
        ("Status", "Overdue", "Mount the rain tyres"),
    ],
)
def test_each_filter_narrows_the_list(log_in, weekend, three, name, choice, title):
    page = log_in("mechanic", f"{weekend.page}/tasks")
    expect(tasks(page)).to_have_count(3)
    chosen = {"index": choice} if isinstance(choice, int) else {"label": choice}

    page.get_by_role("combobox", name=name).select_option(**chosen)

    expect(tasks(page)).to_have_count(1)
    expect(tasks(page).first).to_contain_text(title)


def test_filters_stand_in_the_address_and_are_cleared_by_one_button(log_in, weekend, three):
    page = log_in("mechanic", f"{weekend.page}/tasks")
    page.get_by_role("combobox", name="Status").select_option(label="Overdue")
    page.wait_for_url("**/tasks?status=overdue")
    page.reload()
    expect(tasks(page)).to_have_count(1)

    page.get_by_role("button", name="Show all").click()

    expect(tasks(page)).to_have_count(3)
    assert page.url.endswith("/tasks")


def test_a_chief_gives_many_to_one_person(log_in, weekend, three):
    page = log_in("chief", f"{weekend.page}/tasks")
    for title in ("Torque the bolts", "Mount the rain tyres"):
        tasks(page).filter(has_text=title).get_by_role("checkbox").check()
    page.get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Assigned to").select_option(str(weekend.ids["mechanic2"]))

    dialog.get_by_role("button", name="Assign").click()

    expect(tasks(page).filter(has_text="Nils Berg")).to_have_count(2)
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
    assert weekend.read(three[0])["assigned_to"] == weekend.ids["mechanic2"]


def test_an_assignment_is_taken_back_to_whoever_held_each(log_in, weekend, three):
    page = log_in("chief", f"{weekend.page}/tasks")
    page.get_by_role("checkbox", name="Select all").check()
    page.get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Assigned to").select_option(str(weekend.ids["mechanic2"]))
    dialog.get_by_role("button", name="Assign").click()
    expect(tasks(page).filter(has_text="Nils Berg")).to_have_count(3)

    page.get_by_role("button", name="Undo").click()

    expect(tasks(page).filter(has_text="Nils Berg")).to_have_count(0)
    held = [weekend.read(task)["assigned_to"] for task in three]
    assert held == [None, weekend.ids["tyres"], weekend.ids["mechanic"]]


def test_all_that_is_shown_is_selected_at_once(log_in, weekend, three):
    page = log_in("chief", f"{weekend.page}/tasks")
    expect(tasks(page)).to_have_count(3)

    page.get_by_role("checkbox", name="Select all").check()

    expect(tasks(page).get_by_role("checkbox", checked=True)).to_have_count(3)
    expect(page.get_by_text("3 selected")).to_be_visible()


def test_a_mechanic_is_offered_no_assigning(log_in, weekend, three):
    page = log_in("mechanic", f"{weekend.page}/tasks")

    expect(tasks(page)).to_have_count(3)
    expect(page.get_by_role("button", name="Assign")).to_have_count(0)


def test_a_chief_saves_the_table_of_what_is_shown(log_in, weekend, three):
    page = log_in("chief", f"{weekend.page}/tasks")
    page.get_by_role("combobox", name="Status").select_option(label="Overdue")
    expect(tasks(page)).to_have_count(1)

    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()

    assert saved.value.suggested_filename.startswith("Tasks-Misano-")
    head, *rows = saved.value.path().read_text("utf-8-sig").splitlines()
    assert head.startswith("id,title,") and len(rows) == 1
    assert "Mount the rain tyres" in rows[0]


def test_a_chief_prints_the_pack_of_a_bike(log_in, weekend, three):
    page = log_in("chief", f"{weekend.page}/tasks")
    page.get_by_role("combobox", name="Bike").select_option(label=weekend.bike["label"])
    expect(tasks(page)).to_have_count(1)
    page.context.add_init_script("print = () => document.body.classList.add('printed')")

    with page.expect_popup() as opened:
        page.get_by_role("button", name="Print").click()

    paper = opened.value
    expect(paper.get_by_role("heading", level=1)).to_contain_text(weekend.event["name"])
    expect(paper.get_by_text("Torque the bolts")).to_have_count(1)
    expect(paper.get_by_text("Mount the rain tyres")).to_have_count(0)
    expect(paper.locator("body.printed")).to_have_count(1)
    assert paper.evaluate("document.styleSheets[0].cssRules.length") > 10


def test_without_a_signal_nothing_is_printed_and_that_is_said(log_in, weekend, three):
    page = log_in("chief", f"{weekend.page}/tasks")
    page.context.set_offline(True)

    page.get_by_role("button", name="Print").click()

    expect(page.get_by_text("No signal: this cannot be done now.")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_enabled()
    assert len(page.context.pages) == 1


def test_markup_in_a_title_is_only_text(log_in, weekend):
    weekend.task("<img src=x onerror=alert(1)> & <b>bold</b>")

    page = log_in("chief", f"{weekend.page}/tasks")

    expect(tasks(page).first).to_contain_text("<img src=x onerror=alert(1)> & <b>bold</b>")


def test_all_tasks_of_the_demo_weekend_are_in_the_document(log_in, demo):
    page = log_in("chief", f"{demo}/tasks")

    expect(tasks(page)).to_have_count(794)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_tasks(log_in, weekend, three, axe, scheme):
    page = log_in("chief", f"{weekend.page}/tasks", color_scheme=scheme)
    tasks(page).first.get_by_role("checkbox").check()
    assert axe(page) == []

    page.get_by_role("button", name="Assign").click()
    assert axe(page) == []
