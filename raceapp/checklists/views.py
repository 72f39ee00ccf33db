"""Templates of checklists, and building a weekend from them."""

from flask import g, url_for

from raceapp.checklists import schemas, service, templates
from raceapp.events import service as events
from raceapp.storage.session import db
from raceapp.web import etags
from raceapp.web.callers import admin_only
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint(
    "checklists", __name__, url_prefix="/v1", description="Checklists to build weekends from"
)


class TemplateResource(Resource):
    body_limit = 1024 * 1024


@blp.route("/templates")
class TemplateList(TemplateResource):
    @blp.arguments(schemas.TemplateQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.TemplateSchema(many=True))
    @blp.alt_response(403, description="Only team managers may list deleted templates")
    def get(self, page, **filters):
        """List templates of checklists"""
        return page.of(templates.search(actor=g.actor, **filters))

    @admin_only
    @blp.arguments(schemas.TemplateCreateSchema)
    @blp.response(201, schemas.TemplateSchema)
    def post(self, fields):
        """Add a template of checklists"""
        template = templates.create(**fields)
        db.session.commit()
        return template, {"Location": url_for("checklists.TemplateItem", template_id=template.id)}


@blp.route("/templates/<id:template_id>")
class TemplateItem(TemplateResource):
    @blp.response(200, schemas.TemplateSchema)
    @blp.alt_response(404, description="No such template")
    def get(self, template_id):
        """Read a template of checklists in its newest version, also a deleted one"""
        return templates.get(template_id, deleted_too=True)

    @admin_only
    @blp.arguments(schemas.TemplateChangeSchema)
    @blp.response(200, schemas.TemplateSchema)
    @blp.alt_response(404, description="No such template")
    def patch(self, changes, template_id):
        """Make the next version of a template

        Weekends built with an earlier one keep it, also when they are run again.
        """
        template = templates.get(template_id, for_update=True)
        etags.check_if_match(template)
        templates.update(template, changes)
        db.session.commit()
        return template

    @admin_only
    @blp.response(204)
    @blp.alt_response(404, description="No such template")
    def delete(self, template_id):
        """Take back a template; weekends built with it keep it"""
        template = templates.get(template_id, for_update=True)
        etags.check_if_match(template)
        templates.delete(template)
        db.session.commit()


@blp.route("/templates/<id:template_id>/restore")
class RestoreTemplate(Resource):
    @admin_only
    @blp.response(200, schemas.TemplateSchema)
    @blp.alt_response(404, description="No such template")
    @blp.alt_response(409, description="The template has not been deleted")
    @blp.alt_response(412, "Status412")
    def post(self, template_id):
        """Restore a deleted template"""
        template = templates.get(template_id, for_update=True, deleted_too=True)
        etags.check_if_match(template)
        templates.restore(template)
        db.session.commit()
        return template


@blp.route("/events/<id:event_id>/checklists")
class BuildWeekend(Resource):
    @admin_only
    @blp.arguments(schemas.BuildSchema)
    @blp.response(201, schemas.BuiltSchema)
    @blp.alt_response(200, schema=schemas.BuiltSchema, description="What a run would make")
    @blp.alt_response(404, description="No such race weekend")
    def post(self, how, event_id):
        """Build a race weekend from a template

        Makes a task per event, session, bike, rider, or bike or rider and session, as each item
        says. Run again it adds only what is missing. Items for a crash or rain wait for it.
        """
        event = events.get(event_id, for_update=True)
        created = service.build(event, actor=g.actor, **how)
        db.session.commit()
        where = {"Location": url_for("tasks.TaskList", event_id=event_id)}
        return ({"created": created}, 200) if how["dry_run"] else ({"created": created}, 201, where)
