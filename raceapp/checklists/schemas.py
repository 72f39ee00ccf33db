"""What templates of checklists look like in JSON."""

import re

import marshmallow as ma

from raceapp.checklists.models import Scope, Template, Tier
from raceapp.permissions import CrewRole
from raceapp.tasks.models import Anchor
from raceapp.tasks.schemas import MAX_OFFSET, MeasurementSchema
from raceapp.timetable.models import SessionKind
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query

MAX_ITEMS = 1000
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
OF_A_SESSION = {Anchor.SESSION_START, Anchor.SESSION_END}


def is_key(text: str) -> None:
    if not KEY.fullmatch(text):
        raise ma.ValidationError("Must be letters, digits, dots and dashes, such as ws-bolts.")


class ChecklistItemSchema(ma.Schema):
    """One line of a checklist, repeated for everything in its scope."""

    key = fields.Text(
        40,
        required=True,
        validate=is_key,
        metadata={"pattern": f"^{KEY.pattern}$", "example": "ws-bolts"},
    )
    section = fields.Text(100, required=True, metadata={"example": "Pre-event & packing"})
    title = fields.Text(200, required=True, metadata={"example": "Torque the front caliper bolts"})
    scope = fields.Choice(
        Scope, required=True, metadata={"description": "What it is repeated for", "example": "bike"}
    )
    crew_role = fields.Choice(CrewRole, required=True, metadata={"example": "mechanic"})
    anchor = fields.Choice(
        Anchor,
        required=True,
        metadata={"description": "What its due time hangs on", "example": "event_start"},
    )
    offset_minutes = fields.Int(
        -MAX_OFFSET,
        MAX_OFFSET,
        required=True,
        metadata={
            "description": "Due so long after the anchor, before it when negative",
            "example": -4320,
        },
    )
    session_kinds = fields.Distinct(
        fields.Choice(SessionKind),
        len(SessionKind),
        least=1,
        allow_none=True,
        load_default=None,
        error_messages={
            "length": "Name at least one kind and each once, or leave it null for all.",
            "twice": "Name each kind once.",
        },
        metadata={"description": "Kinds of session it is for; null is all", "example": None},
    )
    is_critical = fields.Bool(required=True, metadata={"example": True})
    needs_check = fields.Bool(
        required=True, metadata={"description": "By a second person", "example": True}
    )
    measurement = ma.fields.Nested(MeasurementSchema, allow_none=True, load_default=None)
    tier = fields.Choice(Tier, required=True, metadata={"example": "club"})

    @ma.validates_schema
    def check_session(self, data, **kwargs):
        if data["scope"].has_session:
            return
        if data["anchor"] in OF_A_SESSION:
            raise ma.ValidationError("Needs a scope with a session.", "anchor")
        if data["session_kinds"] is not None:
            raise ma.ValidationError("Needs a scope with a session.", "session_kinds")


class Items(ma.fields.List):
    """The items of a template. Faults name their item by index and key."""

    default_error_messages = {
        "required": "This is required.",
        "null": "Must not be null.",
        "invalid": "Must be a list of items.",
        "length": "Must not be more than {most} items.",
        "twice": "There are two items with this key.",
    }

    def __init__(self, **kwargs):
        metadata = {"maxItems": MAX_ITEMS}
        super().__init__(ma.fields.Nested(ChecklistItemSchema), metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        # The length first, so that a list of a hundred thousand items costs nothing.
        if isinstance(value, list) and len(value) > MAX_ITEMS:
            raise self.make_error("length", most=MAX_ITEMS)
        try:
            items = super()._deserialize(value, attr, data, **kwargs)
            self.check_keys(items)
        except ma.ValidationError as error:
            if isinstance(error.messages, list):
                raise
            raise ma.ValidationError(with_keys(error.messages, value)) from error
        return items

    def _serialize(self, value, attr, obj, **kwargs):
        # Items are stored as they were checked, which is also how they are sent.
        return value

    def check_keys(self, items: list[dict]) -> None:
        seen = set()
        for index, item in enumerate(items):
            if item["key"] in seen:
                raise ma.ValidationError({index: {"key": [self.error_messages["twice"]]}})
            seen.add(item["key"])


def with_keys(messages: dict, items: list) -> dict:
    """Return the faults of `items` by index, each message with the key of its item."""
    return {index: said_of(items[index], found) for index, found in messages.items()}


def said_of(item, found):
    """Put the key of `item`, if it has one, before each message in `found`."""
    if isinstance(found, dict):
        return {name: said_of(item, inner) for name, inner in found.items()}
    key = item.get("key") if isinstance(item, dict) else None
    if not isinstance(key, str):
        return found
    return [f"Item {key[:40]}: {message}" for message in found]


class TemplateFields(ma.Schema):
    name = fields.Text(100, metadata={"example": "Motorcycle road racing"})
    description = fields.LongText(
        allow_none=True, metadata={"example": "Two bikes each, from truck to truck"}
    )
    items = Items()


class TemplateCreateSchema(TemplateFields):
    name = fields.Text(100, required=True, metadata={"example": "Motorcycle road racing"})
    items = Items(required=True)


class TemplateChangeSchema(TemplateFields):
    pass


class TemplateSchema(TemplateFields, fields.Numbered):
    id = fields.Id(required=True)
    created_at = fields.UTCDateTime(required=True)
    updated_at = fields.UTCDateTime(required=True)
    deleted_at = fields.UTCDateTime(required=True, allow_none=True, metadata={"example": None})
    version = fields.Version(required=True)


TEMPLATE_KEYSET = Keyset((Template.name, Template.created_at), id=Template.id)


class TemplateQuerySchema(list_query(TEMPLATE_KEYSET)):
    deleted = fields.QueryBool(
        metadata={"description": "Only deleted templates, for team managers"}
    )
    q = fields.Text(
        100, allow_blank=True, metadata={"description": "Part of the name or the description"}
    )


class BuildSchema(ma.Schema):
    template_id = fields.Id(required=True)
    tier = fields.Choice(
        Tier,
        load_default=Tier.NATIONAL,
        metadata={"description": "club takes the club items, national all", "example": "national"},
    )
    dry_run = fields.Bool(
        load_default=False, metadata={"description": "Only count", "example": False}
    )


# A weekend of four bikes, two riders and nine sessions, built from the shipped library.
FULL_WEEKEND = {
    Scope.EVENT: 18,
    Scope.SESSION: 8,
    Scope.BIKE: 56,
    Scope.BIKE_SESSION: 656,
    Scope.RIDER: 4,
    Scope.RIDER_SESSION: 48,
}
CountsSchema = ma.Schema.from_dict(
    {scope.value: fields.Count(metadata={"example": FULL_WEEKEND[scope]}) for scope in Scope},
    name="TasksPerScopeSchema",
)


class BuiltSchema(ma.Schema):
    """How many tasks were added, per scope."""

    created = ma.fields.Nested(CountsSchema, required=True)
