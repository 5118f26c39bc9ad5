"""A roster file: from bytes to rows, with everything wrong with it listed by line."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from surveyapp.errors import Rejected
from surveyapp.services.groups import SEPARATOR

MOST_ROWS = 100_000
MOST_ATTRIBUTES = 3
DEEPEST = 8
LONGEST = {"name": 200, "email": 254, "unit": 300, "parent": 300}
LONGEST_ATTRIBUTE = 60
SMALLEST_CATEGORY = 20  # STATISTICS D0
FORMULA = ("=", "+", "-", "@")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+")

SAVE_AGAIN = "In your spreadsheet choose “Save as”, then “CSV UTF-8”, and send that file."


@dataclass(frozen=True)
class Problem:
    """A line that cannot be used, and what to do about it."""

    line: int
    text: str


@dataclass(frozen=True)
class Row:
    """One person as the file has them; ``unit`` is a whole path."""

    line: int
    name: str
    email: str
    unit: str
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """What a file holds: good rows, bad lines, and columns that were left unread."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    unread: tuple[str, ...] = ()
    note: str = ""


@dataclass
class _Cells:
    """One line's cells by column, trimmed."""

    line: int
    values: dict[str, str]

    def get(self, column: str) -> str:
        return self.values.get(column, "")

    @property
    def place_only(self) -> bool:
        return not self.get("name") and not self.get("email") and bool(self.get("unit"))


def read(data: bytes, attributes: Sequence[str] = ()) -> Table:
    """The rows of a CSV file. Raises :class:`Rejected` when it is not such a file at all."""
    text, note = _decode(data)
    header, lines = _lines(text)
    agreed = [name.strip().lower() for name in attributes if name.strip()]
    if len(agreed) > MOST_ATTRIBUTES:
        raise Rejected("You may agree at most three extra columns. Take some away.")
    _check_header(header, agreed)
    problems: list[Problem] = []
    cells = []
    for line, values in lines:
        found = _cells(line, header, values, problems)
        if found is not None:
            cells.append(found)
        if len(cells) + len(problems) > MOST_ROWS:
            raise Rejected(f"A roster holds at most {MOST_ROWS:,} lines. Send one with fewer.")
    paths = _Paths(cells, problems) if "parent" in header else None
    rows = [
        row
        for cell in cells
        if not (paths and cell.place_only)
        and (row := _row(cell, paths, agreed, problems)) is not None
    ]
    _check_doubles(rows, problems)
    _check_spelling(rows, problems)
    _check_attributes(rows, agreed, problems)
    if not rows and not problems:
        raise Rejected("The file has a heading line but no people. Add a line for each person.")
    known = {"name", "email", "unit", "parent", *agreed}
    return Table(
        rows=tuple(rows),
        problems=tuple(sorted(problems, key=lambda problem: (problem.line, problem.text))),
        unread=tuple(name for name in header if name and name not in known),
        note=note,
    )


def _decode(data: bytes) -> tuple[str, str]:
    if not data.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise Rejected("The file is empty. Choose the file again.")
    if data.startswith(WORKBOOKS):
        raise Rejected(f"This is a workbook, not a CSV file, whatever its name says. {SAVE_AGAIN}")
    note = ""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16")
        elif b"\x00" in data[:400]:
            text = data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be")
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise Rejected(f"This file is not text. {SAVE_AGAIN}") from error
        note = "Read as an older Windows file. Check that names with accents are right."
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n" for letter in set(text)):
        raise Rejected(f"This file is not text. {SAVE_AGAIN}")
    return unicodedata.normalize("NFC", text), note


def _lines(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    def numbered() -> Iterator[tuple[int, list[str]]]:
        while True:
            line = reader.line_num + 1
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Rejected(
                    f"Line {line} cannot be read: a cell is far too long or its quote marks do "
                    "not match. Check that line and send the file again."
                ) from error
            if any(value.strip() for value in values):
                yield line, values

    lines = numbered()
    _, header = next(lines, (0, []))
    return [name.strip().lower() for name in header], lines


def _check_header(header: list[str], agreed: list[str]) -> None:
    wanted = ["name", "email", "unit", *agreed]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise Rejected(
            f"The first line must name the columns. Missing: {', '.join(missing)}. "
            f"This roster needs {', '.join(wanted[:-1])} and {wanted[-1]}."
        )
    twice = sorted({name for name in wanted if header.count(name) > 1})
    if twice:
        raise Rejected(f"The column {', '.join(twice)} stands there twice. Keep one.")


def _cells(
    line: int, header: list[str], values: list[str], problems: list[Problem]
) -> _Cells | None:
    if len(values) > len(header) and any(value.strip() for value in values[len(header) :]):
        problems.append(
            Problem(line, "has more cells than the heading line. Check commas and quote marks.")
        )
        return None
    return _Cells(line, {name: value.strip() for name, value in zip(header, values, strict=False)})


def _row(
    cells: _Cells, paths: "_Paths | None", agreed: list[str], problems: list[Problem]
) -> Row | None:
    wrong = _check_cells(cells, agreed)
    unit = cells.get("unit")
    if not wrong and paths:
        unit, complaint = paths.path(unit)
        wrong = [complaint] if complaint else []
    elif not wrong:
        parts = [part.strip() for part in unit.split(SEPARATOR)]
        unit = SEPARATOR.join(parts)
        if not all(parts):
            wrong = [f"has a gap in the unit “{unit}”. Write it as Service/Team."]
        elif len(parts) > DEEPEST:
            wrong = [f"has a unit {len(parts)} levels deep. At most {DEEPEST} are allowed."]
        else:
            wrong = [complaint for part in parts if (complaint := _check_part(part))]
    if wrong:
        problems.extend(Problem(cells.line, text) for text in wrong)
        return None
    kept = {name: cells.get(name) for name in agreed if cells.get(name)}
    return Row(cells.line, cells.get("name"), cells.get("email").lower(), unit, kept)


def _check_cells(cells: _Cells, agreed: list[str]) -> list[str]:
    wrong = []
    for column in ("name", "email", "unit", "parent", *agreed):
        value = cells.get(column)
        longest = LONGEST.get(column, LONGEST_ATTRIBUTE)
        if not value:
            if column in ("name", "email", "unit"):
                wrong.append(f"has no {column}. Fill it in.")
        elif value.startswith(FORMULA):
            wrong.append(
                f"has a {column} that starts with “{value[0]}”, as a formula does. "
                "Type the plain value."
            )
        elif len(value) > longest:
            wrong.append(f"has a {column} of {len(value)} letters. At most {longest} fit.")
        elif any(letter in value for letter in "\r\n\t\u2028\u2029"):
            wrong.append(f"has a line break or tab inside the {column}. Take it out.")
        elif column == "email" and not EMAIL.fullmatch(value.lower()):
            wrong.append(f"has an email that cannot be used: “{value[:80]}”. Correct it.")
    return wrong


def _check_part(part: str) -> str:
    """What is wrong with one group's name; empty when nothing is."""
    if part in (".", ".."):
        return f"has a unit called “{part}”, which no address can hold. Give it a name."
    if part.startswith(FORMULA):
        return f"has a unit “{part[:80]}” that starts as a formula does. Type the plain name."
    if len(part) > LONGEST["name"]:
        return f"has a unit whose name has {len(part)} letters. At most {LONGEST['name']} fit."
    return ""


class _Paths:
    """Paths from the columns unit and parent: each unit lies in its parent, the top in none."""

    def __init__(self, cells: list[_Cells], problems: list[Problem]) -> None:
        self.parents: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.known: dict[str, tuple[str, str]] = {}
        for cell in cells:
            unit, parent = cell.get("unit"), cell.get("parent")
            if not unit:
                if cell.place_only is False and not cell.get("name") and not cell.get("email"):
                    problems.append(Problem(cell.line, "names no unit. Fill it in."))
                continue
            if cell.place_only:
                problems.extend(Problem(cell.line, text) for text in _check_place(cell))
            # A person's line may leave the parent out when another line gives it.
            if parent or cell.place_only:
                self._set(cell.line, unit, parent, problems)
        for cell in cells:
            unit = cell.get("unit")
            if unit and unit not in self.parents and not cell.get("parent"):
                self._set(cell.line, unit, "", problems)
        for unit, line in self.lines.items():
            if (complaint := self.path(unit)[1]) and "ring" in complaint:
                problems.append(Problem(line, complaint))

    def _set(self, line: int, unit: str, parent: str, problems: list[Problem]) -> None:
        if SEPARATOR in unit + parent:
            problems.append(
                Problem(line, "has a “/” in a unit. With a parent column, name one unit a cell.")
            )
        elif self.parents.setdefault(unit, parent) != parent:
            there = self.parents[unit] or "nothing"
            problems.append(
                Problem(
                    line,
                    f"puts “{unit}” in “{parent or 'nothing'}”, but line {self.lines[unit]} puts "
                    f"it in “{there}”. Choose one.",
                )
            )
        self.lines.setdefault(unit, line)

    def path(self, unit: str) -> tuple[str, str]:
        """The whole path of a unit, or what is wrong with it."""
        if unit in self.known:
            return self.known[unit]
        chain: list[str] = []
        step, complaint = unit, ""
        while step and not complaint:
            if step in chain:
                ring = " in ".join([*chain[chain.index(step) :], step])
                complaint = f"is part of a ring of units: {ring}. Put one of them elsewhere."
            elif step not in self.parents:
                complaint = (
                    f"needs the unit “{step}”, which no line describes. Add a line with that unit "
                    "and its parent."
                )
            elif len(chain) == DEEPEST:
                complaint = f"has a unit more than {DEEPEST} levels deep."
            else:
                chain.append(step)
                step = self.parents[step]
        self.known[unit] = (SEPARATOR.join(reversed(chain)), complaint)
        return self.known[unit]


def _check_place(cells: _Cells) -> list[str]:
    return [
        f"has a {column} that starts with “{value[0]}”, as a formula does. Type the plain value."
        for column in ("unit", "parent")
        if (value := cells.get(column)).startswith(FORMULA)
    ]


def _check_doubles(rows: list[Row], problems: list[Problem]) -> None:
    first: dict[str, int] = {}
    for row in rows:
        if row.email in first:
            problems.append(
                Problem(
                    row.line,
                    f"repeats the email {row.email} of line {first[row.email]}. Keep one of them.",
                )
            )
        else:
            first[row.email] = row.line


def _check_spelling(rows: list[Row], problems: list[Problem]) -> None:
    """“Duty team” and “Duty Team” would be two small groups where there is one."""
    first: dict[str, tuple[str, int]] = {}
    for row in rows:
        plain = " ".join(row.unit.casefold().split())
        spelling, line = first.setdefault(plain, (row.unit, row.line))
        if spelling != row.unit:
            problems.append(
                Problem(
                    row.line,
                    f"writes the unit “{row.unit}”, line {line} writes “{spelling}”. "
                    "Spell it one way.",
                )
            )


def _check_attributes(rows: list[Row], agreed: list[str], problems: list[Problem]) -> None:
    for name in agreed:
        counts: dict[str, list[int]] = {}
        for row in rows:
            if name in row.attributes:
                counts.setdefault(row.attributes[name], []).append(row.line)
        for value, lines in sorted(counts.items()):
            if len(lines) < SMALLEST_CATEGORY:
                problems.append(
                    Problem(
                        lines[0],
                        f"has “{value}” under {name}, which covers {len(lines)} people. Merge it "
                        f"with another, so that each covers {SMALLEST_CATEGORY} or more.",
                    )
                )
