"""Rows folded into patterns: a scale's items answered in one way, worked out once for everybody.

Everything after the folding costs patterns, not people, and stays in whole numbers.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from analysis.dataset import NOT_ASKED, PREFER_NOT_TO_SAY
from analysis.scoring import COLUMNS, IntArray, Key

BLANK = -128
SPECIAL = 4  # columns beside the options: other number, prefer not to say, not asked, blank
MOST_COUNTERS = 1 << 22
EXACT = 1 << 53  # float64 holds every whole number up to here

# Whole numbers of people, or float64 sums of weights.
Counts = NDArray[Any]


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


@lru_cache(maxsize=1024)
def column_of(codes: tuple[int, ...]) -> NDArray[np.int64]:
    """The column of an item's table for each of the 256 values of an answer's byte.

    Options come first in the order of ``codes``, then any other number, preferred not to say, not
    asked, and blank, which is a missing value. Shape: (256,), columns from 0.
    """
    width = len(codes) + SPECIAL
    column = np.full(256, len(codes), dtype=np.int64)
    for position, code in enumerate(codes):
        column[code % 256] = position
    for back, special in ((3, PREFER_NOT_TO_SAY), (2, NOT_ASKED), (1, BLANK)):
        column[special % 256] = width - back
    column.flags.writeable = False  # one array for every caller
    return column


def count_columns(
    places: NDArray[np.integer],
    answers: NDArray[np.uint8],
    codes: tuple[int, ...],
    units: int,
    weights: NDArray[np.float64] | None = None,
) -> Counts:
    """A table of one item's answers by unit and column; in people, or in weights where given.

    Shapes: entries (n,) -> (units, options + 4).
    """
    width = len(codes) + SPECIAL
    cells = places * width + np.take(column_of(codes), answers)
    return np.bincount(cells, weights, minlength=units * width).reshape(units, width)


@dataclass(frozen=True, eq=False)
class Patterns:
    """The ways in which a scale's items were answered, and by how many people of each unit.

    Shapes: ``of_row`` (people,) is the pattern of each row; ``columns`` (patterns, items) the
    columns of the items' tables; ``counts`` (units, patterns), whole numbers as floats, or sparse
    integers where that would be large.
    """

    of_row: NDArray[np.integer]
    columns: IntArray
    counts: Any

    def weighed(self, places: NDArray[np.intp], weights: NDArray[np.float64]) -> Any:
        """``counts`` with the sum of the people's weights in place of their number."""
        return _counted(places, self.of_row, self.counts.shape, weights)

    @property
    def people(self) -> IntArray:
        """How many people answered so. Shape: (patterns,)."""
        people: IntArray = self.counts.sum(axis=0).astype(np.int64)
        return people


def fold(
    places: NDArray[np.intp],
    answers: Sequence[NDArray[np.uint8]],
    codes: Sequence[tuple[int, ...]],
    units: int,
) -> Patterns:
    """Find the patterns in the answers to a scale's items, so that what follows costs patterns."""
    widths = [len(options) + SPECIAL for options in codes]
    size = math.prod(widths)
    if size > MOST_COUNTERS:
        of_row, columns = _distinct(answers, codes)
    else:
        small = np.int16 if size <= np.iinfo(np.int16).max else np.int32
        code = np.zeros(len(places), dtype=small)
        stride = size
        for given, options, width in zip(answers, codes, widths, strict=True):
            stride //= width
            np.add(code, np.take((column_of(options) * stride).astype(small), given), out=code)
        # Counting and taking are twice as quick by numpy's own kind of index.
        index = code.astype(np.intp)
        found = np.flatnonzero(np.bincount(index, minlength=size))
        position = np.zeros(size, dtype=np.intp)
        position[found] = np.arange(len(found))
        of_row = position.take(index)
        columns = np.column_stack(np.unravel_index(found, widths)).astype(np.int64)
    return Patterns(of_row, columns, _counted(places, of_row, (units, len(columns))))


def _distinct(
    answers: Sequence[NDArray[np.uint8]], codes: Sequence[tuple[int, ...]]
) -> tuple[NDArray[np.integer], IntArray]:
    """The same for a scale with too many possible patterns to have a counter for each."""
    rows = np.column_stack(
        [
            column_of(options).astype(np.uint8)[given]
            for given, options in zip(answers, codes, strict=True)
        ]
    )
    whole = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, of_row = np.unique(whole, return_index=True, return_inverse=True)
    return of_row, rows[first].astype(np.int64)


def _counted(
    places: NDArray[np.intp],
    of_row: NDArray[np.integer],
    shape: tuple[int, int],
    weights: NDArray[np.float64] | None = None,
) -> Any:
    if shape[0] * shape[1] <= MOST_COUNTERS:
        cells = places * shape[1] + of_row
        table = np.bincount(cells, weights, minlength=shape[0] * shape[1])
        return table.astype(np.float64).reshape(shape)
    each = np.ones(len(places), dtype=np.int64) if weights is None else weights
    return csc_array((each, (places, of_row)), shape=shape)


@dataclass(frozen=True, eq=False)
class Points:
    """For each pattern and item: points, whether it is an answer, favourable, was asked.

    Shapes: (patterns, items); points as in the scale's :class:`~analysis.scoring.Key`.
    ``scored`` (patterns,) says whether so many answers make a score.
    """

    points: IntArray
    answered: NDArray[np.bool_]
    favourable: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    scored: NDArray[np.bool_]

    def at(self, some: NDArray[np.intp]) -> "Points":
        """The same for some of the patterns."""
        return Points(
            self.points[some],
            self.answered[some],
            self.favourable[some],
            self.asked[some],
            self.scored[some],
        )


def points_of(columns: IntArray, key: Key, codes: Sequence[tuple[int, ...]]) -> Points:
    """What each pattern's answers are worth; ``codes`` are the options of each item.

    What is not an option (blank, preferred not to say, not asked) has no points and is not
    answered; only "not asked" is not asked. Nothing is filled in.
    """
    options = np.array([len(some) for some in codes])
    width = int(options.max()) + SPECIAL
    worth = np.zeros((len(codes), width), dtype=np.int64)
    good = np.zeros((len(codes), width), dtype=np.bool_)
    for place, (some, points, favourable) in enumerate(
        zip(codes, key.points, key.favourable, strict=True)
    ):
        worth[place, : len(some)] = [points[code] for code in some]
        good[place, : len(some)] = [code in favourable for code in some]
    item = np.arange(len(codes))
    answered, asked = columns < options, columns != options + SPECIAL - 2
    given = answered.sum(axis=1)
    scored = (given > 0) & (given >= np.array(key.needed)[asked.sum(axis=1)])
    return Points(worth[item, columns], answered, good[item, columns], asked, scored)


def item_tables(patterns: Patterns, codes: Sequence[tuple[int, ...]]) -> list[IntArray]:
    """Each item's table of counts by unit and column. Shapes: a list of (units, options + 4)."""
    widths = [len(some) + SPECIAL for some in codes]
    chosen = [
        patterns.columns[:, [place]] == np.arange(width) for place, width in enumerate(widths)
    ]
    tables = added(patterns.counts, np.hstack(chosen).astype(np.int64), len(patterns.of_row))
    return np.split(tables, np.cumsum(widths)[:-1], axis=1)


def sums(counts: Any, given: Points, key: Key, people: int | None = None) -> Counts:
    """Sums over people with a score, by unit and number of answered items.

    Shape: (units, items + 1, 7), the columns of :mod:`analysis.scoring`: people, ΣT, ΣT², ΣF, ΣF²
    for a person's points T and favourable answers F, then people above and at the middle of the
    scale. Missing: a person with fewer answers than the key needs is in no sum. ``people`` is how
    many ``counts`` holds, ``None`` for weights.
    """
    total, favour = given.points.sum(axis=1), given.favourable.sum(axis=1)
    answered = given.answered.sum(axis=1)
    if key.scale.formula == "favourable":
        twice, whole = 2 * favour, answered
    else:
        twice, whole = 2 * total, answered * key.full
    one = np.ones(len(total), dtype=np.int64)
    values = np.column_stack(
        [one, total, total**2, favour, favour**2, twice > whole, twice == whole]
    ).astype(np.int64)
    dtype = np.float64 if people is None else np.int64
    table = np.zeros((counts.shape[0], given.points.shape[1] + 1, COLUMNS), dtype=dtype)
    dense = isinstance(counts, np.ndarray)
    for number in np.unique(answered[given.scored]):
        some = np.flatnonzero(given.scored & (answered == number))
        alike = counts.take(some, axis=1) if dense else counts[:, some]
        table[:, number] = added(alike, values[some], people)
    return table


def products_of(people: IntArray, given: Points, key: Key) -> dict[tuple[str, ...], Products]:
    """Cross-products over people who answered all that they were asked, by what that was.

    For each set of k items asked: Σ x_i, shape (k,), and Σ x_i·x_j, shape (k, k), in points.
    ``people`` (patterns,) is how many answered so. Missing: a person who left out any item asked
    of them counts in none (complete cases).
    """
    complete = (given.answered == given.asked).all(axis=1)
    found: dict[tuple[str, ...], Products] = {}
    for asked, rows in alike(given.asked.T, complete):
        worth, count = given.points[rows][:, asked], people[rows]
        names = tuple(item for item, yes in zip(key.scale.items, asked, strict=True) if yes)
        n, times = int(count.sum()), count.astype(np.float64)
        most = n * int(worth.max(initial=0))
        found[names] = Products(n, added(times, worth, n), added(worth.T * times, worth, most))
    return found


def alike(
    asked: NDArray[np.bool_], rows: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.intp]]]:
    """Each set of things asked for among the ``rows`` marked, with where those rows stand.

    Shapes: asked (k, n), rows (n,) -> pairs of (k,) and positions. Rows asked nothing are left out.
    """
    everything = asked.all(axis=0)
    places = np.flatnonzero(rows & everything)
    if len(places):
        yield np.ones(len(asked), dtype=np.bool_), places
    if everything.all():
        return
    places = np.flatnonzero(rows & ~everything & asked.any(axis=0))
    if len(places):
        sets, which = np.unique(asked[:, places], axis=1, return_inverse=True)
        for number, one in enumerate(sets.T):
            yield one, places[which.ravel() == number]


def added(counts: Any, values: IntArray, people: int | None) -> Counts:
    """counts @ values without rounding: through floats, which are quick, where those are exact.

    ``people`` is the most that a row of ``counts`` adds up to, ``None`` for weights. Those are
    added in one fixed order, so that every machine finds the same last digit.
    """
    total: Counts
    if not isinstance(counts, np.ndarray):
        total = counts @ values
        return total
    if people is None:
        total = np.einsum("...p,pv->...v", counts, values.astype(np.float64))
        return total
    bound = people * int(values.max(initial=0))
    if bound < EXACT:
        return (counts @ values.astype(np.float64)).astype(np.int64)
    if bound > np.iinfo(np.int64).max:
        raise OverflowError("These scales are too wide to add up exactly for so many people.")
    total = counts.astype(np.int64) @ values
    return total


def merged(one: Mapping[Any, Any], two: Mapping[Any, Any]) -> dict[Any, Any]:
    """Two mappings of things that can be added; what only one has stays as it is."""
    return {
        key: one[key] + two[key] if key in one and key in two else one.get(key) or two[key]
        for key in sorted({*one, *two})
    }
