"""OpenTelemetry by setting: what a trace holds, and what is said where the packages are missing."""

import sys

import pytest
from helpers import Client
from opentelemetry.instrumentation._semconv import (
    _OpenTelemetrySemanticConventionStability as Conventions,
)
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import config
from raceapp.storage import prepared
from raceapp.telemetry import spans


@pytest.fixture
def exporter(monkeypatch):
    """What a traced application tells of itself."""
    for owner, method, _, _ in spans.WRAPPED:
        monkeypatch.setattr(owner, method, getattr(owner, method))
    kept = InMemorySpanExporter()
    monkeypatch.setattr(spans, "OTLPSpanExporter", lambda endpoint: kept)
    monkeypatch.setattr(spans, "BatchSpanProcessor", SimpleSpanProcessor)
    return kept


@pytest.fixture
def traced(exporter, make_app):
    return make_app(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")


def test_a_request_is_one_trace_of_its_statements_and_its_limit(traced, exporter, admin, event):
    headers = {"Authorization": f"Bearer {admin.token}", "X-Request-ID": "pit-wall-17"}
    exporter.clear()

    Client(traced).get("/v1/tasks?limit=1", headers=headers)

    finished = exporter.get_finished_spans()
    root = next(span for span in finished if span.parent is None)
    assert root.name == "GET /v1/tasks"
    assert root.attributes["raceapp.request_id"] == "pit-wall-17"
    assert len({span.context.trace_id for span in finished}) == 1
    names = [span.name for span in finished if span is not root]
    assert names.count("rate limit") == 1
    assert len([name for name in names if name.endswith("statement")]) >= 2


def test_no_value_and_no_token_is_in_a_trace(traced, exporter, admin, event):
    headers = {"Authorization": f"Bearer {admin.token}"}
    body = {"event_id": event["id"], "title": "A secret of the garage"}

    Client(traced).post("/v1/tasks", json=body, headers=headers)

    said = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "INSERT INTO tasks" in said
    assert "A secret of the garage" not in said and admin.token not in said


def test_the_secret_of_a_calendar_is_not_in_a_trace(traced, exporter, admin):
    link = admin.post("/v1/calendar").json["url"]
    exporter.clear()

    Client(traced).get("/v1/calendar" + link.rpartition("/calendar")[2])

    said = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "/v1/calendar/***" in said
    assert link.rpartition("/")[2].removesuffix(".ics") not in said


@pytest.fixture(params=["", "http", "http/dup"])
def conventions(request, monkeypatch):
    """The old names of attributes, the new ones, and both."""
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", request.param)
    monkeypatch.setattr(Conventions, "_initialized", False)
    monkeypatch.setattr(Conventions, "_OTEL_SEMCONV_STABILITY_SIGNAL_MAPPING", {})


def test_what_people_search_for_is_not_in_a_trace(conventions, traced, exporter, admin):
    headers = {"Authorization": f"Bearer {admin.token}"}
    exporter.clear()

    Client(traced).get("/v1/tasks?q=crashed", headers=headers)
    Client(traced).get("/v1/nowhere?q=crashed")

    said = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "/v1/tasks" in said and "/v1/nowhere" in said and "crashed" not in said


def test_a_secret_at_no_address_of_ours_is_not_in_a_trace_either(traced, exporter):
    exporter.clear()

    Client(traced).get("/v1/join/torque29/again")

    said = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "/v1/join/***" in said and "torque29" not in said


def test_health_is_not_traced(traced, exporter):
    exporter.clear()

    Client(traced).get("/v1/health")

    assert exporter.get_finished_spans() == ()


def test_without_the_packages_the_start_says_what_to_install(make_app, monkeypatch):
    monkeypatch.delitem(sys.modules, spans.__name__)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)

    with pytest.raises(config.SettingsError, match=r"pip install -r requirements-otel\.txt"):
        make_app(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")


def test_switched_off_nothing_is_wrapped(app):
    assert not hasattr(prepared.Compiled.rows, "__wrapped__")
    assert spans.name_request not in app.after_request_funcs[None]
