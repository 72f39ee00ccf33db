"""The two writes that crews make all day, each as one prepared statement.

A task is read, the rules of `service` judge and change what was read, and then the change, the
head of the record and the entry that tells of it go to PostgreSQL as one statement, which is
its own transaction. That saves four of seven round trips and the bookkeeping of a session.

No lock is held between reading and writing: the statement only finds the version that was
read. Who comes second finds nothing and is answered or tried again like anybody whose version
is stale (see `rest.give_way`). Whatever else hangs on a change, a signature say, takes the way
through the session, as everything does on SQLite.
"""

import functools

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm.exc import StaleDataError

from raceapp import errors
from raceapp.extensions import db
from raceapp.history import service as history
from raceapp.hot import AnyActor, Prepared, placeholder
from raceapp.tasks import service
from raceapp.tasks.models import Task, TaskStatus

# Nothing but the task itself hangs on these.
SIMPLE = {"title", "description", "due_at", "is_critical", "assigned_to"}
COLUMNS = Task.__table__.columns
NAMES = COLUMNS.keys()
GIVEN = [name for name in NAMES if name != "id"]
SUBJECT = "task:"  # The id is added where the row is written.


class TaskRecord(history.Record):
    """A task that was read for a simple change."""

    __tablename__ = Task.__tablename__

    @property
    def completed(self) -> bool:
        return self.status == TaskStatus.DONE

    completed_at = property(lambda self: self.done_at)
    completed_by = property(lambda self: self.done_by)


def can_be_one_statement(names) -> bool:
    """Tell whether to try it: who has lost a race already holds the row, and so is next."""
    is_supported = db.engine.dialect.name == "postgresql" and not g.get("has_lost_race")
    return is_supported and SIMPLE.issuperset(names)


# --- changing ----------------------------------------------------------------------------


@functools.cache
def by_id(is_admin: bool) -> Prepared:
    visible = service.visible_to(AnyActor(is_admin)).with_only_columns(*COLUMNS)
    return Prepared(visible.where(Task.id == placeholder("task_id", sa.BigInteger)))


def get(task_id: int, names, *, actor):
    """Return the task for a change of the fields `names`, or raise NotFound.

    Where the change can be one statement nothing is locked; else the row is.
    """
    if not can_be_one_statement(names):
        return service.get(task_id, actor=actor, for_update=True)
    row = by_id(actor.is_admin).row(task_id=task_id, actor_id=actor.id)
    if row is None:
        raise errors.NotFound(service.NO_SUCH_TASK)
    return TaskRecord(dict(zip(NAMES, row, strict=True)))


@functools.cache
def changing(names: frozenset[str]) -> Prepared:
    """Return the statement that changes these columns, if the version is still the one read."""
    values = {name: placeholder(f"new_{name}", COLUMNS[name].type) for name in names}
    written = (
        sa.update(Task)
        .where(Task.id == placeholder("task_id"), Task.version == placeholder("version"))
        .values(
            **values,
            version=Task.version + 1,
            updated_at=placeholder("at", COLUMNS["updated_at"].type),
        )
        .returning(Task.id)
        .cte("written")
    )
    return Prepared(history.append_one(written))


def save(task) -> None:
    """Write what has been set on the task; raises StaleDataError when somebody was first."""
    if not isinstance(task, TaskRecord):
        db.session.commit()
        return
    changed = task.changes()
    if not changed:
        return
    [entry] = history.take_noted()
    values = {f"new_{name}": getattr(task, name) for name in changed}
    told = history.as_values({**entry, "subject": SUBJECT}, about_new=True)
    statement = changing(frozenset(changed))
    if statement.row(task_id=task.id, version=task.version, **values, **told) is None:
        raise StaleDataError("The task has been changed since it was read.")
    task.version, task.updated_at = task.version + 1, entry["at"]


# --- creating ----------------------------------------------------------------------------


@functools.cache
def adding() -> Prepared:
    values = {
        name: placeholder(f"new_{name}", COLUMNS[name].type) for name in NAMES if name != "id"
    }
    return Prepared(
        history.append_one(sa.insert(Task).values(values).returning(Task.id).cte("written"))
    )


def create(*, actor, **fields) -> Task:
    """Add a task and commit; raises what `service.draft` raises."""
    if not can_be_one_statement(()):
        task = service.create(actor=actor, **fields)
        db.session.commit()
        return task
    task = service.draft(actor=actor, **fields)
    history.note(
        task.event_id, service.CREATED, SUBJECT, actor=actor, changes=service.told_of(task)
    )
    [entry] = history.take_noted()
    fill_in(task, entry["at"])
    values = {f"new_{name}": getattr(task, name) for name in GIVEN}
    (task.id,) = adding().row(**values, **history.as_values(entry, about_new=True))
    return task


def fill_in(task: Task, now) -> None:
    """Set what the session would set when it adds a task."""
    for name, column in COLUMNS.items():
        if getattr(task, name) is None and column.default is not None and column.default.is_scalar:
            setattr(task, name, column.default.arg)
    task.version, task.created_at, task.updated_at = 1, now, now
