"""The writes that crews make all day, each as one prepared statement.

A task is read, the rules of `service` and `signing` judge and change what was read, and then the
change, the signature if there is one, the head of the record and the entry that tells of it go to
PostgreSQL as one statement, which is its own transaction. That saves most of the round trips and
the bookkeeping of a session.

No lock is held between reading and writing: the statement only finds the version that was
read. Who comes second finds nothing and is answered or tried again like anybody whose version
is stale (see `rest.give_way`). Whatever else hangs on a change, a release that it voids say, takes
the way through the session, as everything does on SQLite.
"""

import functools

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm.exc import StaleDataError

from raceapp import errors, hot
from raceapp.events.models import Event
from raceapp.extensions import db
from raceapp.history import service as history
from raceapp.hot import AnyActor, Prepared, placeholder, rows_along
from raceapp.tasks import service, signing
from raceapp.tasks.models import SignOff, Task, TaskStatus

# Nothing but the task itself hangs on these.
SIMPLE = {"title", "description", "due_at", "is_critical", "assigned_to"}
COLUMNS = Task.__table__.columns
NAMES = COLUMNS.keys()
SIGNED = {
    name: column
    for name, column in SignOff.__table__.columns.items()
    if name not in ("id", "task_id")
}
SUBJECT = "task:"  # The id is added where the row is written.


class TaskRecord(history.Record):
    """A task that was read for a change which is one statement. `signed` is a new signature."""

    __tablename__ = Task.__tablename__
    signed: dict | None = None

    @property
    def completed(self) -> bool:
        return self.status == TaskStatus.DONE

    @property
    def event(self) -> Event:
        return db.session.get(Event, self.event_id)

    completed_at = property(lambda self: self.done_at)
    completed_by = property(lambda self: self.done_by)


def can_be_one_statement() -> bool:
    """Tell whether to try it: who has lost a race already holds the row, and so is next."""
    return hot.goes_past_the_session() and not g.get("has_lost_race")


# --- changing ----------------------------------------------------------------------------


@functools.cache
def by_id(is_admin: bool) -> Prepared:
    visible = service.visible_to(AnyActor(is_admin)).with_only_columns(*COLUMNS)
    return Prepared(visible.where(Task.id == placeholder("task_id", sa.BigInteger)))


def get(task_id: int, *, actor, is_alone: bool):
    """Return the task for a change, or raise NotFound.

    Where nothing but the task changes, it `is_alone`, nothing is locked if that can be one
    statement; else the row is.
    """
    if not (is_alone and can_be_one_statement()):
        return service.get(task_id, actor=actor, for_update=True)
    found = rows_along(by_id(actor.is_admin), task_id=task_id, actor_id=actor.id)
    if not found:
        raise errors.NotFound(service.NO_SUCH_TASK)
    return TaskRecord(dict(zip(NAMES, found[0], strict=True)))


def get_for_change(task_id: int, changes: dict, *, actor):
    """Return the task for a change of these fields, or raise NotFound."""
    is_voiding = changes.get("completed") is False
    is_alone = SIMPLE.issuperset(changes.keys() - {"completed"}) and not is_voiding
    return get(task_id, actor=actor, is_alone=is_alone)


def get_for_sign_off(task_id: int, act, *, actor):
    """Return the task for signing it as `act`, or raise NotFound."""
    return get(task_id, actor=actor, is_alone=act not in signing.VOIDING)


@functools.cache
def changing(names: frozenset[str], is_signed: bool) -> Prepared:
    """Return the statement that changes these columns, if the version is still the one read."""
    values = {name: placeholder(f"new_{name}", COLUMNS[name].type) for name in names}
    written = (
        sa.update(Task)
        .where(Task.id == placeholder("task_id"), Task.version == placeholder("version"))
        .values(
            **values,
            version=Task.version + 1,
            updated_at=placeholder("updated_at", COLUMNS["updated_at"].type),
        )
        .returning(Task.id)
        .cte("written")
    )
    along = [adding_signature(written)] if is_signed else []
    return Prepared(history.append_one(written, *along))


def adding_signature(written: sa.CTE) -> sa.CTE:
    values = [placeholder(f"signed_{name}", column.type) for name, column in SIGNED.items()]
    row = sa.select(written.c.id, *values)
    added = sa.insert(SignOff).from_select(["task_id", *SIGNED], row)
    return added.returning(SignOff.id).cte("signed")


def save(task) -> None:
    """Write what has been set on the task; raises StaleDataError when somebody was first."""
    if isinstance(task, TaskRecord) and task.noted:
        write(task, task.noted, task.signed or {})
    if hot.has_begun():
        db.session.commit()


def write(task: TaskRecord, entry: dict, signed: dict) -> None:
    changed = frozenset(entry["changes"])
    values = {f"new_{name}": getattr(task, name) for name in changed}
    values |= {f"signed_{name}": value for name, value in signed.items()}
    told = history.as_values({**entry, "subject": SUBJECT}, about_new=True)
    place = {"task_id": task.id, "version": task.version, "updated_at": entry["at"]}
    if changing(changed, bool(signed)).row(**place, **values, **told) is None:
        raise StaleDataError("The task has been changed since it was read.")
    history.count([entry])
    task.version, task.updated_at = task.version + 1, entry["at"]


# --- creating ----------------------------------------------------------------------------

# What a task is when nothing is said of it.
BLANK = {
    name: column.default.arg if column.default is not None and column.default.is_scalar else None
    for name, column in COLUMNS.items()
}


@functools.cache
def adding(names: tuple[str, ...]) -> Prepared:
    """Return the statement that adds a task with these columns, if its weekend is there.

    The others are what they are by default.
    """
    values = {name: placeholder(f"new_{name}", COLUMNS[name].type) for name in names}
    for name, value in BLANK.items():
        if value is not None and name not in values:
            values[name] = sa.literal(value, COLUMNS[name].type)
    is_live = service.is_live(placeholder("new_event_id", sa.BigInteger))
    row = sa.select(*values.values()).where(is_live)
    added = sa.insert(Task).from_select([*values], row).returning(Task.id).cte("written")
    return Prepared(history.append_one(added))


def create(*, actor, **fields):
    """Add a task and commit; raises what `service.create` raises."""
    if not can_be_one_statement():
        task = service.create(actor=actor, **fields)
        db.session.commit()
        return task
    given = service.drafted(actor=actor, **fields)
    told = service.told_of(given)
    entry = history.entry(given["event_id"], service.CREATED, SUBJECT, actor=actor, changes=told)
    given |= {"version": 1, "created_at": entry["at"], "updated_at": entry["at"]}
    values = {f"new_{name}": value for name, value in given.items()}
    row = adding(tuple(given)).row(**values, **history.as_values(entry, about_new=True))
    if row is None:
        raise service.no_such_event()
    history.count([entry])
    if hot.has_begun():
        db.session.commit()
    return TaskRecord({**BLANK, **given, "id": row[0]})
