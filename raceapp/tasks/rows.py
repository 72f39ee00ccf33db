"""One task as a row: found, added and saved. The rules read and set its attributes, no more.

If nothing else changes with the task, its new values, the signature, the head of the record and the
entry go to PostgreSQL as one statement, which is its own transaction. In a transaction that has
begun, and on SQLite, they are written one after the other. Either way only the version that was
read is changed: a caller who comes second has lost a race, and is refused or tried again.
"""

import functools

import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from raceapp import errors
from raceapp.auth.models import User
from raceapp.events.models import Event
from raceapp.history import chain
from raceapp.history import service as history
from raceapp.storage import answers, prepared
from raceapp.storage.ahead import rows_read_ahead
from raceapp.storage.prepared import ActorPlaceholder, Prepared, placeholder
from raceapp.storage.session import db, has_lost_race, is_held_back
from raceapp.tasks import grounds
from raceapp.tasks.models import SignOff, Task, TaskStatus
from raceapp.tasks.visibility import NO_SUCH_TASK, is_live, visible_to

COLUMNS = Task.__table__.columns
NAMES = COLUMNS.keys()
SIGNED = [column for name, column in SignOff.__table__.c.items() if name not in ("id", "task_id")]
SUBJECT = "task:"  # The id is added where the row is written.
# A statement that writes a task and its entry writes neither where there can be no entry.
HAS_HEAD = chain.has_head(placeholder("event_id"))


class TaskRow(history.Row):
    """A task outside of the session. `signed` is a signature that `save()` adds."""

    __tablename__ = Task.__tablename__
    signed: dict | None = None

    def as_it_would_be(self, changes: dict) -> "TaskRow":
        return TaskRow({**self._read, **changes})

    @property
    def before(self) -> "TaskRow":
        return TaskRow(self._read)

    @property
    def completed(self) -> bool:
        return self.status == TaskStatus.DONE

    @property
    def event(self) -> Event:
        return db.session.get(Event, self.event_id)

    @property
    def session(self):
        found = Task.session.property.mapper.class_
        return self.session_id and db.session.get(found, self.session_id)

    completed_at = property(lambda self: self.done_at)
    completed_by = property(lambda self: self.done_by)


def is_alone() -> bool:
    """Tell whether the next write can be one statement, which is its own transaction."""
    return prepared.goes_past_the_session() and not prepared.has_begun()


# --- finding -----------------------------------------------------------------------------


@functools.cache
def one(is_admin: bool) -> Prepared:
    visible = visible_to(ActorPlaceholder(is_admin)).with_only_columns(*COLUMNS)
    return Prepared(visible.where(Task.id == placeholder("task_id", sa.BigInteger)))


def get(task_id: int, *, actor, hold: bool = False) -> TaskRow:
    """Return the task if `actor` may see it, or raise NotFound.

    With `hold`, and after a lost race, nobody else changes it before this transaction ends.
    """
    values = {"task_id": task_id, "actor_id": actor.id}
    if hold or has_lost_race():
        statement = one(actor.is_admin).statement.with_for_update(of=Task)
        found = db.session.execute(statement, values).all()
        # A task that somebody has moved to another weekend meanwhile is found only the second time.
        found = found or db.session.execute(statement, values).all()
    else:
        found = rows_read_ahead(one(actor.is_admin), **values)
    if not found:
        raise errors.NotFound(NO_SUCH_TASK)
    return TaskRow(dict(zip(NAMES, found[0], strict=True)))


def every(*conditions) -> list[TaskRow]:
    found = sa.select(*COLUMNS).where(*conditions).order_by(Task.due_at, Task.id)
    return [TaskRow(dict(row._mapping)) for row in db.session.execute(found)]


# --- saving ------------------------------------------------------------------------------


def changing(names: frozenset[str]) -> sa.Update:
    values = {name: placeholder(f"new_{name}", COLUMNS[name].type) for name in names}
    is_as_read = Task.id == placeholder("task_id"), Task.version == placeholder("version")
    return (
        sa.update(Task.__table__)
        .where(*is_as_read)
        .values(
            **values,
            version=COLUMNS["version"] + 1,
            updated_at=placeholder("updated_at", COLUMNS["updated_at"].type),
        )
        .returning(COLUMNS["id"])
    )


@functools.lru_cache(maxsize=128)
def changing_alone(names: frozenset[str], is_signed: bool, is_kept: bool) -> Prepared:
    written = changing(names).where(HAS_HEAD).cte("written")
    others = [signing(written)] if is_signed else []
    others += [answers.keeping(written)] if is_kept else []
    return Prepared(chain.append_one(written, *others))


changing_within = functools.lru_cache(maxsize=128)(changing)


def signing(written: sa.CTE) -> sa.CTE:
    values = [placeholder(f"signed_{column.name}", column.type) for column in SIGNED]
    row = sa.select(written.c.id, *values)
    names = ["task_id", *(column.name for column in SIGNED)]
    return sa.insert(SignOff).from_select(names, row).returning(SignOff.id).cte("signed")


def save(task: TaskRow, *, actor) -> None:
    """Write the new values; raises StaleDataError when somebody was first.

    The same transaction voids releases that rested on the task as it was.
    """
    if task.entry is None:
        return
    lost = grounds.losses(task.before, task)
    if lost and is_alone():
        hold(task)
    write(task)
    grounds.tell(lost, actor=actor)


def hold(task: TaskRow) -> None:
    """Begin a transaction in which nobody else changes the task as it was read."""
    as_read = sa.select(Task.id).where(Task.id == task.id, Task.version == task.version)
    if db.session.scalar(as_read.with_for_update(key_share=True)) is None:
        raise StaleDataError("The task has been changed since it was read.")


def write(task: TaskRow) -> None:
    entry, signed = task.entry, task.signed or {}
    names = frozenset(entry["changes"])
    values = {f"new_{name}": getattr(task, name) for name in names}
    values |= {"task_id": task.id, "version": task.version, "updated_at": entry["at"]}
    if is_alone():
        values |= {f"signed_{name}": value for name, value in signed.items()}
        values |= chain.as_values({**entry, "subject": SUBJECT}, about_new=True)
        save_now = functools.partial(save_alone, names, bool(signed), entry, values)
        if is_held_back():
            db.session().postponed = save_now
        else:
            save_now()
    else:
        row = db.session.execute(changing_within(names), values).first()
        if row and signed:
            db.session.execute(sa.insert(SignOff.__table__), {"task_id": task.id, **signed})
        check_written(row, entry)
        history.keep(entry)
    task.version, task.updated_at = task.version + 1, entry["at"]
    task.start_again()


def save_alone(names, is_signed: bool, entry: dict, values: dict, answer: dict | None = None):
    """Write a change in one statement, with the kept answer if there is one."""
    statement = changing_alone(names, is_signed, answer is not None)
    row = statement.row(**values, **(answer or {}))
    check_written(row, entry)
    chain.tell([entry])


def check_written(row, entry: dict) -> None:
    if row is None:
        chain.check_head(entry["event_id"])
        raise StaleDataError("The task has been changed since it was read.")


# --- adding ------------------------------------------------------------------------------

# The values of a task when nobody gives any.
BLANK = {
    name: column.default.arg if column.default is not None and column.default.is_scalar else None
    for name, column in COLUMNS.items()
}


@functools.lru_cache(maxsize=128)
def adding(names: tuple[str, ...], is_held: bool, *conditions) -> sa.Insert:
    """Return the statement that adds a task with these columns, if its weekend exists."""
    values = {name: placeholder(f"new_{name}", COLUMNS[name].type) for name in names}
    for name, value in BLANK.items():
        if value is not None and name not in values:
            values[name] = sa.literal(value, COLUMNS[name].type)
    is_there = is_live(placeholder("new_event_id", sa.BigInteger))
    row = sa.select(*values.values()).where(is_there, *conditions)
    if is_held:  # By an active account, which stays so until the task is there.
        row = row.where(User.id == placeholder("new_assigned_to", sa.BigInteger), User.is_active)
        row = row.with_for_update(read=True, of=User)
    return sa.insert(Task.__table__).from_select([*values], row).returning(COLUMNS["id"])


@functools.lru_cache(maxsize=128)
def adding_alone(names: tuple[str, ...], is_held: bool) -> Prepared:
    return Prepared(chain.append_one(adding(names, is_held, HAS_HEAD).cte("written")))


def add(given: dict, entry: dict, *, actor) -> TaskRow | None:
    """Add a task with its entry; returns None if its weekend does not exist, or its holder.

    If a release may rest on the task, the caller holds its weekend.
    """
    given = {**given, "version": 1, "created_at": entry["at"], "updated_at": entry["at"]}
    values = {f"new_{name}": value for name, value in given.items()}
    shape = tuple(given), given["assigned_to"] is not None
    is_one_statement = is_alone() and not is_held_back()
    if is_one_statement:
        row = adding_alone(*shape).row(**values, **chain.as_values(entry, about_new=True))
    else:
        row = db.session.execute(adding(*shape), values).first()
    if row is None:
        return None
    entry = {**entry, "subject": f"{SUBJECT}{row[0]}"}
    if is_one_statement:
        chain.tell([entry])
    else:
        history.keep(entry)
    task = TaskRow({**BLANK, **given, "id": row[0]})
    grounds.tell(grounds.losses(None, task), actor=actor)
    return task
