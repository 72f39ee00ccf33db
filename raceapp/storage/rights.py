"""What the role that serves may do, where another role owns the tables (PostgreSQL).

It reads and writes rows, but changes no table, and neither changes nor empties append-only tables:
the triggers that guard them belong to the owner. Otherwise a thief of the service's password could
take them off.
"""

import sqlalchemy as sa

from raceapp.storage.session import db

APPEND_ONLY = ("history_entries", "sign_offs", "account_entries")
STATEMENTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    # For the tables that later migrations add.
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(APPEND_ONLY)} FROM {{role}}",
    "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version FROM {role}",
)


def has_roles() -> bool:
    return db.engine.dialect.name == "postgresql"


def owner() -> str:
    """Return the role that the present connection acts as."""
    return db.session.scalar(sa.text("SELECT current_user"))


def grant(role: str) -> None:
    """Give the role that serves its rights, as the owner of the tables."""
    quoted = db.engine.dialect.identifier_preparer.quote_identifier(role)
    for statement in STATEMENTS:
        db.session.execute(sa.text(statement.format(role=quoted)))
