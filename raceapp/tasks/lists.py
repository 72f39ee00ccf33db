"""The lists that phones and the pit wall read all day, as prepared statements.

`finding` has the rules. Its statements are built here once for each shape of request, with
placeholders for the values, and kept; `raceapp.storage.prepared` tells what that saves.
"""

import functools
from datetime import datetime
from enum import Enum

from raceapp import errors, permissions
from raceapp.events import service as events
from raceapp.storage.prepared import ActorPlaceholder, Prepared, placeholder
from raceapp.tasks import finding
from raceapp.tasks.models import Task
from raceapp.tasks.schemas import TaskSchema
from raceapp.web.keyset import Page, PageRequest, counted
from raceapp.web.writing import row_writer

NAMES = list(TaskSchema().dump_fields)
COLUMNS = [getattr(Task, name).label(name) for name in NAMES]
as_task = row_writer(TaskSchema())


def page(asked: PageRequest, *, actor, **filters) -> Page:
    """Return a page of the tasks that match every filter given.

    Free text, lists of values and pages of other sizes make too many shapes, and a range of time
    has to be planned for its time: such a search is built as it comes. Raises Forbidden for deleted
    tasks that `actor` could not restore.
    """
    if filters.get("deleted") is not None:
        check_may_list_deleted(actor, filters.get("event_id"))
    if is_rare(filters) or not asked.is_usual:
        return asked.of(finding.search(actor=actor, **filters))
    fixed, values = split_filters(filters)
    rows, total = statements(asked.shape, actor.is_admin, fixed, tuple(values))
    found = asked.of_prepared(rows, total, actor_id=actor.id, **values)
    return Page([as_task(row) for row in found.items], found.headers)


def check_may_list_deleted(actor, event_id: int | None) -> None:
    roles = events.crew_roles(event_id, actor) if event_id and not actor.is_admin else ()
    if not permissions.manages(actor, roles):
        message = "Only a team manager may list deleted tasks, and a crew chief those of a weekend."
        raise errors.Forbidden(message)


def is_rare(filters: dict) -> bool:
    """Tell whether one statement, with one plan, is no good for all who ask."""
    rare = (value for value in filters.values() if isinstance(value, (str, tuple, datetime)))
    return any(not is_fixed(value) for value in rare)


def split_filters(filters: dict) -> tuple[tuple, dict]:
    """Return the filters that the statement holds, and the values that come with each run."""
    fixed = tuple((name, value) for name, value in filters.items() if is_fixed(value))
    return fixed, {name: value for name, value in filters.items() if not is_fixed(value)}


def is_fixed(value) -> bool:
    """Tell whether the statement holds a filter's value, as there are only few such values."""
    return value is None or isinstance(value, (bool, Enum)) or value in finding.HOLDER_WORDS


@functools.lru_cache(maxsize=128)
def statements(shape: PageRequest, is_admin: bool, fixed, names) -> tuple[Prepared, Prepared]:
    """Return the statements for a page and for the total of one shape of request.

    A page that has rows brings its total along.
    """
    placeholders = {name: placeholder(name) for name in names}
    found = finding.search(actor=ActorPlaceholder(is_admin), **dict(fixed), **placeholders)
    return shape.prepared(found.with_only_columns(*COLUMNS)), Prepared(counted(found))
