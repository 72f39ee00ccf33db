"""The secrets of links. Each follows from a nonce and a key of the application.

So a link can be told again, as a QR code or in the answer to a repeated request, though nobody
keeps its secret: the database alone tells no link. Without the key no link is told again, and
invitations end; calendars and links to set a password go on, known by the hash of their secret.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

from flask import current_app, g

from raceapp import errors

# No JSON text and no header has these characters, so no text of people is taken for a mark.
MARK = "\x02{} {}\x03"
MARKED = re.compile(MARK.format("([0-9a-f]{8})", "([A-Za-z0-9_-]{43})"))
KEY_IS_GONE = "This link has ended, since the key of the application has changed: make another."


class Seed(NamedTuple):
    """What the secret of a link follows from: a key of the application, by its id, and a nonce."""

    key_id: str
    nonce: str

    @property
    def secret(self) -> str:
        """Return a secret of 256 bits. `link:` keeps it apart from all that tokens sign."""
        key = keys().get(self.key_id)
        if key is None:
            raise errors.Conflict(KEY_IS_GONE)
        digest = hmac.digest(key.encode(), f"link:{self.nonce}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def new_seed() -> Seed:
    """Return the seed of a new secret, which the present answer may tell."""
    seed = Seed(next(iter(keys())), secrets.token_urlsafe(32))
    g.setdefault("seeds", []).append(seed)
    return seed


def without_secrets(text: str) -> str:
    """Return an answer to be kept, with the seeds in place of the secrets."""
    for seed in g.get("seeds", ()):
        text = text.replace(seed.secret, MARK.format(*seed))
    return text


def with_secrets(text: str) -> str:
    """Return a kept answer with its secrets; raises Conflict when their key is gone."""
    return MARKED.sub(lambda found: Seed(*found.groups()).secret, text)


def keys() -> dict[str, str]:
    """Return the accepted keys by their ids, the one that signs first."""
    names = ("JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEY")
    found = (current_app.config[name] for name in names)
    return {key_id(key): key for key in found if key}


def key_id(key: str) -> str:
    """Return a name for a key that does not give it away."""
    return hashlib.sha256(b"key id:" + key.encode()).hexdigest()[:8]
