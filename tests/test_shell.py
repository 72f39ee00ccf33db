"""The board's files as they are sent: one page for a list of paths, and what it is made of."""

import gzip
import json
import re
from html import unescape

import pytest
from helpers import problem

from raceapp import shell

INDEX = '<!doctype html><meta name="demo" content="" /><script src="/assets/index-a1.js"></script>'
SCRIPT = "console.log('board');"
SECRET = "kNq3vX8sLw2RzT7mYb5dGh9jPc4fUe6A"
PRODUCTION = {"RACEAPP_ENV": "production", "JWT_SECRET_KEY": SECRET, "BCRYPT_ROUNDS": "12"}
PAGES = [
    *("/", "/login", "/account", "/events", "/events/new", "/bikes", "/people", "/templates"),
    *("/tasks/7", "/templates/7", "/events/7", "/events/7/timetable", "/events/7/tasks"),
    *("/events/7/wall", "/events/7/review", "/events/7/crew", "/join/s3cret", "/reset/s3cret"),
]
WRONG = [
    *("/tasks/0", "/tasks/07", "/tasks/seven", "/tasks/99999999999999999999", "/tasks/", "/tasks"),
    *("/events/-1", "/events/7/", "/events/7/nowhere", "/events/newer", "/join/", "/nowhere"),
    *("/assets/index-b2.js", "/assets/", "/assets/../index.html", "/index.html", "/failed.txt"),
]


@pytest.fixture
def build(tmp_path):
    """What a build leaves: the shell, a script with its compressed twin, the worker."""
    (tmp_path / "assets").mkdir()
    for name, text in {"index.html": INDEX, "assets/index-a1.js": SCRIPT, "sw.js": "self;"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "assets/index-a1.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "manifest.webmanifest").write_text("{}")
    (tmp_path / "icon.svg").write_text("<svg/>")
    return tmp_path


@pytest.fixture
def make_client(make_app, build):
    def make(**settings):
        app = make_app(**settings)
        shell.init_app(app, build)
        return app.test_client()

    return make


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.mark.parametrize("path", PAGES)
def test_every_path_of_the_board_is_the_shell(client, path):
    page = client.get(path)

    assert page.status_code == 200 and page.mimetype == "text/html"
    assert "/assets/index-a1.js" in page.get_data(as_text=True)
    assert page.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", WRONG)
def test_what_is_no_path_of_the_board_is_not_found(client, path):
    problem(client.get(path), 404)


def test_scripts_are_kept_for_ever_and_sent_compressed_to_whoever_takes_that(client):
    plain = client.get("/assets/index-a1.js")
    zipped = client.get("/assets/index-a1.js", headers={"Accept-Encoding": "gzip"})

    assert plain.get_data(as_text=True) == gzip.decompress(zipped.data).decode() == SCRIPT
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert zipped.headers["Content-Encoding"] == "gzip" and zipped.mimetype == "text/javascript"
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/", "/sw.js", "/manifest.webmanifest", "/icon.svg"])
def test_what_may_change_is_asked_for_again_and_not_sent_twice(client, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "no-cache"
    assert again.status_code == 304 and not again.data


def test_another_build_has_another_tag(make_client, build):
    before = make_client().get("/sw.js").headers["ETag"]
    (build / "sw.js").write_text("self.newer;")

    assert make_client().get("/sw.js").headers["ETag"] != before


@pytest.mark.parametrize("path", ["/", "/events/7/wall", "/sw.js"])
def test_nothing_inline_and_nothing_foreign_may_run(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert {"script-src 'self'", "connect-src 'self'"} <= set(policy.split("; "))


def demo_of(client):
    content = re.search(
        'name="demo" content="([^"]*)"', client.get("/login").get_data(as_text=True)
    )
    return unescape(content[1])


def test_the_shell_names_the_demo_team_in_development(client):
    demo = json.loads(demo_of(client))

    assert demo["password"] == "pit-lane-demo"
    mechanic = {"email": "mechanic@demo.example", "name": "Ana Ruiz", "role": "mechanic"}
    assert mechanic in demo["people"]


def test_the_shell_names_nobody_in_production(make_client):
    client = make_client(**PRODUCTION, REDIS_URL="redis://127.0.0.1:1")

    assert demo_of(client) == ""


def test_half_a_build_is_none(make_client, build):
    (build / "sw.js").unlink()
    client = make_client()

    assert "make board" in client.get("/").get_data(as_text=True)
    problem(client.get("/events"), 404)
    problem(client.get("/assets/index-a1.js"), 404)
