"""The board was opened without a signal, and then there is one."""

from playwright.sync_api import expect


def test_what_was_opened_without_a_signal_stays_when_there_is_one(weekend, log_in):
    tasks = [weekend.task(title, of="mechanic") for title in ("Left grip", "Right grip")]
    page = log_in("mechanic")
    page.get_by_role("button", name="Done: Right grip").wait_for()
    page.wait_for_timeout(1_000)  # Until the device has it all.
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
