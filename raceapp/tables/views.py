"""Tables in and out."""

from flask import g

from raceapp.storage.session import db
from raceapp.tables import schemas, service, timetables
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint(
    "tables", __name__, url_prefix="/v1", description="Tables of spreadsheets and organisers"
)
MAX_BYTES = 5 * 1024 * 1024
SESSIONS_CSV = "name,kind,date,starts_at,ends_at\r\nFP1,,2026-06-12,10:20,11:05\r\n"
SESSIONS_ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Organiser//EN\r\nBEGIN:VEVENT\r\n"
    "UID:fp1@organiser.example\r\nDTSTAMP:20260601T000000Z\r\nDTSTART:20260612T082000Z\r\n"
    "DTEND:20260612T090500Z\r\nSUMMARY:FP1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def finish(dry_run: bool) -> None:
    """Keep what was done, or undo what was only tried."""
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()


@blp.route("/events/<id:event_id>/sessions/import")
class ImportTimetable(Resource):
    body_limit = MAX_BYTES

    @blp.upload(text_csv=SESSIONS_CSV, text_calendar=SESSIONS_ICS)
    @blp.arguments(schemas.ImportQuerySchema, location="query")
    @blp.response(200, schemas.ImportedTimetableSchema)
    @blp.alt_response(403, description="Only crew chiefs and team managers import tables")
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def post(self, upload, query, event_id):
        """Import a timetable as organisers publish it

        A table has the columns `name`, `kind`, `date`, `starts_at`, `ends_at`; clock times are
        local to the weekend. `kind` may be missing where the name tells it; `date` is by default
        that of the row before, at first the first day; an end before its start is the next day,
        a missing one the next start that day, otherwise half an hour later. Of an iCalendar file
        what falls on the days of the weekend is taken. Sessions are matched by name and day: those
        not named stay, and so do those that run, are over or were cancelled.
        """
        event = service.held_event(event_id, actor=g.actor)
        imported = timetables.carry_out(event, upload, actor=g.actor)
        finish(**query)
        return imported
