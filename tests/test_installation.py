"""The steps of the image and of compose, without a container engine."""

import os
import sys

import pytest
from deployment import DEPLOY, binaries_of, run
from sqlalchemy.engine import make_url

pytestmark = pytest.mark.slow


def test_the_steps_of_the_image_and_of_compose_work_without_an_engine(
    postgres_only, backend, new_database, tmp_path
):
    owner = new_database()
    known = {
        "SERVING_PASSWORD": "torque'29",
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": "postgres",
    }
    path = f"{binaries_of(backend.postgres)}:{os.environ['PATH']}"
    with backend.postgres.connect() as admin:
        admin.execute("DROP ROLE IF EXISTS raceapp")
    run(DEPLOY / "make-role.sh", env={**known, "PATH": path, "PGHOST": str(backend.postgres.place)})

    said = run(
        DEPLOY / "rehearse.sh",
        tmp_path,
        owner,
        make_url(owner).set(username="raceapp").render_as_string(),
        backend.settings["REDIS_URL"],
        env={**os.environ, "PYTHON": sys.executable},
        timeout=600,
    )

    assert said.splitlines()[-1] == "== done"
