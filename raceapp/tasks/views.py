"""Tasks."""

from datetime import datetime
from functools import partial

from flask import g, request, url_for

from raceapp.history import service as history
from raceapp.history.schemas import HistoryEntrySchema, HistoryQuerySchema
from raceapp.limits import budgets
from raceapp.storage.ahead import ReadAhead
from raceapp.storage.session import commit_if_begun
from raceapp.tasks import assigning, creating, lists, queries, rows, schemas, service, signing
from raceapp.web import etags
from raceapp.web.rest import Blueprint, Resource

blp = Blueprint("tasks", __name__, url_prefix="/v1/tasks", description="What is to be done")


class TaskResource(Resource):
    """All views of tasks draw on one budget per person."""

    budget = budgets.TASKS


def device_time_around() -> datetime | None:
    """Return the time that a batch gives what is signed without a time of its own."""
    return request.environ.get(signing.DEVICE_TIME)


@blp.route("")
class TaskList(TaskResource):
    @blp.arguments(queries.TaskQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.TaskSchema(many=True))
    @blp.alt_response(403, description="Only team managers and crew chiefs may list deleted tasks")
    def get(self, page, **filters):
        """List tasks: your own, soonest due first, unless you ask otherwise"""
        return lists.page(page, actor=g.actor, **filters)

    @blp.arguments(schemas.TaskCreateSchema)
    @blp.response(201, schemas.TaskSchema)
    @blp.alt_response(403, description="For somebody else, critical or planned, by who may not")
    def post(self, fields):
        """Create a task"""
        task = creating.create(actor=g.actor, **fields)
        commit_if_begun()
        return task, {"Location": url_for("tasks.TaskItem", task_id=task.id)}


@blp.route("/assignments")
class TaskAssignments(TaskResource):
    @blp.arguments(schemas.AssignmentsSchema)
    @blp.response(200, schemas.AssignedSchema)
    @blp.alt_response(403, description="Only team managers and crew chiefs assign tasks")
    @blp.alt_response(409, description="One of the tasks has been deleted")
    @blp.doc(operationId="assign_tasks")
    def post(self, given):
        """Give many tasks to one person, all of them or none"""
        changed = assigning.assign(actor=g.actor, **given)
        commit_if_begun()
        return {"changed": changed}


@blp.route("/<id:task_id>")
class TaskItem(TaskResource):
    read_ahead = {"GET": partial(ReadAhead, rows.one), "PATCH": partial(ReadAhead, rows.one)}

    @blp.response(200, schemas.TaskSchema)
    @blp.alt_response(404, description="No such task, or none that you may see")
    def get(self, task_id):
        """Read a task"""
        return rows.get(task_id, actor=g.actor)

    @blp.arguments(schemas.TaskChangeSchema)
    @blp.response(200, schemas.TaskSchema)
    @blp.alt_response(403, description="Not yours, or not a field you may change")
    @blp.alt_response(404, description="No such task, or none that you may see")
    @blp.alt_response(409, description="The task has been deleted")
    def patch(self, changes, task_id):
        """Change a task, or tick it"""
        task = rows.get(task_id, actor=g.actor, hold=service.is_wider(changes))
        service.check_may_change(task, changes, actor=g.actor)
        etags.check_if_match(task)
        service.update(task, changes, device_time=device_time_around(), actor=g.actor)
        commit_if_begun()
        return task

    @blp.response(204)
    @blp.alt_response(403, description="Not yours")
    @blp.alt_response(404, description="No such task, or none that you may see")
    @blp.alt_response(409, description="Critical, signed or already deleted")
    def delete(self, task_id):
        """Delete a task: it is hidden, not erased"""
        task = rows.get(task_id, actor=g.actor)
        service.check_may_delete(task, actor=g.actor)
        etags.check_if_match(task)
        service.delete(task, actor=g.actor)
        commit_if_begun()


@blp.route("/<id:task_id>/restore")
class RestoreTask(TaskResource):
    @blp.response(200, schemas.TaskSchema)
    @blp.alt_response(404, description="No such task, or none that you may see")
    @blp.alt_response(409, description="The task has not been deleted")
    @blp.alt_response(412, "Status412")
    def post(self, task_id):
        """Restore a deleted task"""
        task = rows.get(task_id, actor=g.actor)
        etags.check_if_match(task)
        service.restore(task, actor=g.actor)
        commit_if_begun()
        return task


@blp.route("/<id:task_id>/history")
class TaskHistory(TaskResource):
    @blp.arguments(HistoryQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, HistoryEntrySchema(many=True))
    @blp.alt_response(404, description="No such task, or none that you may see")
    def get(self, page, task_id):
        """Read the record of a task"""
        task = rows.get(task_id, actor=g.actor)
        return page.of(history.of_task(task.id))


@blp.route("/<id:task_id>/sign-offs")
class TaskSignOffs(TaskResource):
    budgets = {"POST": budgets.SIGN_OFFS}
    read_ahead = {"POST": partial(ReadAhead, rows.one)}

    @blp.arguments(queries.SignOffQuerySchema, location="query", as_kwargs=True)
    @blp.response(200, schemas.SignOffSchema(many=True))
    @blp.alt_response(404, description="No such task, or none that you may see")
    @blp.doc(operationId="list_sign_offs")
    def get(self, page, task_id):
        """List the sign-offs of a task"""
        task = rows.get(task_id, actor=g.actor)
        return page.of(signing.sign_offs_of(task))

    @blp.arguments(schemas.SignOffCreateSchema)
    @blp.response(201, schemas.TaskSchema)
    @blp.alt_response(403, description="Not yours to sign")
    @blp.alt_response(404, description="No such task, or none that you may see")
    @blp.alt_response(409, description="Not from this state, not by this person, or not first")
    @blp.alt_response(412, "Status412")
    @blp.doc(operationId="sign_off_task")
    def post(self, sign_off, task_id):
        """Sign a task as done, checked, failed, not applicable or reopened"""
        is_voiding = sign_off["act"] in signing.VOIDING
        task = rows.get(task_id, actor=g.actor, hold=is_voiding)
        signing.check_may_sign(task, sign_off["act"], actor=g.actor)
        etags.check_if_match(task)
        sign_off["device_time"] = sign_off.get("device_time") or device_time_around()
        signing.sign_off(task, actor=g.actor, **sign_off)
        commit_if_begun()
        return task, {"Location": url_for("tasks.TaskItem", task_id=task.id)}
