"""The way in, in a real browser."""

import pytest


def test_a_mechanic_logs_in_with_email_and_password(log_in):
    page = log_in("mechanic")

    assert page.get_by_role("heading", level=1).inner_text() == "My tasks"


def test_one_click_logs_in_somebody_of_the_demo_team(new_device):
    page = new_device().new_page()
    page.goto("/login")

    page.get_by_role("button", name="Carlo Rossi").click()

    page.get_by_role("heading", name="My tasks").wait_for()


def test_a_wrong_password_is_told(new_device):
    page = new_device().new_page()
    page.goto("/login")
    page.get_by_role("textbox", name="Email").fill("mechanic@demo.example")
    page.get_by_label("Password").fill("wrong-password")

    page.get_by_role("button", name="Log in", exact=True).click()

    assert "wrong" in page.get_by_role("alert").inner_text()


def test_who_is_not_logged_in_gets_where_they_wanted_afterwards(log_in, new_device):
    device = new_device()
    page = device.new_page()
    page.goto("/events")
    page.wait_for_url("**/login?to=%2Fevents")

    page.get_by_role("button", name="Ana Ruiz").click()

    page.get_by_role("heading", name="Weekends").wait_for()


def test_a_link_with_filters_keeps_them_through_the_log_in(weekend, new_device):
    page = new_device().new_page()
    page.goto(f"{weekend.page}/tasks?role=mechanic&status=overdue")

    page.get_by_role("button", name="Ana Ruiz").click()

    page.wait_for_url(f"**{weekend.page}/tasks?role=mechanic&status=overdue")


def test_a_log_in_that_has_ended_is_not_asked_for_again_and_again(log_in):
    page, asked = log_in("mechanic"), []
    page.context.clear_cookies()
    page.context.on("request", lambda one: asked.append(one.url) if "/refresh" in one.url else None)

    page.reload()
    page.get_by_text("Your log-in has ended").wait_for()
    page.wait_for_timeout(5_000)

    assert len(asked) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_log_in(new_device, axe, scheme):
    page = new_device(color_scheme=scheme).new_page()
    page.goto("/login")
    page.get_by_role("heading", level=1).wait_for()

    assert axe(page) == []
