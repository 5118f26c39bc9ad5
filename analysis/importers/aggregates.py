"""Published tables that hold no person: organisation scores and percent distributions.

Such tables are read to compare with, or to check our formulas against another's figures. They
cannot become waves: there is nothing in them to count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.dataset import DataError
from analysis.importers.table import Table, capped, read_table

# Theme scores of the Civil Service People Survey by its own item numbers (technical guides).
CSPS_THEMES: Mapping[str, tuple[str, ...]] = {
    theme: tuple(f"B{number:02d}" for number in range(first, last + 1))
    for theme, first, last in (
        ("MW", 1, 5),
        ("OP", 6, 7),
        ("LM", 8, 17),
        ("MT", 18, 20),
        ("LD", 21, 24),
        ("IF", 25, 28),
        ("RW", 29, 34),
        ("PB", 35, 37),
        ("LC", 38, 46),
    )
}
PSES_POINTS = (100.0, 75.0, 50.0, 25.0, 0.0)
PSES_NOT_APPLICABLE = "9999"
PSES_ANSWERS = tuple(f"ANSWER{number}" for number in range(1, 6))
PSES_LEVELS = tuple(f"LEVEL{number}ID" for number in range(1, 6))
_UNPUBLISHED = ("", "NA")


@dataclass(frozen=True)
class OrganisationScores:
    """An organisation's published figures by measure, shares from 0 to 1."""

    code: str
    name: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Distribution:
    """Percent of a department's staff by answer to one question, best answer first.

    ``percents`` are whole numbers as published and need not sum to 100; a yes/no question has two.
    """

    department: str
    year: int
    question: str
    percents: tuple[int, ...]
    published: int
    n: int


def csps_organisations(path: Path) -> tuple[OrganisationScores, ...]:
    """Organisation scores of the Civil Service People Survey in the long form of 2019.

    Columns ``organisation_code``, ``organisation``, ``measure``, ``value``; ``NA`` is left out.
    Raises :class:`DataError` with line numbers.
    """
    names = ("organisation_code", "organisation", "measure", "value")
    table = read_table(path, names)
    code, name, measure, value = _places(table, names)
    problems: list[str] = []
    found: dict[str, tuple[str, dict[str, float]]] = {}
    for row, line in zip(table.rows, table.lines, strict=True):
        _, values = found.setdefault(row[code], (row[name], {}))
        if row[value] in _UNPUBLISHED:
            continue
        share = _number(row[value])
        if share is None or not 0 <= share <= 1:
            problems.append(
                f"{table.name}, line {line}: “{row[value]}” is out of range. It takes 0 to 1."
            )
            continue
        if row[measure] in values:
            problems.append(f"{table.name}, line {line}: {row[measure]} stands there twice.")
        values[row[measure]] = share
    if problems:
        raise DataError(capped(problems))
    return tuple(OrganisationScores(key, *found[key]) for key in found)


def csps_theme_scores(organisation: OrganisationScores) -> Mapping[str, float]:
    """Theme scores recomputed as the plain mean of the theme's items; none if an item is hidden.

    A published theme score is the share of all item answers that are positive. The plain mean
    differs from it where some people skip items, and by the rounding of the items: by at most
    .010 in 2019.
    """
    values = organisation.values
    return {
        theme: sum(values[item] for item in items) / len(items)
        for theme, items in CSPS_THEMES.items()
        if all(item in values for item in items)
    }


def pses_distributions(path: Path) -> tuple[Distribution, ...]:
    """Percent distributions of Canada's Public Service Employee Survey, one row a question.

    9999 means that an answer does not exist. Raises :class:`DataError` with line numbers.
    """
    names = (*PSES_LEVELS, "SURVEYR", "QUESTION", *PSES_ANSWERS, "SCORE100", "ANSCOUNT")
    table = read_table(path, names)
    places = dict(zip(names, _places(table, names), strict=True))
    problems: list[str] = []
    found: list[Distribution] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        cells = [row[places[name]] for name in PSES_ANSWERS]
        answers = [cell for cell in cells if cell != PSES_NOT_APPLICABLE]
        others = [row[places[name]] for name in ("SURVEYR", "SCORE100", "ANSCOUNT")]
        if not all(cell.isdecimal() and len(cell) < 8 for cell in (*answers, *others)):
            problems.append(f"{table.name}, line {line}: an answer or count is no whole number.")
            continue
        percents = tuple(int(cell) for cell in answers)
        if len(percents) < 2 or max(percents) > 100 or not sum(percents):
            problems.append(f"{table.name}, line {line}: the percents are out of range.")
            continue
        year, published, n = (int(cell) for cell in others)
        department = "-".join(row[places[name]] for name in PSES_LEVELS)
        question = row[places["QUESTION"]]
        found.append(Distribution(department, year, question, percents, published, n))
    if problems:
        raise DataError(capped(problems))
    return tuple(found)


def pses_score(one: Distribution) -> float:
    """Score from 0 to 100: Σ points · percent / Σ percent, points 100, 75, 50, 25, 0.

    A yes/no question asks about harm, so its score is the percent that say no.
    """
    points = _points(one)
    total = sum(one.percents)
    return sum(p * a for p, a in zip(points, one.percents, strict=True)) / total


def pses_rounding(one: Distribution) -> float:
    """How far rounding alone can put the published score from ours, in points.

    The published score is rounded to a whole (.5). Each percent may be off by .5, which moves the
    score by .5 · |points − score| / Σ percent, taken at the smallest sum that rounding allows.
    """
    score, points = pses_score(one), _points(one)
    smallest = sum(one.percents) - 0.5 * len(points)
    return 0.5 + sum(0.5 * abs(worth - score) for worth in points) / smallest


def _points(one: Distribution) -> tuple[float, ...]:
    return (0.0, 100.0) if len(one.percents) == 2 else PSES_POINTS[: len(one.percents)]


def _places(table: Table, names: Iterable[str]) -> list[int]:
    places = {name: table.places(name) for name in names}
    lacking = [name for name, found in places.items() if len(found) != 1]
    if lacking:
        raise DataError([f"{table.name}: there is no single column {', '.join(lacking)}."])
    return [found[0] for found in places.values()]


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
