"""A weekend on paper."""

from datetime import datetime
from functools import partial

from flask import g, render_template, request, url_for

from raceapp.events import service as events
from raceapp.printing import schemas, service
from raceapp.web.headers import PAGE_POLICY
from raceapp.web.rest import Blueprint, Resource
from raceapp.web.writing import TEXT, Document

blp = Blueprint("printing", __name__, url_prefix="/v1", description="A weekend on paper")
HTML = "text/html; charset=utf-8"


def page(paper: service.Paper) -> str:
    """Return the page. It names its style by a whole address, since a page that is shown from
    memory has no address of its own."""
    style = request.host_url.rstrip("/") + url_for("static", filename="print.css")
    return render_template("print.html", paper=paper, local=partial(local, paper), style=style)


def local(paper: service.Paper, moment: datetime | None, form: str = "%a %d %b %H:%M") -> str:
    """Write a moment as the clocks at the track show it."""
    return "" if moment is None else moment.astimezone(paper.zone).strftime(form)


@blp.route("/events/<id:event_id>/print")
class PrintEvent(Resource):
    @blp.arguments(schemas.PrintQuerySchema, location="query")
    @blp.response(200, TEXT, content_type="text/html", example="<!doctype html>…")
    @blp.alt_response(404, description="No such race weekend, or you are not on its crew")
    def get(self, only, event_id):
        """Print a race weekend: A4, a pack for each session and bike

        A page for a browser to print or to save as PDF. Times are local to the weekend. What has
        been signed is shown as signed, and by whom; the last page holds the seal of the record.
        """
        paper = service.paper(events.get_for_crew(event_id, actor=g.actor), **only)
        return Document(
            HTML, lambda: page(paper), headers=(("Content-Security-Policy", PAGE_POLICY),)
        )
