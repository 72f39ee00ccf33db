"""The OpenAPI document at /openapi.json and Swagger UI at /docs, from local files only."""

import copy
from importlib import resources

from flask import Blueprint, Flask, send_from_directory

VERSION = "1.0.0"
DIST = str(resources.files("flask_swagger_ui") / "dist")
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The access token of a log-in, made and checked as RFC8725 advises",
}
ABOUT = """Checklists for motorcycle race weekends: who does what, by when, and who checked it.

**To try it here:** log in at the top of this page, or send `POST /v1/auth/login`: either is enough
to call everything else.{demo}

* Every refusal is `application/problem+json` (RFC 9457), with a sentence in `detail`.
* Times are RFC 3339 with an offset and come back in UTC, with `Z`.
* Lists are arrays; the next page is in the `Link` header.
* A single resource carries an `ETag`; send it as `If-Match` and nobody's change is overwritten.
* Calls with a limit say how much of it is left in `X-RateLimit-Remaining`.
"""
DEMO = " The demo team's log-ins are named at [/](/)."
SPEC = {
    "title": "Race Weekend Checklist Manager",
    "version": VERSION,
    "openapi_version": "3.1.0",
    "servers": [{"url": "/", "description": "This server"}],
    "security": [{"bearerAuth": []}],
    "components": {"securitySchemes": {"bearerAuth": BEARER}},
}
PAGES = {
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_SWAGGER_UI_PATH": "/docs",
    "OPENAPI_SWAGGER_UI_URL": "/docs/assets/",
    "OPENAPI_SWAGGER_UI_CONFIG": {
        "persistAuthorization": True,
        "displayOperationId": True,
        "displayRequestDuration": True,
        "tryItOutEnabled": True,
        "filter": True,
        "docExpansion": "list",
        "defaultModelsExpandDepth": 0,
    },
}

assets = Blueprint("assets", __name__)


@assets.get("/docs/assets/<path:name>")
def asset(name):
    """Serve a file of Swagger UI."""
    return send_from_directory(DIST, name, max_age=86400)


def spec(app: Flask) -> dict:
    """Return the head of the document; it names demo log-ins in development only."""
    about = ABOUT.format(demo=DEMO if app.config["DEMO_LOGIN"] else "")
    info = {
        "description": about,
        "license": {"name": "MIT", "identifier": "MIT"},
        "contact": {"name": "Your team manager"},
    }
    return {**copy.deepcopy(SPEC), "info": info}  # A copy, since the library writes into it.


def init_app(app: Flask) -> None:
    """Switch the pages on; call it before the Api is made."""
    if app.config["DOCS_ENABLED"]:
        app.config.update(PAGES)
        app.register_blueprint(assets)
