"""Whole bodies as examples, put together from the examples of their fields.

A schema whose fields exclude each other gives an example itself: `class Meta: example = {...}`.
"""

from apispec import BasePlugin
from marshmallow import Schema

INSTEAD = {"boolean": False, "integer": 1, "number": 1.5, "string": "text"}


def leave_empty(parameter) -> None:
    """Take the example off a filter, since Swagger UI would send it with every try."""
    if isinstance(parameter, dict) and not parameter.get("required"):
        parameter.get("schema", {}).pop("example", None)


class Examples(BasePlugin):
    """Runs after apispec's own plugins, when every schema has become a component."""

    def __init__(self, instead: dict[str, dict] | None = None):
        """`instead` has examples of whole bodies, by schema, in place of the schema's own."""
        self.instead = instead or {}

    def init_spec(self, spec) -> None:
        self.schemas = spec.components.schemas

    def schema_helper(self, name, definition, **kwargs) -> dict:
        """Say that an answer always has all its fields, and give an example of a body."""
        schema = kwargs.get("schema")
        found = {}
        if isinstance(schema, Schema) and "version" in schema.fields:
            found["required"] = sorted(schema.fields)
        own = getattr(getattr(schema, "Meta", None), "example", None)
        if example := self.instead.get(name) or own:
            found["example"] = example
        return found

    def path_helper(self, path=None, operations=None, parameters=(), **kwargs) -> None:
        for parameter in parameters:
            if parameter["in"] == "path":
                noun = parameter["name"].removesuffix("_id").replace("_", " ")
                parameter.setdefault("description", f"The id of the {noun}")

    def operation_helper(self, path=None, operations=None, **kwargs) -> None:
        for operation in operations.values():
            answers = operation["responses"]
            operation["responses"] = dict(sorted(answers.items(), key=lambda item: int(item[0])))
            for parameter in operation.get("parameters", ()):
                leave_empty(parameter)
            for body in (operation.get("requestBody", {}), *answers.values()):
                self.illustrate(body)

    def illustrate(self, body) -> None:
        content = body.get("content", {}) if isinstance(body, dict) else {}
        for media in content.values():
            if "example" not in media and "examples" not in media and "schema" in media:
                media["example"] = self.sample(media["schema"])

    def sample(self, schema: dict):
        """Return a value that `schema` admits: its own example if it has one."""
        for name in ("example", "default"):
            if name in schema:
                return schema[name]
        if "$ref" in schema:
            return self.sample(self.schemas[schema["$ref"].rpartition("/")[2]])
        for name in ("enum", "examples"):
            if name in schema:
                return schema[name][0]
        for name in ("anyOf", "oneOf"):
            if name in schema:
                return self.sample(schema[name][0])
        return self.sample_of_type(schema)

    def sample_of_type(self, schema: dict):
        if schema.get("type") == "array":
            return [self.sample(schema.get("items", {}))]
        if schema.get("type") == "object":
            fields = schema.get("properties", {})
            return {name: self.sample(field) for name, field in fields.items()}
        kinds = schema.get("type", "null")
        return INSTEAD.get(kinds if isinstance(kinds, str) else None)
