"""The page at /: where to look and how to log in."""

from flask import Blueprint, current_app, render_template

from raceapp.demo import seeding

blp = Blueprint("welcome", __name__)


@blp.get("/")
def welcome():
    """Show the way to the documents; in development, the demo logins too."""
    is_development = current_app.config["RACEAPP_ENV"] == "development"
    return render_template(
        "welcome.html",
        has_docs=current_app.config["DOCS_ENABLED"],
        logins=[person[0] for person in seeding.PEOPLE] if is_development else [],
        password=seeding.PASSWORD,
    )
