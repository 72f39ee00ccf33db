"""The published document beyond what holds for every endpoint: see test_house_rules."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
PRINT_DOCUMENT = """
from raceapp import create_app
app = create_app({"DATABASE_URL": "sqlite://", "LOG_LEVEL": "ERROR"})
print(app.test_client().get("/openapi.json").text)
"""


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json


@pytest.fixture
def operations(document):
    """Every operation by its operationId."""
    return {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    }


def bodies(operation):
    """What a request sends and what success answers, by media type."""
    answers = [body for code, body in operation["responses"].items() if code.startswith("2")]
    for body in [operation.get("requestBody", {}), *answers]:
        yield from body.get("content", {}).values()


def test_every_example_is_what_its_schema_allows(document, operations):
    for name, operation in operations.items():
        for media in bodies(operation):
            schema = {**media["schema"], "components": document["components"]}
            faults = list(Draft202012Validator(schema).iter_errors(media["example"]))
            assert faults == [], (name, faults)


def test_the_examples_of_a_request_are_taken(admin, make_event, operations):
    make_event()

    for name in ("create_event", "create_bike", "create_template", "create_task"):
        example = operations[name]["requestBody"]["content"]["application/json"]["example"]
        path = {"create_task": "/v1/tasks", "create_template": "/v1/templates"}
        own = {"event_id": 1, "assigned_to": admin.id} if name == "create_task" else {}
        answer = admin.post(path.get(name, f"/v1/{name[7:]}s"), json={**example, **own})
        assert answer.status_code == 201, answer.json


def test_a_list_documents_how_it_goes_on(operations):
    headers = operations["list_tasks"]["responses"]["200"]["headers"]

    assert headers.keys() >= {"Link", "X-Total-Count", "X-RateLimit-Remaining"}


def test_a_resource_documents_its_conditions(operations):
    read, change = operations["get_task"], operations["update_task"]

    assert "ETag" in read["responses"]["200"]["headers"]
    assert {"$ref": "#/components/parameters/If-None-Match"} in read["parameters"]
    assert {"$ref": "#/components/parameters/If-Match"} in change["parameters"]
    assert {"$ref": "#/components/parameters/If-Match"} in operations["sign_off_task"]["parameters"]


def test_no_filter_comes_with_a_value_that_swagger_ui_would_send(operations):
    for name, operation in operations.items():
        for parameter in operation.get("parameters", []):
            assert "example" not in parameter.get("schema", {}), name


def test_an_answer_says_that_all_its_fields_are_there(document):
    task = document["components"]["schemas"]["Task"]

    assert set(task["required"]) == task["properties"].keys()


def test_the_documents_are_gone_when_they_are_switched_off(make_app):
    client = make_app(DOCS_ENABLED=False).test_client()

    for path in ("/docs", "/openapi.json", "/docs/assets/swagger-ui.css"):
        assert client.get(path).status_code == 404
    assert client.get("/v1/health").status_code == 200


def test_the_page_brings_all_it_needs(client):
    with client.get("/docs") as page:
        assert page.status_code == 200
        text = page.text
    for path in ("/docs/assets/swagger-ui-bundle.js", "/docs/assets/swagger-ui.css"):
        assert path in text
        with client.get(path) as asset:
            assert asset.status_code == 200


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_document_is_the_same_in_every_process(client, seed):
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}

    printed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PRINT_DOCUMENT],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(printed.stdout) == client.get("/openapi.json").json


# --- limits: of everything that is sent and answered -----------------------------------------

FORMATS = {"int32": 2**31 - 1, "int64": 2**63 - 1}
NEEDS = {
    "string": ["maxLength"],
    "integer": ["minimum", "maximum", "format"],
    "number": ["minimum", "maximum", "format"],
    "array": ["maxItems", "items"],
}


def places(found, way=()):
    """Every schema of `found`, parts of others too, and where it stands."""
    if isinstance(found, list):
        found = dict(enumerate(found))
    if not isinstance(found, dict):
        return
    if way and is_schema(way):
        yield "/".join(map(str, way)), found
    for name, inner in found.items():
        if name not in ("example", "examples", "default"):
            yield from places(inner, (*way, name))


def is_schema(way):
    """Tell by the name in front whether a schema stands here."""
    is_property = way[-2:-1] == ("properties",) or way[:2] == ("components", "schemas") == way[:-1]
    is_choice = way[-2:-1] in (("anyOf",), ("oneOf",), ("allOf",))
    return is_property or is_choice or way[-1] in ("schema", "items", "additionalProperties")


def kinds_of(schema):
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def is_named(schema):
    """Tell whether a schema says all by itself: a reference, a choice or a list of words."""
    return not schema.keys().isdisjoint(("$ref", "anyOf", "allOf", "enum"))


def faults(schema):
    """What a schema leaves open; one with nothing in it is for what is only counted."""
    if is_named(schema):
        return
    for kind in kinds_of(schema):
        yield from (name for name in NEEDS.get(kind, ()) if name not in schema)
    if "type" not in schema and schema:
        yield "type"
    if "object" in kinds_of(schema) and not schema.keys() & {"properties", "maxProperties"}:
        yield "maxProperties"
    if "integer" in kinds_of(schema) and schema.get("maximum", 0) > FORMATS[schema["format"]]:
        yield "a format that holds the maximum"


def test_nothing_is_without_a_limit(document):
    found = [f"{way}: {fault}" for way, schema in places(document) for fault in faults(schema)]

    assert not found, "\n".join(found)


def test_every_text_of_json_has_a_form(document):
    texts = [(way, schema) for way, schema in places(document) if "string" in kinds_of(schema)]
    loose = [way for way, schema in texts if not schema.keys() & {"pattern", "format", "enum"}]

    found = [way for way in loose if "/content/" not in way]
    assert not found, "\n".join(found)


def test_whatever_is_one_of_several_words_is_named(document):
    for way, schema in places(document):
        assert "enum" not in schema or way.count("/") == 2, way


def test_no_default_makes_a_field_of_a_body_required(document):
    """Generators take a field that has a default for one that is always there."""
    for way, schema in places(document["components"]):
        assert "default" not in schema, way
    for way, schema in places(document):
        assert schema.get("default", "") is not None, way
