"""Everything of a race weekend at once, and what has changed since."""

from flask import g, request

from raceapp import errors
from raceapp.feed import schemas, service
from raceapp.feed.cursors import read_cursor
from raceapp.storage.ahead import ReadAhead
from raceapp.web.components import refs
from raceapp.web.compressing import gzipped
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint("feed", __name__, url_prefix="/v1/events", description="Weekends kept on a device")


@blp.route("/<id:event_id>/snapshot")
class SnapshotItem(Resource):
    @gzipped
    @blp.response(200, schemas.SnapshotSchema, headers=refs(["ETag"]))
    @blp.alt_response(304, "Status304")
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    @blp.doc(operationId="read_snapshot")
    def get(self, event_id):
        """Read everything of a race weekend at once

        All of one moment. What changes from then on is asked with the cursor.
        """
        return service.snapshot(event_id, actor=g.actor)


def what_is_asked(path: dict) -> ReadAhead | None:
    """Return what to read along with the account; None for a query that will be refused."""
    asked = request.args
    try:
        place = read_cursor(path["event_id"], asked.get("since", ""))
        most = int(asked.get("limit", schemas.DEFAULT_LIMIT))
    except (errors.Invalid, ValueError):
        return None
    values = {**path, "after": place.position, "most": min(max(most, 1), schemas.MAX_LIMIT)}
    return ReadAhead(service.record, values)


@blp.route("/<id:event_id>/changes")
class ChangeList(Resource):
    read_ahead = {"GET": what_is_asked}

    @blp.arguments(schemas.ChangesQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.ChangesSchema)
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    @blp.doc(operationId="list_changes")
    def get(self, event_id, since, limit):
        """Read what changed at a race weekend since a cursor

        Follow the cursors until has_more is false, and you hold what a new snapshot says. Where
        reset is true, take a new snapshot and go on with its cursor.
        """
        return service.changes(event_id, actor=g.actor, since=since, limit=limit)
