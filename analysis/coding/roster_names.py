"""Names of a roster file, as redaction asks for them."""

import csv
import re
from pathlib import Path

from analysis.dataset import DataError
from analysis.importers.table import decode, delimiter_of
from analysis.text.folding import fold
from analysis.text.names import spellings

HEADING = re.compile(r"name|known as|enw", re.IGNORECASE)
NO_NAME = re.compile(r"[@\d]")


class RosterNames:
    """The roster that :class:`~analysis.text.redact.Redactor` asks: every spelling of every name,
    and each with one letter left out, in memory alone."""

    def __init__(self, names: list[str]) -> None:
        self._known = frozenset[str]().union(*map(spellings, names))

    def __call__(self, word: str) -> bool:
        return fold(word) in self._known


def read_names(path: Path) -> list[str]:
    """Names from a text file with one a line, or from a CSV file.

    Of a CSV file whose heading has columns with "name" in theirs ("First name", "Surname", "Known
    as"), these are read; without such a heading every cell is one. Raises :class:`DataError` with
    the lines that hold no name.
    """
    text = decode(path.read_bytes(), path.name)
    lines = [line for line in text.replace("\ufeff", "").splitlines() if line.strip()]
    delimiter = delimiter_of(lines[0], ())
    rows = list(csv.reader(lines, delimiter=delimiter))
    heading = [place for place, cell in enumerate(rows[0]) if HEADING.search(cell)]
    chosen = [
        (number, cell.strip())
        for number, row in enumerate(rows, 1)
        for place, cell in enumerate(row)
        if cell.strip() and (not heading or (place in heading and number > 1))
    ]
    problems = [
        f"{path.name}, line {number}: this is no name. Keep names alone, one a line, "
        "or give their columns a heading with the word “name”."
        for number, cell in chosen
        if NO_NAME.search(cell)
    ]
    if problems or not chosen:
        raise DataError(problems[:1] or [f"{path.name} holds no names."])
    return [cell for _, cell in chosen]
