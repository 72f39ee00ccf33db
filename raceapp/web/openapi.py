"""What the OpenAPI document says of every operation beyond its own schemas.

Security, refusals, rate-limit and conditional headers follow from the view's class, so that no
view can forget them. Everything here runs once, when the application is made.
"""

import re

import marshmallow as ma

from raceapp.web.components import (
    OWN_HEADERS,
    PAGE_HEADERS,
    RATE_HEADERS,
    refs,
    refusal,
)
from raceapp.web.keyset import MAX_LIMIT


def complete_operation(doc, info, *, api, app, spec, method):
    """Add to `doc` what follows from the class of the view and the method."""
    resource = info["resource"]
    budget = resource.budget_for(method.upper())
    shared_headers = ("X-Request-ID", *(RATE_HEADERS if budget else ()))
    own_headers = (*shared_headers, *(PAGE_HEADERS if is_paged(doc) else ()))
    doc["operationId"] = operation_id(resource.__name__, method)
    doc["security"] = [] if resource.is_public else [{"bearerAuth": []}]
    for status, response in list(doc["responses"].items()):
        doc["responses"][status] = complete_response(int(status), response, own_headers)
        if is_paged(doc):
            limit_page(doc["responses"][status])
    describe(info, resource, budget)
    if info.get("upload"):
        doc["requestBody"] = uploaded(info["upload"], resource.body_limit)
    add_conditions(doc, method, shared_headers)
    if resource.minds_key_of(method.upper()):
        add_key(doc)
    add_refusals(doc, info, resource, "Limited" if budget else "Status")
    return doc


def uploaded(media_types: dict[str, str], longest: int) -> dict:
    """Return the description of a body that is a file, with an example for each type."""
    content = {
        media_type: {"schema": {"type": "string", "maxLength": longest}, "example": example}
        for media_type, example in media_types.items()
    }
    return {"required": True, "content": content}


def describe(info, resource, budget: str | None) -> None:
    """Add to the description who may call and what the call counts against."""
    who = "Needs no token." if resource.is_public else "Needs a token."
    if info.get("roles"):
        who = f"Needs a token with the role {' or '.join(info['roles'])}."
    counts = f"Counts against the limit for {budget.replace('_', '-')}." if budget else ""
    own = info["docstring"].get("description", "")
    info["docstring"]["description"] = f"{own}\n\n{who} {counts}".strip()


def complete_response(status: int, response, own_headers):
    if isinstance(response, str):
        return response
    if status >= 400:
        names = [name for name in own_headers if name not in PAGE_HEADERS]
        names += OWN_HEADERS.get(status, ())
        if json_schema(response) is None:
            return refusal(status, names, response["description"])
    else:
        names = [*own_headers, *(["ETag"] if is_resource(response) else [])]
        names += ["Location"] if status == 201 else []
    response["headers"] = {**refs(names), **response.get("headers", {})}
    return response


def is_paged(doc) -> bool:
    """Tell whether the query of an operation takes a cursor."""
    schemas = [parameter.get("schema") for parameter in doc.get("parameters", ())]
    return any("cursor" in getattr(schema, "_declared_fields", ()) for schema in schemas)


def has_query(doc) -> bool:
    """Tell whether the address of an operation can become longer than a server reads."""
    own = (given for given in doc.get("parameters", ()) if isinstance(given, dict))
    return any(given["in"] == "query" for given in own)


def limit_page(response) -> None:
    """Let the list of an answer say how long a page is at most."""
    schema = json_schema(response) if isinstance(response, dict) else None
    if getattr(schema, "many", False):
        schema.most = MAX_LIMIT


def json_schema(response: dict):
    return response.get("content", {}).get("application/json", {}).get("schema")


def is_resource(response: dict) -> bool:
    """Tell whether an answer carries an ETag: it has a version, or the view says so."""
    schema = json_schema(response)
    has_version = isinstance(schema, ma.Schema) and not schema.many and "version" in schema.fields
    return has_version or "ETag" in response.get("headers", {})


def is_list(response: dict) -> bool:
    schema = json_schema(response)
    return isinstance(schema, ma.Schema) and schema.many


def add_conditions(doc, method: str, shared_headers) -> None:
    """Document If-None-Match and 304 on reads of a resource, If-Match on its changes.

    A POST that minds If-Match documents 412. The ETag of a list is for If-Match alone.
    """
    reads = method == "get" and any(
        isinstance(response, dict) and is_resource(response) and not is_list(response)
        for response in doc["responses"].values()
    )
    if reads:
        doc.setdefault("parameters", []).append("If-None-Match")
        headers = refs((*shared_headers, "ETag"))
        doc["responses"]["304"] = {"description": "Not changed since", "headers": headers}
    if method in ("patch", "put", "delete") or 412 in doc["responses"]:
        doc.setdefault("parameters", []).append("If-Match")


def add_key(doc) -> None:
    """Document that the operation may be sent twice with an Idempotency-Key."""
    doc.setdefault("parameters", []).append("Idempotency-Key")
    for status, response in doc["responses"].items():
        if int(status) < 300:
            response["headers"] |= refs(["Idempotent-Replayed"])


def add_refusals(doc, info, resource, prefix: str) -> None:
    """Document the refusals that any operation of this kind may meet."""
    may_happen = {
        401: not resource.is_public,
        403: info.get("roles"),
        409: resource.minds_key_of(info["method"]),  # The same request still runs.
        412: info["method"] in ("PATCH", "PUT", "DELETE"),
        414: has_query(doc),
        429: prefix == "Limited",
        **dict.fromkeys((400, 413, 415), "requestBody" in doc),
        **dict.fromkeys((422, 503), True),
    }
    statuses = {status for status, may in may_happen.items() if may}
    own = {status for status, found in doc["responses"].items() if not isinstance(found, str)}
    for status in sorted({*statuses, *doc["responses"]} - own):
        doc["responses"][status] = f"{prefix}{status}"


VERBS = {
    "List": {"get": "list", "post": "create"},
    "Item": {"get": "get", "patch": "update", "put": "replace", "delete": "delete"},
}


def operation_id(class_name: str, method: str) -> str:
    """Return a name for generated clients: TaskList.post is create_task, Login.post is login."""
    words = re.findall("[A-Z][a-z0-9]*", class_name)
    verb = VERBS.get(words[-1], {}).get(method)
    if verb is None:
        verb = () if method == "post" else (VERBS["Item"][method],)
        return "_".join([*verb, *words]).lower()
    noun = "_".join(words[:-1]).lower()
    return f"{verb}_{noun}s" if verb == "list" else f"{verb}_{noun}"
