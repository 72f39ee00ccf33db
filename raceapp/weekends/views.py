"""A race weekend planned in one sitting."""

from flask import g, url_for

from raceapp.storage.session import db
from raceapp.web.callers import admin_only
from raceapp.web.rest import Blueprint, Resource
from raceapp.weekends import schemas, service

blp = Blueprint("weekends", __name__, url_prefix="/v1", description="A weekend in one sitting")


@blp.route("/weekends")
class PlanWeekend(Resource):
    body_limit = 1024 * 1024

    @admin_only
    @blp.arguments(schemas.WeekendCreateSchema)
    @blp.response(201, schemas.WeekendSchema)
    @blp.alt_response(200, schema=schemas.WeekendSchema, description="What would be planned")
    def post(self, fields):
        """Plan a race weekend in one sitting: bikes, crew, timetable and checklist too

        All of it or nothing. `dry_run` answers the same without an event, and changes nothing. A
        typed timetable has a session a line: name, start, end if need be, and a day where it is
        not that of the line before. Faults of a timetable are told as `csv`, by line and column.
        """
        weekend = service.plan(actor=g.actor, **fields)
        if fields["dry_run"]:
            db.session.rollback()
            weekend.event = None
            return weekend, 200
        db.session.commit()
        return weekend, 201, {"Location": url_for("events.EventItem", event_id=weekend.event.id)}
