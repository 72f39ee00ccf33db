"""Crashes, and rain."""

from flask import g, url_for

from raceapp.events import service as events
from raceapp.incidents import schemas, service
from raceapp.limits import budgets
from raceapp.storage.session import db
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint("incidents", __name__, url_prefix="/v1/events", description="Crashes, and rain")


@blp.route("/<id:event_id>/incidents")
class IncidentList(Resource):
    budgets = {"POST": budgets.SIGN_OFFS}

    @blp.arguments(schemas.IncidentQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.IncidentSchema(many=True))
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def get(self, page, event_id):
        """List the incidents of a race weekend"""
        event = events.get_for_crew(event_id, actor=g.actor)
        return page.of(service.of_event(event))

    @blp.arguments(schemas.IncidentCreateSchema)
    @blp.response(201, schemas.IncidentSchema)
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    @blp.alt_response(409, description="The session has been cancelled")
    def post(self, fields, event_id):
        """Report a crash or rain

        Adds the checklist items that wait for it. A crash also reopens the bike's critical
        tasks for the sessions to come and takes back its releases for them; rain makes the
        session that is named a wet one.
        """
        event = events.get_for_crew(event_id, actor=g.actor, for_update=True)
        incident = service.report(event, actor=g.actor, **fields)
        db.session.commit()
        return incident, {"Location": url_for("incidents.IncidentList", event_id=event_id)}
