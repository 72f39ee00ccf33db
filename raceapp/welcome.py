"""The page at / while there is no board: where to look, how to log in, and why it is missing."""

from flask import Flask, current_app, render_template

from raceapp.demo import seeding


def demo_login(app: Flask) -> dict[str, str] | None:
    """Return what the documents name as a log-in, in development only."""
    is_development = app.config["RACEAPP_ENV"] == "development"
    email = seeding.PEOPLE[0][0]
    return {"email": email, "password": seeding.PASSWORD} if is_development else None


def page(reason: str | None) -> str:
    """Return the way to the documents; in development, the demo logins too."""
    demo = current_app.config["DEMO_LOGIN"]
    return render_template(
        "welcome.html",
        reason=reason,
        has_docs=current_app.config["DOCS_ENABLED"],
        people=seeding.PEOPLE if demo else [],
        login=demo or {"email": "you@team.example", "password": "…"},
    )
