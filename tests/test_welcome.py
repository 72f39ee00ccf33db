"""The page at /: the way in, with the demo logins in development only."""

SECRET = "kNq3vX8sLw2RzT7mYb5dGh9jPc4fUe6A"
PRODUCTION = {"RACEAPP_ENV": "production", "JWT_SECRET_KEY": SECRET, "BCRYPT_ROUNDS": "12"}


def test_a_newcomer_finds_the_documents_and_a_login(client):
    page = client.get("/")

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert 'href="/docs"' in text
    assert "manager@demo.example" in text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


def test_production_names_no_demo_login(make_app):
    client = make_app(**PRODUCTION, REDIS_URL="redis://127.0.0.1:1").test_client()

    text = client.get("/").get_data(as_text=True)

    assert "demo.example" not in text
    assert "/v1/auth/login" in text
