"""Tables in and out."""

from flask import g

from raceapp import permissions
from raceapp.events import service as events
from raceapp.limits import budgets
from raceapp.storage.session import db
from raceapp.tables import exports, imports, schemas, service, sheets, timetables
from raceapp.web.rest import Blueprint, Resource
from raceapp.web.writing import TEXT, Document

blp = Blueprint(
    "tables", __name__, url_prefix="/v1", description="Tables of spreadsheets and organisers"
)
MAX_BYTES = 5 * 1024 * 1024
TASKS_CSV = (
    "id,title,bike,session,assigned_to,due_at,is_critical\r\n"
    ",Torque the front caliper bolts,44 A,FP1,ana@team.example,2026-06-12T09:50:00+02:00,true\r\n"
)
SESSIONS_CSV = "name,kind,date,starts_at,ends_at\r\nFP1,,2026-06-12,10:20,11:05\r\n"
SESSIONS_ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Organiser//EN\r\nBEGIN:VEVENT\r\n"
    "UID:fp1@organiser.example\r\nDTSTAMP:20260601T000000Z\r\nDTSTART:20260612T082000Z\r\n"
    "DTEND:20260612T090500Z\r\nSUMMARY:FP1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def finish(dry_run: bool) -> None:
    """Commit the import, or undo one that was only tried."""
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()


@blp.route("/events/<id:event_id>/tasks.csv")
class TaskTable(Resource):
    budget = budgets.TASKS

    @blp.arguments(schemas.TaskTableQuerySchema, location="query")
    @blp.response(200, TEXT, content_type="text/csv", example=TASKS_CSV)
    @blp.alt_response(403, description="Only team managers may list deleted tasks")
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    @blp.doc(operationId="export_tasks")
    def get(self, filters, event_id):
        """Export the tasks of a race weekend as a table

        The filters are those of the list of tasks; without any it is all of them. UTF-8 with a
        byte order mark, times local to the weekend with their offset, people by email, bikes by
        label, sessions by name. A cell that a spreadsheet would run has an apostrophe before it.
        """
        event = events.get_for_crew(event_id, actor=g.actor)
        table = exports.of_tasks(event, actor=g.actor, **filters)
        name = ("Content-Disposition", f'attachment; filename="tasks-{event_id}.csv"')
        return Document(sheets.CONTENT_TYPE, lambda: table, headers=(name,))


@blp.route("/events/<id:event_id>/tasks/import")
class ImportTasks(Resource):
    budget = budgets.TASKS
    body_limit = MAX_BYTES

    @blp.upload(text_csv=TASKS_CSV)
    @blp.arguments(schemas.ImportQuerySchema, location="query")
    @blp.response(200, schemas.ImportedTasksSchema)
    @blp.alt_response(403, description="Only crew chiefs and team managers import tables")
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def post(self, upload, query, event_id):
        """Import a table of tasks

        Its columns are those of the export, in any order, as many as are wanted. A row with an
        `id` changes that task in the columns there are, one without is a new task; columns of
        signatures are passed over. All or nothing: faults are told by row and column. Comma,
        semicolon or tab; UTF-8, or `charset=windows-1252`; at most 10,000 rows.
        """
        event = service.held_event(event_id, may=permissions.manages, actor=g.actor)
        imported = imports.import_tasks(event, upload, actor=g.actor)
        finish(**query)
        return imported


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

        A table has the columns `name`, `kind`, `date`, `starts_at`, `ends_at`, or calls them for
        instance Session, Type, Day, Start, End, and faults repeat that; clock times are local to
        the weekend. `kind` may be missing where the name tells it; `date` is by default that of
        the row before, at first the first day; an end before its start is the next day, a missing
        one the next start that day, otherwise half an hour later. Of an iCalendar file what falls
        on the days of the weekend is taken. Sessions are matched by name and day: those not named
        stay, and so do those that run, are over or were cancelled.
        """
        event = service.held_event(event_id, may=permissions.can_plan, actor=g.actor)
        imported = timetables.import_sessions(event, upload, actor=g.actor)
        finish(**query)
        return imported
