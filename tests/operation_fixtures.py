"""Every operation of the API: as the routing table has it, and as the document tells of it."""

import re

import pytest


@pytest.fixture
def operations(app):
    """(method, documented path, path with unknown ids) of every operation under /v1."""
    found = set()
    for rule in app.url_map.iter_rules():
        named = re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule)
        path = re.sub(r"{[^}]+}", "999", named)
        found |= {(method, named, path) for method in rule.methods - {"HEAD", "OPTIONS"}}
    return sorted(operation for operation in found if operation[1].startswith("/v1"))


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json


@pytest.fixture
def published(document):
    """What /openapi.json says of every operation under /v1, by method and path."""
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if path.startswith("/v1") and method != "parameters"
    }
