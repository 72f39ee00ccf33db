"""Requests that may be sent twice: `Idempotency-Key` on any POST or PATCH of somebody logged in.

The answer is kept in the transaction of the work, as long as the key lasts. The same request with
the same key gets the answer again, and nothing is done; another request with that key is refused,
and so is the same one while the first still runs. A refusal did nothing and is not kept.
"""

import hashlib
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import g
from flask.globals import request_ctx
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import Headers

from raceapp import clock, errors
from raceapp.storage import answers, prepared
from raceapp.storage.answers import Kept
from raceapp.storage.session import commits_held_back, db
from raceapp.web.application import Response
from raceapp.web.reading import read_body
from raceapp.web.secret_links import with_secrets, without_secrets
from raceapp.web.strict_json import parse_json

log = logging.getLogger(__name__)
METHODS = ("POST", "PATCH")
LASTS = timedelta(hours=24)
HEADER, SENT = "Idempotency-Key", "HTTP_IDEMPOTENCY_KEY"
VISIBLE = re.compile(r"[\x21-\x7e]{1,255}")
QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("Content-Type", "ETag", "Location")
# A request that holds others puts the key of each into its environ: see `raceapp.sync`.
GIVEN = "raceapp.idempotency_key"


class StillRunning(errors.Conflict):
    detail = "The same request is still being worked on. Send it again in a moment."

    def __init__(self):
        super().__init__(headers={"Retry-After": "1"})


@dataclass(frozen=True)
class Key:
    """The key of a request. The batch has looked for the keys of its operations before."""

    name: str
    fingerprint: str
    lasts: timedelta = LASTS
    is_of_batch: bool = False


def is_asked_for() -> bool:
    """Tell whether the request goes by a key."""
    asked = request_ctx.request
    return SENT in asked.environ or GIVEN in asked.environ


def key_of_request() -> Key:
    """Return the key of the request; raises Invalid for one that cannot be."""
    asked = request_ctx.request
    given = asked.environ.get(GIVEN)
    return given or Key(unquoted(asked.environ[SENT].strip()), fingerprint_of(asked))


def unquoted(sent: str) -> str:
    """Return the key, which is a quoted string of RFC 9651 or the same text bare."""
    found = QUOTED.fullmatch(sent)
    name = re.sub(r"\\(.)", r"\1", found[1]) if found else sent
    if not VISIBLE.fullmatch(name):
        raise refused("Must be 1 to 255 visible ASCII characters, such as a UUID.")
    return name


def refused(message: str) -> errors.Invalid:
    return errors.Invalid.field(HEADER, message, location="headers")


def fingerprint_of(asked) -> str:
    """Return a digest of everything that makes this request another one."""
    content = [asked.method, asked.path, asked.query_string.decode("latin-1")]
    return digest([*content, asked.headers.get("If-Match"), sent_in(read_body(asked))])


def sent_in(body: bytes) -> object:
    """Return the JSON of a body, or the bytes of one that is no JSON: the view refuses that."""
    try:
        return parse_json(body)
    except errors.BadRequest:
        return {"bytes": hashlib.sha256(body).hexdigest()}


def digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def once(key: Key, work: Callable[[], Response]) -> Response:
    """Return the earlier answer to the request; without one do the work and commit it."""
    if key.is_of_batch:
        return unless_done(key, work)
    kept = answer_kept(key)
    if kept is None:
        return done(key, work)
    db.session.commit()
    return kept


def done(key: Key, work: Callable[[], Response]) -> Response:
    """Do the work and keep its answer, in one transaction."""
    with commits_held_back():
        response = work()
    keep(key, response)
    if prepared.has_begun():
        db.session.commit()
    return response


def unless_done(key: Key, work: Callable[[], Response]) -> Response:
    """Do work that most likely has not been done, and look for an answer only if that fails.

    If somebody has done the same meanwhile, the key exists, and a second one is an error.
    """
    try:
        return done(key, work)
    except (errors.Refusal, sa.exc.IntegrityError, StaleDataError):
        db.session.rollback()
        kept = answers.find(g.actor.id, key.name)
        if kept is None:
            raise
        return replay(kept, key)


def answer_kept(key: Key) -> Response | None:
    """Take the key's turn, and return the earlier answer to the same request, if any."""
    if not answers.take_turn(g.actor.id, key.name):
        raise StillRunning()
    kept = answers.find(g.actor.id, key.name)
    return kept and replay(kept, key)


def replay(kept: Kept, key: Key) -> Response:
    if kept.fingerprint != key.fingerprint:
        raise refused("Came with another request before: a new request wants a new key.")
    headers = {name: with_secrets(value) for name, value in kept.headers.items()}
    return Response(with_secrets(kept.body), kept.status, Headers({**headers, REPLAYED: "true"}))


def keep(key: Key, response: Response) -> None:
    """Have the answer written in the transaction of the work."""
    sent = response.headers
    kept = Kept(
        user_id=g.actor.id,
        key=key.name,
        fingerprint=key.fingerprint,
        path=request_ctx.request.path,
        status=response.status_code,
        headers={name: without_secrets(sent[name]) for name in KEPT_HEADERS if name in sent},
        body=without_secrets(response.get_data(as_text=True)),
        expires_at=clock.utcnow() + key.lasts,
    )
    answers.keep(kept)
    answers.BROOM.sweep()


def keep_afterwards(key: Key, response: Response) -> Response:
    """Keep the answer to work that was committed in parts; return it, or that of whoever was first.

    If that fails the work is answered all the same: sent again, each part is found done by itself.
    """
    try:
        answers.take_turn(g.actor.id, key.name, is_patient=True)
        kept = answers.find(g.actor.id, key.name)
        if kept is None:
            keep(key, response)
        db.session.commit()
    except sa.exc.SQLAlchemyError as error:
        log.warning("an answer could not be kept: %s", type(error).__name__)
        return response
    return response if kept is None else replay(kept, key)
