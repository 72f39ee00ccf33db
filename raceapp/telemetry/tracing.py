"""OpenTelemetry: a trace per request, where OTEL_EXPORTER_OTLP_ENDPOINT names a collector.

The packages are those of requirements-otel.txt, which nothing else needs. Off, this costs nothing:
they are not even loaded, and what is traced is wrapped only when it is on.
"""

import importlib

from flask import Flask

import config

SETTING = "OTEL_EXPORTER_OTLP_ENDPOINT"


def init_app(app: Flask) -> None:
    """Trace requests, statements and the limiter. Raises SettingsError without the packages.

    Called before anything else looks at requests, so that all of it is in the trace.
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
