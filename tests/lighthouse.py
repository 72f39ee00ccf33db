"""What Lighthouse makes of "My tasks" on a phone, logged in, with 200 tasks: `make lighthouse`.

Accessibility and best practices have to be perfect. Of the speed the best run counts. A run is
busy if the page waited for the machine: then it may pass, but it does not fail. If fewer than
three of six runs are quiet, and none passes, that is said and ends with a code of its own.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from browser import CHROMIUM, WHY_NOT
from playwright.sync_api import sync_playwright
from screenshots import caller, demo_server
from servers import ROOT, free_port

PERSON, TASKS = "truck", 200
RUNS, AT_MOST = 3, 6
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100}
TIMES = {
    "first paint": "first-contentful-paint",
    "largest": "largest-contentful-paint",
    "blocked": "total-blocking-time",
    "shifted": "cumulative-layout-shift",
}
MOST_WAITING = 2.0  # times as long as they computed: beyond, the machine is what is measured
TOO_BUSY = 75  # an exit code that says: try again
LIGHTHOUSE = ROOT / ".tools" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"


@dataclass
class Run:
    """The scores of one run, and how many times as long as they computed the page's tasks took."""

    scores: dict[str, int]
    waiting: float

    @property
    def speed(self) -> int:
        return self.scores["performance"]

    @property
    def is_quiet(self) -> bool:
        return self.waiting <= MOST_WAITING


def main() -> None:
    """Print the scores; exit with those that are too low, or because the machine is too busy."""
    if WHY_NOT:
        sys.exit(f"No scores: {WHY_NOT}")
    runs = []
    with demo_server() as url:
        fill(url)
        while not is_enough(runs):
            with TemporaryDirectory() as folder:
                runs.append(measure(url, Path(folder)))
    code, said = verdict(runs)
    print(said)
    sys.exit(code)


def is_enough(runs: list[Run]) -> bool:
    """Tell whether to judge: what else the machine does only makes a page slower."""
    is_quick = any(run.speed >= LEAST["performance"] for run in runs)
    return is_quick or quiet(runs) == RUNS or len(runs) == AT_MOST


def quiet(runs: list[Run]) -> int:
    return sum(run.is_quiet for run in runs)


def verdict(runs: list[Run]) -> tuple[int, str]:
    """Return the exit code and a sentence."""
    best = max(runs, key=lambda run: run.speed)
    low = [name for name, least in LEAST.items() if best.scores[name] < least]
    is_judged = quiet(runs) >= RUNS
    if low == ["performance"] and not is_judged:
        return TOO_BUSY, "TOO BUSY, SPEED NOT JUDGED: the page waited for this machine. Try again."
    return (1, f"Too low: {', '.join(low)}") if low else (0, "All scores are high enough.")


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


def measure(url: str, folder: Path) -> Run:
    """Log in with a browser that Lighthouse then takes over."""
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
    report = json.loads(file.read_text())
    scores = {name: round(report["categories"][name]["score"] * 100) for name in LEAST}
    run = Run(scores, waiting(json.loads((folder / "report-0.trace.json").read_text())))
    tell(run, report)
    return run


def waiting(trace: dict) -> float:
    """Return how many times as long as they computed the tasks of pages took."""
    events = trace["traceEvents"]
    mains = {thread(one) for one in events if one.get("args", {}).get("name") == "CrRendererMain"}
    tasks = [one for one in events if one["name"] == "RunTask" and thread(one) in mains]
    computed = [one for one in tasks if "tdur" in one]
    return sum(one["dur"] for one in computed) / sum(one["tdur"] for one in computed)


def thread(event: dict) -> tuple[int, int]:
    return event["pid"], event["tid"]


def command(url: str, port: int, file: Path) -> list[str]:
    only = f"--only-categories={','.join(LEAST)}"
    told = [f"--port={port}", "--disable-storage-reset", "--output=json", "--quiet"]
    return [
        "board/with-node",
        "node",
        LIGHTHOUSE,
        f"{url}/",
        f"--output-path={file}",
        *told,
        only,
        "--save-assets",
    ]


def tell(run: Run, report: dict) -> None:
    index = report["environment"]["benchmarkIndex"]
    print(f"{run.scores}, waiting {run.waiting:.1f}, benchmark index {index:.0f}")
    told = {word: report["audits"][name]["displayValue"] for word, name in TIMES.items()}
    print(", ".join(f"{word} {value}" for word, value in told.items()))
    tell_faults(report)


def tell_faults(report: dict) -> None:
    names = ("accessibility", "best-practices")
    audits = [one for name in names for one in report["categories"][name]["auditRefs"]]
    for found in (report["audits"][audit["id"]] for audit in audits if audit["weight"]):
        if found["score"] is not None and found["score"] < 1:
            print(f"{found['id']}: {found['title']}")


if __name__ == "__main__":
    main()
