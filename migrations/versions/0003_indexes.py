"""an index for every filter and sort of tasks

Revision ID: 0003
Revises: 0002

Most hold an expression or a condition, which the models need not know and Alembic cannot read back
from SQLite, so they are written out here; `path_` in their names tells Alembic to leave them alone.
The literal of each coalesce() is the very text that `raceapp.storage.expressions.undated_last`
sends; tests/test_indexes.py compares plans.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Undated tasks come last going up and going down.
LAST = {"postgresql": "9999-01-01 00:00:00+00:00", "sqlite": "9999-01-01 00:00:00.000000"}
FIRST = {"postgresql": "1900-01-01 00:00:00+00:00", "sqlite": "1900-01-01 00:00:00.000000"}

INDEXES = {
    # the four sorts
    "path_tasks_due": "tasks (coalesce(due_at, '{last}'), id)",
    "path_tasks_due_down": "tasks (coalesce(due_at, '{first}'), id)",
    "path_tasks_created": "tasks (created_at, id)",
    "path_tasks_updated": "tasks (updated_at, id)",
    # filters, in the order of the default sort
    "path_tasks_holder": "tasks (assigned_to, coalesce(due_at, '{last}'), id)",
    "path_tasks_event": "tasks (event_id, coalesce(due_at, '{last}'), id)",
    "path_tasks_status": "tasks (status, coalesce(due_at, '{last}'), id)",
    "path_tasks_not_done": "tasks (coalesce(due_at, '{last}'), id) WHERE status != 'done'",
    "path_tasks_section": "tasks (section, coalesce(due_at, '{last}'), id)"
    " WHERE section IS NOT NULL",
    "path_tasks_crew_role": "tasks (crew_role, coalesce(due_at, '{last}'), id)"
    " WHERE crew_role IS NOT NULL",
    "path_tasks_deleted": "tasks (coalesce(due_at, '{last}'), id) WHERE deleted_at IS NOT NULL",
    "path_tasks_unchecked": "tasks (status, coalesce(due_at, '{last}'), id)"
    " WHERE needs_check AND checked_at IS NULL",
    # the record of a weekend
    "path_history_entries_event": "history_entries (event_id, id)",
}
# A search for part of a text wants trigrams; without the extension it reads row after row.
TRIGRAMS = """
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX path_tasks_text ON tasks
        USING gin (folded(title) gin_trgm_ops, folded(description) gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'pg_trgm is not to be had: %', SQLERRM;
END $$
"""
# Text without case and accents, as `raceapp.storage.expressions.fold` has it. Most text is ASCII,
# which is its own NFKD.
FOLDED = r"""
CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
    WHEN octet_length($1) = char_length($1) THEN lower($1 COLLATE "C") COLLATE "C"
    ELSE translate(lower(
        regexp_replace(normalize($1, NFKD), '[\u0300-\u036f]', '', 'g') COLLATE "{unicode}"
    ), 'đøłς', 'dolσ') COLLATE "C" END
$$
"""
# In the locale C, which databases often have, lower() knows no letters but ASCII. These know all;
# which of them there are depends on version and build.
UNICODE = ("und-x-icu", "pg_c_utf8", "C.utf8")


def unicode_collation(bind) -> str:
    """Return a collation that knows the case of all letters, or the database's own."""
    found = bind.exec_driver_sql("SELECT collname FROM pg_collation WHERE collencoding IN (-1, 6)")
    names = set(found.scalars())
    return next((name for name in UNICODE if name in names), "default")


def upgrade():
    bind = op.get_bind()
    dialect = bind.dialect.name
    for name, what in INDEXES.items():
        where = what.format(last=LAST[dialect], first=FIRST[dialect])
        op.execute(f"CREATE INDEX {name} ON {where}")
    if dialect == "postgresql":
        op.execute(FOLDED.format(unicode=unicode_collation(bind)))
        op.execute(TRIGRAMS)


def downgrade():
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX IF EXISTS path_tasks_text")
        op.execute("DROP FUNCTION folded(text)")
        op.execute("DROP EXTENSION IF EXISTS pg_trgm")
