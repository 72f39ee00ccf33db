"""Batches of writes."""

from flask import g

from raceapp.limits import budgets
from raceapp.storage import answers
from raceapp.storage.session import db
from raceapp.sync import calls, schemas, service
from raceapp.web import idempotency
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint(
    "sync", __name__, url_prefix="/v1/sync", description="Many writes at once, from out of reach"
)


@blp.route("")
class Sync(Resource):
    budget = budgets.SYNC
    body_limit = 1024 * 1024

    def answer(self, view, kwargs, key):
        """Hold no transaction around those of the operations: each is done once in any case."""
        kept = idempotency.answer_kept(key) if key else None
        answers.drop_expired(g.actor.id)
        db.session.commit()
        if kept is None:
            kept = view(**kwargs)
            if key and not service.is_to_be_sent_again(kept.get_json()["results"]):
                kept = idempotency.keep_afterwards(key, kept)
        return kept

    @blp.arguments(schemas.BatchSchema)
    @blp.response(200, schemas.ResultsSchema)
    def post(self, batch):
        """Send up to 200 writes at once

        Each is judged and committed by itself, in order, as the call it stands for, and its
        status and body are that call's; one that is refused stops none of the others. What was
        done is kept by the operation's id for 30 days, so send the whole batch again whenever
        its answer was lost. A batch may create tasks, change them, sign them and comment on
        them, report incidents and release bikes.
        """
        results = service.apply(batch["operations"], actor=g.actor, send=calls.Sender().send)
        return {"results": results}
