"""Answers kept for requests that are sent twice, each in the transaction of what it answers.

A request with a key takes the key's turn. So the same request sent meanwhile finds either nothing
or both: the work and its answer. A transaction that does not commit leaves neither.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from raceapp import clock
from raceapp.storage.columns import Json
from raceapp.storage.prepared import Prepared, placeholder
from raceapp.storage.session import db


class IdempotencyKey(db.Model):
    """The key of a request that was done, with the question and the answer."""

    __tablename__ = "idempotency_keys"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(300), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    path: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[int] = mapped_column(sa.Integer)
    headers: Mapped[dict] = mapped_column(Json)
    body: Mapped[str] = mapped_column(sa.Text)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Kept(NamedTuple):
    """A row of the table, with its columns by name and in their order."""

    user_id: int
    key: str
    fingerprint: str
    path: str
    status: int
    headers: dict
    body: str
    expires_at: datetime


COLUMNS = IdempotencyKey.__table__.columns
IS_ASKED = (COLUMNS.user_id == placeholder("user_id"), COLUMNS.key == placeholder("key"))
FIND = Prepared(sa.select(*COLUMNS).where(*IS_ASKED))
VALUES = {column.name: placeholder(f"kept_{column.name}", column.type) for column in COLUMNS}
KEEP = Prepared(sa.insert(IdempotencyKey.__table__).values(VALUES).returning(COLUMNS.status))
TURN = placeholder("turn", sa.BigInteger)
TRY = Prepared(sa.select(sa.func.pg_try_advisory_xact_lock(TURN, type_=sa.Boolean)))
WAIT = Prepared(sa.select(sa.func.pg_advisory_xact_lock(TURN).is_(None)))


def take_turn(user_id: int, key: str, *, is_patient: bool = False) -> bool:
    """Take the lock of this key for this transaction; False if somebody else has it.

    With `is_patient` it waits for them. SQLite lets one writer in at a time by itself.
    """
    if db.session.connection().dialect.name != "postgresql":
        return True
    found = (WAIT if is_patient else TRY).row(turn=turn_of(user_id, key))
    return is_patient or found[0]


def turn_of(user_id: int, key: str) -> int:
    """Return the number of the lock of this key."""
    digest = hashlib.sha256(f"{user_id} {key}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def find(user_id: int, key: str) -> Kept | None:
    """Return what is kept under the key; an answer that has expired is dropped."""
    row = FIND.row(user_id=user_id, key=key)
    if row is None:
        return None
    kept = Kept(*row)
    if kept.expires_at > clock.utcnow():
        return kept
    db.session.execute(sa.delete(IdempotencyKey).where(*IS_ASKED), {"user_id": user_id, "key": key})
    return None


def find_all(user_id: int, keys: Iterable[str]) -> dict[str, Kept]:
    """Return what is kept under any of these keys."""
    rows = db.session.execute(
        sa.select(*COLUMNS).where(
            COLUMNS.user_id == user_id,
            COLUMNS.key.in_(list(keys)),
            COLUMNS.expires_at > clock.utcnow(),
        )
    )
    return {row.key: Kept(*row) for row in rows}


def keep(kept: Kept) -> None:
    """Write the answer, along with the statement that was postponed until then, if any."""
    values = {f"kept_{name}": value for name, value in kept._asdict().items()}
    write_all = db.session().take_postponed()
    if write_all:
        write_all(values)
    else:
        KEEP.rows(**values)


def keeping(written: sa.CTE) -> sa.CTE:
    """Return a CTE that keeps an answer, for the statement that does the work."""
    row = sa.select(*VALUES.values()).select_from(written)
    kept = sa.insert(IdempotencyKey.__table__).from_select([*VALUES], row)
    return kept.returning(COLUMNS.status).cte("kept")


def drop_expired(user_id: int) -> None:
    is_theirs, now = COLUMNS.user_id == user_id, clock.utcnow()
    db.session.execute(sa.delete(IdempotencyKey).where(is_theirs, COLUMNS.expires_at <= now))


# --- sweeping ----------------------------------------------------------------------------

EVERY = timedelta(minutes=1)
AT_ONCE = 1000


class Broom:
    """Drops expired answers, once a minute in each process and only some at a time."""

    def __init__(self):
        self.swept_at = datetime.min.replace(tzinfo=UTC)

    def sweep(self) -> None:
        now = clock.utcnow()
        if abs(now - self.swept_at) < EVERY:
            return
        self.swept_at = now
        place = sa.tuple_(COLUMNS.user_id, COLUMNS.key)
        expired = sa.select(COLUMNS.user_id, COLUMNS.key).where(COLUMNS.expires_at <= now)
        some = expired.limit(AT_ONCE).with_for_update(skip_locked=True)
        db.session.execute(sa.delete(IdempotencyKey).where(place.in_(some)))


BROOM = Broom()
