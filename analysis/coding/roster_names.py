"""Names of a roster file, as redaction asks for them."""

import csv
import re
from pathlib import Path

from analysis.dataset import DataError
from analysis.importers.table import decode, delimiter_of
from analysis.text.folding import fold
from analysis.text.names import LONGEST, spellings

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
    the first line that holds no name, or one of more than 200 letters.
    """
    text = decode(path.read_bytes(), path.name).replace("\ufeff", "")
    lines = {number: line for number, line in enumerate(text.splitlines(), 1) if line.strip()}
    if not lines:
        raise DataError([f"{path.name} holds no names."])
    numbers = list(lines)
    reader = csv.reader(lines.values(), delimiter=delimiter_of(lines[numbers[0]], ()))
    try:
        rows = [(numbers[reader.line_num - 1], row) for row in reader]
    except csv.Error as error:
        number = numbers[reader.line_num - 1]
        raise DataError([f"{path.name}, line {number}: a cell that is far too long."]) from error
    heading = [place for place, cell in enumerate(rows[0][1]) if HEADING.search(cell)]
    chosen = [
        (number, cell.strip())
        for number, row in (rows[1:] if heading else rows)
        for place, cell in enumerate(row)
        if cell.strip() and (not heading or place in heading)
    ]
    if not chosen:
        raise DataError([f"{path.name} holds no names."])
    for number, cell in chosen:
        if len(cell) > LONGEST:
            wrong = f"a name of {len(cell):,} letters. At most {LONGEST} fit."
        elif NO_NAME.search(cell):
            wrong = (
                "this is no name. Keep names alone, one a line, "
                "or give their columns a heading with the word “name”."
            )
        else:
            continue
        raise DataError([f"{path.name}, line {number}: {wrong}"])
    return [cell for _, cell in chosen]
