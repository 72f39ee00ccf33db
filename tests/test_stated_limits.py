"""The document says of everything that is sent and answered how long, large or many it may be."""

import pytest

FORMATS = {"int32": 2**31 - 1, "int64": 2**63 - 1}
NEEDS = {
    "string": ["maxLength"],
    "integer": ["minimum", "maximum", "format"],
    "number": ["minimum", "maximum", "format"],
    "array": ["maxItems", "items"],
}


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json


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
    return not schema.keys().isdisjoint(("$ref", "anyOf", "allOf", "enum", "const"))


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
    loose = [
        way for way, schema in texts if not schema.keys() & {"pattern", "format", "enum", "const"}
    ]

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
