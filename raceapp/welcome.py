"""The page at / while there is no board: where to look, how to log in, why the board is missing."""

from flask import Flask, current_app, render_template

from raceapp.demo import seeding


def demo_login(app: Flask) -> dict[str, str] | None:
    """Return the demo log-in that pages name, in development only."""
    is_development = app.config["RACEAPP_ENV"] == "development"
    email = seeding.PEOPLE[0][0]
    return {"email": email, "password": seeding.PASSWORD} if is_development else None


def page(reason: str | None) -> str:
    """Return the page that leads to the documents; in development with the demo log-ins."""
    demo = current_app.config["DEMO_LOGIN"]
    return render_template(
        "welcome.html",
        reason=reason,
        has_docs=current_app.config["DOCS_ENABLED"],
        people=seeding.PEOPLE if demo else [],
        login=demo or {"email": "you@team.example", "password": "…"},
    )
