"""A file of answers as columns of clean text, whatever spreadsheet or survey tool wrote it.

Nothing is guessed in silence: a file that is not a table of text is refused in one sentence that
says what to do. Cells stay text; a formula is the characters that it is written with.
"""

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.dataset import DataError

DELIMITERS = (",", ";", "\t", "|")
ALTERNATIVES = " | "
SAVE_AS_CSV = "Open it there and save it as “CSV UTF-8”."

_SIGNATURES = (
    (b"PK\x03\x04", "is a workbook or a zip file, whatever its name says. " + SAVE_AS_CSV),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook, whatever its name says. " + SAVE_AS_CSV),
    (b"%PDF", "is a PDF. Ask for the table it was made from, as a CSV file."),
    (b"\x1f\x8b", "is a compressed file. Unpack it first."),
    (b"PAR1", "is a Parquet file. Save it as a CSV file."),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
# A LimeSurvey export heads a column "code. Question" or "group[code]. Question";
# the R package that reads it writes "code._.Question".
_CODE = re.compile(r"([A-Za-z][\w-]*(?:\[[\w-]+\])?)(?:\.\s|\._\.)")


@dataclass(frozen=True)
class Table:
    """A file's columns, as clean text. ``lines`` says where in the file each row starts."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def places(self, column: str) -> list[int]:
        """Where a column stands, by its whole heading or by its LimeSurvey code.

        ``column`` may give alternatives, as ``"leave | likert1[leave]"``.
        """
        wanted = {column, *column.split(ALTERNATIVES)}
        whole = [i for i, heading in enumerate(self.header) if heading in wanted]
        return whole or [i for i, heading in enumerate(self.header) if _code(heading) in wanted]

    def cells(self, place: int) -> list[str]:
        return [row[place] for row in self.rows]


def read_table(path: Path, wanted: Collection[str]) -> Table:
    """Read a CSV or TSV file; ``wanted`` are the columns hoped for, which settle the delimiter.

    Raises :class:`DataError` when the file is missing, not text, or not a table.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError([f"{path.name} could not be read: {error.strerror}."]) from error
    return parse_table(decode(data, path.name), path.name, wanted)


def decode(data: bytes, name: str) -> str:
    """Text in UTF-8 or UTF-16, with or without a byte-order mark; anything else is refused."""
    if not data.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise DataError([f"{name} is empty. Choose the file again."])
    refuse_other_kinds(data, name)
    try:
        text = data.decode(encoding_of(data))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            [f"{name} is not UTF-8 text (line {line}). Save it as “CSV UTF-8” and try again."]
        ) from error
    if found := _CONTROL.search(text):
        line = text[: found.start()].count("\n") + 1
        raise DataError([f"{name} is not a text file (line {line}). {SAVE_AS_CSV}"])
    if text.lstrip("\ufeff \r\n\t")[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise DataError([f"{name} is a web page or XML, not a table. Export the answers as CSV."])
    return text


def cells(row: Sequence[str]) -> str:
    """How many cells a row has, in words.

    >>> cells(["a"]), cells(["a", "b"])
    ('1 cell', '2 cells')
    """
    return f"{len(row)} cell{'' if len(row) == 1 else 's'}"


def refuse_other_kinds(data: bytes, name: str) -> None:
    """Raise :class:`DataError` where the first bytes are those of a workbook or a PDF."""
    for signature, sentence in _SIGNATURES:
        if data.startswith(signature):
            raise DataError([f"{name} {sentence}"])


def parse_table(text: str, name: str, wanted: Collection[str] = ()) -> Table:
    """The rows of delimited text, without empty ones; every ragged row is named by its line."""
    delimiter = delimiter_of(text, wanted)
    plain = text.replace("\ufeff", "")
    reader = csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    ragged: list[str] = []
    header: tuple[str, ...] = ()
    start = 1
    try:
        for raw in reader:
            row = tuple(map(str.strip, raw))
            line, start = start, reader.line_num + 1
            if not any(row):
                continue
            if not header:
                header = row
            elif len(row) != len(header):
                ragged.append(
                    f"{name}, line {line}: {cells(row)} where the heading has {len(header)}."
                )
            else:
                rows.append(row)
                lines.append(line)
    except csv.Error as error:
        raise DataError(
            [f"{name}, line {start}: this line could not be read ({error}). Check its quotes."]
        ) from error
    if ragged:
        raise DataError(ragged)
    if not rows:
        raise DataError([f"{name} has a heading but no answers below it."])
    return Table(name, header, tuple(rows), tuple(lines))


def clean(cell: str) -> str:
    """A cell without byte-order marks inside it and without space around it."""
    return cell.replace("\ufeff", "").strip()


def capped(problems: list[str], most: int = 20) -> list[str]:
    """The first problems, and how many more there are."""
    if len(problems) <= most:
        return problems
    rest = len(problems) - most
    return [*problems[:most], f"And {rest:,} more like these."]


def encoding_of(data: bytes) -> str:
    """How text that begins with these bytes is written: UTF-8 or UTF-16."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = data[:1000]
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if odd > len(head) // 4 and not even:
        return "utf-16-le"
    if even > len(head) // 4 and not odd:
        return "utf-16-be"
    return "utf-8-sig"


def delimiter_of(text: str, wanted: Collection[str]) -> str:
    """The sign that cuts the heading into most of the columns hoped for, then into most columns."""
    names = {name for column in wanted for name in (column, *column.split(ALTERNATIVES))}
    first = next((line for line in text.splitlines() if line.strip()), "")

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            headings = [clean(cell) for cell in next(csv.reader([first], delimiter=delimiter), [])]
        except csv.Error:  # no heading has a cell this long
            return 0, 0
        hits = sum(heading in names or _code(heading) in names for heading in headings)
        return hits, len(headings)

    return max(DELIMITERS, key=worth)


def _code(heading: str) -> str:
    found = _CODE.match(heading)
    return found[1] if found else ""
