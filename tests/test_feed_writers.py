"""A device follows a weekend while everybody works on it, and ends with what the server says."""

import random
import threading

import pytest
from checklists import fill, item, template
from device import Device, assert_is_what_a_new_snapshot_says
from helpers import PASSWORD, Client, created
from paddock import Paddock

REASON = "Agreed with race control"


class Worker(threading.Thread):
    """Does what a crew does all day, in an order of its own."""

    def __init__(self, admin, paddock: Paddock, template_id: int, member_id: int, seed: int):
        super().__init__()
        self.admin, self.paddock, self.template_id = admin, paddock, template_id
        self.member_id, self.dice, self.rounds = member_id, random.Random(seed), 15
        self.path, self.statuses = f"/v1/events/{paddock.event_id}", set()

    def run(self) -> None:
        deeds = [self.add, self.tick, self.sign, self.reword, self.hide, self.restore, self.move]
        deeds += [self.shift, self.crash, self.rename, self.bikes, self.crew, self.build]
        deeds += [self.release, self.cancel, self.say, self.invite]
        for number in range(self.rounds):
            answer = self.dice.choice(deeds)(number)
            self.statuses.add(answer.status_code)

    def rows(self, path: str) -> list[dict]:
        """What is there to work on: maybe nothing, and nothing while the database is busy."""
        answer = self.admin.get(f"/v1/{path}")
        return answer.json if answer.status_code == 200 else []

    def any(self, path: str) -> int:
        rows = self.rows(path)
        return self.dice.choice(rows)["id"] if rows else 1

    def task(self) -> str:
        return f"/v1/tasks/{self.any(f'tasks?event_id={self.paddock.event_id}&limit=200')}"

    def session(self) -> str:
        return f"/v1/sessions/{self.any(f'events/{self.paddock.event_id}/sessions')}"

    def add(self, number):
        body = {"event_id": self.paddock.event_id, "title": f"Unforeseen {number}"}
        return self.admin.post("/v1/tasks", json=body)

    def tick(self, number):
        return self.admin.patch(self.task(), json={"completed": number % 2 == 0})

    def sign(self, number):
        act = self.dice.choice(("done", "check", "fail", "not_applicable", "reopen"))
        return self.admin.post(f"{self.task()}/sign-offs", json={"act": act, "note": "Seen"})

    def reword(self, number):
        return self.admin.patch(self.task(), json={"title": f"Reworded {number}"})

    def hide(self, number):
        return self.admin.delete(self.task())

    def restore(self, number):
        deleted = (
            self.any("tasks?deleted=true") if self.admin.get("/v1/tasks?deleted=true").json else 1
        )
        return self.admin.post(f"/v1/tasks/{deleted}/restore")

    def move(self, number):
        return self.admin.patch(self.session(), json={"is_wet": number % 2 == 0})

    def shift(self, number):
        first = int(self.session().rpartition("/")[2])
        body = {"from_session_id": first, "minutes": self.dice.choice((-5, 5, 10))}
        return self.admin.post(f"{self.path}/timetable/shifts", json=body)

    def crash(self, number):
        return self.admin.post(f"{self.path}/incidents", json={"kind": "crash", "bike_id": 1})

    def rename(self, number):
        return self.admin.patch("/v1/bikes/2", json={"rider_name": f"Rider {number}"})

    def bikes(self, number):
        return self.admin.patch(self.path, json={"bike_ids": [1, 2, 3, 4][: 2 + number % 3]})

    def crew(self, number):
        roles = [self.dice.choice(("mechanic", "tyre_tech", "rider"))]
        body = [{"user_id": self.member_id, "crew_roles": roles}]
        return self.admin.put(f"{self.path}/crew", json=body)

    def say(self, number):
        return self.admin.post(f"{self.task()}/comments", json={"text": f"Seen {number} times"})

    def invite(self, number):
        """Somebody new joins the crew by a link."""
        made = self.admin.post(f"{self.path}/invitations", json={"crew_roles": ["rider"]})
        if made.status_code != 201:
            return made
        email = f"{self.dice.getrandbits(64)}@garage.example"
        account = {"email": email, "name": f"New {number}", "password": PASSWORD}
        body = {"token": made.json["url"].rpartition("/")[2], **account}
        return Client(self.admin.app).post("/v1/invitations/accept", json=body)

    def build(self, number):
        body = {"template_id": self.template_id}
        return self.admin.post(f"{self.path}/checklists", json=body)

    def release(self, number):
        body = {"bike_id": self.dice.choice((1, 2)), "override_reason": REASON}
        return self.admin.post(f"{self.session()}/releases", json=body)

    def cancel(self, number):
        status = self.dice.choice(("scheduled", "cancelled", "running"))
        return self.admin.patch(self.session(), json={"status": status})


@pytest.fixture
def paddock(paddock):
    fill(paddock)
    return paddock


@pytest.fixture
def workers(admin, paddock, mechanic, make_task):
    make_task()
    items = [
        item(scope, scope=scope, anchor="session_start") for scope in ("session", "bike_session")
    ]
    items.append(item("crash", scope="bike", anchor="crash"))
    made = created(admin.post("/v1/templates", json=template(*items)))
    return [Worker(admin, paddock, made["id"], mechanic.id, seed) for seed in range(8)]


def test_a_device_that_follows_eight_writers_misses_nothing(
    postgres_only, mechanic, event, workers
):
    device = Device(mechanic, event["id"])
    for worker in workers:
        worker.start()
    dice = random.Random(9)

    while any(worker.is_alive() for worker in workers):
        device.follow(limit=dice.choice((1, 3, 50, 1000)))
    device.follow()

    assert_is_what_a_new_snapshot_says(device)
    assert device.resets == 0
    assert {200, 201} <= set().union(*(worker.statuses for worker in workers))
    assert 500 not in set().union(*(worker.statuses for worker in workers))
