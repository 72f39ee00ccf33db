"""What deploy/backup.sh tells PostgreSQL's programs, and what it refuses."""

import os
import subprocess

import pytest
from deployment import DEPLOY, run

NOTING = """#!/bin/sh
printf '%s\\n' "$@" >>"$NOTES/arguments"
printf '%s' "${PGPASSWORD-none}" >"$NOTES/password"
for word; do case $word in --file=*) : >"${word#--file=}";; esac; done
"""


@pytest.fixture
def noted(tmp_path):
    """Run a script with programs of PostgreSQL that note their arguments and the password."""
    for name in ("pg_dump", "pg_restore", "psql"):
        (tmp_path / name).write_text(NOTING)
        (tmp_path / name).chmod(0o755)

    def noted(script, *words, **known):
        path = f"{tmp_path}:{os.environ['PATH']}"
        run(DEPLOY / script, *words, env={"PATH": path, "NOTES": str(tmp_path), **known})
        return (tmp_path / "arguments").read_text(), (tmp_path / "password").read_text()

    return noted


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("postgresql://pit:torque%2F29%40N%C3%BCm%3A%25@db:5432/raceapp", "torque/29@Nüm:%"),
        ("postgresql+psycopg://pit:torque29@db/raceapp?sslmode=require", "torque29"),
        ("postgresql://pit@db:5432/raceapp", "none"),
        ("postgresql:///raceapp?host=/run/postgresql", "none"),
    ],
)
def test_whoever_lists_the_programs_that_run_reads_no_password(noted, tmp_path, url, password):
    arguments, told = noted("backup.sh", tmp_path, DATABASE_URL=url)

    assert told == password
    assert "torque" not in arguments and "raceapp" in arguments


def test_nor_that_of_the_role_which_a_new_database_gets(noted):
    known = {"POSTGRES_USER": "postgres", "POSTGRES_DB": "raceapp"}

    arguments, _ = noted("make-role.sh", **known, SERVING_PASSWORD="torque29")

    assert "torque" not in arguments


REFUSED = {
    "Name the password before the host": {"DATABASE_URL": "postgresql://db/r?user=p&password=t"},
    "Name PostgreSQL itself": {
        "DATABASE_URL": "postgresql://pit@pool/r",
        "DATABASE_POOLER": "true",
    },
}


@pytest.mark.parametrize(("said", "settings"), REFUSED.items(), ids=REFUSED)
def test_what_it_cannot_do_well_it_refuses_in_a_sentence(tmp_path, said, settings):
    command, known = [DEPLOY / "backup.sh", tmp_path], {**os.environ, **settings}

    done = subprocess.run(command, env=known, check=False, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(said)


def test_it_passes_a_pooler_by(noted, tmp_path):
    pooled = {"DATABASE_URL": "postgresql://pit@pool:6432/raceapp", "DATABASE_POOLER": "true"}

    arguments, _ = noted(
        "backup.sh", tmp_path, **pooled, BACKUP_DATABASE_URL="postgresql://pit@db/raceapp"
    )

    assert "@db/raceapp" in arguments and "@pool" not in arguments
