"""Calendars as iCalendar text (RFC 5545), written by `icalendar`.

Every time is in UTC, so no VTIMEZONE is needed. A calendar program follows a moved entry by UID,
SEQUENCE and LAST-MODIFIED, which come from the row: so the text is the same until a row changes.
The UID holds no host, since one weekend may be read under several.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import icalendar

from raceapp.events.models import Event
from raceapp.tasks.models import Task
from raceapp.timetable.models import SessionStatus, TrackSession

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Race Weekend Checklist Manager//Calendar 1//EN"
REFRESH = timedelta(minutes=15)
CRITICAL = 1  # The highest priority there is (RFC 5545, 3.8.1.9).


def written(
    name: str,
    sessions: Iterable[tuple[TrackSession, Event]],
    tasks: Iterable[tuple[Task, Event]] = (),
) -> bytes:
    """Return a calendar with an event for each session and a to-do for each task."""
    calendar = empty(name)
    for session, event in sessions:
        calendar.add_component(session_entry(session, event))
    for task, event in tasks:
        calendar.add_component(task_entry(task, event))
    if not calendar.subcomponents:
        calendar.add_component(nothing())
    return calendar.to_ical()


def empty(name: str) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    # The library does not take these two for text, and so would not escape them.
    calendar.add("name", icalendar.vText(name))
    calendar.add("x-wr-calname", icalendar.vText(name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    return calendar


def nothing() -> icalendar.Timezone:
    """Return the component of a calendar without entries, since the standard wants one."""
    zone, standard = icalendar.Timezone(), icalendar.TimezoneStandard()
    zone.add("tzid", "UTC")
    standard.add("dtstart", datetime(1970, 1, 1))
    standard.add("tzoffsetfrom", timedelta())
    standard.add("tzoffsetto", timedelta())
    zone.add_component(standard)
    return zone


def session_entry(session: TrackSession, event: Event) -> icalendar.Event:
    """Return a session. A session taken off the timetable is cancelled, since programs keep entries
    that a calendar no longer mentions."""
    entry = icalendar.Event()
    add_identity(entry, f"session-{session.id}", session)
    entry.add("summary", session.name)
    entry.add("dtstart", session.starts_at)
    entry.add("dtend", session.ends_at)
    entry.add("location", f"{event.track}, {event.location}")
    entry.add("description", event.name)
    entry.add("categories", [session.kind])
    is_off = session.status == SessionStatus.CANCELLED or session.deleted_at is not None
    entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return entry


def task_entry(task: Task, event: Event) -> icalendar.Todo:
    entry = icalendar.Todo()
    add_identity(entry, f"task-{task.id}", task)
    entry.add("summary", task.title)
    entry.add("due", task.due_at)
    if task.description:
        entry.add("description", task.description)
    entry.add("location", f"{event.track}, {event.location}")
    entry.add("status", "NEEDS-ACTION")
    if task.is_critical:
        entry.add("priority", CRITICAL)
    return entry


def add_identity(entry: icalendar.Component, name: str, row: TrackSession | Task) -> None:
    """Say which row this is, in which version, as of when."""
    changed_at = row.updated_at.astimezone(UTC).replace(microsecond=0)
    entry.add("uid", f"{name}@race-weekend-checklist-manager")
    entry.add("dtstamp", changed_at)
    entry.add("created", row.created_at.replace(microsecond=0))
    entry.add("last-modified", changed_at)
    entry.add("sequence", row.version)
