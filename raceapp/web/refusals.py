"""Refusals: one shape, application/problem+json (RFC 9457), whoever raises them."""

import flask_smorest
import sqlalchemy as sa
from flask import g, jsonify
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.http import HTTP_STATUS_CODES

from raceapp import errors
from raceapp.web import components, examples
from raceapp.web.application import Response
from raceapp.web.converter import Plugin
from raceapp.web.reading import IdConverter


def problem_response(status: int, detail: str, headers=None, **members) -> Response:
    body = errors.problem(
        status, HTTP_STATUS_CODES[status], detail, g.get("request_id", ""), **members
    )
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    response.headers.extend(headers or {})
    return response


# lock_not_available, query_canceled (PostgreSQL appendix A); SQLite only has words.
WAIT_IS_OVER, LOCKED = {"55P03", "57014"}, "database is locked"


def has_waited_too_long(error: sa.exc.SQLAlchemyError) -> bool:
    """Tell whether somebody held what was wanted, so that anything else may well be done now."""
    orig = getattr(error, "orig", None)
    is_held = getattr(orig, "sqlstate", None) in WAIT_IS_OVER or str(orig) == LOCKED
    return is_held or isinstance(error, sa.exc.TimeoutError)


class Api(flask_smorest.Api):
    """flask-smorest's Api with one shape for every refusal, whoever raises it."""

    ERROR_SCHEMA = components.ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def init_app(self, app, **kwargs):
        app.url_map.converters["id"] = IdConverter
        super().init_app(app, **kwargs)
        self.register_converter(IdConverter, components.describe_id)

    def _init_spec(self, **options):
        demo = self._app.config["DEMO_LOGIN"]
        plugin = examples.Examples({"Login": demo} if demo else None)
        super()._init_spec(marshmallow_plugin=Plugin(), extra_plugins=[plugin], **options)

    def _register_responses(self):
        components.register_responses(self.spec)

    def _register_pagination_header(self):
        components.register_headers(self.spec)

    def _register_etag_headers(self):
        components.register_parameters(self.spec)

    def _register_error_handlers(self):
        handle = self._app.register_error_handler
        handle(HTTPException, self.handle_http_exception)
        handle(errors.Refusal, self.handle_refusal)
        handle(sa.exc.IntegrityError, self.handle_conflict)
        handle(sa.exc.DBAPIError, self.handle_database_error)
        handle(sa.exc.TimeoutError, self.handle_database_error)

    def handle_refusal(self, refusal):
        g.retry_after = refusal.headers.get("Retry-After")
        response = problem_response(
            refusal.status, refusal.detail, refusal.headers, **refusal.members
        )
        response.refusal = refusal
        return response

    def handle_http_exception(self, error):
        """Put Werkzeug's and the limiter's errors into our shape, keeping Allow and the like."""
        if error.response is not None and error.code != 429:
            return error.response
        if isinstance(error, SecurityError):
            return self.handle_unknown_host()
        dropped = ("content-type", "content-length")
        headers = [
            (name, value) for name, value in error.get_headers() if name.lower() not in dropped
        ]
        detail = components.SENTENCES.get(error.code) or errors.Refusal.detail
        return problem_response(error.code, detail, headers)

    def handle_unknown_host(self):
        asked = request_ctx.request.environ.get("HTTP_HOST", "")
        self._app.logger.warning("unknown host: %r is not in TRUSTED_HOSTS", asked[:254])
        return problem_response(400, components.UNKNOWN_HOST)

    def handle_conflict(self, error):
        return self.handle_refusal(errors.Conflict("Somebody else just did the same."))

    def handle_database_error(self, error):
        """Answer 503 when the database is away, busy, read-only or full; otherwise 500."""
        orig = getattr(error, "orig", None)
        if isinstance(error, (sa.exc.DataError, sa.exc.ProgrammingError)):
            self._app.logger.error("database refused a statement", exc_info=error)
            return problem_response(500, errors.Refusal.detail)
        self._app.logger.warning("database unavailable: %s", type(orig or error).__name__)
        is_busy = has_waited_too_long(error)
        return self.handle_refusal(
            errors.Unavailable(retry_after=2) if is_busy else errors.DatabaseAway()
        )
