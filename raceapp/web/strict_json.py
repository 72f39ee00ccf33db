"""JSON of RFC 8259 and nothing looser; a refusal names what is wrong with the body."""

import json
from json import JSONDecodeError

from raceapp import errors

MAX_DEPTH = 100
LONGEST_NAME = 60
TOO_DEEP = "The body is nested too deeply."


class NotJson(ValueError):
    """Text that the standard library would let pass; the message says which."""


def unique_keys(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(f"“{twice[:LONGEST_NAME]}” appears twice in the same object of the body.")
    return found


def refuse_constant(name):
    raise NotJson(f"{name} in the body is not JSON: send a number, or null.")


def finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise NotJson(f"{digits[:LONGEST_NAME]} in the body is too large for a number.")
    return number


DECODER = json.JSONDecoder(
    object_pairs_hook=unique_keys, parse_constant=refuse_constant, parse_float=finite
)


def parse_json(body: bytes) -> object:
    """Read RFC 8259 JSON in UTF-8; raises BadRequest."""
    try:
        found = DECODER.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise errors.BadRequest(why_not(body, error)) from error
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and is_deep(found):
        raise errors.BadRequest(TOO_DEEP)
    return found


STARTS = {
    b"\xef\xbb\xbf": "The body begins with a byte order mark: send it without one.",
    b"\xff\xfe": "The body is UTF-16: send it in UTF-8.",
    b"\xfe\xff": "The body is UTF-16: send it in UTF-8.",
    b"\x1f\x8b": "The body is compressed: send it as it is.",
}


def why_not(body: bytes, error: Exception) -> str:
    """Return a sentence that tells the sender why the body cannot be read."""
    if not body.strip():
        return "The body is empty: send JSON."
    for start, sentence in STARTS.items():
        if body.startswith(start):
            return sentence
    match error:
        case NotJson():
            return str(error)
        case UnicodeDecodeError():
            sentence = f"The body is not UTF-8: see byte {error.start + 1}."
        case JSONDecodeError():
            sentence = f"The body is not valid JSON: see line {error.lineno}, column {error.colno}."
        case RecursionError():
            sentence = TOO_DEEP
        case _:
            sentence = "A number in the body has too many digits."
    return sentence


def is_deep(value: object) -> bool:
    """Tell whether lists and objects are nested more than MAX_DEPTH deep.

    The depth that the decoder itself allows differs from one Python to the next.
    """
    level = [value]
    for _ in range(MAX_DEPTH):
        containers = (item for item in level if isinstance(item, (list, dict)))
        level = [
            child
            for item in containers
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True
