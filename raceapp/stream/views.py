"""A weekend live, as server-sent events."""

from functools import partial

from flask import current_app, g, request
from flask_jwt_extended import get_jwt

from raceapp import errors
from raceapp.feed import service as feed
from raceapp.storage.ahead import ReadAhead
from raceapp.stream import post, schemas, service
from raceapp.web.rest import Blueprint, Resource
from raceapp.web.writing import TEXT, Document

blp = Blueprint("stream", __name__, url_prefix="/v1/events", description="A weekend live")
# The server that can hand a connection over says here how: see `server.worker`.
HAND_OVER = "raceapp.hand_over"
ASK_EVERY_SECONDS = 10
NOT_SERVED_HERE = "Streams are not to be had here. Ask for the changes every ten seconds instead."
TOO_MANY = "There are as many streams as there may be. Ask for the changes until one is free."
EXAMPLE = """retry: 2000
event: hello
id: WzQxLDBd.c2lnbmVk
data: {}

event: change
id: WzQyLDBd.c2lnbmVk
data: {"kind":"task","id":412,"is_deleted":false}

"""


def hand_over(stream: service.Stream) -> None:
    """Have the server keep the connection for the stream; raises Unavailable if it cannot."""
    take = request.environ.get(HAND_OVER)
    if take is None:
        raise errors.Unavailable(NOT_SERVED_HERE, retry_after=ASK_EVERY_SECONDS)
    if not take(post.of_app(), stream, current_app.config["STREAMS_MAX"]):
        raise errors.Unavailable(TOO_MANY, retry_after=ASK_EVERY_SECONDS)


@blp.route("/<id:event_id>/stream")
class EventStream(Resource):
    read_ahead = {"GET": partial(ReadAhead, feed.head)}

    @blp.arguments(schemas.StreamHeadersSchema, location="headers", as_kwargs=True)
    @blp.arguments(schemas.StreamQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, TEXT, content_type="text/event-stream", example=EXAMPLE)
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    @blp.alt_response(503, description="As many streams as there may be, or none here")
    @blp.doc(operationId="follow_event")
    def get(self, event_id, since, last_event_id):
        """Follow a race weekend live: each change, once it is committed

        Server-sent events. First `hello`, with the cursor that the stream goes on from, then a
        `change` for each thing that changed, with the cursor behind it; `reset` where a new
        snapshot is to be taken, as after a restored backup. A comment comes every few seconds.
        The stream ends with its token: come again with a new one and the id of the last message.
        """
        sent_in = {"name": "Last-Event-ID", "location": "headers"} if last_event_id else {}
        cursor, until = last_event_id or since, float(get_jwt()["exp"])
        stream = service.follow(event_id, actor=g.actor, until=until, cursor=cursor, **sent_in)
        if request.method != "HEAD":
            hand_over(stream)
        headers = (("X-Accel-Buffering", "no"),)
        return Document("text/event-stream", lambda: iter(()), headers=headers)
