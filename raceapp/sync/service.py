"""Batches: each operation is judged and committed by itself, as the plain call would be.

The answer to an operation that was done is kept under its id for 30 days, so that the whole batch
may be sent again, however often. A refused operation is judged anew. No transaction is held from
one operation to the next.
"""

import json
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

from raceapp import clock, errors
from raceapp.storage import answers
from raceapp.storage.answers import Kept
from raceapp.storage.session import db
from raceapp.tasks import signing
from raceapp.telemetry import logs
from raceapp.web.idempotency import Key, digest

LASTS = timedelta(days=30)
TASKS = "/v1/tasks"
REFERENCE = re.compile(r"@([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
ID = rf"(?:[0-9]+|{REFERENCE.pattern})"
ALLOWED = [
    ("POST", re.compile(TASKS)),
    ("PATCH", re.compile(rf"{TASKS}/{ID}")),
    ("POST", re.compile(rf"{TASKS}/{ID}/(sign-offs|comments)")),
    ("POST", re.compile(rf"/v1/events/{ID}/incidents")),
    ("POST", re.compile(rf"/v1/sessions/{ID}/releases")),
]
# A batch begins no further operation once it has taken so long and waited in vain.
LONGEST_SECONDS = 10


class Answer(NamedTuple):
    status: int
    body: object
    etag: str | None
    is_replay: bool = False
    refusal: errors.Refusal | None = None


class Call(NamedTuple):
    """An operation as the plain call that it stands for."""

    method: str
    path: str
    body: object
    if_match: str | None
    device_time: datetime | None
    key: Key


def key_of(operation_id: str) -> str:
    """Return the key of an operation. It has a blank, which no key of a header has."""
    return f"operation {operation_id.lower()}"


def apply(operations: list[dict], *, actor, send: Callable[[Call], Answer]) -> list[dict]:
    """Do one operation after the other; `send` makes a call and returns its answer."""
    batch = Batch(operations, actor, send)
    return [batch.result_of(operation) for operation in operations]


def is_to_be_sent_again(results: list[dict]) -> bool:
    """Tell whether some of the operations could not be done now."""
    return any(result["status"] == HTTPStatus.SERVICE_UNAVAILABLE for result in results)


class Batch:
    """What is known while a batch is worked on.

    `kept` are earlier answers, by key; `made` are the tasks that operations made, by their id.
    """

    def __init__(self, operations: list[dict], actor, send):
        self.send = send
        named = [name.lower() for one in operations for name in REFERENCE.findall(one["path"])]
        ids = [one["id"].lower() for one in operations]
        self.kept = answers.find_all(actor.id, {key_of(name) for name in [*ids, *named]})
        db.session.rollback()  # Each operation has a transaction of its own.
        self.made = {name: task_id for name in named if (task_id := made_by(self.kept, name))}
        self.to_come = set(ids)
        self.began = time.monotonic()
        self.why_no_more: errors.Unavailable | None = None

    def result_of(self, operation: dict) -> dict:
        self.to_come.discard(operation["id"].lower())
        try:
            answer = self.answer(operation)
        except errors.Refusal as refusal:
            answer = as_answer(refusal)
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.why_no_more = self.why_no_more or self.why_stop(answer)
        return {"id": operation["id"], **answer._asdict()}

    def why_stop(self, answer: Answer) -> errors.Unavailable | None:
        """Return what the rest is told after an operation that could not be done now, if anything.

        Somebody may only have held what it wanted; the others may want something else.
        """
        if isinstance(answer.refusal, errors.DatabaseAway):
            return answer.refusal
        is_over = time.monotonic() > self.began + LONGEST_SECONDS
        return errors.Unavailable() if is_over else None

    def answer(self, operation: dict) -> Answer:
        """Return the present or the earlier answer to the operation; raises a Refusal."""
        if self.why_no_more:
            raise self.why_no_more
        key = Key(key_of(operation["id"]), fingerprint_of(operation), LASTS, is_of_batch=True)
        if kept := self.kept.get(key.name):
            return as_then(kept, key)
        check_allowed(operation)
        check_device_time(operation["device_time"])
        path = REFERENCE.sub(self.task_of, operation["path"])
        sent = (operation[name] for name in ("body", "if_match", "device_time"))
        call = Call(operation["method"], path, *sent, key)
        answer = self.send(call)
        if answer.status == HTTPStatus.CREATED and path == TASKS:
            self.made[operation["id"].lower()] = answer.body["id"]
        return answer

    def task_of(self, reference: re.Match) -> str:
        """Return the id of the task that an earlier operation made."""
        name, is_task = reference[1].lower(), reference.string.startswith(TASKS)
        if not is_task or name not in self.made or name in self.to_come:
            raise in_place("path", "No earlier operation of yours with this id has made a task.")
        return str(self.made[name])


def made_by(kept: dict[str, Kept], name: str) -> int | None:
    """Return the id of the task that an earlier operation has made, if it made one."""
    found = kept.get(key_of(name))
    return json.loads(found.body)["id"] if found and found.path == TASKS else None


def as_then(kept: Kept, key: Key) -> Answer:
    if kept.fingerprint != key.fingerprint:
        raise in_place("id", "Came with another content before: a new operation wants a new id.")
    body = json.loads(kept.body) if kept.body else None
    return Answer(kept.status, body, kept.headers.get("ETag"), is_replay=True)


def as_answer(refusal: errors.Refusal) -> Answer:
    """Return the refusal as the answer that a plain call would have got."""
    status, number = refusal.status, logs.request_id()
    title = HTTPStatus(status).phrase
    body = errors.problem(status, title, refusal.detail, number, **refusal.members)
    return Answer(status, body, None, refusal=refusal)


def in_place(field: str, message: str) -> errors.Invalid:
    return errors.Invalid.field(field, message)


def fingerprint_of(operation: dict) -> str:
    content = {name: value for name, value in operation.items() if name != "id"}
    device_time = operation["device_time"]
    return digest({**content, "device_time": device_time and device_time.isoformat()})


def check_allowed(operation: dict) -> None:
    """Raise Invalid unless this is one of the calls that a batch may hold."""
    called = operation["method"], operation["path"]
    if not any(called[0] == method and path.fullmatch(called[1]) for method, path in ALLOWED):
        raise in_place("path", "A batch cannot hold this call: make it by itself.")


def check_device_time(device_time) -> None:
    """Raise Invalid for a time to come, and for one so old that the id may be forgotten."""
    signing.check_device_time(device_time)
    if device_time and device_time < clock.utcnow() - LASTS:
        raise in_place("device_time", "Lies more than 30 days back: do this anew.")
