"""From the words in a cell to the code of an answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.dataset import NOT_ASKED, PREFER_NOT_TO_SAY
from analysis.importers.table import Table
from analysis.instrument import Instrument, Item

LARGEST_NUMBER = 127  # answers are stored in one byte
_WHOLE = re.compile(r"(\d{1,4})(\.0+)?", re.ASCII)  # "5.0" is how many tools write 5


@dataclass(frozen=True)
class Answers:
    """One item's answers in one file, row by row, and what could not be read."""

    codes: list[int | None]
    problems: list[str]


class Reader:
    """Reads one item's cells: what the instrument lists first, then labels, then plain numbers.

    The order is: the item's own ``values``, the labels of its answers, ``missing``,
    ``no_answer``, ``not_asked``, whole numbers that are among its codes.
    """

    def __init__(self, instrument: Instrument, item: Item) -> None:
        columns = instrument.columns
        self.item = item
        self.allowed: tuple[int, ...] = ()
        self.words: dict[str, int | None] = dict.fromkeys(columns.not_asked, NOT_ASKED)
        self.words |= dict.fromkeys(columns.no_answer, PREFER_NOT_TO_SAY)
        self.words |= dict.fromkeys(("", *columns.missing), None)
        self.folded: dict[str, int] = {}
        if item.kind != "number":
            options = instrument.response_set(item).options
            self.allowed = tuple(option.code for option in options)
            self.folded = {option.label.casefold(): option.code for option in options}
        self.words |= item.values
        self.folded |= {word.casefold(): code for word, code in item.values.items()}

    def code(self, cell: str) -> int | None:
        """The code of a cell; raises ``ValueError`` when it is none of the item's answers."""
        if cell in self.words:
            return self.words[cell]
        if cell.casefold() in self.folded:
            return self.folded[cell.casefold()]
        number = _WHOLE.fullmatch(cell)
        if number is None:
            raise ValueError(cell)
        code = int(number[1])
        if code > LARGEST_NUMBER or (self.allowed and code not in self.allowed):
            raise ValueError(cell)
        return code

    def expected(self) -> str:
        low, high = min(self.allowed, default=0), max(self.allowed, default=LARGEST_NUMBER)
        return f"{low} to {high}" + (", or the words for them" if self.folded else "")


def read_answers(
    instrument: Instrument, item: Item, table: Table, place: int, asked: Sequence[bool]
) -> Answers:
    """The item's answers in a table; rows where it was not asked are ``NOT_ASKED`` unread."""
    reader = Reader(instrument, item)
    cells = table.cells(place)
    known: dict[str, int | None] = {}
    unknown: set[str] = set()
    for cell in set(cells):
        try:
            known[cell] = reader.code(cell)
        except ValueError:
            unknown.add(cell)
    codes = [
        known.get(cell) if meant else NOT_ASKED for cell, meant in zip(cells, asked, strict=True)
    ]
    if not unknown:
        return Answers(codes, [])
    problems = [
        f"{table.name}, line {line}, {item.id}: “{_shown(cell)}” is out of range. "
        f"It takes {reader.expected()}."
        for cell, line, meant in zip(cells, table.lines, asked, strict=True)
        if meant and cell in unknown
    ]
    return Answers(codes, problems)


def _shown(cell: str) -> str:
    return cell if len(cell) <= 30 else cell[:30] + "…"


def meant_for(item: Item, table: Table, waves: Sequence[str]) -> tuple[list[bool], list[str]]:
    """For each row whether the item was asked there, and the columns that would say so but lack."""
    asked = [not item.waves or wave in item.waves for wave in waves]
    lacking: list[str] = []
    for column, values in item.asked_if.items():
        places = table.places(column)
        if len(places) != 1:
            lacking.append(column)
            continue
        accepted = set(values)
        cells = table.cells(places[0])
        asked = [meant and cell in accepted for meant, cell in zip(asked, cells, strict=True)]
    return asked, lacking
