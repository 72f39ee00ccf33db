"""Backing up and restoring, by the script and the words of docs/deployment.md."""

import dataclasses
import os
import pwd
import re
import subprocess
import time

import pytest
import sqlalchemy as sa
from accounts import claims_of
from deployment import DEPLOY, binaries_of, run, tool
from device import Device, assert_is_what_a_new_snapshot_says
from helpers import created
from servers import ROOT
from sqlalchemy.engine import make_url

from raceapp.history import proof as history
from raceapp.storage.session import db

PAGE = (ROOT / "docs" / "deployment.md").read_text()
POSTGRESQL, SQLITE = re.findall(r"\*\*To restore \w+\*\*.*?```sh\n(.*?)```", PAGE, re.DOTALL)
# What not every machine has.
STAND_INS = 'set -e; sudo() { shift 2; "$@"; }; systemctl() { :; }\n'
# Root can give a file to another; whoever runs the tests keeps it.
SERVICE = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
DAY = 24 * 60 * 60


def programs(backend):
    """Return an environment in which the script finds what the server's own release brings."""
    if backend.settings["DATABASE_URL"].startswith("sqlite"):
        tool("sqlite3")
        return {**os.environ}
    path = f"{binaries_of(backend.postgres)}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PGHOST": str(backend.postgres.place), "PGUSER": "postgres"}


@pytest.fixture
def back_up(backend, tmp_path):
    """Run the script and return the file that it made."""

    def make(*more, **settings):
        known = {**programs(backend), **backend.settings, **settings}
        return run(DEPLOY / "backup.sh", tmp_path, *more, env=known).strip()

    return make


@pytest.fixture
def restore(backend, back_up, make_app, tmp_path):
    """Back up, restore as the page says and return an application on that."""

    def make():
        dump = back_up()
        if dump.endswith(".db"):
            return make_app(DATABASE_URL=f"sqlite:///{restored_file(dump, tmp_path)}")
        return make_app(DATABASE_URL=restored_database(backend, dump))

    return make


def restored_file(dump, tmp_path):
    """Do what the page says with the dump of a file; returns the one in its place."""
    place = tmp_path / "lib"
    place.mkdir()
    for end in ("", "-wal", "-shm"):
        (place / f"raceapp.db{end}").write_text("broken")
    steps = SQLITE.replace("/var/lib/raceapp", str(place))
    service = f"-o {SERVICE.pw_uid} -g {SERVICE.pw_gid}"
    steps = steps.replace("-o raceapp -g raceapp", service)
    run("sh", "-c", STAND_INS + steps, env={**os.environ, "dump": dump})
    return place / "raceapp.db"


def restored_database(backend, dump):
    """Do what the page says with the dump; returns the URL of the database."""
    with backend.postgres.connect() as admin:
        admin.execute("DROP DATABASE IF EXISTS raceapp_restored WITH (FORCE)")
        admin.execute("DROP ROLE IF EXISTS raceapp_owner")
        admin.execute("CREATE ROLE raceapp_owner")
    run("sh", "-c", STAND_INS + POSTGRESQL, env={**programs(backend), "dump": dump})
    return backend.postgres.url("raceapp_restored")


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

    assert "untouched" in app.test_cli_runner().invoke(args=["verify-history"]).output
    with app.app_context():
        assert list(history.faults()) == []
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            db.session.execute(sa.text("DELETE FROM history_entries"))


def test_a_restored_file_belongs_to_the_service_and_to_nobody_else(tmp_path):
    (tmp_path / "dump").write_text("as it was")

    file = restored_file(tmp_path / "dump", tmp_path)

    assert file.read_text() == "as it was"
    assert {path.name for path in file.parent.iterdir()} == {"before", file.name}
    assert (file.owner(), file.stat().st_mode & 0o777) == (SERVICE.pw_name, 0o640)


def test_ids_are_not_given_again_after_a_restore(make_task, admin, event, restore):
    old = make_task()["id"]
    app, headers = restore(), {"Authorization": f"Bearer {admin.token}"}

    body = {"event_id": event["id"], "title": "After the restore"}
    new = created(app.test_client().post("/v1/tasks", headers=headers, json=body))

    assert new["id"] > old


def test_a_device_that_came_further_than_the_backup_begins_anew(admin, event, make_task, restore):
    device, app = Device(admin, event["id"]), restore()
    make_task()
    device.follow()

    device.person = dataclasses.replace(admin, app=app)
    device.follow()

    assert device.resets == 1
    assert_is_what_a_new_snapshot_says(device)


def test_a_token_from_after_the_backup_is_worth_nothing_once_its_id_is_given_again(
    mechanic, restore, clock
):
    app = restore()
    clock.advance(minutes=5)
    late = mechanic.token
    clock.advance(minutes=1)
    anew = dataclasses.replace(mechanic, app=app)

    assert claims_of(anew.token)["sid"] == claims_of(late)["sid"]
    headers = {"Authorization": f"Bearer {late}"}
    answers = [anew.get("/v1/auth/me"), anew.get("/v1/auth/me", headers=headers)]
    assert [answer.status_code for answer in answers] == [200, 401]


def test_keys_of_writes_come_back_with_the_work_they_stand_for(admin, event, restore):
    body = {"event_id": event["id"], "title": "Bleed the brakes"}

    def send(person, key):
        answer = person.post("/v1/tasks", json=body, headers={"Idempotency-Key": key})
        return created(answer) and "Idempotent-Replayed" in answer.headers

    send(admin, "before")
    app = restore()
    send(admin, "later")

    again = dataclasses.replace(admin, app=app)
    assert [send(again, key) for key in ("before", "later", "later")] == [True, False, True]


def test_the_role_that_serves_can_back_up(postgres_only, app, backend, back_up, make_task):
    make_task()
    with backend.postgres.connect() as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'pit_wall'").fetchone():
            admin.execute("CREATE ROLE pit_wall LOGIN")
    app.test_cli_runner().invoke(args=["grant", "pit_wall"])

    url = make_url(backend.settings["DATABASE_URL"]).set(username="pit_wall")

    assert os.path.getsize(back_up(DATABASE_URL=url.render_as_string(hide_password=False)))


def test_backups_that_are_too_old_are_swept_and_nothing_else(back_up, tmp_path, event):
    names = {"raceapp-old.dump": 8, "raceapp-new.dump": 6, "notes.txt": 99}
    for name, days in names.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - days * DAY - 60,) * 2)

    made = back_up("7")

    kept = {path.name for path in tmp_path.iterdir()}
    assert kept >= {"raceapp-new.dump", "notes.txt", os.path.basename(made)}
    assert "raceapp-old.dump" not in kept


def test_a_backup_that_fails_leaves_nothing_and_sweeps_nothing(backend, tmp_path):
    (tmp_path / "raceapp-old.dump").touch()
    os.utime(tmp_path / "raceapp-old.dump", (0, 0))
    url = make_url(backend.settings["DATABASE_URL"]).set(database="/nothing-here")
    known = {**programs(backend), "DATABASE_URL": url.render_as_string(hide_password=False)}

    command = [DEPLOY / "backup.sh", tmp_path]
    done = subprocess.run(command, env=known, check=False, capture_output=True)

    assert done.returncode != 0 and done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["raceapp-old.dump"]


def test_a_backup_is_for_nobody_elses_eyes(back_up, event):
    assert os.stat(back_up()).st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["raceapp-backup.service", "raceapp-backup.timer"])
def test_systemd_understands_the_units_of_the_backup(name, tmp_path):
    for unit in DEPLOY.glob("raceapp-backup.*"):
        here = unit.read_text().replace("/opt/raceapp/current", str(ROOT))
        (tmp_path / unit.name).write_text(here)

    run(tool("systemd-analyze"), "verify", "--man=no", tmp_path / name)


def test_the_page_names_the_files_that_are_there():
    for name in set(re.findall(r"deploy/[\w@.-]+[a-z]", PAGE)):
        assert (ROOT / name).exists(), name
