"""Last year's weekend again."""

from flask import g, url_for

from raceapp.copies import schemas, service
from raceapp.events import service as events
from raceapp.events.schemas import EventSchema
from raceapp.storage.session import db
from raceapp.web.callers import admin_only
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint("copies", __name__, url_prefix="/v1", description="Last year's weekend again")


@blp.route("/events/<id:event_id>/copies")
class CopyEvent(Resource):
    @admin_only
    @blp.arguments(schemas.CopySchema)
    @blp.response(201, EventSchema)
    @blp.alt_response(404, description="No such race weekend")
    def post(self, fields, event_id):
        """Plan a race weekend again

        Sessions come at the same local times of the same days, as scheduled; crew, bikes and
        checklists are those that are still there, the checklists in their newest versions.
        Nothing that was signed or made by hand is taken along.
        """
        event = service.copy(events.get(event_id), actor=g.actor, **fields)
        db.session.commit()
        return event, {"Location": url_for("events.EventItem", event_id=event.id)}
