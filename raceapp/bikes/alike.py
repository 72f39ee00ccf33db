"""Which names look the same to a reader."""

import unicodedata


def folded(text: str) -> str:
    """Return `text` without regard to case, width, and kind and number of spaces.

    Characters that nobody sees, such as a zero-width space, make no difference either.
    """
    wide = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(char for char in wide if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", " ".join(seen.split()))
