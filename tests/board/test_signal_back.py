"""The board was opened without a signal, and then there is one."""

from datetime import UTC, datetime, timedelta

from phone import installed, kept, tick, unsent
from playwright.sync_api import expect


def test_what_was_opened_without_a_signal_stays_when_there_is_one(weekend, log_in):
    tasks = [weekend.task(title, of="mechanic") for title in ("Left grip", "Right grip")]
    page = log_in("mechanic")
    installed(page)
    page.get_by_role("button", name="Done: Right grip").wait_for()
    kept(page, 2)
    page.context.set_offline(True)
    page.goto("/")
    page.get_by_role("button", name="Done: Right grip").click()
    waiting = page.get_by_role("status").filter(has_text="not sent yet")
    expect(waiting).to_have_count(1)

    page.context.set_offline(False)

    expect(waiting).to_have_count(0)
    expect(page.get_by_role("button", name="Done: Left grip")).to_be_visible()
    assert [weekend.read(task)["status"] for task in tasks] == ["open", "done"]


def test_a_line_on_which_nothing_comes_is_asked_for_again(weekend, log_in, new_device):
    device = new_device(with_clock=True)
    device.route("**/stream", lambda route: None)
    page = log_in("mechanic", "/account", device=device)
    with page.expect_request("**/stream"):
        page.goto(f"/events/{weekend.event['id']}")

    with page.expect_request("**/stream"):
        page.clock.fast_forward(60_000)


def test_a_task_that_was_opened_without_a_signal_tells_everything_once_there_is_one(
    weekend, log_in, new_device
):
    task = weekend.task("Left grip", of="mechanic")
    device = new_device()
    page = log_in("mechanic", device=device)
    installed(page)
    page.get_by_role("button", name="Done: Left grip").wait_for()
    kept(page, 2)
    device.set_offline(True)
    page.goto(f"/tasks/{task['id']}")
    expect(page.get_by_text("signal").first).to_be_visible()

    device.set_offline(False)

    history = page.get_by_role("region", name="History")
    expect(history.get_by_role("listitem").first).to_be_attached()


def test_a_task_that_the_device_does_not_know_is_found_once_there_is_a_signal(weekend, log_in):
    page = log_in("mechanic")
    installed(page)
    task = weekend.task("Left grip", of="mechanic")
    page.route("**/v1/**", lambda route: route.abort())
    page.goto(f"/tasks/{task['id']}")
    expect(page.get_by_role("heading", name="Left grip")).to_have_count(0)
    page.get_by_text("signal").first.wait_for()
    page.unroute("**/v1/**")

    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.get_by_role("heading", name="Left grip")).to_be_visible()


def test_a_weekend_to_come_that_nobody_opened_opens_without_a_signal(api, log_in):
    manager, day = api("manager"), (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    about = {"track": "Brno far off", "location": "Czechia", "event_date": day}
    event = manager.post("/v1/events", {**about, "timezone": "Europe/Prague"})
    path = f"/v1/events/{event['id']}"
    crew = [{"user_id": api("mechanic").user["id"], "crew_roles": ["mechanic"]}]
    manager.put(f"{path}/crew", crew)
    page = log_in("mechanic", "/account")
    installed(page)
    mine = api("mechanic").get("/v1/events?mine=true&limit=200")
    today = datetime.now(UTC).date().isoformat()
    kept(page, sum(one["end_date"] >= today for one in mine))

    page.context.set_offline(True)
    page.goto(f"/events/{event['id']}/timetable")

    page.get_by_role("link", name=event["name"]).wait_for()
    manager.ask("DELETE", path)


def test_a_tick_by_a_clock_that_was_put_forward_is_taken(weekend, log_in, new_device):
    task = weekend.task("Left grip", of="mechanic")
    device = new_device(with_clock=True)
    page = log_in("mechanic", device=device)
    page.get_by_role("button", name="Done: Left grip").wait_for()
    device.set_offline(True)

    device.clock.set_system_time(datetime.now(UTC) + timedelta(hours=1))
    tick(page, "Left grip")
    unsent(page, 1)
    device.set_offline(False)

    unsent(page, 0)
    page.get_by_text("This device’s clock is 60 min fast").wait_for()
    [signed] = weekend.manager.get(f"/v1/tasks/{task['id']}/sign-offs")
    told = datetime.fromisoformat(signed["device_time"])
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=5)


def test_a_clock_that_is_put_right_without_a_signal_leaves_times_right(weekend, log_in, new_device):
    task = weekend.task("Left grip", of="mechanic")
    device = new_device(with_clock=True)
    device.clock.set_system_time(datetime.now(UTC) + timedelta(hours=1))
    page = log_in("mechanic", device=device)
    page.get_by_role("button", name="Done: Left grip").wait_for()
    device.set_offline(True)

    device.clock.set_system_time(datetime.now(UTC))
    tick(page, "Left grip")
    unsent(page, 1)
    device.set_offline(False)

    unsent(page, 0)
    [signed] = weekend.manager.get(f"/v1/tasks/{task['id']}/sign-offs")
    told = datetime.fromisoformat(signed["device_time"])
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=5)
