"""A paddock that signs by itself, and tells what the API says of it."""

from datetime import UTC, datetime

from helpers import created
from paddock import Paddock

from raceapp.checklists.models import EventChecklist, Template, TemplateVersion
from raceapp.storage.session import db

FRIDAY = datetime(2026, 6, 12, 8, 20, tzinfo=UTC)
UNDO = {"act": "reopen", "note": "Thread lock was forgotten"}
REASON = "Transponder swap after the session, agreed with race control"
CHECKED = {"needs_check": True, "checked_at": FRIDAY}


class Garage(Paddock):
    """The paddock of one event, as its manager sees it."""

    def __init__(self, app, event_id, admin):
        super().__init__(app, event_id, admin.id)
        self.admin = admin

    def task(self, **fields):
        """A task; a done one is done by the manager."""
        if fields.get("status") == "done":
            fields = {"done_by": self.admin_id, "done_at": FRIDAY, **fields}
        if fields.get("checked_at"):
            fields = {"checked_by": self.admin_id, **fields}
        return super().task(**fields)

    def checklist(self, *items, tier="national"):
        """Build the weekend with a template of these items, of which only incidents ask here."""
        with self.app.app_context():
            template = Template(name="Superbike")
            db.session.add(template)
            db.session.flush()
            version = TemplateVersion(template_id=template.id, number=1, items=list(items))
            db.session.add(version)
            db.session.flush()
            kept = EventChecklist(event_id=self.event_id, template_id=template.id, tier=tier)
            kept.template_version_id = version.id
            db.session.add(kept)
            db.session.commit()
            return template.id

    def change(self, model, row_id, **fields):
        with self.app.app_context():
            row = db.session.get(model, row_id)
            for name, value in fields.items():
                setattr(row, name, value)
            db.session.commit()

    def rows(self):
        return created(self.admin.get(f"/v1/events/{self.event_id}/readiness"), status=200)

    def row(self, session_id, bike_id):
        place = {"session_id": session_id, "bike_id": bike_id}
        return next(row for row in self.rows() if place.items() <= row.items())

    def releases(self, session_id):
        return created(self.admin.get(f"/v1/sessions/{session_id}/releases"), status=200)

    def history(self, *actions):
        """(action, subject, changes) of these actions, in order."""
        path = f"/v1/events/{self.event_id}/history?limit=200"
        entries = created(self.admin.get(path), status=200)
        wanted = [entry for entry in entries if entry["action"] in actions]
        return [(entry["action"], entry["subject"], entry["changes"]) for entry in wanted]


def at_once(parallel, *deeds):
    """Do these at the same instant and return the answers, in no particular order of deeds."""
    waiting = iter(deeds)
    return parallel(lambda: next(waiting)(), len(deeds))
