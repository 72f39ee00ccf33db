"""What this API refuses, and the one shape in which it says so (RFC 9457).

    Refusal                         status  the caller …
    ├── BadRequest                  400     sent something that cannot be read
    ├── Unauthorized                401     did not say who they are, or not convincingly
    ├── Forbidden                   403     is known, and may not do this
    ├── NotFound                    404     asked for something that is not there for them
    ├── Conflict                    409     asked for something the present state rules out
    ├── PreconditionFailed          412     sent an If-Match that is not the present version
    ├── TooLarge                    413     sent more than is read
    ├── UnsupportedMediaType        415     sent a body that is no JSON
    ├── Invalid                     422     sent values that break a rule, named per field
    └── Unavailable                 503     should come again in a moment
        └── DatabaseAway                    as anything else should

Services raise these; `web.refusals.Api` turns them, and all other errors, into problem+json.
"""

import json
from collections.abc import Mapping

BODY_LIMIT = 8 * 1024
OTHER_MEMBERS = 1024
MAX_FIELDS = 20
MAX_MESSAGES = 5
MAX_ROWS = 100
MAX_NAME = 60
MAX_MESSAGE = 200
# Ids of tasks that stand against a release: so many of any length fit into a refusal, and the
# readiness of the weekend names all of them.
MAX_BLOCKING = 300


class Refusal(Exception):
    """A request turned down. `detail` is a sentence for the person who sent it.

    `is_recorded` marks a refusal that leaves a trace in the database, such as a counted
    failed login: the view's transaction is committed all the same.
    """

    status = 500
    detail = "Something went wrong."
    is_recorded = False

    def __init__(self, detail: str | None = None, *, headers=None, **members):
        super().__init__(detail or self.detail)
        self.detail = detail or self.detail
        self.headers: Mapping[str, str] = headers or {}
        self.members = members


class BadRequest(Refusal):
    status = 400
    detail = "The request could not be read."


class Unauthorized(Refusal):
    status = 401
    detail = "Log in first: this call needs a valid access token."

    def __init__(self, detail=None, *, challenge='Bearer realm="raceapp"', **members):
        super().__init__(detail, headers={"WWW-Authenticate": challenge}, **members)


class Forbidden(Refusal):
    status = 403
    detail = "You may not do this."


class NotFound(Refusal):
    status = 404
    detail = "There is nothing here, or nothing that you may see."


class Conflict(Refusal):
    status = 409
    detail = "This cannot be done in the present state."


class PreconditionFailed(Refusal):
    status = 412
    detail = "Somebody changed this since you read it. Read it again, then repeat your change."


class TooLarge(Refusal):
    status = 413
    detail = "The request body is too large."


class UnsupportedMediaType(Refusal):
    status = 415
    detail = "Send the body as JSON, with Content-Type: application/json."


class Invalid(Refusal):
    """Values that break a rule: `Invalid.field("event_id", "No such event.")`."""

    status = 422
    detail = "Some values are not valid. See errors."

    @classmethod
    def field(cls, name: str, *messages: str, location: str = "json") -> "Invalid":
        return cls(errors={location: {name: list(messages)}})


class Rows(dict):
    """Faults of a table, `{"csv": {row: {column: [sentences]}}}`: those of the first 100 rows.

    The answer names them all, though it is longer than any other: nobody mends a table of a
    thousand rows twenty faults at a time.
    """

    def __init__(self, by_row: Mapping[int, Mapping[str, list[str]]]):
        named = {str(row): by_row[row] for row in sorted(by_row)[:MAX_ROWS]}
        super().__init__(
            csv={row: shorten(columns, MAX_FIELDS, 1) for row, columns in named.items()}
        )


class Unavailable(Refusal):
    status = 503
    detail = "The service is busy. Try again in a moment."

    def __init__(self, detail=None, *, retry_after: int = 1, **members):
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **members)


class DatabaseAway(Unavailable):
    """Nothing else can be done now either, unlike where somebody holds what is wanted."""

    detail = "The database cannot be used just now. Send this again in a moment."

    def __init__(self):
        super().__init__(retry_after=2)


# --- the shape ---------------------------------------------------------------------------


def problem(status: int, title: str, detail: str, request_id: str, **members) -> dict:
    """Return the body of a problem; `members` are its further members, such as errors for 422."""
    if "errors" in members:
        found = members["errors"]
        members["errors"] = found if isinstance(found, Rows) else fitting(found)
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": printable(detail),
        "request_id": request_id,
        **members,
    }


def fitting(errors: object) -> object:
    """Cut validation errors so that no input, however silly, makes a long answer."""
    for most in (MAX_FIELDS, MAX_FIELDS // 2, MAX_FIELDS // 4, 1):
        found = shorten(errors, most)
        if len(json.dumps(found, ensure_ascii=False).encode()) < BODY_LIMIT - OTHER_MEMBERS:
            break
    return found


def shorten(errors: object, most: int, depth: int = 0) -> object:
    """Keep so many fields, half as many of everything inside, and only the start of long texts."""
    if isinstance(errors, Mapping) and depth < 6:
        kept = list(errors.items())[: most if depth == 1 else max(1, most // 2)]
        return {
            printable(str(name))[:MAX_NAME]: shorten(found, most, depth + 1) for name, found in kept
        }
    if isinstance(errors, (list, tuple)):
        return [shorten(found, most, depth + 1) for found in errors[: min(most, MAX_MESSAGES)]]
    return printable(str(errors))[:MAX_MESSAGE]


def printable(text: str) -> str:
    """Replace what cannot be encoded, such as a lone surrogate sent as a key."""
    return text.encode("utf-8", "replace").decode()
