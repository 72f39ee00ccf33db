"""The tables in docs/ that follow from the code: `make docs` writes them, tests compare them."""

import re
from pathlib import Path

from raceapp import create_app

DOCS = Path(__file__).parents[1] / "docs"
TABLE = re.compile(r"(<!-- routes -->\n).*?(<!-- end of routes -->)", re.DOTALL)
SETTINGS = {"DATABASE_URL": "sqlite://", "JWT_SECRET_KEY": "only-the-docs-0123456789-0123456789"}
METHODS = ("get", "post", "put", "patch", "delete")


def document() -> dict:
    return create_app(SETTINGS).test_client().get("/openapi.json").json


def who(operation: dict) -> str:
    if not operation["security"] or {} in operation["security"]:
        return "anybody"
    return "admin" if "role admin" in operation["description"] else "a token"


def own_refusals(operation: dict) -> str:
    """Return the refusals that are described for this operation alone."""
    found = operation["responses"].items()
    own = [(code, answer["description"]) for code, answer in found if "description" in answer]
    return "; ".join(f"{code} {text}" for code, text in own if code >= "400")


def row(method: str, path: str, operation: dict) -> str:
    statuses = " ".join(operation["responses"])
    call = f"`{method.upper()} {path}`<br>{operation['summary']}"
    return f"| {call} | {who(operation)} | {statuses} | {own_refusals(operation)} |\n"


def routes(document: dict) -> str:
    """Return a heading and a table for every tag, in the order of the document."""
    rows = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method in (method for method in METHODS if method in item):
            rows[item[method]["tags"][0]].append(row(method, path, item[method]))
    text = ""
    for tag in document["tags"]:
        text += f"\n### {tag['name'].capitalize()}: {tag['description']}\n\n"
        text += "| call | who | statuses | of its own |\n|---|---|---|---|\n"
        text += "".join(rows[tag["name"]])
    return f"{text}\n"


def with_tables(text: str) -> str:
    return TABLE.sub(lambda found: found[1] + routes(document()) + found[2], text)


if __name__ == "__main__":
    page = DOCS / "api.md"
    page.write_text(with_tables(page.read_text()))
