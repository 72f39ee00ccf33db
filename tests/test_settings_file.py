"""The file `.env`, which gunicorn reads when it starts and again on HUP."""

import pytest

from server import settings_file

OLD = "first-Zt5w-Rn8m-Jd2c-Hp6s-Yb4f-3kV9-qLx7"
NEW = "second-Kq2v-Wd7n-Gs4t-Lm9x-Pf3z-Ch6r-8bYj"


@pytest.fixture
def environ():
    return {"RACEAPP_ENV": "development", "LOG_LEVEL": "INFO"}


def test_a_reload_takes_what_the_file_says_now_and_the_environment_wins(tmp_path, environ):
    file = tmp_path / ".env"
    file.write_text(f"JWT_SECRET_KEY={OLD}\nLOCKOUT_MINUTES=5\nLOG_LEVEL=ERROR\n")
    settings_file.read(file, environ)
    file.write_text(f"JWT_SECRET_KEY={NEW}\nLOG_LEVEL=ERROR\n")

    settings_file.read(file, environ)

    assert environ["JWT_SECRET_KEY"] == NEW
    assert "LOCKOUT_MINUTES" not in environ and environ["LOG_LEVEL"] == "INFO"


def test_a_file_that_cannot_be_used_changes_nothing_on_a_reload(tmp_path, environ, capsys):
    file = tmp_path / ".env"
    file.write_text(f"JWT_SECRET_KEY={OLD}\n")
    settings_file.read(file, environ)
    file.write_text("JWT_SECRET_KEY=short\n")

    settings_file.read(file, environ)

    assert environ["JWT_SECRET_KEY"] == OLD
    assert "JWT_SECRET_KEY" in capsys.readouterr().out
