"""The timetable of a race weekend."""

from functools import wraps

from flask import g, url_for

from raceapp.events import service as events
from raceapp.storage.session import db
from raceapp.timetable import schemas, service, shifts
from raceapp.web import etags
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint(
    "timetable", __name__, url_prefix="/v1", description="Sessions on track, and what moves them"
)


def chiefs_only(view):
    """Refuse everybody but crew chiefs of the weekend and team managers, whatever they send."""

    @wraps(view)
    def guarded(*args, **kwargs):
        service.check_may_plan(actor=g.actor, **kwargs)
        return view(*args, **kwargs)

    return blp.alt_response(403, description="Only a crew chief or a team manager may do this")(
        guarded
    )


@blp.route("/events/<id:event_id>/sessions")
class SessionList(Resource):
    @blp.arguments(schemas.SessionQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.SessionSchema(many=True))
    @blp.alt_response(404, description="No such race weekend")
    @blp.alt_response(403, description="Only team managers may list deleted sessions")
    def get(self, page, event_id, **filters):
        """List the sessions of a race weekend, the first one first"""
        return page.of(service.search(events.get(event_id), actor=g.actor, **filters))

    @chiefs_only
    @blp.arguments(schemas.SessionCreateSchema)
    @blp.response(201, schemas.SessionSchema)
    @blp.alt_response(404, description="No such race weekend")
    def post(self, fields, event_id):
        """Put a session on the timetable"""
        event = events.get(event_id, for_update=True)
        session = service.create(event, actor=g.actor, **fields)
        db.session.commit()
        return session, {"Location": url_for("timetable.SessionItem", session_id=session.id)}


@blp.route("/sessions/<id:session_id>")
class SessionItem(Resource):
    @blp.response(200, schemas.SessionSchema)
    @blp.alt_response(404, description="No such session")
    def get(self, session_id):
        """Read a session, also one taken off the timetable: tasks and releases refer to it"""
        return service.get(session_id, deleted_too=True)

    @chiefs_only
    @blp.arguments(schemas.SessionChangeSchema)
    @blp.response(200, schemas.SessionSchema)
    @blp.alt_response(404, description="No such session")
    def patch(self, changes, session_id):
        """Change, move or cancel a session

        When it moves, the due times that hang on it move along, except those of tasks that are
        done and those that are pinned. When it is cancelled, its open tasks become not
        applicable.
        """
        session = service.get(session_id, for_update=True)
        etags.check_if_match(session)
        service.update(session, changes, actor=g.actor)
        db.session.commit()
        return session

    @chiefs_only
    @blp.response(204)
    @blp.alt_response(404, description="No such session")
    def delete(self, session_id):
        """Take a session off the timetable; its open tasks become not applicable"""
        session = service.get(session_id, for_update=True)
        etags.check_if_match(session)
        service.delete(session, actor=g.actor)
        db.session.commit()


@blp.route("/sessions/<id:session_id>/restore")
class RestoreSession(Resource):
    @chiefs_only
    @blp.response(200, schemas.SessionSchema)
    @blp.alt_response(404, description="No such session")
    @blp.alt_response(409, description="The session has not been taken off the timetable")
    @blp.alt_response(412, "Status412")
    def post(self, session_id):
        """Put a session back on the timetable; what fell away with it opens again"""
        session = service.get(session_id, for_update=True, deleted_too=True)
        etags.check_if_match(session)
        service.restore(session, actor=g.actor)
        db.session.commit()
        return session


@blp.route("/events/<id:event_id>/timetable/shifts")
class ShiftTimetable(Resource):
    @chiefs_only
    @blp.arguments(schemas.ShiftSchema)
    @blp.response(200, schemas.ShiftedSchema)
    @blp.alt_response(404, description="No such race weekend")
    @blp.alt_response(409, description="The session runs, is over or has been cancelled")
    def post(self, shift, event_id):
        """Move a session and all later ones of its day, or those that are named

        Later is what starts later on the same local day. Running, finished and cancelled
        sessions stay, and so do done and pinned tasks. `session_ids` in place of
        `from_session_id` moves exactly those, to take a shift back.
        """
        event = events.get(event_id, for_update=True)
        moved = shifts.shift(event, actor=g.actor, **shift)
        db.session.commit()
        return moved
