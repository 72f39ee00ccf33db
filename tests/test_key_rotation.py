"""Replacing the secret: nobody is logged out, and the old one is worth nothing once it is gone."""

import json
import re
import urllib.error
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import jwt
import pytest
from backends import SETTINGS
from helpers import Client, problem
from servers import ROOT, Gunicorn, free_port

from raceapp.web.secret_links import key_id

OLD = "first-Zt5w-Rn8m-Jd2c-Hp6s-Yb4f-3kV9-qLx7"
NEW = "second-Kq2v-Wd7n-Gs4t-Lm9x-Pf3z-Ch6r-8bYj"


@pytest.fixture
def before(make_app):
    return make_app(JWT_SECRET_KEY=OLD)


@pytest.fixture
def during(make_app):
    return make_app(JWT_SECRET_KEY=NEW, JWT_PREVIOUS_SECRET_KEY=OLD)


@pytest.fixture
def ready(make_app):
    """Signs with the old key still and knows the coming one: how a change of hosts begins."""
    return make_app(JWT_SECRET_KEY=OLD, JWT_PREVIOUS_SECRET_KEY=NEW)


@pytest.fixture
def after(make_app):
    return make_app(JWT_SECRET_KEY=NEW)


def log_in(app, person):
    body = {"email": person.email, "password": person.password}
    return Client(app).post("/v1/auth/login", json=body).json


def call(app, token, path="/v1/auth/me"):
    return Client(app).get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_token_of_the_old_key_still_works_while_both_are_accepted(before, during, mechanic):
    token = log_in(before, mechanic)["access_token"]

    answer = call(during, token)

    assert (answer.status_code, answer.json["id"]) == (200, mechanic.id)


def test_a_host_can_accept_the_coming_key_before_any_signs_with_it(ready, during, mechanic):
    early, late = (log_in(app, mechanic)["access_token"] for app in (ready, during))

    answers = [call(during, early), call(ready, late)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert jwt.get_unverified_header(early)["kid"] == key_id(OLD)


def test_new_tokens_are_signed_with_the_new_key(during, after, mechanic):
    token = log_in(during, mechanic)["access_token"]

    answer = call(after, token)

    assert answer.status_code == 200
    assert jwt.get_unverified_header(token)["kid"] == key_id(NEW)


def test_once_the_old_key_is_gone_its_tokens_are_too(before, after, mechanic):
    token = log_in(before, mechanic)["access_token"]

    answer = call(after, token)

    problem(answer, 401)


def test_a_session_outlives_the_old_key_by_its_refresh_token(before, after, mechanic):
    token = log_in(before, mechanic)["refresh_token"]

    answer = Client(after).post("/v1/auth/refresh", json={"refresh_token": token})

    assert answer.status_code == 200
    assert call(after, answer.json["access_token"]).status_code == 200


def test_naming_the_old_key_does_not_let_a_token_of_another_key_in(during, before, mechanic):
    genuine = log_in(before, mechanic)["access_token"]
    claims = jwt.decode(genuine, options={"verify_signature": False})

    forged = jwt.encode(claims, "x" * 40, algorithm="HS256", headers={"kid": key_id(OLD)})

    problem(call(during, forged), 401)


def test_a_list_begun_before_goes_on_during_and_not_after(before, during, after, admin, make_event):
    for day in ("2026-05-01", "2026-05-02"):
        make_event(event_date=day, end_date=day)
    old, new = (log_in(app, admin)["access_token"] for app in (before, during))
    first = call(before, old, "/v1/events?limit=1")
    path = first.headers["Link"].partition("<")[2].partition(">")[0]

    following = call(during, new, path)

    assert following.json[0]["id"] != first.json[0]["id"]
    problem(call(after, new, path), 422)


def test_an_invitation_is_good_as_long_as_its_key_is_accepted(before, during, after, event, admin):
    path, sent = f"/v1/events/{event['id']}/invitations", {"json": {"crew_roles": ["mechanic"]}}
    first, second = (call_as(before, admin, "POST", path, **sent).json["url"] for _ in range(2))

    answers = [join(app, url) for app, url in ((after, first), (during, first), (after, second))]

    assert [answer.status_code for answer in answers] == [404, 200, 404]


def test_a_link_to_set_a_password_and_a_calendar_outlive_their_key(before, after, mechanic, admin):
    reset = call_as(before, admin, "POST", f"/v1/users/{mechanic.id}/password-resets").json
    calendar = call_as(before, mechanic, "POST", "/v1/calendar").json["url"]
    proof = {"token": reset["url"].rpartition("/")[2], "new_password": "brake-caliper-35Nm"}

    read = Client(after).get(urlsplit(calendar).path)
    used = Client(after).post("/v1/auth/password-resets/use", json=proof)

    assert (read.status_code, used.status_code) == (200, 204)


def join(app, url):
    account = {"email": "ana@garage.example", "name": "Ana", "password": "brake-caliper-35Nm"}
    body = {"token": url.rpartition("/")[2], **account}
    return Client(app).post("/v1/invitations/accept", json=body)


def test_a_qr_code_is_told_while_its_key_is_accepted(before, during, after, event, admin):
    path = f"/v1/events/{event['id']}/invitations"
    made = call_as(before, admin, "POST", path, json={"crew_roles": ["mechanic"]}).json
    drawn = f"/v1/invitations/{made['id']}/qr.svg"

    first, then, last = (call_as(app, admin, "GET", drawn) for app in (before, during, after))

    assert first.data == then.data and problem(last, 404)
    assert call_as(after, admin, "GET", path).json[0]["status"] == "expired"


def call_as(app, person, method, path, **sent):
    headers = {"Authorization": f"Bearer {log_in(app, person)['access_token']}"}
    return Client(app).open(path, method=method, headers=headers, **sent)


# On a real server, as docs/deployment.md says


class Installed:
    """gunicorn as the unit runs it: its environment is read from a file when it starts."""

    def __init__(self, file, settings):
        self.file, self.settings, self.port, self.server = file, settings, free_port(), None

    def edit(self, signs, also=""):
        keys = {"JWT_SECRET_KEY": signs, "JWT_PREVIOUS_SECRET_KEY": also}
        lines = {**self.settings, **keys}.items()
        self.file.write_text("".join(f"{name}={value}\n" for name, value in lines))

    def restart(self):
        self.close()
        read = dict(line.split("=", 1) for line in self.file.read_text().splitlines())
        self.server = Gunicorn(read, 1, self.port)

    def close(self):
        if self.server:
            self.server.close()

    def ask(self, path, token=None, **body):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        data = json.dumps(body).encode() if body else None
        try:
            with urlopen(Request(self.server.url + path, data, headers), timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def log_in(self, person):
        body = {"email": person.email, "password": person.password}
        return self.ask("/v1/auth/login", **body)[1]


@pytest.fixture
def installed(postgres_only, backend, tmp_path):
    settings = {name: str(value) for name, value in {**SETTINGS, **backend.settings}.items()}
    found = Installed(tmp_path / "env", settings)
    yield found
    found.close()


def documented_steps():
    """Return what each step of the page sets, in its order: who signs and who is known too."""
    table = (ROOT / "docs/deployment.md").read_text().split("## Rotate the secret")[1]
    rows = re.findall(r"^\| (?:before|\d\.).*?\| (\w*) \| (\w*) ?\|$", table, re.MULTILINE)
    keys = {"old": OLD, "new": NEW, "": ""}
    return [tuple(keys[word] for word in row) for row in rows]


@pytest.mark.slow
def test_the_documented_steps_replace_the_secret_and_log_nobody_out(installed, mechanic):
    before, *steps = documented_steps()
    installed.edit(*before)
    installed.restart()
    session, statuses = installed.log_in(mechanic), []

    for step in steps:
        installed.edit(*step)
        installed.restart()
        statuses.append(installed.ask("/v1/auth/me", session["access_token"])[0])

    refreshed = installed.ask("/v1/auth/refresh", refresh_token=session["refresh_token"])
    assert (len(steps), statuses, refreshed[0]) == (3, [200, 200, 401], 200)


@pytest.mark.slow
def test_after_the_emergency_step_a_stolen_secret_signs_nothing(installed, mechanic):
    installed.edit(OLD)
    installed.restart()
    genuine = installed.log_in(mechanic)["access_token"]
    claims = jwt.decode(genuine, options={"verify_signature": False})
    forged = jwt.encode(claims, OLD, headers={"kid": key_id(OLD)})

    installed.edit(NEW)
    installed.restart()

    assert [installed.ask("/v1/auth/me", token)[0] for token in (genuine, forged)] == [401, 401]


def test_nothing_documented_believes_that_a_reload_takes_new_settings():
    unit = (ROOT / "deploy/raceapp@.service").read_text()
    page = (ROOT / "docs/deployment.md").read_text()

    assert "ExecReload=" not in unit
    assert "systemctl reload raceapp" not in page and "systemctl reload 'raceapp" not in page
