"""The timetable in a real browser: local times, shifts and what is said of sessions."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect


def local(instant, zone):
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).strftime("%H:%M")


def line(page, name):
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))


def starts_at(weekend, session):
    return weekend.manager.get(f"/v1/sessions/{session['id']}")["starts_at"]


@pytest.fixture
def page(log_in, weekend):
    return log_in("chief", f"{weekend.page}/timetable")


def test_sessions_stand_in_the_time_of_the_track(log_in, weekend):
    weekend.manager.patch(weekend.path, {"timezone": "Asia/Kathmandu"})  # 5:45 ahead
    page = log_in("chief", f"{weekend.page}/timetable")

    at = local(weekend.session["starts_at"], "Asia/Kathmandu")
    expect(line(page, "FP1")).to_contain_text(at)


def test_a_shift_is_previewed_confirmed_and_taken_back(page, weekend):
    before = weekend.session["starts_at"]
    line(page, "FP1").get_by_role("button", name="Shift").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="Minutes").fill("10")
    expect(dialog.get_by_role("button", name="Confirm")).to_be_disabled()

    dialog.get_by_role("button", name="Preview").click()
    row = dialog.get_by_role("row").filter(has_text="FP1")
    expect(row).to_contain_text(local(before, weekend.zone))
    assert starts_at(weekend, weekend.session) == before
    dialog.get_by_role("button", name="Confirm").click()

    expect(line(page, "FP1")).to_contain_text("planned")
    assert starts_at(weekend, weekend.session) != before
    page.get_by_role("button", name="Undo").click()
    expect(line(page, "FP1")).not_to_contain_text("planned")
    assert starts_at(weekend, weekend.session) == before


def test_other_minutes_have_to_be_previewed_anew(page):
    line(page, "FP1").get_by_role("button", name="Shift").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="Minutes").fill("10")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("button", name="Confirm")).to_be_enabled()

    dialog.get_by_role("button", name="5 min later", exact=True).click()

    expect(dialog.get_by_role("button", name="Confirm")).to_be_disabled()


def test_one_session_moves_alone(page, weekend):
    later = weekend.add_session("FP2", starts_in=150)
    line(page, "FP2").wait_for()
    line(page, "FP1").get_by_role("button", name="Shift").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="Minutes").fill("-20")

    dialog.get_by_role("radio", name="Only this session").check()
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Confirm").click()

    expect(line(page, "FP1")).to_contain_text("planned")
    assert starts_at(weekend, later) == later["starts_at"]


def test_a_refused_shift_is_told_in_the_dialog(page, weekend):
    line(page, "FP1").get_by_role("button", name="Shift").click()
    weekend.manager.patch(f"/v1/sessions/{weekend.session['id']}", {"status": "running"})
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="Minutes").fill("10")

    dialog.get_by_role("button", name="Preview").click()

    expect(dialog.get_by_text("FP1 is running, so it stays.")).to_be_visible()


def test_a_session_starts_finishes_and_is_taken_back(page):
    line(page, "FP1").get_by_role("button", name="Start").click()
    expect(line(page, "FP1")).to_contain_text("On track")

    line(page, "FP1").get_by_role("button", name="Finish").click()
    expect(line(page, "FP1")).to_contain_text("Finished")

    page.get_by_role("button", name="Undo").click()
    expect(line(page, "FP1")).to_contain_text("On track")


def test_a_session_is_cancelled_and_put_back(page, weekend):
    line(page, "FP1").get_by_role("button", name="Cancel session").click()
    expect(line(page, "FP1")).to_contain_text("Cancelled")

    line(page, "FP1").get_by_role("button", name="Put back on").click()

    expect(line(page, "FP1")).to_contain_text("Scheduled")


def test_a_mechanic_reads_it_and_moves_nothing(log_in, weekend):
    page = log_in("mechanic", f"{weekend.page}/timetable")

    expect(line(page, "FP1")).to_be_visible()
    expect(line(page, "FP1").get_by_role("button")).to_have_count(0)


def test_without_a_signal_a_start_is_told_to_have_failed(page):
    line(page, "FP1").wait_for()
    page.context.set_offline(True)

    line(page, "FP1").get_by_role("button", name="Start").click()

    expect(page.get_by_text("No signal: this cannot be done now.")).to_be_visible()
    expect(line(page, "FP1")).to_contain_text("Scheduled")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_timetable(log_in, weekend, axe, scheme):
    page = log_in("chief", f"{weekend.page}/timetable", color_scheme=scheme)
    line(page, "FP1").wait_for()
    assert axe(page) == []

    line(page, "FP1").get_by_role("button", name="Shift").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="Minutes").fill("10")
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("table").wait_for()
    assert axe(page) == []
