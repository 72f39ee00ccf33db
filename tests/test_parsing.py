"""How deep a body may be nested, on every Python alike."""

import pytest

from raceapp import errors
from raceapp.web.strict_json import MAX_DEPTH, parse_json


def nested(depth, opening, closing):
    return opening * depth + b"0" + closing * depth


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_body_may_be_nested_so_deep_and_no_deeper(opening, closing):
    assert parse_json(nested(MAX_DEPTH - 1, opening, closing))

    with pytest.raises(errors.BadRequest):
        parse_json(nested(MAX_DEPTH + 1, opening, closing))
