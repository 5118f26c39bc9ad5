"""Rows folded into patterns: people of one unit who answered a scale's items alike, counted once.

Everything after the folding costs patterns, not people, and stays in whole numbers.
"""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.dataset import NOT_ASKED, PREFER_NOT_TO_SAY
from analysis.scoring import COLUMNS, IntArray, Key

BLANK = -128
SPECIAL = 4  # columns beside the options: other number, prefer not to say, not asked, blank
MOST_PATTERNS = 1 << 22


@dataclass(frozen=True, eq=False)
class Products:
    """Sums and cross-products of points over people who answered every item asked of them.

    ``cross[i, j]`` is Σ x_i·x_j; both in points of the scale's :class:`~analysis.scoring.Key`.
    """

    n: int
    sums: IntArray
    cross: IntArray

    def __add__(self, other: "Products") -> "Products":
        return Products(self.n + other.n, self.sums + other.sums, self.cross + other.cross)


def columns_of(answers: pl.Series, codes: tuple[int, ...]) -> NDArray[np.uint8]:
    """For each answer (``Int8``) its column in the item's table.

    Shape: (people,) -> (people,), columns from 0. Options come first in the order of ``codes``,
    then any other number, preferred not to say, not asked, and blank, which is a missing value.
    """
    width = len(codes) + SPECIAL
    column = np.full(256, len(codes), dtype=np.uint8)
    for position, code in enumerate(codes):
        column[code % 256] = position
    for back, special in ((3, PREFER_NOT_TO_SAY), (2, NOT_ASKED), (1, BLANK)):
        column[special % 256] = width - back
    given = (answers.fill_null(BLANK) if answers.null_count() else answers).to_numpy()
    found: NDArray[np.uint8] = column[given.view(np.uint8)]
    return found


def count_columns(
    places: NDArray[np.integer],
    columns: NDArray[np.integer],
    units: int,
    width: int,
    people: IntArray | None = None,
) -> IntArray:
    """A table of counts by unit and column; ``people`` says how many each entry stands for.

    Shapes: entries (n,) -> (units, width), in people.
    """
    # With weights the counts come as float64, exact for whole numbers below 2**53.
    table = np.bincount(places * width + columns, people, minlength=units * width)
    return table.astype(np.int64).reshape(units, width)


@dataclass(frozen=True, eq=False)
class Alike:
    """People who answered a scale's items alike, in one unit: how many, where, what.

    Shapes: ``people``, ``places`` and each item's ``columns`` are (patterns,).
    """

    people: IntArray
    places: IntArray
    columns: tuple[IntArray, ...]


def fold(
    places: NDArray[np.intp], given: list[NDArray[np.uint8]], units: int, widths: list[int]
) -> Alike:
    """Fold rows that are the same, so that all that follows costs patterns, not people."""
    if units * math.prod(widths) > MOST_PATTERNS:
        return _distinct(places, given, widths)
    code = places.astype(np.int32)
    for column, width in zip(given, widths, strict=True):
        code *= width
        code += column
    people = np.bincount(code)
    rest = np.nonzero(people)[0]
    people, columns = people[rest].astype(np.int64), []
    for width in reversed(widths):
        rest, last = np.divmod(rest, width)
        columns.append(last)
    return Alike(people, rest, tuple(reversed(columns)))


def _distinct(places: NDArray[np.intp], given: list[NDArray[np.uint8]], widths: list[int]) -> Alike:
    """The same for a scale with too many possible patterns to have a counter for each."""
    code: IntArray = places.astype(np.int64)
    for column, width in zip(given, widths, strict=True):
        if len(code) and int(code.max()) > (1 << 62) // width:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
        code = code * width + column
    _, first, people = np.unique(code, return_index=True, return_counts=True)
    columns = tuple(column[first].astype(np.int64) for column in given)
    return Alike(people.astype(np.int64), places[first].astype(np.int64), columns)


@dataclass(frozen=True, eq=False)
class Points:
    """For each pattern and item: points, whether it is an answer, favourable, was asked.

    Shapes: (patterns, items); points as in the scale's :class:`~analysis.scoring.Key`.
    """

    points: IntArray
    answered: NDArray[np.bool_]
    favourable: NDArray[np.bool_]
    asked: NDArray[np.bool_]


def points_of(alike: Alike, key: Key, codes: list[tuple[int, ...]]) -> Points:
    """What each pattern's answers are worth; ``codes`` are the options of each item.

    What is not an option (blank, preferred not to say, not asked) has no points and is not
    answered; only "not asked" is not asked. Nothing is filled in.
    """
    points, answered, favourable, asked = [], [], [], []
    for column, options, worth, good in zip(
        alike.columns, codes, key.points, key.favourable, strict=True
    ):
        blank = [0] * SPECIAL
        points.append(np.array([*(worth[code] for code in options), *blank])[column])
        favourable.append(np.array([*(code in good for code in options), *blank], bool)[column])
        answered.append(column < len(options))
        asked.append(column != len(options) + SPECIAL - 2)
    return Points(
        np.column_stack(points).astype(np.int64),
        np.column_stack(answered),
        np.column_stack(favourable),
        np.column_stack(asked),
    )


def sums(alike: Alike, given: Points, units: int, key: Key) -> IntArray:
    """Sums over people with a score, by unit and number of answered items.

    Shape: (units, items + 1, 7), the columns of :mod:`analysis.scoring`: people, ΣT, ΣT², ΣF, ΣF²
    for a person's points T and favourable answers F, then people above and at the middle of the
    scale. Missing: a person with fewer answers than the key needs is in no sum.
    """
    size = given.points.shape[1]
    total, favour = given.points.sum(axis=1), given.favourable.sum(axis=1)
    answered = given.answered.sum(axis=1)
    scored = (answered > 0) & (answered >= np.array(key.needed)[given.asked.sum(axis=1)])
    if key.scale.formula == "favourable":
        twice, whole = 2 * favour, answered
    else:
        twice, whole = 2 * total, answered * key.full
    values = (1, total, total**2, favour, favour**2, twice > whole, twice == whole)
    cells = (alike.places * (size + 1) + answered)[scored]
    table = np.zeros((units * (size + 1), COLUMNS), dtype=np.int64)
    for position, value in enumerate(values):
        np.add.at(table[:, position], cells, (alike.people * value)[scored])
    return table.reshape(units, size + 1, COLUMNS)


def products_of(alike: Alike, given: Points, key: Key) -> dict[tuple[str, ...], Products]:
    """Cross-products over people who answered all that they were asked, by what that was.

    For each set of k items asked: Σ x_i, shape (k,), and Σ x_i·x_j, shape (k, k), in points.
    Missing: a person who left out any item asked of them counts in none (complete cases).
    """
    complete = (given.answered == given.asked).all(axis=1) & given.asked.any(axis=1)
    points, asked, people = given.points[complete], given.asked[complete], alike.people[complete]
    mark = asked @ (1 << np.arange(asked.shape[1]))
    found: dict[tuple[str, ...], Products] = {}
    for one in np.unique(mark):
        mine = mark == one
        pattern = asked[mine][0]
        worth, count = points[mine][:, pattern], people[mine]
        names = tuple(item for item, yes in zip(key.scale.items, pattern, strict=True) if yes)
        found[names] = Products(
            int(count.sum()), worth.T @ count, worth.T @ (worth * count[:, None])
        )
    return found
