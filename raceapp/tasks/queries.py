"""What lists of tasks and of their signatures take."""

from raceapp.permissions import CrewRole
from raceapp.tasks.finding import HOLDER_WORDS
from raceapp.tasks.models import SignOff, Task, TaskStatus
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query

TASK_KEYSET = Keyset((Task.due_at, Task.created_at, Task.updated_at), id=Task.id)


class AssignedTo(fields.QueryId):
    """`me`, `none`, `any` or the id of a person."""

    default_error_messages = {"invalid": "Must be me, none, any or the id of a person."}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.metadata |= {"type": ["string", "integer"], "pattern": f"^({'|'.join(HOLDER_WORDS)})$"}
        self.metadata["maxLength"] = max(map(len, HOLDER_WORDS))

    def _deserialize(self, value, attr, data, **kwargs):
        return value if value in HOLDER_WORDS else super()._deserialize(value, attr, data, **kwargs)

    def _validate(self, value):
        if value not in HOLDER_WORDS:
            super()._validate(value)


class TaskQuerySchema(list_query(TASK_KEYSET)):
    event_id = fields.QueryId(metadata={"description": "Only tasks of this race weekend"})
    assigned_to = fields.Several(
        AssignedTo(),
        metadata={
            "description": "me, none, any or ids; by default me, for team managers any",
            "example": ["me"],
        },
    )
    completed = fields.QueryBool(metadata={"description": "Only done tasks, or only others"})
    is_overdue = fields.QueryBool(metadata={"description": "Open and past its due time, or not"})
    due_before = fields.UTCDateTime(metadata={"description": "Only tasks due before this time"})
    due_after = fields.UTCDateTime(metadata={"description": "Only tasks due after this time"})
    updated_since = fields.UTCDateTime(
        metadata={"description": "Only tasks changed at this time or later"}
    )
    q = fields.Text(
        100, allow_blank=True, metadata={"description": "Part of the title or the description"}
    )
    session_id = fields.Several(
        fields.QueryId(), metadata={"description": "Only tasks of these sessions"}
    )
    bike_id = fields.Several(
        fields.QueryId(), metadata={"description": "Only tasks of these bikes"}
    )
    crew_role = fields.Several(
        fields.Choice(CrewRole), metadata={"description": "Only tasks of these crew roles"}
    )
    section = fields.Text(100, metadata={"description": "Only this section of the checklists"})
    status = fields.Several(
        fields.Choice(TaskStatus), metadata={"description": "Only tasks in these states"}
    )
    claimable = fields.QueryBool(
        metadata={"description": "Nobody's, still to do, and of your crew role"}
    )
    needs_check_by = fields.Word(
        "Me",
        ["me"],
        error_messages={"unknown": "Must be me."},
        metadata={"description": "Done by somebody else and waiting for a check you may sign"},
    )
    deleted = fields.QueryBool(metadata={"description": "Only deleted tasks, for team managers"})


SIGN_OFF_KEYSET = Keyset((), id=SignOff.id)


class SignOffQuerySchema(list_query(SIGN_OFF_KEYSET)):
    pass
