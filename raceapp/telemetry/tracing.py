"""OpenTelemetry: a trace per request, where OTEL_EXPORTER_OTLP_ENDPOINT names a collector.

Its packages are those of requirements-otel.txt, which nothing else needs. Without the setting this
costs nothing: no package is loaded, and nothing is wrapped.
"""

import importlib

from flask import Flask

import config

SETTING = "OTEL_EXPORTER_OTLP_ENDPOINT"


def init_app(app: Flask) -> None:
    """Trace requests, statements and the limiter. Raises SettingsError without the packages.

    Call it before anything else looks at requests, so that the trace has everything.
    """
    endpoint = app.config[SETTING]
    if not endpoint:
        return
    try:
        spans = importlib.import_module("raceapp.telemetry.spans")
    except ImportError as error:
        message = f"{SETTING} needs: pip install -r requirements-otel.txt"
        raise config.SettingsError(message) from error
    spans.send_to(endpoint, app)
