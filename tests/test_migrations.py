"""Migrations alone make the schema: they go up, down, up again and say what the models say."""

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from raceapp.storage.columns import is_in_models
from raceapp.storage.session import db

# The indexes that hold an expression: SQLAlchemy cannot read them back.
pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression")


@pytest.fixture
def empty_app(make_app, new_database):
    """An application whose database holds no table yet."""
    return make_app(DATABASE_URL=new_database())


def script(app):
    return ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config())


def schema():
    """Everything there is to compare about the tables of the current application."""
    inspector = sa.inspect(db.engine)
    tables = set(inspector.get_table_names()) - {"alembic_version"}
    return {
        name: (
            sorted(
                str(column["name"]) + repr(column["type"]) + str(column["nullable"])
                for column in inspector.get_columns(name)
            ),
            sorted(str(index["name"]) for index in inspector.get_indexes(name)),
            sorted(str(key["name"]) for key in inspector.get_foreign_keys(name)),
            sorted(str(check["name"]) for check in inspector.get_check_constraints(name)),
            sorted(str(unique["name"]) for unique in inspector.get_unique_constraints(name)),
        )
        for name in tables
    }


def test_migrations_go_up_down_and_up_again_to_the_same_schema(empty_app):
    with empty_app.app_context():
        flask_migrate.upgrade()
        once = schema()
        flask_migrate.downgrade(revision="base")
        nothing = schema()
        flask_migrate.upgrade()

        assert once.keys() >= {"users", "events", "tasks"}
        assert nothing == {}
        assert schema() == once


def test_each_migration_can_be_taken_back_alone(empty_app):
    with empty_app.app_context():
        for revision in reversed([*script(empty_app).walk_revisions()]):
            flask_migrate.upgrade(revision=revision.revision)
            there = schema()
            flask_migrate.downgrade(revision="-1")
            flask_migrate.upgrade(revision=revision.revision)
            assert schema() == there


def test_going_down_leaves_no_type_function_or_trigger_behind(postgres_only, empty_app):
    public = "'public'::regnamespace"
    left = (
        f"SELECT typname FROM pg_type WHERE typnamespace = {public} AND typtype = 'e'"
        f" UNION SELECT proname FROM pg_proc WHERE pronamespace = {public}"
    )
    with empty_app.app_context():
        flask_migrate.upgrade()

        flask_migrate.downgrade(revision="base")

        assert db.session.scalars(sa.text(left)).all() == []


def test_models_and_migrations_agree(empty_app):
    with empty_app.app_context():
        flask_migrate.upgrade()

        with db.engine.connect() as connection:
            same = {"compare_type": True, "compare_server_default": True}
            options = {**same, "include_object": is_in_models}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, db.metadata) == []


def test_migrations_form_one_line(empty_app):
    with empty_app.app_context():
        heads = script(empty_app).get_heads()

    assert len(heads) == 1


def test_upgrading_twice_changes_nothing(empty_app):
    with empty_app.app_context():
        flask_migrate.upgrade()
        once = schema()

        flask_migrate.upgrade()

        assert schema() == once


def test_the_migration_turns_on_the_write_ahead_log_of_sqlite(empty_app):
    with empty_app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL has its own")
        flask_migrate.upgrade()

        mode = db.session.scalar(sa.text("PRAGMA journal_mode"))

        assert mode == "wal"
