"""Race weekends."""

from flask import g, url_for

from raceapp.events import crew, schemas, service
from raceapp.events.naming import named
from raceapp.history import proof
from raceapp.history import service as history
from raceapp.history.schemas import HistoryEntrySchema, HistoryQuerySchema, SealSchema
from raceapp.storage.session import db
from raceapp.web import etags
from raceapp.web.callers import admin_only
from raceapp.web.components import refs
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint("events", __name__, url_prefix="/v1/events", description="Race weekends")


@blp.route("")
class EventList(Resource):
    @blp.arguments(schemas.EventQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.EventSchema(many=True))
    @blp.alt_response(403, description="Only team managers may list deleted weekends")
    def get(self, page, **filters):
        """List race weekends"""
        return page.of(service.search(actor=g.actor, **filters))

    @admin_only
    @blp.arguments(schemas.EventCreateSchema)
    @blp.response(201, schemas.EventSchema)
    def post(self, fields):
        """Plan a race weekend"""
        event = service.create(actor=g.actor, **fields)
        db.session.commit()
        return event, {"Location": url_for("events.EventItem", event_id=event.id)}


@blp.route("/<id:event_id>")
class EventItem(Resource):
    @blp.response(200, schemas.EventSchema)
    @blp.alt_response(404, description="No such race weekend")
    def get(self, event_id):
        """Read a race weekend"""
        return service.get(event_id)

    @admin_only
    @blp.arguments(schemas.EventChangeSchema)
    @blp.response(200, schemas.EventSchema)
    @blp.alt_response(404, description="No such race weekend")
    def patch(self, changes, event_id):
        """Change a race weekend"""
        event = service.get(event_id, for_update=True)
        etags.check_if_match(event)
        service.update(event, changes, actor=g.actor)
        db.session.commit()
        return event

    @admin_only
    @blp.response(204)
    @blp.alt_response(404, description="No such race weekend")
    def delete(self, event_id):
        """Take back a race weekend and its tasks"""
        event = service.get(event_id, for_update=True)
        etags.check_if_match(event)
        service.delete(event, actor=g.actor)
        db.session.commit()


@blp.route("/<id:event_id>/restore")
class RestoreEvent(Resource):
    @admin_only
    @blp.response(200, schemas.EventSchema)
    @blp.alt_response(404, description="No such race weekend")
    @blp.alt_response(409, description="The race weekend has not been deleted")
    @blp.alt_response(412, "Status412")
    def post(self, event_id):
        """Restore a deleted race weekend and all that is in it"""
        event = service.get(event_id, for_update=True, deleted_too=True)
        etags.check_if_match(event)
        service.restore(event, actor=g.actor)
        db.session.commit()
        return event


@blp.route("/<id:event_id>/crew")
class CrewItem(Resource):
    @blp.response(200, schemas.NamedCrewMemberSchema(many=True), headers=refs(["ETag"]))
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def get(self, event_id):
        """Read who does what at a race weekend

        The ETag is that of the race weekend, for If-Match.
        ---
        It counts no changes of names, so the list is sent whatever the caller has.
        """
        event = service.get_for_crew(event_id, actor=g.actor)
        return named(crew.crew_of(event)), etags.header(event)

    @admin_only
    @blp.arguments(schemas.CrewMemberSchema(many=True))
    @blp.response(200, schemas.NamedCrewMemberSchema(many=True), headers=refs(["ETag"]))
    @blp.alt_response(404, description="No such race weekend")
    def put(self, members, event_id):
        """Say who does what at a race weekend

        Replaces the crew as a whole. ETag and If-Match are those of the race weekend.
        """
        event = service.get(event_id, for_update=True)
        etags.check_if_match(event)
        crew.set_crew(event, members, actor=g.actor)
        answer = named(crew.crew_of(event)), etags.header(event)
        db.session.commit()
        return answer


@blp.route("/<id:event_id>/history")
class EventHistory(Resource):
    @blp.arguments(HistoryQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, HistoryEntrySchema(many=True))
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def get(self, page, event_id):
        """Read the record of a race weekend"""
        service.get_for_crew(event_id, actor=g.actor)
        return page.of(history.of_event(event_id))


@blp.route("/<id:event_id>/seal")
class EventSeal(Resource):
    @blp.response(200, SealSchema)
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def get(self, event_id):
        """Seal the record of a race weekend

        Keep it where nobody here can change it: `flask verify-history --seal` proves the record
        against it.
        """
        service.check_for_crew(event_id, actor=g.actor)
        return proof.seal(event_id)
