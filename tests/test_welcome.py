"""The page at / while there is no board: the way in, with the demo logins in development only."""

import re

import pytest

from raceapp import shell

SECRET = "kNq3vX8sLw2RzT7mYb5dGh9jPc4fUe6A"
PRODUCTION = {"RACEAPP_ENV": "production", "JWT_SECRET_KEY": SECRET, "BCRYPT_ROUNDS": "12"}


@pytest.fixture
def make_boardless(make_app, tmp_path):
    """Make an application where nobody has built the board."""

    def make(**settings):
        app = make_app(**settings)
        shell.init_app(app, tmp_path)
        return app.test_client()

    return make


@pytest.fixture
def client(make_boardless):
    return make_boardless()


def test_a_newcomer_finds_the_documents_and_a_login(client):
    page = client.get("/")

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert 'href="/docs"' in text
    assert "manager@demo.example" in text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


def test_the_demo_team_is_named_with_what_each_of_them_does(client):
    text = client.get("/").get_data(as_text=True)

    assert "<code>chief@demo.example</code> Carlo Rossi, crew chief" in text


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json"])
def test_production_names_no_demo_login(make_boardless, path):
    client = make_boardless(**PRODUCTION, REDIS_URL="redis://127.0.0.1:1")

    text = client.get(path).get_data(as_text=True)

    assert "/v1/auth/login" in text or path == "/docs"
    assert not [word for word in ("demo.example", "pit-lane", "make run") if word in text]


def test_in_development_the_documents_have_a_login_that_works(client):
    document = client.get("/openapi.json").json
    login = document["paths"]["/v1/auth/login"]["post"]["requestBody"]["content"]

    assert login["application/json"]["example"] == {
        "email": "manager@demo.example",
        "password": "pit-lane-demo",
    }


def test_the_page_of_documents_takes_email_and_password_without_an_inline_script(client):
    page = client.get("/docs").get_data(as_text=True)
    with client.get("/static/swagger-init.js") as script:
        code = script.get_data(as_text=True)

    assert re.findall(r"<input name=\"(\w+)\"", page) == ["email", "password"]
    assert re.findall(r"<script(?! src=)", page) == [] and " onclick" not in page
    assert "/v1/auth/login" in code and "preauthorizeApiKey" in code


def test_it_says_how_the_board_is_built(client):
    text = client.get("/").get_data(as_text=True)

    assert "make board" in text and "failed" not in text


def test_it_says_why_the_board_could_not_be_built(make_boardless, tmp_path):
    (tmp_path / "failed.txt").write_text("npm error: no <network>\n")

    text = make_boardless().get("/").get_data(as_text=True)

    assert "<pre>npm error: no &lt;network&gt;</pre>" in text
