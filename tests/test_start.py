"""Starting is quick: what no request needs is not loaded."""

import os
import subprocess
import sys
from pathlib import Path

LOADED = "import sys, wsgi; print(*sorted(name for name in sys.modules))"


def test_the_application_loads_neither_migrations_nor_traces():
    settings = {**os.environ, "DATABASE_URL": "sqlite://", "OTEL_EXPORTER_OTLP_ENDPOINT": ""}

    loaded = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=Path(__file__).parents[1],
        env=settings,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert "raceapp.tasks.views" in loaded
    assert not {"alembic", "flask_migrate", "raceapp.telemetry.spans"} & set(loaded)


def test_commands_find_the_migrations(app):
    runner = app.test_cli_runner()

    listed, found = runner.invoke(args=["db", "--help"]), runner.invoke(args=["db", "heads"])

    assert "upgrade" in listed.output
    assert found.exit_code == 0, found.output
