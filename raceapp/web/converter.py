"""How the OpenAPI document writes fields and schemas, so that generators understand them."""

import json

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter


class Converter(OpenAPIConverter):
    """Lists of words become components, bodies have no defaults, lists have a greatest length."""

    def enum2properties(self, field, ret, **kwargs) -> dict:
        """Refer to the component that lists the words of a Choice or a Word."""
        name = getattr(field, "listed_as", None)
        if name is None:
            return {}
        if name not in self.spec.components.schemas:
            self.spec.components.schema(name, {"type": "string", "enum": field.listed})
        ret.pop("type", None)
        return {"$ref": f"#/components/schemas/{name}"}

    def field2default(self, field, **kwargs) -> dict:
        """Leave out a default that means that nothing was given."""
        found = super().field2default(field, **kwargs)
        return {} if found.get("default", "") is None else found

    def fields2jsonschema(self, fields, **kwargs) -> dict:
        """Tell defaults in words: generators think that a field with a `default` is always sent."""
        found = super().fields2jsonschema(fields, **kwargs)
        for field in found["properties"].values():
            if "default" in field:
                parts = [field.get("description"), f"by default {json.dumps(field.pop('default'))}"]
                field["description"] = "; ".join(filter(None, parts))
        return found

    def get_ref_dict(self, schema) -> dict:
        """Say how long a list is at most, if its schema has a `most`."""
        found = super().get_ref_dict(schema)
        most = getattr(schema, "most", None)
        return {**found, "maxItems": most} if most and "items" in found else found


class Plugin(MarshmallowPlugin):
    Converter = Converter
