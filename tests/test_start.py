"""Starting is quick: what no request needs is not loaded."""

import os
import subprocess
import sys
from pathlib import Path

LOADED = "import sys, wsgi; print(*sorted(name for name in sys.modules))"
LEFT = "import gc, wsgi; print(gc.get_freeze_count(), len(gc.get_objects()))"


def test_the_application_loads_neither_migrations_nor_traces():
    loaded = said_by(LOADED).split()

    assert "raceapp.tasks.views" in loaded
    assert not {"alembic", "flask_migrate", "raceapp.telemetry.spans"} & set(loaded)


def said_by(code):
    settings = {**os.environ, "DATABASE_URL": "sqlite://", "OTEL_EXPORTER_OTLP_ENDPOINT": ""}
    place = {"cwd": Path(__file__).parents[1], "env": settings}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, **place, capture_output=True, text=True, check=True).stdout


def test_the_garbage_collector_walks_nothing_of_what_was_loaded():
    kept, walked = map(int, said_by(LEFT).split())

    assert kept > 100_000
    assert walked < 1_000


def test_commands_find_the_migrations(app):
    runner = app.test_cli_runner()

    listed, found = runner.invoke(args=["db", "--help"]), runner.invoke(args=["db", "heads"])

    assert "upgrade" in listed.output
    assert found.exit_code == 0, found.output
