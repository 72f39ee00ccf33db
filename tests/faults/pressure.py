"""People who never stop calling, and the ledger of what they were told.

Writers add tasks and change one task of their own; readers read one. Each call is an `Answer`.
What was confirmed (201, 200) has to be in the database exactly once; what was not, at most once.
"""

import http.client
import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from helpers import eventually

PATIENCE = 30  # seconds; longer than any answer may take, so that a hang shows as a failure
NOT_TOLD = None  # the status of a call that got no answer at all


@dataclass(frozen=True)
class Answer:
    """What a call got, how long it took and when it was over (seconds, monotonic)."""

    status: int | None
    seconds: float
    at: float
    headers: dict
    body: object = None


class Caller:
    """Calls one server as one person, over one connection or a new one each time."""

    def __init__(self, url: str, token: str | None, *, keep_alive: bool = True):
        self.address = urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        self.headers = {"Content-Type": "application/json"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        if not keep_alive:
            self.headers["Connection"] = "close"

    def call(self, method: str, path: str, body=None) -> Answer:
        start = time.monotonic()
        payload = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, path, payload, self.headers)
            response = self.connection.getresponse()
            status, headers, text = response.status, dict(response.headers), response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            status, headers, text = NOT_TOLD, {"error": repr(error)}, b""
        now = time.monotonic()
        is_json = text and "json" in headers.get("Content-Type", "")
        return Answer(status, now - start, now, headers, json.loads(text) if is_json else None)

    def __del__(self):
        self.connection.close()

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body=None) -> Answer:
        return self.call("POST", path, body)


@dataclass
class Ledger:
    """What writers were told: titles by the id of the task made, and changes of their own task."""

    made: dict[str, int] = field(default_factory=dict)
    unsure_titles: set[str] = field(default_factory=set)
    changed: dict[int, list[str]] = field(default_factory=dict)
    unsure_changes: dict[int, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note_made(self, title: str, answer: Answer) -> None:
        with self.lock:
            if answer.status == 201:
                self.made[title] = answer.body["id"]
            else:
                self.unsure_titles.add(title)

    def note_changed(self, task_id: int, text: str, answer: Answer) -> None:
        with self.lock:
            if answer.status == 200:
                self.changed.setdefault(task_id, []).append(text)
            else:
                self.unsure_changes[task_id] = self.unsure_changes.get(task_id, 0) + 1

    def compare(self, connection) -> None:
        """Assert that the database agrees; `connection` is psycopg's or sqlite3's."""
        self.compare_made(dict(connection.execute(TITLES).fetchall()))
        for task_id, texts in self.changed.items():
            version, text = connection.execute(STATE.format(task_id)).fetchone()
            (entries,) = connection.execute(ENTRIES.format(task_id)).fetchone()
            unsure = self.unsure_changes.get(task_id, 0)
            assert len(texts) <= version - 1 <= len(texts) + unsure, "changes lost or doubled"
            assert entries == version, "a change without its entry, or an entry without its change"
            assert unsure or text == texts[-1], "the last change confirmed is not the one there"

    def compare_made(self, counts: dict[str, int]) -> None:
        lost = [title for title in self.made if title not in counts]
        doubled = [title for title in {*self.made, *self.unsure_titles} if counts.get(title, 0) > 1]
        assert (lost, doubled) == ([], [])


def is_made(answers: list[Answer]) -> bool:
    return answers[-1].status == 201


TITLES = "SELECT title, count(*) FROM tasks GROUP BY title"
STATE = "SELECT version, description FROM tasks WHERE id = {}"
ENTRIES = "SELECT count(*) FROM history_entries WHERE subject = 'task:{}'"
NUMBERS = itertools.count(1)


class Load:
    """Writers and readers at work while a `with` block runs; then `answers` is complete."""

    def __init__(self, url, token, event_id, *, writers=4, readers=4, keep_alive=True):
        self.url, self.token, self.event_id = url, token, event_id
        self.keep_alive = keep_alive
        self.ledger, self.answers = Ledger(), []
        self.is_over = threading.Event()
        self.start = threading.Barrier(1 + writers + readers, timeout=PATIENCE)
        deeds = [self.write] * writers + [self.read] * readers
        self.threads = [threading.Thread(target=deed, daemon=True) for deed in deeds]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.start.wait()
        self.wait_for_answers()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join(2 * PATIENCE)

    def caller(self) -> Caller:
        return Caller(self.url, self.token, keep_alive=self.keep_alive)

    def write(self) -> None:
        caller = self.caller()
        own = self.own_task(caller)
        while not self.is_over.is_set():
            body = self.task("made")
            self.ledger.note_made(body["title"], self.note(caller.post("/v1/tasks", body)))
            text = f"change {next(NUMBERS)}"
            answer = caller.call("PATCH", f"/v1/tasks/{own}", {"description": text})
            self.ledger.note_changed(own, text, self.note(answer))

    def read(self) -> None:
        caller = self.caller()
        task_id = self.own_task(caller)
        while not self.is_over.is_set():
            self.note(caller.get(f"/v1/tasks/{task_id}"))

    def own_task(self, caller: Caller) -> int:
        """Make the task that this thread will read or change, then wait for the others."""
        made = []
        eventually(lambda: made.append(caller.post("/v1/tasks", self.task("own"))) or is_made(made))
        self.start.wait()
        return made[-1].body["id"]

    def task(self, word: str) -> dict:
        return {"event_id": self.event_id, "title": f"{word} {next(NUMBERS)}"}

    def note(self, answer: Answer) -> Answer:
        self.answers.append(answer)
        if answer.status not in (200, 201):
            time.sleep(0.02)  # Nobody hammers a door that is shut.
        return answer

    def wait_for_answers(self, more: int = 40, seconds: float = 20) -> None:
        """Wait until so many more calls have succeeded, all of them begun after this moment."""
        start = time.monotonic()
        while self.successes_begun_since(start) < more:
            assert time.monotonic() - start < seconds, self.told
            time.sleep(0.02)

    def successes_begun_since(self, moment: float) -> int:
        return sum(
            answer.status in (200, 201) and answer.at - answer.seconds >= moment
            for answer in list(self.answers)
        )

    @property
    def told(self) -> set:
        """The statuses there were."""
        return {answer.status for answer in list(self.answers)}

    @property
    def slowest(self) -> float:
        return max(answer.seconds for answer in list(self.answers))
