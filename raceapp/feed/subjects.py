"""What an entry of the record is about: the things that devices have to read again."""

from collections.abc import Iterable, Iterator, Mapping

KINDS = ("event", "crew", "bike", "session", "task", "release", "incident", "comment")
# Under these names an entry lists the ids of what it made or changed.
LISTS = {
    "created": "task",
    "reopened": "task",
    "tasks": "task",
    "sessions": "session",
    "comments": "comment",
}

Subject = tuple[str, int]


class Untold(Exception):
    """The entry does not name everything that it changed: it is older than the feed."""


def subjects_of(entry) -> list[Subject]:
    """Return the subjects of the entry, each once and always in the same order.

    Raises Untold.
    """
    return list(
        dict.fromkeys(all_subjects(entry.event_id, entry.action, entry.subject, entry.changes))
    )


def all_subjects(event_id: int, action: str, subject: str, changes: Mapping) -> Iterator[Subject]:
    yield from named(subject)
    if action == "event.crew_changed":
        yield "crew", event_id
    for bike_id in moved_bikes(changes.get("bike_ids", ())):
        yield "bike", bike_id
    for name in changes.get("starts_at", ()) if action == "timetable.shifted" else ():
        yield from named(name)
    if action == "checklist.built" and "tasks" not in changes:
        raise Untold
    for name, kind in LISTS.items():
        if isinstance(changes.get(name), list):
            yield from ((kind, number) for number in changes[name])


def named(subject: str) -> Iterator[Subject]:
    """Yield kind and id of a name such as "task:7", if devices keep that kind."""
    kind, _, number = subject.partition(":")
    if kind in KINDS:
        yield kind, int(number)


def moved_bikes(bike_ids: Iterable) -> list[int]:
    """Return the bikes of a new weekend, or those that a change put on it or took off."""
    is_change = any(isinstance(some, list) for some in bike_ids)
    before, after = bike_ids if is_change else ((), bike_ids)
    return sorted({*before} ^ {*after})
