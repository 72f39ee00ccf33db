"""A device that keeps a weekend: a snapshot once, from then on what changed."""

from helpers import created

KINDS = {
    "bikes": "bike",
    "sessions": "session",
    "tasks": "task",
    "releases": "release",
    "incidents": "incident",
}


class Device:
    """Holds `things` by (kind, id) and `people` by id, as a client writer would."""

    def __init__(self, person, event_id: int):
        self.person, self.path = person, f"/v1/events/{event_id}"
        self.resets = 0
        self.take_snapshot()

    def take_snapshot(self) -> None:
        found = created(self.person.get(f"{self.path}/snapshot"), status=200)
        self.cursor = found["cursor"]
        self.things = {("event", found["event"]["id"]): found["event"]}
        for name, kind in KINDS.items():
            self.things |= {(kind, row["id"]): row for row in found[name]}
        self.people = {person["id"]: person for person in found["people"]}

    def ask(self, limit: int = 200) -> dict:
        query = {"since": self.cursor, "limit": limit}
        found = created(self.person.get(f"{self.path}/changes", query_string=query), status=200)
        self.cursor = found["cursor"]
        return found

    def follow(self, limit: int = 200) -> list[dict]:
        """Take in what changed until there is no more; returns the changes."""
        told, has_more = [], True
        while has_more:
            found = self.ask(limit)
            if found["reset"]:
                self.resets += 1
                self.take_snapshot()
            assert len(found["changes"]) <= limit
            self.take_in(found)
            told += found["changes"]
            has_more = found["has_more"]
        return told

    def take_in(self, found: dict) -> None:
        for change in found["changes"]:
            key = change["kind"], change["id"]
            if change["kind"] == "crew":
                self.people = {person["id"]: person for person in change["resource"]}
            elif change["is_deleted"]:
                self.things.pop(key, None)
            else:
                self.things[key] = change["resource"]
        self.people |= {person["id"]: person for person in found["people"]}


def assert_is_what_a_new_snapshot_says(device: Device) -> None:
    fresh = Device(device.person, int(device.path.rpartition("/")[2]))
    # A snapshot has no comments: they are read with their task.
    held = {key: thing for key, thing in device.things.items() if key[0] != "comment"}
    assert held == fresh.things
    assert {user_id: device.people.get(user_id) for user_id in fresh.people} == fresh.people
