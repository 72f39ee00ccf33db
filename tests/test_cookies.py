"""Browsers: the refresh token in a cookie that no script and no other site can use."""

import pytest
from accounts import bearer
from helpers import Client, problem

HERE = "http://localhost"
ASKED = {"X-Refresh-Cookie": "1"}


@pytest.fixture
def browser(app):
    """A browser, which keeps cookies from one call to the next."""
    return app.test_client()


@pytest.fixture
def log_in(browser, mechanic):
    body = {"email": mechanic.email, "password": mechanic.password}

    def log_in(**headers):
        return browser.post("/v1/auth/login", json=body, headers={**ASKED, **headers})

    return log_in


def refresh(browser, headers=None, **options):
    return browser.post("/v1/auth/refresh", headers={**ASKED, **(headers or {})}, **options)


def test_a_browser_gets_the_refresh_token_as_a_cookie_only(log_in):
    answer = log_in()

    parts = answer.headers["Set-Cookie"].split("; ")
    assert "refresh_token" not in answer.json
    assert parts[0].startswith("refresh_token=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/v1/auth"} <= set(parts)
    assert f"Max-Age={30 * 24 * 3600}" in parts


@pytest.mark.parametrize(
    "host, is_secure",
    [
        ("localhost", False), ("localhost:8000", False), ("127.0.0.1:8000", False),
        ("[::1]:8000", False), ("pit.team.example", True), ("127.0.0.1.team.example", True),
        ("192.168.1.7:8000", True),
    ],
)  # fmt: skip
def test_the_cookie_is_secure_but_on_loopback(log_in, host, is_secure):
    answer = log_in(Host=host)

    assert ("Secure" in answer.headers["Set-Cookie"].split("; ")) is is_secure


@pytest.mark.parametrize("options", [{}, {"json": {}}, {"data": b""}])
def test_a_browser_refreshes_by_its_cookie(browser, log_in, options):
    before = log_in().headers["Set-Cookie"]

    answer = refresh(browser, **options)

    assert answer.status_code == 200
    assert "refresh_token" not in answer.json
    assert answer.headers["Set-Cookie"] != before
    assert refresh(browser).status_code == 200


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://localhost"},
    {"Origin": f"{HERE}:8000"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("deed", ["refresh", "logout"])
def test_a_page_of_another_site_is_refused(browser, log_in, headers, deed):
    log_in()

    answer = browser.post(f"/v1/auth/{deed}", headers={**ASKED, **headers})

    problem(answer, 403)
    assert refresh(browser).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": HERE}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_a_page_of_ours_is_not(browser, log_in, headers):
    log_in()

    assert refresh(browser, headers).status_code == 200


def test_both_cookie_and_body_are_too_much(browser, log_in):
    log_in()

    answer = refresh(browser, json={"refresh_token": "x" * 43})

    assert "refresh_token" in problem(answer, 422)["errors"]["json"]


def test_without_a_cookie_there_is_nothing_to_refresh(browser):
    answer = refresh(browser)

    problem(answer, 401)


def test_without_the_header_the_cookie_counts_for_nothing(browser, log_in):
    log_in()

    answers = [
        browser.post("/v1/auth/refresh", json={}),
        browser.post("/v1/auth/logout"),
        browser.post("/v1/auth/refresh", json={}, headers={"X-Refresh-Cookie": "0"}),
    ]

    assert [answer.status_code for answer in answers] == [422, 401, 422]


def test_a_browser_logs_out_by_its_cookie_though_its_access_token_has_run_out(browser, log_in):
    tokens = log_in()

    answer = browser.post("/v1/auth/logout", headers=ASKED)

    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    problem(browser.get("/v1/auth/me", headers=bearer(tokens)), 401)
    problem(refresh(browser), 401)


def test_logging_out_with_neither_cookie_nor_token_is_refused(app):
    answer = Client(app).post("/v1/auth/logout", headers=ASKED)

    problem(answer, 401)


def test_header_clients_see_no_cookie(client, mechanic):
    body = {"email": mechanic.email, "password": mechanic.password}

    answer = client.post("/v1/auth/login", json=body)

    assert "Set-Cookie" not in answer.headers
    assert "refresh_token" in answer.json


@pytest.mark.parametrize("said", ["", "yes", "11"])
def test_a_header_that_says_neither_yes_nor_no_is_refused(client, mechanic, said):
    who = {"email": mechanic.email, "password": mechanic.password}

    answer = client.post("/v1/auth/login", json=who, headers={"X-Refresh-Cookie": said})

    assert problem(answer, 422)["errors"]["headers"].keys() == {"X-Refresh-Cookie"}
