"""Comments on tasks."""

from flask import g, url_for

from raceapp.comments import schemas, service
from raceapp.limits import budgets
from raceapp.storage.session import db
from raceapp.tasks import rows
from raceapp.web import etags
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint("comments", __name__, url_prefix="/v1", description="What people say of a task")


@blp.route("/tasks/<id:task_id>/comments")
class TaskComments(Resource):
    budget = budgets.TASKS

    @blp.arguments(schemas.CommentQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.CommentSchema(many=True))
    @blp.alt_response(404, description="No such task, or none that you may see")
    def get(self, page, task_id):
        """List the comments on a task, the oldest first"""
        task = rows.get(task_id, actor=g.actor)
        return page.of(service.of_task(task))

    @blp.arguments(schemas.CommentCreateSchema)
    @blp.response(201, schemas.CommentSchema)
    @blp.alt_response(404, description="No such task, or none that you may see")
    @blp.alt_response(409, description="The task has been deleted")
    def post(self, fields, task_id):
        """Comment on a task"""
        task = rows.get(task_id, actor=g.actor, hold=True)
        comment = service.add(task, actor=g.actor, **fields)
        db.session.commit()
        return comment, {"Location": url_for("comments.TaskComments", task_id=task_id)}


@blp.route("/comments/<id:comment_id>")
class CommentItem(Resource):
    budget = budgets.TASKS

    @blp.response(204)
    @blp.alt_response(403, description="Neither yours nor are you a team manager")
    @blp.alt_response(404, description="No such comment, or none that you may see")
    def delete(self, comment_id):
        """Delete a comment: it is hidden, not erased"""
        comment = service.get(comment_id, actor=g.actor)
        service.check_may_hide(comment, actor=g.actor)
        etags.check_if_match(comment)
        service.hide(comment, actor=g.actor)
        db.session.commit()
