"""A table of tasks becomes tasks: rows with an id change theirs, rows without one are new.

All or nothing. A cell that equals the export changes nothing and is not read, so an exported table
that is imported again leaves everything as it is. Columns of signatures are passed over.
"""

from collections.abc import Sequence
from types import SimpleNamespace

import sqlalchemy as sa

from raceapp import clock
from raceapp.auth.models import User
from raceapp.bikes.alike import name_key
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.storage.session import db
from raceapp.tables import columns, exports, sheets
from raceapp.tables.rows import Known, Reader
from raceapp.tasks import grounds, many
from raceapp.tasks.models import Task
from raceapp.timetable import service as timetable
from raceapp.timetable.models import TrackSession


def import_tasks(event: Event, upload, *, actor) -> dict[str, int]:
    """Bring the tasks of a table in; returns how many were `{created, changed, unchanged}`.

    The caller holds the row of the weekend. Raises Invalid by row and column.
    """
    sheet = sheets.read(upload.data, upload.charset, known=columns.NAMES)
    faults = sheets.Faults()
    present = present_tasks(event) if "id" in sheet.columns else {}
    names = exports.names_of(event, [*present.values()])
    reader = Reader(known_at(event, sheet), sheet.has_decimal_comma, faults)
    added, changed = [], []
    for row, cells in unique(sheet.rows, faults).items():
        task = found(row, cells.get("id", "").strip(), present, faults)
        if task is None:
            added.append(reader.new(row, cells))
        elif changes := reader.changes(row, cells, task, columns.texts(task, names)):
            changed.append((task, changes))
    faults.refuse()
    write(event, added, changed, actor=actor)
    unchanged = len(sheet.rows) - len(added) - len(changed)
    return {"created": len(added), "changed": len(changed), "unchanged": unchanged}


def present_tasks(event: Event) -> dict[str, sa.Row]:
    """Return the tasks of the weekend by id, deleted ones too, held until the transaction ends."""
    table = Task.__table__
    held = sa.select(table).where(table.c.event_id == event.id).order_by(table.c.id)
    rows = db.session.execute(held.with_for_update(key_share=True)).all()
    return {str(row.id): row for row in rows}


def known_at(event: Event, sheet: sheets.Sheet) -> Known:
    emails = {row.get("assigned_to", "").strip().lower() for row in sheet.rows.values()}
    active = sa.select(User.id, User.email).where(User.email.in_(emails), User.is_active)
    active = active.order_by(User.id).with_for_update(read=True)  # Until the new tasks are theirs.
    sessions: dict[str, list[TrackSession]] = {}
    for session in timetable.held(event):
        sessions.setdefault(name_key(session.name), []).append(session)
    present = [bike for bike in event.bikes if bike.deleted_at is None]
    return Known(
        event=event,
        people={email: user_id for user_id, email in exports.pairs(active).items()},
        bikes={name_key(bike.label): bike.id for bike in present},
        sessions=sessions,
        riders={name_key(bike.rider_name): bike.rider_name for bike in present},
    )


def unique(rows: dict[int, dict[str, str]], faults: sheets.Faults) -> dict[int, dict[str, str]]:
    seen = set()
    for row, cells in rows.items():
        task_id = cells.get("id", "").strip()
        if task_id and task_id in seen:
            faults.add(row, "id", "This task is there twice.")
        seen.add(task_id)
    return rows


def found(row: int, task_id: str, present: dict[str, sa.Row], faults: sheets.Faults):
    """Return the task of a row; None for a row without an id, or with an unknown one."""
    task = present.get(task_id)
    if task_id and task is None:
        faults.add(row, "id", "There is no such task at this race weekend.")
    elif task is not None and task.deleted_at is not None:
        faults.add(row, "id", "This task has been deleted. Restore it first.")
    return task


def write(event: Event, added: Sequence[dict], changed: Sequence[tuple], *, actor) -> None:
    """Add and change tasks, in as many statements for a thousand as for one."""
    made = {"event_id": event.id, "created_by": actor.id, **stamps()}
    new = [{**values, **made} for values in added]
    task_ids = many.add(new)
    names = sorted({name for _, changes in changed for name in changes})
    whole = [
        (task, {name: changes.get(name, getattr(task, name)) for name in names})
        for task, changes in changed
    ]
    many.change("task.updated", whole, actor=actor)
    grounds.tell([*grounds.added(new, task_ids), *lost_by(changed)], actor=actor)
    if task_ids:
        as_recorded = {"created": len(task_ids), "changed": len(changed), "tasks": task_ids}
        subject = f"event:{event.id}"
        history.record(event.id, "tasks.imported", subject, actor=actor, changes=as_recorded)


def lost_by(changed: Sequence[tuple[sa.Row, dict]]) -> list[grounds.Lost]:
    """Return what releases lose by these changes of tasks."""
    pairs = ((task, SimpleNamespace(**{**task._asdict(), **new})) for task, new in changed)
    return [lost for before, after in pairs for lost in grounds.losses(before, after)]


def stamps() -> dict:
    now = clock.utcnow()
    return {"created_at": now, "updated_at": now}
