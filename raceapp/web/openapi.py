"""What the OpenAPI document says of every operation beyond its own schemas.

Security, errors, rate-limit and conditional headers follow from the view's class, so that no
view can forget them. Everything here runs once, when the application is made.
"""

import re

import marshmallow as ma
from werkzeug.http import HTTP_STATUS_CODES

PROBLEM_JSON = "application/problem+json"
REFUSALS = (400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503)

# What a mechanic in a hurry reads when the refusal is not one of our own.
SENTENCES = {
    400: "The request could not be read.",
    401: "Log in first: this call needs a valid access token.",
    403: "You may not do this.",
    404: "There is nothing here, or nothing that you may see.",
    405: "This address does not take that method. See the Allow header.",
    409: "This cannot be done in the present state.",
    412: "Somebody changed this since you read it. Read it again, then repeat your change.",
    413: "The request body is too large.",
    414: "The address is too long.",
    415: "Send the body as JSON, with Content-Type: application/json.",
    422: "Some values are not valid. See errors.",
    429: "Too many requests. Wait as long as Retry-After says, then go on.",
    500: "Something went wrong on our side. Quote the request id when you report it.",
    503: "The service is busy. Try again in a moment.",
}
UNKNOWN_HOST = "Unknown host: this service answers to other names than the one you asked for."


class ProblemSchema(ma.Schema):
    """Why a request was refused (RFC 9457)."""

    type = ma.fields.String(required=True, metadata={"example": "about:blank"})
    title = ma.fields.String(required=True, metadata={"example": "Unprocessable Entity"})
    status = ma.fields.Integer(required=True, metadata={"example": 422})
    detail = ma.fields.String(required=True, metadata={"example": SENTENCES[422]})
    request_id = ma.fields.String(
        required=True, metadata={"example": "5f0c4b1f8a0e4c61b4b7f8b2c1d0e9aa"}
    )
    errors = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Dict(),
        metadata={
            "description": "For 422: messages by part of the request and field",
            "example": {"json": {"due_at": ["Must be a time with an offset."]}},
        },
    )
    blocking = ma.fields.List(
        ma.fields.Integer(),
        metadata={
            "description": "For 409 of a release: the ids of the tasks that stand against it",
            "example": [412, 415],
        },
    )


def header(description: str, example, kind: str = "string") -> dict:
    return {"description": description, "schema": {"type": kind}, "example": example}


HEADERS = {
    "X-Request-ID": header("The caller's own id, or a new one; it is in the log", "pit-wall-17"),
    "X-RateLimit-Limit": header("Requests allowed per window", 120, "integer"),
    "X-RateLimit-Remaining": header("Requests left in this window", 117, "integer"),
    "X-RateLimit-Reset": header(
        "When the window is free again, in epoch seconds", 1781249400, "integer"
    ),
    "Retry-After": header("Seconds to wait", 1, "integer"),
    "WWW-Authenticate": header("How to authenticate", 'Bearer realm="raceapp"'),
    "ETag": header("The version of the resource, for If-Match and If-None-Match", '"3"'),
    "Location": header("Where the new resource is", "/v1/tasks/7"),
    "Idempotent-Replayed": header("The request was done before: this is its answer", "true"),
    "Link": header("The next page, if there is one", '</v1/tasks?cursor=abc>; rel="next"'),
    "X-Total-Count": header("All matching rows, when include_total=true", 790, "integer"),
}
PAGE_HEADERS = ("Link", "X-Total-Count")
RATE_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
WAITING = ("Retry-After",)
OWN_HEADERS = {401: ("WWW-Authenticate",), 409: WAITING, 429: WAITING, 503: WAITING}

PARAMETERS = {
    "If-Match": 'Change only this version: a strong ETag such as `"3"`, a list of them, or `*`',
    "Idempotency-Key": "A name for this request, such as a UUID: sent again with it within 24 hours"
    " the request is answered as the first time, and nothing is done again",
    "If-None-Match": 'Answer 304 when this is still the version: ETags such as `"3"`, or `*`',
}


def refs(names) -> dict:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def register_headers(spec) -> None:
    for name, description in HEADERS.items():
        spec.components.header(name, description)


def register_parameters(spec) -> None:
    for name, description in PARAMETERS.items():
        parameter = {"description": description, "schema": {"type": "string"}}
        spec.components.parameter(name, "header", {"name": name, **parameter})


def register_responses(spec) -> None:
    """Register each refusal twice: for operations with a rate limit and for those without."""
    for status in REFUSALS:
        for prefix, rate_headers in (("Status", ()), ("Limited", RATE_HEADERS)):
            names = ("X-Request-ID", *rate_headers, *OWN_HEADERS.get(status, ()))
            spec.components.response(f"{prefix}{status}", refusal(status, names), lazy=True)


def refusal(status: int, header_names, description: str | None = None) -> dict:
    title = HTTP_STATUS_CODES[status]
    example = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": description or SENTENCES[status],
        "request_id": "5f0c4b1f8a0e4c61b4b7f8b2c1d0e9aa",
    }
    return {
        "description": description or SENTENCES[status],
        "headers": refs(header_names),
        "content": {PROBLEM_JSON: {"schema": ProblemSchema, "example": example}},
    }


def describe_id(converter) -> dict:
    return {"type": "integer", "format": "int64", "minimum": 1, "example": 1}


# --- one operation -----------------------------------------------------------------------


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
    describe(info, resource, budget)
    if info.get("upload"):
        doc["requestBody"] = uploaded(info["upload"])
    add_conditions(doc, method, shared_headers)
    if resource.minds_key_of(method.upper()):
        add_key(doc)
    add_refusals(doc, info, resource, "Limited" if budget else "Status")
    return doc


def uploaded(media_types: dict[str, str]) -> dict:
    """Return what the document says of a body that is a file, with an example for each type."""
    content = {
        media_type: {"schema": {"type": "string"}, "example": example}
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


def json_schema(response: dict):
    return response.get("content", {}).get("application/json", {}).get("schema")


def is_resource(response: dict) -> bool:
    """Tell whether an answer carries an ETag: it has a version, or the view says so."""
    schema = json_schema(response)
    has_version = isinstance(schema, ma.Schema) and not schema.many and "version" in schema.fields
    return has_version or "ETag" in response.get("headers", {})


def add_conditions(doc, method: str, shared_headers) -> None:
    """Document If-None-Match and 304 on reads of a resource, If-Match on its changes.

    A POST that minds If-Match owns up to 412.
    """
    reads = method == "get" and any(
        isinstance(response, dict) and is_resource(response)
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
    statuses = {422, 503}
    if not resource.is_public:
        statuses.add(401)
    if info.get("roles"):
        statuses.add(403)
    if resource.minds_key_of(info["method"]):
        statuses.add(409)  # The same request still runs.
    if "requestBody" in doc:
        statuses |= {400, 413, 415}
    if prefix == "Limited":
        statuses.add(429)
    if info["method"] in ("PATCH", "PUT", "DELETE"):
        statuses.add(412)
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
