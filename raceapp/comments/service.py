"""Comments: added and hidden, both in the record of the weekend."""

import sqlalchemy as sa

from raceapp import clock, errors
from raceapp.comments.models import Comment
from raceapp.history import service as history
from raceapp.storage import bulk
from raceapp.storage.session import db
from raceapp.tasks import service as tasks
from raceapp.tasks.models import Task
from raceapp.tasks.visibility import visible_to

NO_SUCH_COMMENT = "There is no such comment, or none that you may see."


def of_task(task) -> sa.Select:
    return sa.select(Comment).where(Comment.task_id == task.id, Comment.deleted_at.is_(None))


def get(comment_id: int, *, actor) -> Comment:
    """Return the comment if `actor` may see its task, or raise NotFound."""
    seen = visible_to(actor).with_only_columns(Task.id)
    found = db.session.scalar(
        sa.select(Comment).where(
            Comment.id == comment_id, Comment.deleted_at.is_(None), Comment.task_id.in_(seen)
        )
    )
    if found is None:
        raise errors.NotFound(NO_SUCH_COMMENT)
    return found


def add(task, *, actor, text: str) -> Comment:
    """Add a comment to a task. Raises Conflict when the task has been deleted."""
    if task.deleted_at:
        raise errors.Conflict("This task has been deleted: restore it first.")
    fields = {"event_id": task.event_id, "task_id": task.id, "text": text}
    comment = Comment(**fields, created_by=actor.id)
    db.session.add(comment)
    db.session.flush()
    as_recorded = {"task_id": task.id, "text": text}
    history.record(task.event_id, "comment.added", comment, actor=actor, changes=as_recorded)
    return comment


@tasks.moved.connect
def follow_task(task, *, event_id: int, actor) -> None:
    """Move the comments on a task to its new weekend, and say so in the records of both."""
    of_task = sa.select(Comment.id).where(Comment.task_id == task.id).order_by(Comment.id)
    ids = db.session.scalars(of_task.with_for_update()).all()
    if not ids:
        return
    bulk.rewrite(Comment.__table__, ("event_id",), [(row_id, task.event_id) for row_id in ids])
    changes = {"event_id": [event_id, task.event_id], "comments": [*ids]}
    for told_at in (event_id, task.event_id):
        subject = f"task:{task.id}"
        history.record(told_at, "comments.moved", subject, actor=actor, changes=changes)


def check_may_hide(comment: Comment, *, actor) -> None:
    if not (actor.is_admin or comment.created_by == actor.id):
        raise errors.Forbidden("Only its author or a team manager may delete a comment.")


def hide(comment: Comment, *, actor) -> None:
    comment.deleted_at = clock.utcnow()
    as_recorded = {"task_id": comment.task_id}
    history.record(comment.event_id, "comment.deleted", comment, actor=actor, changes=as_recorded)
