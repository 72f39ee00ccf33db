"""The phone in the paddock: ticks without a signal, none lost, none doubled, each in one's name."""

import pytest
from phone import installed, row, signatures, tick, under, unsent


@pytest.fixture
def tasks(weekend):
    """Four bolts for the mechanic to torque."""
    return [weekend.task(f"Bolt {number}", of="mechanic") for number in range(1, 5)]


def test_tasks_stand_under_what_they_are_to_this_person(weekend, api, log_in):
    weekend.task("Late", of="mechanic", due_in=-5)
    weekend.task("Soon", of="mechanic", due_in=20)
    weekend.task("Later", of="mechanic", due_in=180)
    weekend.task("Anybody's", due_in=-5)
    checked = weekend.task("Second look", of="mechanic2", needs_check=True)
    weekend.sign(api("mechanic2"), checked, "done")

    page = log_in("mechanic")

    row(page, "Late").wait_for()
    assert "Late" in under(page, "Overdue") and "Anybody's" not in under(page, "Overdue")
    assert "Soon" in under(page, "Now") and "Later" in under(page, "Next")
    assert "Second look" in under(page, "To check") and "Anybody's" in under(page, "To take")


def test_a_tick_is_done_at_once_and_undone_at_once(weekend, tasks, log_in):
    page = log_in("mechanic")

    tick(page, "Bolt 1")
    row(page, "Bolt 1").get_by_role("button", name="Reopen").wait_for()
    page.get_by_role("button", name="Undo: Bolt 1").click()

    page.get_by_role("button", name="Done: Bolt 1").wait_for()
    unsent(page, 0)
    assert weekend.read(tasks[0])["status"] == "open"


def test_a_value_is_read_with_a_comma_and_refused_outside_its_limits(weekend, log_in):
    torque = {"label": "Torque", "kind": "number", "unit": "Nm", "min": 28, "max": 30}
    task = weekend.task("Caliper bolts", of="mechanic", measurement=torque)
    page = log_in("mechanic")
    value = row(page, "Caliper bolts").get_by_role("textbox", name="Torque")

    value.fill("31")
    tick(page, "Caliper bolts")
    page.get_by_role("alert").filter(has_text="28 to 30 Nm").wait_for()
    value.fill("28,5")
    tick(page, "Caliper bolts")

    row(page, "Caliper bolts").get_by_text("28.5 Nm").wait_for()
    unsent(page, 0)
    assert weekend.read(task)["value"] == 28.5


def test_a_refusal_tells_what_was_wrong(weekend, log_in):
    torque = {"label": "Torque", "kind": "number"}
    task = weekend.task("Left bolt", of="mechanic", measurement=torque)
    page = log_in("mechanic")
    page.get_by_role("textbox", name="Torque").fill("9" * 35)
    tick(page, "Left bolt")
    page.get_by_text("Enter a number from -1000000000000 to 1000000000000.").wait_for()
    page.get_by_role("textbox", name="Torque").fill("28")
    page.context.set_offline(True)
    tick(page, "Left bolt")
    unsent(page, 1)
    measured = {"label": "Colour", "kind": "text"}
    weekend.manager.ask(
        "PATCH", f"/v1/tasks/{task['id']}", {"measurement": measured}, **{"If-Match": "*"}
    )

    page.context.set_offline(False)

    page.get_by_role("region", name="1 was refused").get_by_text("Value: ").wait_for()


def test_failing_asks_for_a_note_and_taking_makes_it_ones_own(weekend, api, log_in):
    task = weekend.task("Chain slack")
    page = log_in("mechanic")

    tick(page, "Chain slack", "Take")
    tick(page, "Chain slack", "Fail")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Fail").click()
    dialog.get_by_text("a note is required").wait_for()
    dialog.get_by_role("textbox", name="Note").fill("A link is stiff")
    dialog.get_by_role("button", name="Fail").click()

    row(page, "Chain slack").get_by_text("A link is stiff").wait_for()
    unsent(page, 0)
    found = weekend.read(task)
    assert (found["status"], found["assigned_to"]) == ("failed", weekend.ids["mechanic"])


def test_two_hours_and_forty_ticks_without_a_signal(weekend, log_in, new_device):
    made = [weekend.task(f"Item {number}", of="mechanic") for number in range(40)]
    device = new_device(with_clock=True)
    page = log_in("mechanic", device=device)
    row(page, "Item 39").wait_for()
    installed(page)

    device.set_offline(True)
    for task in made:
        tick(page, task["title"])
    page.clock.fast_forward("02:00:00")
    unsent(page, 40)
    page.get_by_role("status").filter(has_text="Not live since").wait_for()
    page.close()  # The system needed its memory.
    page = device.new_page()
    page.goto("/")
    unsent(page, 40)
    device.set_offline(False)

    unsent(page, 0)
    assert {weekend.read(task)["status"] for task in made} == {"done"}
    assert [signatures(weekend, task) for task in made] == [["done"]] * 40


def test_a_tick_whose_answer_was_lost_is_done_once(weekend, tasks, log_in):
    page = log_in("mechanic")
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/v1/sync", lose, times=1)
    tick(page, "Bolt 1")
    unsent(page, 1)
    page.get_by_role("button", name="Send now").click()

    unsent(page, 0)
    assert lost == [200] and signatures(weekend, tasks[0]) == ["done"]


def test_what_the_server_refuses_stays_with_its_reason_until_it_is_seen(
    weekend, tasks, api, log_in, new_device
):
    shared = weekend.task("Shared bolt", session_id=weekend.session["id"])
    device = new_device()
    page = log_in("mechanic", device=device)
    row(page, "Shared bolt").wait_for()
    device.set_offline(True)
    tick(page, "Shared bolt")
    tick(page, "Bolt 1")
    unsent(page, 2)
    weekend.sign(api("mechanic2"), shared, "done")

    device.set_offline(False)

    refused = page.get_by_role("region", name="1 was refused")
    refused.get_by_text("Nils Berg was first").wait_for()
    refused.get_by_text("FP1").wait_for()
    unsent(page, 0)
    assert weekend.read(tasks[0])["status"] == "done"
    page.reload()
    refused.get_by_role("button", name="Seen").click()
    refused.wait_for(state="detached")


def test_another_person_on_the_device_sends_nothing_of_the_first(
    weekend, tasks, log_in, new_device
):
    device = new_device()
    page = log_in("mechanic", device=device)
    row(page, "Bolt 1").wait_for()
    page.route("**/v1/sync", lambda route: route.abort())
    tick(page, "Bolt 1")
    unsent(page, 1)
    page.goto("/account")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("dialog").get_by_role("button", name="Log out").click()
    page.get_by_text("One thing Ana Ruiz did is not sent yet.").wait_for()
    page.unroute("**/v1/sync")

    other = log_in("mechanic2", device=device)
    unsent(other, 0)
    assert signatures(weekend, tasks[0]) == []
    other.goto("/account")
    other.get_by_role("button", name="Log out").click()
    other.wait_for_url("**/login")
    again = log_in("mechanic", device=device)

    row(again, "Bolt 1").get_by_role("button", name="Reopen").wait_for()
    unsent(again, 0)
    assert weekend.read(tasks[0])["done_by"] == weekend.ids["mechanic"]


def test_two_tabs_send_each_tick_once_and_show_each_other(weekend, tasks, log_in, new_device):
    device = new_device()
    first = log_in("mechanic", device=device)
    second = device.new_page()
    second.goto("/")
    row(second, "Bolt 2").wait_for()
    device.set_offline(True)
    tick(first, "Bolt 1")
    tick(second, "Bolt 2")
    unsent(first, 2)
    unsent(second, 2)

    device.set_offline(False)

    unsent(first, 0)
    unsent(second, 0)
    assert [signatures(weekend, task) for task in tasks] == [["done"], ["done"], [], []]


def test_another_persons_tick_shows_by_itself(weekend, api, log_in):
    task = weekend.task("Second look", of="mechanic2", needs_check=True)
    page = log_in("mechanic")
    page.get_by_role("timer", name="Next session").wait_for()

    weekend.sign(api("mechanic2"), task, "done")

    page.get_by_role("button", name="Check: Second look").wait_for(timeout=5_000)


def test_texts_from_people_are_never_markup(weekend, log_in):
    title = "<img src=x onerror=alert(1)> " + "\u05d1\u05dc\u05dd " + "x" * 140
    weekend.task(title, of="mechanic", description="<b>bold</b>")

    page = log_in("mechanic")
    page.get_by_role("link", name=title).click()

    page.get_by_role("heading", name=title, level=1).wait_for()
    page.get_by_text("<b>bold</b>").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_task_tells_who_signed_and_takes_comments_without_a_signal(
    weekend, api, log_in, new_device
):
    task = weekend.task("Brake pads", of="mechanic")
    weekend.sign(api("mechanic"), task, "fail", note="2.1 mm left")
    device = new_device()
    page = log_in("mechanic", f"/tasks/{task['id']}", device=device)
    page.get_by_role("region", name="Signed").get_by_text("2.1 mm left").wait_for()

    device.set_offline(True)
    page.get_by_role("textbox", name="Comment").fill("New ones are in the truck")
    page.get_by_role("button", name="Comment").click()
    page.get_by_role("region", name="Comments").get_by_text("Not sent yet").wait_for()
    device.set_offline(False)

    unsent(page, 0)
    assert len(weekend.manager.get(f"/v1/tasks/{task['id']}/comments")) == 1
    assert page.get_by_text("New ones are in the truck").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_phones_pages(weekend, tasks, api, log_in, axe, scheme):
    weekend.sign(api("mechanic"), tasks[3], "done")
    page = log_in("mechanic", color_scheme=scheme)
    row(page, "Bolt 4").wait_for()

    found = {"/": axe(page)}
    for path in (f"/tasks/{tasks[3]['id']}", "/events"):
        page.goto(path)
        page.get_by_role("heading", level=2).first.wait_for()
        found[path] = axe(page)

    assert found == {path: [] for path in found}
