"""Our dialect of flask-smorest: Blueprint and Resource; `reading` reads for them.

A view is a class of `Resource`. It wants a token unless it says `is_public = True`, draws on
the rate limit it names as `budget`, and runs as one transaction, which is tried again after a
lost race. The schema of `@blp.response` writes what the view returns: a model with an ETag, a
`Page` with its headers, anything else without; a `Document` writes itself.
"""

import random
import time
from collections.abc import Callable
from copy import deepcopy
from functools import partial, wraps

import flask_smorest
import sqlalchemy as sa
from flask import current_app, g
from flask.globals import request_ctx
from flask.views import MethodView
from flask_smorest.utils import unpack_tuple_response
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import Headers

from raceapp import errors
from raceapp.storage import ahead, engines, prepared
from raceapp.storage.session import db, note_lost_race
from raceapp.web import callers, etags, idempotency, openapi
from raceapp.web.application import Response
from raceapp.web.keyset import Page
from raceapp.web.reading import (
    BODY_LIMIT,
    StrictParser,
    fetch_body,
    read_upload,
    refuse_query,
)
from raceapp.web.writing import Document, to_json, writer_of

TRIES = 6
WITH_BODY = ("POST", "PUT", "PATCH")


# --- writing -----------------------------------------------------------------------------


def write_all(result, write):
    return [write(item) for item in result] if isinstance(result, list) else write(result)


def written(result, write, status: int) -> Response:
    """Return the response for the result of a view; `write` is the writer of its schema, if any."""
    if isinstance(result, Page):
        return json_response([write(item) for item in result.items], result.headers, status)
    if isinstance(result, Document):
        return document_response(result, status)
    if write is None:
        return Response(status=status)
    version = etags.version_of(result)
    if version is None:
        return json_response(write_all(result, write), {}, status)
    if etags.is_known_to_caller(result):
        return etags.not_modified(result)
    return json_response(write_all(result, write), {"ETag": f'"{version}"'}, status)


def answering(view, write, usual_status: int) -> Callable[..., Response]:
    """Return a function that calls `view` and returns the response for its result."""

    def answer(*args, **kwargs):
        asked = request_ctx.request
        if asked.query_string and not g.get("query_is_read"):
            refuse_query(asked)
        result, status, headers = unpack_tuple_response(view(*args, **kwargs))
        response = written(result, write, status or usual_status)
        if headers:
            response.headers.extend(headers)
        return response

    return answer


def document_response(document: Document, status: int) -> Response:
    if document.version is not None and etags.is_known_to_caller(document):
        response = etags.not_modified(document)
    else:
        response = Response(document.write(), status, content_type=document.content_type)
    if document.version is not None:
        response.headers["ETag"] = f'"{document.version}"'
    response.headers.extend(document.headers)
    return response


def json_response(value, headers: dict, status: int) -> Response:
    sent = Headers([("Content-Type", "application/json"), *headers.items()])
    return Response(to_json(value), status, sent)


class Blueprint(flask_smorest.Blueprint):
    """Documents what every operation shares and writes answers with their headers."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(openapi.complete_operation)

    def arguments(self, schema, **kwargs):
        """Read arguments by one instance of `schema`, and not by a new one for each request."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **kwargs)

    def upload(self, **examples: str):
        """Read a body that is a file of one of these media types, `text_csv` for text/csv.

        The view gets it as an `Upload`, before its other arguments. The document shows the example
        of each type.
        """
        media_types = {name.replace("_", "/"): example for name, example in examples.items()}

        def decorator(view):
            @wraps(view)
            def reading(resource, *args, **kwargs):
                return view(resource, read_upload([*media_types]), *args, **kwargs)

            reading._apidoc = {**deepcopy(getattr(view, "_apidoc", {})), "upload": media_types}
            return reading

        return decorator

    def response(self, status_code, schema=None, **doc):
        """Write the result of the view by `schema`, with its ETag or Link.

        For a `Document` the schema is `TEXT`, which only /openapi.json shows.
        """
        document = super().response(status_code, schema, **doc)
        is_json = schema is not None and not isinstance(schema, dict)
        write = writer_of(schema() if isinstance(schema, type) else schema) if is_json else None

        def decorator(view):
            return wraps(document(view))(answering(view, write, status_code))

        return decorator

    def alt_response(self, *args, **kwargs):
        """Document another answer, without a wrapper around the view."""
        document = super().alt_response(*args, **kwargs)

        def decorator(view):
            view._apidoc = document(view)._apidoc
            return view

        return decorator

    def _store_endpoint_docs(self, endpoint, obj, parameters, tags, **options):
        super()._store_endpoint_docs(endpoint, obj, parameters, tags, **options)
        for method, info in self._docs[endpoint].items():
            if method != "parameters":
                info["resource"] = obj
                info["method"] = method.upper()


class Resource(MethodView):
    """The views of one path. Secure, transactional and unlimited unless it says otherwise."""

    init_every_request = False  # A view keeps nothing in itself.
    is_public = False
    minds_keys = True  # It takes an Idempotency-Key, on POST and PATCH by somebody logged in.
    budget: str | None = None
    budgets: dict[str, str] = {}
    body_limit = BODY_LIMIT
    # By method: a function from the path to what is read along with the account.
    read_ahead: dict[str, Callable[[dict], ahead.ReadAhead | None]] = {}

    @classmethod
    def budget_for(cls, method: str) -> str | None:
        """Return the rate limit that `method` draws on; HEAD counts as GET."""
        return cls.budgets.get("GET" if method == "HEAD" else method, cls.budget)

    @classmethod
    def minds_key_of(cls, method: str) -> bool:
        return cls.minds_keys and not cls.is_public and method in idempotency.METHODS

    def dispatch_request(self, **kwargs):
        asked = request_ctx.request
        asked.max_content_length = self.body_limit
        if asked.method in WITH_BODY and (self.is_public or callers.has_genuine_token()):
            fetch_body(asked)
        with engines.OnlyReading(asked.method in ("GET", "HEAD")):
            if asked.method in self.read_ahead and prepared.goes_past_the_session():
                g.read_ahead = self.read_ahead[asked.method](kwargs)
            self.admit()
            view = self.view_of(asked.method)
            return self.as_one_transaction(view, kwargs, self.key_for(view))

    def admit(self) -> None:
        """Find out who is calling and draw on their budget, or on that of the address.

        429 comes before any other refusal.
        """
        try:
            if not self.is_public:
                callers.authenticate()
        finally:
            current_app.extensions["rate_limiter"].draw()

    def view_of(self, method: str) -> Callable:
        """Return what answers a method; HEAD is answered as GET."""
        return getattr(self, "get" if method == "HEAD" else method.lower())

    def key_for(self, view) -> idempotency.Key | None:
        """Return the key sent with the request, after a check of the caller's role."""
        if not idempotency.is_asked_for() or not self.minds_key_of(request_ctx.request.method):
            return None
        if roles := getattr(view, "_apidoc", {}).get("roles"):
            callers.check_role(roles)
        return idempotency.key_of_request()

    def answer(self, view, kwargs, key: idempotency.Key | None):
        """Return the result of the view, with a key the first one."""
        return view(**kwargs) if key is None else idempotency.once(key, partial(view, **kwargs))

    def as_one_transaction(self, view, kwargs, key=None):
        """Run the view, again after a lost race; commit what a refusal leaves behind."""
        for attempt in range(TRIES):
            try:
                return self.answer(view, kwargs, key)
            except errors.Refusal as refusal:
                if refusal.is_recorded:
                    db.session.commit()
                raise
            except (StaleDataError, sa.exc.OperationalError) as error:
                give_way(error, attempt)
        raise errors.Unavailable("Too many people are changing this at once. Try again.")


LOST_RACES = {"40001", "40P01"}  # serialization_failure, deadlock_detected (PostgreSQL appendix A)


def give_way(error: Exception, attempt: int) -> None:
    """Roll back after a lost race and pause, so that the view can run again.

    Raises if it must not run again: the error was no lost race, or the caller named a version.
    """
    is_stale = isinstance(error, StaleDataError)
    if not is_stale and getattr(error.orig, "sqlstate", None) not in LOST_RACES:
        raise error
    db.session.rollback()
    note_lost_race()
    if is_stale and etags.names_a_version():
        raise errors.PreconditionFailed() from error
    time.sleep(random.uniform(0, 0.01 * 2**attempt))
