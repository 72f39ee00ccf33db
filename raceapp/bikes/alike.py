"""Which names are the same to whoever reads them."""

import unicodedata


def folded(text: str) -> str:
    """Return `text` without regard to case, width, and kind and number of spaces.

    What nobody sees, a zero-width space say, is no difference either.
    """
    wide = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(char for char in wide if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", " ".join(seen.split()))
