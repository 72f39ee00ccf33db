"""Somebody works at more weekends at once than a browser has connections."""

from playwright.sync_api import expect


def test_the_tasks_of_seven_weekends_are_there_and_can_be_done(new_weekend, log_in):
    weekends = [new_weekend() for _ in range(7)]
    tasks = [one.task(f"Weekend {n}", of="mechanic") for n, one in enumerate(weekends)]

    page = log_in("mechanic")

    for task in tasks:
        page.get_by_role("button", name=f"Done: {task['title']}").click()
    expect(page.get_by_role("button", name="Reopen: Weekend")).to_have_count(7)
    expect(page.get_by_role("status").filter(has_text="not sent yet")).to_have_count(0)
    assert {one.read(task)["status"] for one, task in zip(weekends, tasks, strict=True)} == {"done"}


def test_people_bikes_and_sessions_are_chosen_by_their_plain_names(weekend, log_in):
    page = log_in("chief", weekend.page)

    page.get_by_role("button", name="Declare wet").click()

    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Bike").select_option(label=weekend.bike["label"])
    dialog.get_by_role("combobox", name="Session").select_option(label="FP1")
    dialog.get_by_role("button", name="Declare wet").click()
    expect(page.get_by_text(f"Reported: Wet, {weekend.bike['label']}")).to_be_visible()
