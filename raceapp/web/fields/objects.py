"""Objects whose members no schema of ours names."""

import marshmallow as ma

MOST_MEMBERS = 100  # More members than any call takes or any answer has.


class Mapping(ma.fields.Dict):
    """Values by name, in an answer."""

    def __init__(self, most: int = MOST_MEMBERS, *, metadata=(), **kwargs):
        super().__init__(
            required=True, metadata={"maxProperties": most, **dict(metadata)}, **kwargs
        )


class Object(ma.fields.Raw):
    """The body of another call, or its answer, as it is."""

    def __init__(self, *, metadata=(), **kwargs):
        stated = {"type": "object", "maxProperties": MOST_MEMBERS}
        super().__init__(metadata={**stated, **dict(metadata)}, **kwargs)
