"""Tables as spreadsheets write them (RFC 4180), read strictly and written safely.

Rows are counted as in a spreadsheet: the header is row 1, and a cell of several lines is one row.
All faults of a table are told at once, by row and column.
"""

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from raceapp import errors

CONTENT_TYPE = "text/csv; charset=utf-8"
MAX_ROWS = 10_000
MAX_COLUMNS = 100
SEPARATORS = ",;\t"
CHARSETS = {"utf-8": "utf-8-sig", "windows-1252": "cp1252"}
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
WHOLE = "table"  # The name for faults of no column in particular.
# What spreadsheets run as a formula, behind any apostrophes that are there already: so every
# text comes back as it was.
FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def defused(text: str) -> str:
    """Return a cell that no spreadsheet runs."""
    return f"'{text}" if FORMULA.match(text) else text


def undefused(text: str) -> str:
    """Take off the apostrophe that `defused()` put there."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return codecs.BOM_UTF8 + text.getvalue().encode()


# --- reading -----------------------------------------------------------------------------


@dataclass
class Faults:
    """What is wrong with a table, by row and column; `called` says what a table calls a column."""

    by_row: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)

    def add(self, row: int, column: str, *sentences: str) -> None:
        name = self.called.get(column, column)
        self.by_row.setdefault(row, {}).setdefault(name, []).extend(sentences)

    def of(self, row: int, column: str) -> list[str]:
        """Return what was told of a cell so far."""
        return self.by_row.get(row, {}).get(self.called.get(column, column), [])

    def refuse(self) -> None:
        """Raise Invalid if there are any."""
        if self.by_row:
            raise errors.Invalid(errors=errors.Rows(self.by_row))


def fault(row: int, column: str, *sentences: str) -> errors.Invalid:
    return errors.Invalid(errors=errors.Rows({row: {column: list(sentences)}}))


@dataclass(frozen=True)
class Sheet:
    """The rows of a table as `{column: text}`, by their numbers; blank ones are left out.

    `called` are the names that its header has for columns, in small letters.
    """

    columns: Sequence[str]
    rows: dict[int, dict[str, str]]
    has_decimal_comma: bool
    called: Mapping[str, str]


def read(
    data: bytes,
    charset: str | None,
    *,
    known: Sequence[str],
    needed: Sequence[str] = (),
    most: int = MAX_ROWS,
    synonyms: Mapping[str, str] | None = None,
) -> Sheet:
    """Return the table in `data`, whose columns are among `known` in any order.

    `synonyms` are other names for them, `{"session": "name"}`. Raises Invalid,
    naming each fault by row and column.
    """
    text = decoded(data, charset)
    separator = separator_of(text)
    records = split(text, separator, most)
    names = [cell.strip().lower() for cell in (records[0] if records else [])]
    header = [(synonyms or {}).get(name, name) for name in names]
    called = dict(zip(header, names, strict=True))
    check_columns(header, names, known, needed)
    faults = Faults(called=called)
    rows = {}
    for number, record in enumerate(records[1:], 2):
        if any(cell.strip() for cell in record):
            check_length(number, record, header, faults)
            rows[number] = dict(zip(header, map(undefused, record), strict=False))
    faults.refuse()
    return Sheet(header, rows, separator == ";", called)


def decoded(data: bytes, charset: str | None) -> str:
    try:
        return text_in(data, charset)
    except UnicodeDecodeError as error:
        start = error.object[: error.start].decode(CHARSETS[charset_of(charset)])
        raise fault(rows_of(start), WHOLE, unreadable(charset, "CSV UTF-8")) from error
    except ValueError as error:
        raise fault(1, WHOLE, str(error)) from error


def rows_of(start: str) -> int:
    """Return how many rows the start of a table has, the last of which may go on."""
    rows = csv.reader(io.StringIO(f"{start}.", newline=""), delimiter=separator_of(start))
    number = 1
    with contextlib.suppress(csv.Error):  # A cell is too long.
        number = sum(1 for _ in rows)
    return number


def unreadable(charset: str | None, wanted: str) -> str:
    """Return a sentence for bytes that are no text in the charset that was sent."""
    if charset_of(charset) == "utf-8":
        return f"This is no UTF-8. Save it as {wanted}, or send charset=windows-1252."
    return f"This is no windows-1252. Save it as {wanted}."


def charset_of(charset: str | None) -> str:
    return (charset or "utf-8").lower()


def text_in(data: bytes, charset: str | None) -> str:
    """Return the text of a file in its charset; raises UnicodeDecodeError or ValueError."""
    if data.startswith(UTF_16) or b"\0" in data:
        raise ValueError("This is no text in UTF-8. Save it as UTF-8.")
    encoding = CHARSETS.get(charset_of(charset))
    if encoding is None:
        raise ValueError("The charset must be utf-8 or windows-1252.")
    return data.decode(encoding)


def separator_of(text: str) -> str:
    """Return the separator of the header; a comma if it has none."""
    header = text.partition("\n")[0]
    return max(SEPARATORS, key=header.count)


def split(text: str, separator: str, most: int) -> list[list[str]]:
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for record in reader:
            records.append(record)
            if len(records) > most + 1:
                raise fault(len(records), WHOLE, f"This table has at most {most:,} rows.")
    except csv.Error as error:
        is_long = "field larger" in str(error)
        sentence = "A cell is too long." if is_long else "A quote is open, or stands amiss."
        raise fault(len(records) + 1, WHOLE, sentence) from error
    return records


def check_columns(
    columns: list[str], names: list[str], known: Sequence[str], needed: Sequence[str]
) -> None:
    """Raise Invalid unless the columns, which the table calls `names`, are known and once there."""
    if len(columns) > MAX_COLUMNS:
        raise fault(1, WHOLE, f"A table has at most {MAX_COLUMNS} columns.")
    faults = Faults()
    if not columns and not needed:
        faults.add(1, WHOLE, "There is nothing here: the first row names the columns.")
    for place, column in enumerate(columns):
        if column not in known:
            shown = errors.printable(column)[:60] or f"column {place + 1}"
            faults.add(1, shown, f"There is no such column. There are {', '.join(known)}.")
        elif column in columns[:place]:
            faults.add(1, names[place], "This column is there twice.")
    for column in needed:
        if column not in columns:
            faults.add(1, column, "This column is missing.")
    faults.refuse()


def check_length(number: int, record: list[str], header: list[str], faults: Faults) -> None:
    if len(record) < len(header):
        faults.add(number, header[len(record)], "The row ends before this column.")
    elif len(record) > len(header):
        sentence = f"The row has {len(record)} cells, the header {len(header)}."
        faults.add(number, header[-1], sentence)
