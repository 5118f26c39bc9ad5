"""One file of answers, checked cell by cell against the instrument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from analysis.dataset import DataError, Use
from analysis.importers.answers import meant_for, read_answers
from analysis.importers.table import Table
from analysis.instrument import Instrument, Item

USES = get_args(Use)


@dataclass(frozen=True)
class Part:
    """A file's rows: wave, group, codes by item, and texts by item, all in the file's order.

    ``found`` are the items whose column the file has. ``astray`` marks rows with an answer to a
    question that was not meant for them.
    """

    table: Table
    waves: Sequence[str]
    groups: Sequence[str]
    codes: Mapping[str, list[int | None]]
    texts: Mapping[str, list[str]]
    uses: Sequence[str]
    astray: Sequence[bool]
    found: frozenset[str]


def read_part(table: Table, instrument: Instrument, wave: str = "") -> Part:
    """Read a table; ``wave`` names the wave when the file as a whole is one.

    Raises :class:`DataError` with every problem, by line.
    """
    columns = instrument.columns
    problems: list[str] = []
    waves = _column(table, "" if wave else columns.wave, "wave", problems, wave)
    groups = _column(table, columns.unit, "unit", problems, "")
    groups = ["" if cell in columns.missing else cell for cell in groups]
    uses = _column(table, columns.use, "use", problems, "themes")
    if problems:
        raise DataError(problems)
    problems.extend(
        f"{table.name}, line {line}: the wave is missing."
        for line, one in zip(table.lines, waves, strict=True)
        if not one
    )
    problems.extend(_check_uses(table, uses))
    codes: dict[str, list[int | None]] = {}
    texts: dict[str, list[str]] = {}
    astray = [False] * len(table.rows)
    for item in instrument.items:
        places = _places(table, item, problems)
        if not places:
            continue
        asked, lacking = meant_for(item, table, waves)
        problems.extend(f"{table.name}: there is no column “{column}”." for column in lacking)
        if item.kind == "text":
            texts[item.id] = _texts(table, places, asked, columns.missing)
            continue
        answers = read_answers(instrument, item, table, places[0], asked)
        codes[item.id] = answers.codes
        problems.extend(answers.problems)
        if not all(asked):
            for index, cell in enumerate(table.cells(places[0])):
                astray[index] |= not asked[index] and cell not in columns.missing
    if problems:
        raise DataError(sorted(dict.fromkeys(problems), key=_by_line))
    return Part(table, waves, groups, codes, texts, uses, astray, frozenset({*codes, *texts}))


def _column(
    table: Table, name: str, setting: str, problems: list[str], otherwise: str
) -> list[str]:
    """A named column, or the same word in every row where none is named."""
    if not name:
        return [otherwise] * len(table.rows)
    places = table.places(name)
    if len(places) == 1:
        return table.cells(places[0])
    word = "no" if not places else "more than one"
    problems.append(
        f"{table.name}: there is {word} column “{name}”. "
        f"Name the right one as “{setting}” under [columns] in the instrument."
    )
    return [otherwise] * len(table.rows)


def _places(table: Table, item: Item, problems: list[str]) -> list[int]:
    """Where an item's column stands; several are one answer only when it is text."""
    places = table.places(item.column or item.id)
    if len(places) > 1 and item.kind != "text":
        names = ", ".join(f"“{table.header[place]}”" for place in places)
        problems.append(f"{table.name}, {item.id}: more than one column fits: {names}.")
        return []
    return places


def _texts(
    table: Table, places: Sequence[int], asked: Sequence[bool], missing: Sequence[str]
) -> list[str]:
    """What each row says, its several boxes joined; empty where it says nothing."""
    return [
        "\n".join(row[place] for place in places if row[place] and row[place] not in missing)
        if meant
        else ""
        for row, meant in zip(table.rows, asked, strict=True)
    ]


def _check_uses(table: Table, uses: Sequence[str]) -> list[str]:
    return [
        f"{table.name}, line {line}: “{use}” is no choice of use. It takes {', '.join(USES)}."
        for line, use in zip(table.lines, uses, strict=True)
        if use and use not in USES
    ]


def _by_line(problem: str) -> tuple[int, str]:
    """Problems of the whole file first, then by line."""
    _, _, rest = problem.partition(", line ")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return (int(digits) if digits else 0, problem)
