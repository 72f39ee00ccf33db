"""gunicorn's own log: JSON lines, and no access log."""

import json
import logging
import re
import time

import gunicorn.glogging

# As in raceapp.telemetry.logs, which is loaded only after gunicorn has begun.
SECRET_PART = re.compile(r"(/(?:calendar|join|reset)/)[^/\s\"?\\]+", re.IGNORECASE)


class JsonLines(logging.Formatter):
    """gunicorn's own messages in the shape of the application's."""

    def format(self, record):
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(record.created)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return SECRET_PART.sub(r"\1***", json.dumps(line))


class TextLines(logging.Formatter):
    """The same for eyes."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")

    def format(self, record):
        return SECRET_PART.sub(r"\1***", super().format(record))


class Logger(gunicorn.glogging.Logger):
    """gunicorn's log without its access log: the application logs its requests, with their ids.

    It is not enough to name no file for it: with a logging configuration gunicorn still makes each
    line, in a twentieth of the time of a short request, and then throws it away.
    """

    access_log_enabled = False
