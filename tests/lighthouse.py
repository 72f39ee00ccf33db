"""What Lighthouse makes of "My tasks" on a phone, logged in, with 200 tasks: `make lighthouse`.

Accessibility and best practices have to be perfect. Of the speed the best of three runs counts, on
a machine that is quick enough to tell; on one that is busy it is said and not judged.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from browser import CHROMIUM, WHY_NOT
from playwright.sync_api import sync_playwright
from screenshots import caller, demo_server
from servers import ROOT, free_port

PERSON, TASKS = "truck", 200
RUNS = 3
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
TIMES = {
    "first paint": "first-contentful-paint",
    "largest": "largest-contentful-paint",
    "blocked": "total-blocking-time",
    "shifted": "cumulative-layout-shift",
}
QUICK_ENOUGH = 800  # Below this benchmark index the machine is what is measured.
LIGHTHOUSE = ROOT / ".tools" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"


def main() -> None:
    """Print the scores; exit with those that are too low."""
    if WHY_NOT:
        sys.exit(f"No scores: {WHY_NOT}")
    with demo_server() as url:
        fill(url)
        judge(best(url))


def best(url: str) -> dict:
    """Measure again if it was slow: what else the machine does only makes it slower."""
    reports = []
    while not reports or (len(reports) < RUNS and speed(reports[-1]) < LEAST["performance"]):
        with TemporaryDirectory() as folder:
            reports.append(measure(url, Path(folder)))
        tell(reports[-1])
    return max(reports, key=speed)


def speed(report: dict) -> int:
    return score(report, "performance")


def score(report: dict, category: str) -> int:
    return round(report["categories"][category]["score"] * 100)


def fill(url: str) -> None:
    """Give one person of the demo team so many tasks."""
    manager, now = caller(url, "manager"), datetime.now(UTC)
    user = caller(url, PERSON)("GET", "/v1/auth/me")
    about = {"track": "Mugello", "location": "Italy", "event_date": now.date().isoformat()}
    event = manager("POST", "/v1/events", {**about, "timezone": "Europe/Rome"})
    crew = [{"user_id": user["id"], "crew_roles": ["mechanic"]}]
    manager("PUT", f"/v1/events/{event['id']}/crew", crew)
    for number in range(TASKS):
        due = (now + timedelta(minutes=30 + number)).isoformat()
        task = {"title": f"Check bolt {number}", "crew_role": "mechanic", "due_at": due}
        task |= {"event_id": event["id"], "assigned_to": user["id"]}
        manager("POST", "/v1/tasks", task)


def measure(url: str, folder: Path) -> dict:
    """Log in with a browser that Lighthouse then takes over; returns its report."""
    port, file = free_port(), folder / "report.json"
    with sync_playwright() as playwright:
        options = {"executable_path": CHROMIUM, "args": [f"--remote-debugging-port={port}"]}
        device = playwright.chromium.launch_persistent_context(folder / "browser", **options)
        page = device.new_page()
        page.goto(f"{url}/login")
        page.get_by_role("textbox", name="Email").fill(f"{PERSON}@demo.example")
        page.get_by_label("Password").fill("pit-lane-demo")
        page.get_by_role("button", name="Log in", exact=True).click()
        # Until then it may still be the log-in page, which would be what is scored.
        page.get_by_role("button", name=f"Done: Check bolt {TASKS - 1}", exact=True).wait_for()
        page.close()
        subprocess.run(command(url, port, file), cwd=ROOT, check=True)
        device.close()
    return json.loads(file.read_text())


def command(url: str, port: int, file: Path) -> list[str]:
    only = f"--only-categories={','.join(LEAST)}"
    told = [f"--port={port}", "--disable-storage-reset", "--output=json", "--quiet", only]
    return ["board/with-node", "node", LIGHTHOUSE, f"{url}/", f"--output-path={file}", *told]


def tell(report: dict) -> None:
    scores = {name: score(report, name) for name in LEAST}
    print(f"{scores}, benchmark index {report['environment']['benchmarkIndex']:.0f}")
    told = {word: report["audits"][name]["displayValue"] for word, name in TIMES.items()}
    print(", ".join(f"{word} {value}" for word, value in told.items()))


def judge(report: dict) -> None:
    tell_faults(report)
    low = {name for name, least in LEAST.items() if score(report, name) < least}
    if "performance" in low and report["environment"]["benchmarkIndex"] < QUICK_ENOUGH:
        print(f"The speed is not judged: this machine is too busy (below {QUICK_ENOUGH}).")
        low.discard("performance")
    if low:
        sys.exit(f"Too low: {', '.join(sorted(low))}")


def tell_faults(report: dict) -> None:
    names = ("accessibility", "best-practices")
    audits = [one for name in names for one in report["categories"][name]["auditRefs"]]
    for found in (report["audits"][audit["id"]] for audit in audits if audit["weight"]):
        if found["score"] is not None and found["score"] < 1:
            print(f"{found['id']}: {found['title']}")


if __name__ == "__main__":
    main()
