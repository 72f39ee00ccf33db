"""What calendars take and tell; the calendars themselves are iCalendar text, see `ics`."""

import marshmallow as ma

from raceapp.web import fields


class CalendarLinkSchema(ma.Schema):
    """The secret address of a person's calendar. It is told only now."""

    url = fields.Uri(
        required=True,
        metadata={
            "example": "https://paddock.example/v1/calendar/"
            "m8Kq0wQ3b1xTn5yVdR7eUo2HsJ4gLzAiCf6PpXkYtWE.ics",
        },
    )


class CalendarQuerySchema(ma.Schema):
    tasks = fields.QueryBool(
        load_default=False,
        metadata={"description": "With your open tasks that have a due time, as to-dos"},
    )
