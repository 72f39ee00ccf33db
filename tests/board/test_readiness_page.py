"""Sessions × bikes in a real browser: what blocks, releases, crashes and rain."""

import re

import pytest
from phone import unsent
from playwright.sync_api import expect

BOLTS = "Torque the caliper bolts"


@pytest.fixture
def critical(weekend):
    fields = {"is_critical": True, "bike_id": weekend.bike["id"], "anchor": "session_start"}
    fields |= {"session_id": weekend.session["id"], "offset_minutes": -30}
    return weekend.task(BOLTS, due_in=None, **fields)


def cell(page, session="FP1"):
    """The cell of the only bike."""
    named = page.get_by_role("rowheader", name=session)
    return (
        page.get_by_role("table", name="Readiness")
        .get_by_role("row")
        .filter(has=named)
        .get_by_role("cell")
    )


def open_panel(page, session="FP1"):
    cell(page, session).get_by_role("button").click()
    return page.get_by_role("complementary")


def test_a_bike_goes_from_no_go_over_wait_to_go(log_in, api, weekend, critical):
    page = log_in("chief", weekend.page)
    expect(cell(page)).to_have_text(re.compile(r"^\s*NO GO"))

    weekend.sign(api("mechanic"), critical, "done")

    expect(cell(page)).to_have_text(re.compile(r"^\s*WAIT"), timeout=15_000)
    open_panel(page).get_by_role("button", name="Release").click()
    expect(cell(page)).to_have_text(re.compile(r"^\s*GO"))


def test_a_blocked_bike_is_released_with_a_reason_that_is_shown(log_in, weekend, critical):
    page = log_in("chief", weekend.page)
    open_panel(page).get_by_role("button", name="Release anyway").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Release anyway").click()
    expect(dialog.get_by_text("Say why it goes out.")).to_be_visible()

    dialog.get_by_role("textbox", name="Reason").fill("Agreed with race control")
    dialog.get_by_role("button", name="Release anyway").click()

    expect(cell(page)).to_have_text(re.compile(r"^\s*GO"))
    expect(page.get_by_role("complementary")).to_contain_text("Agreed with race control")


def test_the_panel_names_what_blocks_and_leads_there(log_in, weekend, critical):
    page = log_in("mechanic", weekend.page)

    panel = open_panel(page)

    expect(panel.get_by_role("listitem")).to_have_count(1)
    expect(panel.get_by_role("button", name="Release")).to_have_count(0)
    panel.get_by_role("link", name=BOLTS).click()
    page.wait_for_url(f"**/tasks/{critical['id']}")


def test_a_crash_is_reported_and_takes_the_release_back(log_in, api, weekend):
    task = weekend.task(BOLTS, bike_id=weekend.bike["id"], session_id=weekend.session["id"])
    weekend.sign(api("mechanic"), task, "done")
    release = {"bike_id": weekend.bike["id"]}
    weekend.manager.post(f"/v1/sessions/{weekend.session['id']}/releases", release)
    page = log_in("mechanic", weekend.page)
    expect(cell(page)).to_have_text(re.compile(r"^\s*GO"))

    page.get_by_role("button", name="Report crash").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="Bike")).to_have_value(str(weekend.bike["id"]))
    dialog.get_by_role("textbox", name="Note").fill("Low-side at turn 8")
    dialog.get_by_role("button", name="Report crash").click()

    expect(page.get_by_text("Low-side at turn 8")).to_be_visible()
    expect(cell(page)).not_to_have_text(re.compile(r"^\s*GO"), timeout=15_000)


def test_rain_is_declared_for_a_session(log_in, weekend):
    page = log_in("tyres", weekend.page)
    page.get_by_role("button", name="Declare wet").click()
    dialog = page.get_by_role("dialog")

    dialog.get_by_role("combobox", name="Session").select_option(str(weekend.session["id"]))
    dialog.get_by_role("button", name="Declare wet").click()

    expect(page.get_by_role("rowheader", name="FP1")).to_contain_text("Wet", timeout=15_000)


def test_what_is_over_is_a_dash(log_in, weekend):
    weekend.manager.patch(f"/v1/sessions/{weekend.session['id']}", {"status": "finished"})

    page = log_in("chief", weekend.page)

    expect(cell(page)).to_have_text(re.compile(r"^\s*–"))


def test_an_incident_without_a_signal_is_kept_and_sent_later(log_in, weekend):
    page = log_in("mechanic", weekend.page)
    expect(cell(page)).to_be_visible()
    page.context.set_offline(True)

    page.get_by_role("button", name="Report crash").click()
    page.get_by_role("dialog").get_by_role("button", name="Report crash").click()
    kept = page.get_by_role("listitem").filter(has_text="not sent yet")
    expect(kept).to_be_visible()
    page.context.set_offline(False)

    expect(kept).to_have_count(0, timeout=40_000)
    assert len(weekend.manager.get(f"{weekend.path}/incidents")) == 1


def test_the_table_says_of_the_demo_weekend_what_the_server_says(log_in, api, demo):
    rows = api("chief").get(f"/v1{demo}/readiness")
    states = {(row["session_id"], row["bike_id"]): state(row) for row in rows}
    snapshot = api("chief").get(f"/v1{demo}/snapshot")
    to_come = [one for one in snapshot["sessions"] if one["status"] in ("scheduled", "running")]

    page = log_in("chief", demo)
    page.get_by_role("table", name="Readiness").wait_for()

    bikes = sorted(snapshot["bikes"], key=lambda bike: (bike["number"], bike["label"]))
    for session in to_come:
        texts = [text.strip() for text in cell(page, session["name"]).all_inner_texts()]
        told = [states[session["id"], bike["id"]] for bike in bikes]
        assert all(text.startswith(state) for text, state in zip(texts, told, strict=True)), texts


def state(row):
    if row["release"]:
        return "GO"
    return "NO GO" if row["blocking"] else "WAIT"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_weekend(log_in, demo, axe, scheme):
    page = log_in("chief", demo, color_scheme=scheme)
    page.get_by_role("table", name="Readiness").wait_for()
    assert axe(page) == []

    open_panel_of_demo = page.get_by_role("row").filter(has_text="Superpole").get_by_role("button")
    open_panel_of_demo.first.click()
    assert axe(page) == []

    page.get_by_role("button", name="Report crash").click()
    assert axe(page) == []


def test_two_taps_report_one_crash(log_in, weekend):
    page = log_in("chief", weekend.page)
    page.get_by_role("button", name="Report crash").click()

    page.get_by_role("dialog").get_by_role("button", name="Report crash").dblclick()

    page.get_by_role("dialog").wait_for(state="detached")
    expect(page.get_by_text(re.compile("^Reported"))).to_have_count(1)
    unsent(page, 0)
    assert len(weekend.manager.get(f"{weekend.path}/incidents")) == 1


def test_a_crash_without_a_signal_takes_the_go_away_at_once(log_in, weekend):
    body = {"bike_id": weekend.bike["id"], "override_reason": "Only a test"}
    weekend.manager.post(f"/v1/sessions/{weekend.session['id']}/releases", body)
    page = log_in("mechanic", weekend.page)
    expect(cell(page)).to_have_text(re.compile(r"^\s*GO"))
    page.context.set_offline(True)

    page.get_by_role("button", name="Report crash").click()
    page.get_by_role("dialog").get_by_role("button", name="Report crash").click()

    expect(cell(page)).to_have_text(re.compile(r"^\s*NO GO"))


def test_escape_closes_the_question_first_and_then_the_panel(log_in, weekend):
    page = log_in("chief", weekend.page)
    panel = open_panel(page)
    page.get_by_role("button", name="Report crash").click()
    page.get_by_role("dialog").wait_for()

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(panel).to_be_visible()

    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(cell(page).get_by_role("button")).to_be_focused()


IS_IN_SIGHT = """(cell) => {
    const {top, bottom} = cell.getBoundingClientRect();
    return top >= 0 && bottom <= document.querySelector('aside').getBoundingClientRect().top;
}"""


def test_on_a_phone_the_panel_covers_no_cell_that_has_the_focus(log_in, weekend):
    for number in range(2, 10):
        weekend.add_session(f"FP{number}", starts_in=90 + 60 * number)
    page = log_in("chief", weekend.page)
    open_panel(page).wait_for()
    cells = page.get_by_role("table", name="Readiness").get_by_role("button")
    expect(cells).to_have_count(9)
    cells.first.focus()

    for there in range(1, 9):
        page.keyboard.press("Tab")

        expect(cells.nth(there)).to_be_focused()
        assert cells.nth(there).evaluate(IS_IN_SIGHT), f"FP{there + 1} is below the panel"
