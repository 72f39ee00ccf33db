"""A good body is read as its schema would; any other is left to the schema."""

import marshmallow as ma
import pytest

from raceapp.tasks.schemas import SignOffCreateSchema, TaskChangeSchema, TaskCreateSchema
from raceapp.web import fields
from raceapp.web.loading import quick_loader

GOOD = [
    (
        TaskCreateSchema,
        {"event_id": 1, "title": "  Axle nut ", "due_at": "2026-07-01T10:00:00+02:00"},
    ),
    (TaskCreateSchema, {"is_critical": True, "title": "Axle nut", "event_id": 1}),
    (TaskCreateSchema, {"event_id": 1, "title": "Axle nut", "assigned_to": None}),
    (TaskChangeSchema, {"completed": True}),
    (TaskChangeSchema, {"due_at": None, "title": "Chain tension"}),
    (TaskChangeSchema, {}),
    (SignOffCreateSchema, {"act": "done"}),
    (SignOffCreateSchema, {"note": "Loose", "act": "fail", "value": 29.5}),
]
OTHERS = [
    (TaskCreateSchema, {"title": "Without its weekend"}),
    (TaskCreateSchema, {"event_id": "1", "title": "Axle nut"}),
    (TaskCreateSchema, {"event_id": 1, "title": " "}),
    (TaskCreateSchema, {"event_id": 1, "title": "Axle nut", "colour": "red"}),
    (TaskChangeSchema, {"version": 3}),
    (TaskChangeSchema, {"title": None}),
    (SignOffCreateSchema, {"act": "wave"}),
    (SignOffCreateSchema, []),
    (SignOffCreateSchema, None),
    (SignOffCreateSchema, "act"),
]


@pytest.mark.parametrize(("schema", "body"), GOOD)
def test_a_good_body_is_read_as_by_the_schema(schema, body):
    expected = schema().load(body)

    found = quick_loader(schema())(body)

    assert found == expected
    assert type(found) is dict


@pytest.mark.parametrize("names", [("title", "event_id"), ("event_id", "title")])
def test_the_order_of_a_body_is_no_matter(names):
    body = {"event_id": 1, "title": "Axle nut"}

    found = quick_loader(TaskCreateSchema())({name: body[name] for name in names})

    assert list(found) == list(TaskCreateSchema().load(body))


@pytest.mark.parametrize(("schema", "body"), OTHERS)
def test_any_other_body_is_left_to_the_schema(schema, body):
    with pytest.raises(ma.ValidationError):
        schema().load(body)

    assert quick_loader(schema())(body) is None


class Renamed(ma.Schema):
    text = fields.Text(10, data_key="q", attribute="words")
    size = fields.Int(1, 9, load_default=3)


class Checked(ma.Schema):
    text = fields.Text(10)

    @ma.validates_schema
    def check(self, data, **kwargs):
        raise AssertionError("Nobody asks.")


class Computed(ma.Schema):
    size = ma.fields.Integer(load_default=lambda: 3)


def test_names_and_defaults_are_those_of_the_schema():
    assert quick_loader(Renamed())({"q": "nut"}) == {"words": "nut", "size": 3}


@pytest.mark.parametrize(
    "schema", [Checked(), Computed(), Renamed(many=True), Renamed(partial=True)]
)
def test_a_schema_that_does_more_is_not_gone_past(schema):
    assert quick_loader(schema) is None
