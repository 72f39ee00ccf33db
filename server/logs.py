"""gunicorn's own log: JSON lines, and no access log."""

import json
import logging
import time

import gunicorn.glogging


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
        return json.dumps(line)


class TextLines(logging.Formatter):
    """The same for eyes."""

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")


class Logger(gunicorn.glogging.Logger):
    """gunicorn's log without its access log: the application logs its requests, with their ids.

    Naming no file for it is not enough: with a configuration of its own gunicorn still makes
    each line, a twentieth of the time of a short request, and then throws it away.
    """

    access_log_enabled = False
