"""What tests do with the phone's pages, and what they see there."""

import re


def row(page, title):
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=title, exact=True))


def bolt(page, number):
    """One of the many tasks that `bolts` makes."""
    return page.get_by_role("link", name=f"Bolt {number}", exact=True)


def tick(page, title, act="Done"):
    page.get_by_role("button", name=f"{act}: {title}", exact=True).click()


def under(page, group):
    """The titles below a heading, in order."""
    heading = page.get_by_role("heading", name=group, exact=True, level=2)
    section = page.get_by_role("region").filter(has=heading)
    return section.get_by_role("heading", level=3).all_inner_texts()


def unsent(page, count):
    """Wait until so many are said to be not sent yet; 0: none."""
    said = page.get_by_role("status").filter(has_text="not sent yet")
    if count == 0:
        said.first.wait_for(state="detached")
    else:
        said.filter(has_text=re.compile(rf"^{count} not sent yet$")).wait_for()


CONTROLLED = """new Promise((done) => {
    if (navigator.serviceWorker.controller) done();
    else navigator.serviceWorker.addEventListener('controllerchange', () => done());
})"""


def installed(page):
    """Wait until the worker keeps the board on this device."""
    page.evaluate(CONTROLLED)


KEPT = """async (count) => {
    const answer = (asked) => new Promise((done) => (asked.onsuccess = () => done(asked.result)));
    const board = await answer(indexedDB.open('board'));
    const kept = () => answer(board.transaction('weekends').objectStore('weekends').count());
    const overAt = performance.now() + 30_000;
    while (await kept() < count) {
        if (performance.now() > overAt) throw new Error(`${await kept()} weekends are kept`);
        await new Promise(requestAnimationFrame);
    }
    board.close();
}"""


def kept(page, count):
    """Wait until so many weekends are on this device."""
    page.evaluate(KEPT, count)


def signatures(weekend, task):
    return [row["act"] for row in weekend.manager.get(f"/v1/tasks/{task['id']}/sign-offs")]
