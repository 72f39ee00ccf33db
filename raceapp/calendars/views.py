"""Calendars to subscribe to."""

from flask import g, url_for

from raceapp.calendars import ics, schemas, service
from raceapp.events import service as events
from raceapp.limits import budgets
from raceapp.storage.session import db
from raceapp.web import etags
from raceapp.web.components import refs
from raceapp.web.links import root
from raceapp.web.rest import Blueprint, Resource
from raceapp.web.writing import TEXT, Document

blp = Blueprint(
    "calendars", __name__, url_prefix="/v1", description="The timetable in everybody's calendar"
)
ICS = {
    "content_type": "text/calendar",
    "headers": refs(["ETag"]),
    "example": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n…\r\nEND:VCALENDAR\r\n",
}
SECRET = {
    "name": "secret",
    "in": "path",
    "description": "What `POST /v1/calendar` made; it needs no token",
    "schema": {"type": "string", "maxLength": 100, "pattern": "^[A-Za-z0-9_-]+$"},
}


def answer(calendar: service.Calendar, **headers) -> Document:
    return Document(
        content_type=ics.CONTENT_TYPE,
        write=lambda: ics.written(calendar.name, calendar.sessions, calendar.tasks),
        version=calendar.version,
        headers=tuple(headers.items()),
    )


@blp.route("/events/<id:event_id>/calendar.ics")
class EventCalendarItem(Resource):
    @blp.response(200, TEXT, **ICS)
    @blp.alt_response(404, description="No such race weekend")
    def get(self, event_id):
        """Read the sessions of a race weekend as a calendar"""
        return answer(service.of_event(events.get(event_id)))


@blp.route("/calendar")
class CalendarLinkItem(Resource):
    @blp.response(201, schemas.CalendarLinkSchema)
    @blp.doc(operationId="create_calendar_link")
    def post(self):
        """Make the secret address of your own calendar; the one before ends

        A calendar program that knows the address reads it without logging in. It is told this
        once: only its hash is kept.
        """
        secret = service.open_link(actor=g.actor)
        db.session.commit()
        url = url_for("calendars.CalendarItem", secret=secret)
        return {"url": root() + url}, {"Location": url}

    @blp.response(204)
    def delete(self):
        """End the secret address of your own calendar"""
        etags.check_if_match(None)  # There is no version to name.
        service.close_link(actor=g.actor)
        db.session.commit()


@blp.route("/calendar/<secret>.ics", parameters=[SECRET])
class CalendarItem(Resource):
    is_public = True
    budget = budgets.CALENDAR

    @blp.arguments(schemas.CalendarQuerySchema, location="query")
    @blp.response(200, TEXT, **ICS)
    @blp.alt_response(404, description="No such calendar, or not any more")
    def get(self, query, secret):
        """Read a person's calendar: the weekends whose crew they are on, for managers all

        From 90 days ago on. Calendar programs ask as often as they like, which for some is once
        a day: what the board says is newer.
        """
        calendar = service.of_person(service.reader(secret), has_tasks=query["tasks"])
        return answer(calendar, **{"Cache-Control": "private, max-age=300"})
