"""What rules ask of the process that serves them, so that they need not know Flask."""

from contextlib import AbstractContextManager, nullcontext

from flask import current_app, has_request_context, request

STAND_IN = "raceapp.stand_in"  # In the environ of a request: see `server.worker`.


def setting(name: str):
    return current_app.config[name]


def stand_in() -> AbstractContextManager:
    """Have the server serve others in this thread's place during a block, where it knows how."""
    known = request.environ.get(STAND_IN) if has_request_context() else None
    return known() if known else nullcontext()
