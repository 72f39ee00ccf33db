"""Readiness, and releases of bikes."""

from functools import partial

from flask import g, url_for

from raceapp.events import service as events
from raceapp.releases import readiness, schemas, service
from raceapp.storage.ahead import ReadAhead
from raceapp.storage.session import db
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint("releases", __name__, url_prefix="/v1", description="Which bike is ready to go out")


@blp.route("/events/<id:event_id>/readiness")
class BikeReadiness(Resource):
    read_ahead = {"GET": partial(ReadAhead, events.visible_weekend)}

    @blp.response(200, schemas.BikeReadinessSchema(many=True))
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def get(self, event_id):
        """Read how ready each bike is for each session

        A bike's tasks without a session count in each of its sessions that are not over. What
        hangs on the end of a session never blocks it, and what is not applicable blocks nothing.
        Cancelled sessions are left out.
        """
        events.check_for_crew(event_id, actor=g.actor)
        return readiness.of_weekend(event_id)


@blp.route("/sessions/<id:session_id>/releases")
class ReleaseList(Resource):
    @blp.arguments(schemas.ReleaseQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.ReleaseSchema(many=True))
    @blp.alt_response(404, description="No such session, or you are not on its crew")
    def get(self, page, session_id):
        """List the releases for a session, voided ones too"""
        session = service.get_session(session_id, actor=g.actor)
        return page.of(service.of_session(session))

    @blp.arguments(schemas.ReleaseCreateSchema)
    @blp.response(201, schemas.ReleaseSchema)
    @blp.alt_response(403, description="Only a crew chief or a team manager may release a bike")
    @blp.alt_response(404, description="No such session, or you are not on its crew")
    @blp.alt_response(409, description="Tasks stand against it: see blocking; or released already")
    def post(self, fields, session_id):
        """Release a bike for a session

        A task of the bike that is failed or reopened later takes the release back, and so does
        a crash.
        """
        session = service.get_session(session_id, actor=g.actor, for_update=True)
        service.check_may_release(session, actor=g.actor)
        release = service.give(session, actor=g.actor, **fields)
        db.session.commit()
        return release, {"Location": url_for("releases.ReleaseList", session_id=session_id)}
