"""Take the pictures in docs/images/: the board with the demo team's weekend as it is now, /docs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from backends import SETTINGS
from browser import CHROMIUM, WHY_NOT
from playwright.sync_api import Browser, sync_playwright
from servers import ROOT, Gunicorn

WEEKEND = "/v1/events/2"  # of the demo team, now
AFTERNOON = 14
IMAGES = ROOT / "docs" / "images"
PHONE, LAPTOP, WALL = (390, 844), (1280, 800), (1280, 720)
PICTURES = [  # name, whose, path, size, colours, what must be there
    ("board-phone", "Ana Ruiz", "/", PHONE, "light", "listitem"),
    ("board-weekend", "Carlo Rossi", "/events/2", LAPTOP, "light", "table"),
    ("board-wall", "Carlo Rossi", "/events/2/wall", WALL, "dark", "timer"),
    ("docs", None, "/docs", LAPTOP, "light", "heading"),
]


def main() -> None:
    """Take them all, or exit with the reason why not."""
    if WHY_NOT:
        sys.exit(f"No pictures: {WHY_NOT}")
    with demo_server() as url:
        prepare(url)
        take_all(url)


@contextmanager
def demo_server() -> Iterator[str]:
    """Serve the demo team from a database of its own; gives the address."""
    with TemporaryDirectory() as folder:
        settings = {**SETTINGS, "DATABASE_URL": f"sqlite:///{folder}/raceapp.db"}
        seed = [sys.executable, "-m", "flask", "--app", "wsgi", "seed", "--upgrade"]
        subprocess.run(seed, cwd=ROOT, env={**os.environ, **settings}, check=True, stdout=-3)
        with closing(Gunicorn(settings, 1)) as server:
            yield server.url


def prepare(url: str) -> None:
    """Do what is left to do for one rider's bikes in the next session, and release one of them.

    The mechanic has done one of two tasks that read the same, and it is afternoon at the track.
    """
    manager, chief, mechanic = (caller(url, name) for name in ("manager", "chief", "mechanic"))
    manager("PATCH", WEEKEND, {"timezone": where_it_is(AFTERNOON)})
    rows = manager("GET", f"{WEEKEND}/readiness")
    sessions = manager("GET", f"{WEEKEND}/sessions?limit=200")
    coming = [row["id"] for row in sessions if row["status"] == "scheduled"]
    ready = [row for row in rows if row["session_id"] == coming[0]][-2:]
    for task_id in {task_id for row in ready for task_id in row["blocking"]}:
        finish(manager, chief, manager("GET", f"/v1/tasks/{task_id}"))
    release = {"bike_id": ready[0]["bike_id"]}
    chief("POST", f"/v1/sessions/{coming[0]}/releases", release)
    [first] = mechanic("GET", "/v1/tasks?assigned_to=me&status=open&sort=due_at&limit=1")
    finish(mechanic, chief, first)


def where_it_is(hour: int) -> str:
    """Return a zone where it is that hour now, or nearly so: no race starts at midnight then."""
    ahead = (hour - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+}"


def finish(signer, chief, task: dict) -> None:
    signed = f"/v1/tasks/{task['id']}/sign-offs"
    if task["status"] != "done":
        value = 24 if (task["measurement"] or {}).get("kind") == "number" else "24"
        signer("POST", signed, {"act": "done"} | ({"value": value} if task["measurement"] else {}))
    if task["needs_check"]:
        chief("POST", signed, {"act": "check"})


def caller(url: str, name: str):
    """Return a function that calls the API as one of the demo team."""

    def call(method: str, path: str, body=None):
        request = Request(url + path, json.dumps(body).encode() if body else None, method=method)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urlopen(request) as answer:
            return json.load(answer)

    token = None
    credentials = {"email": f"{name}@demo.example", "password": "pit-lane-demo"}
    token = call("POST", "/v1/auth/login", credentials)["access_token"]
    return call


def take_all(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        for picture in PICTURES:
            print(take(browser, url, *picture).relative_to(ROOT))


def take(browser: Browser, url: str, name, person, path, size, scheme, role) -> Path:
    width, height = size
    viewport = {"width": width, "height": height}
    page = browser.new_page(base_url=url, viewport=viewport, color_scheme=scheme)
    if person:
        page.goto("/login")
        page.get_by_role("button", name=person).click()
        page.wait_for_url("**/")
    page.goto(path)
    page.locator("main, #swagger-ui").get_by_role(role).first.wait_for()
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file, animations="disabled")
    page.close()
    return file


if __name__ == "__main__":
    main()
