"""Spans: the parts of a request that a trace shows. Imports the packages of requirements-otel.txt.

Statements and the limiter's question are wrapped here, since the instrumentations of their
libraries do not see them.
"""

import functools

from flask import Flask, g, request
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from sqlalchemy.engine.default import DefaultDialect

from raceapp.limits import redis_window
from raceapp.storage import prepared
from raceapp.telemetry import logs

# The method to wrap, the name of its span, and the argument that holds the SQL, if any. The text
# of a statement has no values: they are sent beside it.
WRAPPED = (
    (DefaultDialect, "do_execute", "statement", lambda _dialect, _cursor, text, *_: text),
    (prepared.Compiled, "rows", "prepared statement", lambda compiled, *_: compiled.text),
    (redis_window.OneRoundTrip, "ask", "rate limit", None),
)
# The attributes of a span that hold the address, by their old and their new names; the query, in
# which people search for words of their own, is in some of them.
ADDRESSES = {"http.target", "http.url", "http.path", "url.path", "url.full"}
QUERY = {"url.query"}
# The database's words about an error may hold values.
SILENT = {"record_exception": False, "set_status_on_exception": False}


def send_to(endpoint: str, app: Flask) -> None:
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    trace_with(app, BatchSpanProcessor(exporter))


def trace_with(app: Flask, processor) -> None:
    provider = TracerProvider(resource=Resource.create({"service.name": "raceapp"}))
    provider.add_span_processor(processor)
    FlaskInstrumentor().instrument_app(app, tracer_provider=provider, excluded_urls="/v1/health")
    app.after_request(name_request)
    for owner, method, span, sql in WRAPPED:
        wrap(owner, method, span, sql, provider.get_tracer("raceapp"))


def wrap(owner: type, method: str, span: str, sql, tracer) -> None:
    """Make a span of each call of a method."""
    plain = getattr(owner, method)

    @functools.wraps(plain)
    def traced(*args, **kwargs):
        attributes = {"db.query.text": sql(*args)} if sql else None
        with tracer.start_as_current_span(span, attributes=attributes, **SILENT):
            return plain(*args, **kwargs)

    setattr(owner, method, traced)


def name_request(response):
    """Put the request's id on its trace, so that it leads to the log line, and take secrets and the
    query off its address."""
    span = trace.get_current_span()
    span.set_attribute("raceapp.request_id", g.get("request_id", ""))
    path, told = logs.masked(request.path), (span.attributes or {}).keys()
    span.set_attributes(dict.fromkeys(ADDRESSES & told, path) | dict.fromkeys(QUERY & told, ""))
    if request.url_rule is None:
        span.update_name(f"{request.method} {path}")
    return response
