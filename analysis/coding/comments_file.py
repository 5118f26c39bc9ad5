"""Comments of a CSV or JSONL file, one after another, however long the file is."""

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from analysis.dataset import DataError
from analysis.importers.table import Table, cells, delimiter_of, encoding_of, refuse_other_kinds

MOST_TOLD = 20
LONGEST_CELL = 10_000_000
HEAD = 10_000
JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
# What no text holds, and halves of characters, which are also how bytes that are not UTF-8 come in.
_BROKEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
NOT_TEXT = "{}, line {}: this line holds characters that are no text. Save the file as UTF-8."


class Columns(NamedTuple):
    """What the columns are called; without ``id`` comments are numbered, without ``question``
    nothing is known of what was asked."""

    text: str
    id: str = ""
    question: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(name for name in self if name)


class Written(NamedTuple):
    """One comment as the file has it, with its ``question`` in words."""

    id: str
    question: str
    text: str


class Problems:
    """What is wrong with a file: the first lines are kept in words, the others counted."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._count = 0

    def add(self, sentence: str) -> None:
        self._count += 1
        if len(self._told) < MOST_TOLD:
            self._told.append(sentence)

    def refuse(self) -> None:
        """Raise :class:`DataError` where there is one."""
        if self._count > MOST_TOLD:
            self._told.append(f"And {self._count - MOST_TOLD:,} more like these.")
        if self._count:
            raise DataError(self._told)


def count(path: Path, columns: Columns) -> int:
    """How many comments the file holds. Raises :class:`DataError` with the number of every bad
    line, so that nothing is begun with a file that cannot be finished."""
    found = sum(1 for _ in comments(path, columns))
    if not found:
        raise DataError([f"{path.name} holds no comments."])
    return found


def comments(path: Path, columns: Columns) -> Iterator[Written]:
    """The comments in the file's order; lines in which nothing stands are passed over.

    Whether it is CSV or JSONL is told by how it begins; one whose name says JSONL must be that. A
    comment may be empty: it is one all the same. Raises :class:`DataError`, after the last line,
    for all lines that could not be read.
    """
    problems = Problems()
    with _Lines(path, problems) as lines:
        first = next((line for line in lines if line.strip()), "").lstrip()
    if not first:
        raise DataError([f"{path.name} is empty. Choose the file again."])
    called_json = path.suffix.lower() in JSON_ENDINGS
    if called_json and first.startswith("["):
        raise DataError([f"{path.name} is one JSON list. Write each comment on a line of its own."])
    if called_json and not first.startswith("{"):
        raise DataError(
            [
                f"{path.name}: its first line is no JSON object, though the name says so. A table "
                "with a heading should be called .csv or .tsv."
            ]
        )
    read = _objects if first.startswith("{") else _rows
    problems = Problems()
    with _Lines(path, problems) as lines:
        yield from read(path.name, lines, columns, problems)
    problems.refuse()


def objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line of a JSONL file. Raises :class:`DataError` as above."""
    problems = Problems()
    with _Lines(path, problems) as lines:
        yield from _parsed(path.name, lines, problems)
    problems.refuse()


def _head(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise DataError([f"{path} is not a file that can be read twice. Save it as a file first."])
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise DataError([f"{path.name} could not be read: {error.strerror}."]) from error
    refuse_other_kinds(head, path.name)
    return head


class _Lines:
    """The lines of a file, without byte-order marks; broken ones go to ``problems``."""

    def __init__(self, path: Path, problems: Problems) -> None:
        encoding = encoding_of(_head(path))
        errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
        self._file = path.open(encoding=encoding, errors=errors, newline="")
        self._name, self._problems, self._number = path.name, problems, 0

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._file.readline()
        except UnicodeError as error:
            where = f"{self._name}, after line {self._number}"
            raise DataError([f"{where}: this is no text. Save the file as UTF-8."]) from error
        if not line:
            raise StopIteration
        self._number += 1
        if _BROKEN.search(line):
            self._problems.add(NOT_TEXT.format(self._name, self._number))
        return line.replace("\ufeff", "")


def _rows(
    name: str, lines: Iterable[str], columns: Columns, problems: Problems
) -> Iterator[Written]:
    """The comments of delimited text under a heading."""
    begin: list[str] = []
    iterator = iter(lines)
    for text in iterator:
        begin.append(text)
        if text.strip():
            break
    delimiter = delimiter_of(begin[-1], columns.named)
    usual = csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(chain(begin, iterator), delimiter=delimiter, strict=True)
    places: dict[str, int] = {}
    start, width, number = 1, 0, 0
    try:
        for raw in reader:
            row = [cell.strip() for cell in raw]
            line, start = start, reader.line_num + 1
            if not any(row):
                continue
            if not places:
                places, width = _places(name, row, columns), len(row)
            elif len(row) != width:
                problems.add(f"{name}, line {line}: {cells(row)} where the heading has {width}.")
            else:
                number += 1
                yield Written(
                    row[places[columns.id]] if columns.id else str(number),
                    row[places[columns.question]] if columns.question else "",
                    row[places[columns.text]],
                )
    except csv.Error as error:
        problems.add(f"{name}, line {start}: it could not be read ({error}). Check its quotes.")
    finally:
        csv.field_size_limit(usual)


def _places(name: str, header: list[str], columns: Columns) -> dict[str, int]:
    """Where each column stands. Raises :class:`DataError` unless each stands once."""
    table = Table(name, tuple(header), (), ())
    found = {column: table.places(column) for column in columns.named}
    problems = [
        f"{name}: there is {'more than one' if places else 'no'} column “{column}”. "
        f"The heading has {', '.join(f'“{heading}”' for heading in header[:MOST_TOLD])}."
        for column, places in found.items()
        if len(places) != 1
    ]
    if problems:
        raise DataError(problems)
    return {column: places[0] for column, places in found.items()}


def _objects(
    name: str, lines: Iterable[str], columns: Columns, problems: Problems
) -> Iterator[Written]:
    """The comments of a file with one JSON object a line."""
    for number, (line, one) in enumerate(_parsed(name, lines, problems), 1):
        lacking = [column for column in columns.named if column not in one]
        if lacking:
            problems.add(f"{name}, line {line}: there is no “{lacking[0]}”.")
            continue
        texts = {column: _text(one[column]) for column in columns.named}
        strange = [column for column, text in texts.items() if text is None]
        if strange:
            problems.add(f"{name}, line {line}: “{strange[0]}” is no text.")
            continue
        yield Written(
            texts[columns.id] or "" if columns.id else str(number),
            texts[columns.question] or "" if columns.question else "",
            texts[columns.text] or "",
        )


def _parsed(
    name: str, lines: Iterable[str], problems: Problems
) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
        except (ValueError, RecursionError):
            one = None
        if isinstance(one, dict):
            yield number, one
        else:
            problems.add(f"{name}, line {number}: this line is no JSON object.")


def _text(value: object) -> str | None:
    """A value as text, nothing for ``null`` and NaN; ``None`` for what is no text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return None if _HALF.search(str(value)) else str(value).strip()
