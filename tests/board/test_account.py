"""One's own account: name, password, calendar, and the way out."""

import pytest
from forms import press
from playwright.sync_api import expect


@pytest.fixture
def somebody(api, new_device):
    """Somebody new who is logged in, at their account."""
    made = api("manager").post("/v1/users", {"email": "rin@demo.example", "name": "Rin"})
    page = new_device().new_page()
    page.goto(made["url"])
    page.get_by_label("New password").fill("pit-lane-demo")
    press(page, "Set password")
    page.get_by_role("textbox", name="Email").fill("rin@demo.example")
    page.get_by_label("Password").fill("pit-lane-demo")
    press(page, "Log in")
    page.get_by_role("link", name="Account").click()
    return page


def test_name_password_and_calendar_are_one_s_own(somebody):
    somebody.get_by_role("textbox", name="Name").fill("Rin Oda")
    press(somebody, "Save")
    expect(somebody.get_by_text("Your name is saved.")).to_be_visible()
    somebody.get_by_label("Current password").fill("wrong")
    somebody.get_by_label("New password").fill("front-axle-nut-64Nm")
    press(somebody, "Change password")
    expect(somebody.get_by_role("alert")).to_contain_text("current password is wrong")
    somebody.get_by_label("Current password").fill("pit-lane-demo")
    press(somebody, "Change password")
    expect(somebody.get_by_text("Your password is changed")).to_be_visible()
    press(somebody, "New link")
    link = somebody.get_by_role("link", name="/v1/calendar/").first.inner_text()
    assert somebody.request.get(link).text().startswith("BEGIN:VCALENDAR")
    press(somebody, "End the link")
    expect(somebody.get_by_text("The link has ended.")).to_be_visible()
    assert somebody.request.get(link).status == 404


def test_logging_out_leads_to_the_log_in(log_in):
    page = log_in("truck", "/account")
    press(page, "Log out")
    page.wait_for_url("**/login**")
    page.goto("/account")
    page.wait_for_url("**/login**")


def cookies(device):
    return [cookie["name"] for cookie in device.cookies()]


def test_logging_out_without_a_signal_ends_the_log_in_once_there_is_one(log_in):
    page = log_in("truck", "/account")
    page.context.set_offline(True)
    press(page, "Log out")
    page.wait_for_url("**/login**")
    assert set(cookies(page.context)) == {"refresh_token", "must-log-out"}

    with page.expect_response("**/v1/auth/logout") as answer:
        page.context.set_offline(False)

    assert answer.value.status == 204
    page.wait_for_function("() => document.cookie === ''")
    assert cookies(page.context) == []


KEPT = """new Promise((done) => {
    const open = indexedDB.open('board');
    open.onsuccess = () => {
        const asked = open.result.transaction('kept').objectStore('kept').getAllKeys();
        asked.onsuccess = () => { open.result.close(); done(asked.result); };
    };
})"""


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/people", "**/v1/users?*"),
        ("/events", "**/v1/events?limit=200"),
        ("/tasks/{}", "**/v1/tasks/*/history?*"),
    ],
)
def test_an_answer_that_comes_after_the_log_out_is_not_kept(
    log_in, new_device, weekend, path, asked
):
    device, held = new_device(), []
    page = log_in("manager", "/account", device=device)
    device.route(asked, lambda route: held.append((route, route.fetch())))
    with page.expect_request(asked):
        page.goto(path.format(weekend.task("Left grip")["id"]))
    page.get_by_role("link", name="Account").click()
    press(page, "Log out")
    page.wait_for_url("**/login**")

    with page.expect_response(asked):
        for route, answer in held:
            route.fulfill(response=answer)

    page.wait_for_timeout(300)
    assert page.evaluate(KEPT) == []


@pytest.fixture
def lone_task(weekend, api):
    """A task of somebody who is at no other weekend of these tests."""
    fuel = api("fuel").user["id"]
    crew = [{"user_id": fuel, "crew_roles": ["fuel_tech"]}]
    weekend.manager.put(f"{weekend.path}/crew", crew)
    return weekend.task("Fill the tank", assigned_to=fuel)


def test_logging_out_with_unsent_work_asks(log_in, lone_task):
    page = log_in("fuel")
    done = page.get_by_role("button", name=f"Done: {lone_task['title']}")
    done.wait_for()
    page.context.set_offline(True)
    done.click()
    page.get_by_role("link", name="Account").click()
    press(page, "Log out")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("not sent yet")
    press(dialog, "Log out")
    page.wait_for_url("**/login**")


def test_a_copy_of_what_is_not_sent_is_saved_without_a_signal(log_in, lone_task, axe):
    page = log_in("fuel")
    page.get_by_role("button", name=f"Done: {lone_task['title']}").wait_for()
    page.context.set_offline(True)
    page.get_by_role("button", name=f"Done: {lone_task['title']}").click()
    page.get_by_role("link", name="1 not sent yet").click()
    unsent = page.get_by_role("region", name="1 not sent yet")
    expect(unsent.get_by_role("listitem")).to_contain_text("Done: Fill the tank")

    with page.expect_download() as saved:
        press(unsent, "Save a copy")

    assert saved.value.suggested_filename.startswith("Not-sent-")
    assert "Done: Fill the tank" in saved.value.path().read_text()
    assert axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_account_and_the_doors(desk, axe, scheme):
    for path in ("/account", f"/reset/{'x' * 43}", f"/join/{'x' * 43}"):
        assert axe(desk(path, scheme)) == [], path
