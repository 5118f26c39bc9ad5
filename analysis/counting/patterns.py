"""Rows folded into patterns: a scale's items answered in one way, worked out once for everybody.

Everything after the folding costs patterns, not people, and stays in whole numbers.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from analysis.dataset import NOT_ASKED, PREFER_NOT_TO_SAY
from analysis.scoring import COLUMNS, IntArray, Key

# An answer's byte is its distance from here, so that these three and the options run from nought.
BLANK = -3
FIRST = PREFER_NOT_TO_SAY - BLANK + 1  # the byte of the code 0
SPECIAL = 4  # columns beside the options: other number, prefer not to say, not asked, blank
MOST_COUNTERS = 1 << 22
SMALL = 1 << 16  # patterns up to here are numbered in two bytes
EXACT_32, EXACT = 1 << 24, 1 << 53  # float32 and float64 hold every whole number up to here

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
    """The column of an item's table for each of the 256 values of an answer's byte, code − BLANK.

    Options come first in the order of ``codes``, then any other number, preferred not to say, not
    asked, and blank, which is a missing value. Shape: (256,), columns from 0.
    """
    width = len(codes) + SPECIAL
    column = np.full(256, len(codes), dtype=np.int64)
    for position, code in enumerate(codes):
        column[code - BLANK] = position
    for back, special in ((3, PREFER_NOT_TO_SAY), (2, NOT_ASKED), (1, BLANK)):
        column[special - BLANK] = width - back
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
    of_row, known = _numbered(answers, [max(options, default=-1) + FIRST + 2 for options in codes])
    columns = [column_of(options)[item] for options, item in zip(codes, known.T, strict=True)]
    return Patterns(of_row, np.column_stack(columns), _counted(places, of_row, (units, len(known))))


def _numbered(
    answers: Sequence[NDArray[np.uint8]], widths: Sequence[int]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """A number for the pattern in each row, and the bytes that each number stands for.

    A byte of ``widths[i]`` − 1 or more is any other number. Shapes: (people,), (patterns, items).
    """
    size = math.prod(widths)
    if size > SMALL and len(widths) > 1:
        half = len(widths) // 2
        left, one = _numbered(answers[:half], widths[:half])
        right, two = _numbered(answers[half:], widths[half:])
        of_row, found = _found(left * len(two) + right, len(one) * len(two))
        place_one, place_two = np.divmod(found, len(two))
        return of_row, np.hstack([one[place_one], two[place_two]])
    code = np.zeros(len(answers[0]), dtype=np.uint16)
    for given, width in zip(answers, widths, strict=True):
        if given.max(initial=0) >= width:
            given = np.minimum(given, width - 1)
        code *= np.uint16(width)
        code += given.astype(np.uint16)  # to add bytes as they are takes twice as long
    # Counting and taking are twice as quick by numpy's own kind of index.
    of_row, found = _found(code.astype(np.intp), size)
    return of_row, np.column_stack(np.unravel_index(found, widths))


def _found(code: NDArray[np.intp], size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The codes below ``size`` that occur, sorted, and for each row which of them it has."""
    if size > MOST_COUNTERS:
        found, of_row = np.unique(code, return_inverse=True)
        return of_row, found
    found = np.flatnonzero(np.bincount(code, minlength=size))
    position = np.zeros(size, dtype=np.intp)
    position[found] = np.arange(len(found))
    return position.take(code), found


def _counted(
    places: NDArray[np.intp],
    of_row: NDArray[np.integer],
    shape: tuple[int, int],
    weights: NDArray[np.float64] | None = None,
) -> Any:
    if shape[0] * shape[1] <= MOST_COUNTERS:
        cells = places * shape[1] + of_row
        table = np.bincount(cells, weights, minlength=shape[0] * shape[1]).reshape(shape)
        exact = np.float32 if weights is None and len(places) < EXACT_32 else np.float64
        return table.astype(exact)
    each = np.ones(len(places), dtype=np.int64) if weights is None else weights
    return csc_array((each, (places, of_row)), shape=shape)


@dataclass(frozen=True, eq=False)
class Points:
    """What the answers of each pattern are worth.

    Shapes: ``points``, as in the scale's :class:`~analysis.scoring.Key`, ``answered`` and
    ``asked`` (patterns, items). ``number`` of items answered, ``got`` of the ``whole`` that could
    be had, and whether so many answers are ``scored`` (patterns,). ``values`` (patterns, 7) are
    the columns of :mod:`analysis.scoring`.
    """

    points: IntArray
    answered: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    number: IntArray
    got: IntArray
    whole: IntArray
    scored: NDArray[np.bool_]
    values: IntArray

    def at(self, some: NDArray[np.intp]) -> "Points":
        """The same for some of the patterns."""
        return Points(*(getattr(self, field.name)[some] for field in fields(self)))


def points_of(columns: IntArray, key: Key, codes: Sequence[tuple[int, ...]]) -> Points:
    """What each pattern's answers are worth; ``codes`` are the options of each item.

    The columns are people, points T and T², favourable answers F and F², above and at the middle
    of the scale. What is not an option (blank, preferred not to say, not asked) has no points and
    is not answered; only "not asked" is not asked. Nothing is filled in.
    """
    options = np.array([len(some) for some in codes])
    width = int(options.max()) + SPECIAL
    worth = np.zeros((len(codes), width), dtype=np.int64)
    good = np.zeros((len(codes), width), dtype=np.int64)
    for place, (some, points, favourable) in enumerate(
        zip(codes, key.points, key.favourable, strict=True)
    ):
        worth[place, : len(some)] = [points[code] for code in some]
        good[place, : len(some)] = [code in favourable for code in some]
    cells = columns + width * np.arange(len(codes))
    given = worth.take(cells)
    answered, asked = columns < options, columns != options + SPECIAL - 2
    number, total, favour = (each.sum(axis=1) for each in (answered, given, good.take(cells)))
    scored = (number > 0) & (number >= np.array(key.needed)[asked.sum(axis=1)])
    got, whole = total, number * key.full
    if key.scale.formula == "favourable":
        got, whole = favour, number
    people, above, at = np.ones_like(total), 2 * got > whole, 2 * got == whole
    values = np.column_stack([people, total, total**2, favour, favour**2, above, at])
    return Points(given, answered, asked, number, got, whole, scored, values)


def item_tables(
    patterns: Patterns, codes: Sequence[tuple[int, ...]], people: int
) -> list[IntArray]:
    """Each item's table of counts by unit and column. Shapes: a list of (units, options + 4).

    ``people`` is the most that any unit has.
    """
    widths = [len(some) + SPECIAL for some in codes]
    first = np.cumsum([0, *widths])
    chosen = np.zeros((len(patterns.columns), first[-1]), dtype=np.bool_)
    np.put_along_axis(chosen, patterns.columns + first[:-1], True, axis=1)
    tables = added(patterns.counts, chosen, people)
    return np.split(tables, first[1:-1], axis=1)


def sums(counts: Any, given: Points, people: int | None = None) -> Counts:
    """Sums of the ``values`` of people with a score, by unit and number of answered items.

    Shape: (units, items + 1, 7). Missing: a person with fewer answers than the key needs is in no
    sum. ``people`` is the most that any unit has, ``None`` for weights.
    """
    dtype = np.float64 if people is None else np.int64
    table = np.zeros((counts.shape[0], given.points.shape[1] + 1, COLUMNS), dtype=dtype)
    dense = isinstance(counts, np.ndarray)
    for number in np.flatnonzero(np.bincount(given.number[given.scored])):
        some = np.flatnonzero(given.scored & (given.number == number))
        alike = counts.take(some, axis=1) if dense else counts[:, some]
        table[:, number] = added(alike, given.values[some], people)
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


def added(counts: Any, values: NDArray[Any], people: int | None) -> Counts:
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
    for most, exact in ((EXACT_32, np.float32), (EXACT, np.float64)):
        if bound < most:
            total = counts.astype(exact, copy=False) @ values.astype(exact)
            return total.astype(np.int64)
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
