"""Which names look the same to a reader."""

import unicodedata


def name_key(name: str) -> str:
    """Return the key that names share which look the same.

    Case, width, and kind and number of spaces make no difference, nor do characters that nobody
    sees, such as a zero-width space. Accents do; `storage.expressions.fold()`, for searching and
    sorting, drops them.
    """
    wide = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(char for char in wide if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", " ".join(seen.split()))
