"""Deleted rows, which are hidden and never erased: leaving them out, listing, restoring them."""

from raceapp import errors


def listed(model, deleted: bool | None, *, actor):
    """Return the condition for a list: live rows, or only deleted ones.

    Raises Forbidden when anybody but a team manager asks for deleted rows.
    """
    if deleted is not None and not actor.is_admin:
        raise errors.Forbidden("Only a team manager may list what has been deleted.")
    return model.deleted_at.is_not(None) if deleted else model.deleted_at.is_(None)


def bring_back(row, what: str) -> None:
    """Show a hidden row again; raises Conflict when it is live. `what` is what people call it."""
    if row.deleted_at is None:
        raise errors.Conflict(f"This {what} has not been deleted.")
    row.deleted_at = None
