"""How people's scores on different themes go together: sums that can be added, exactly.

A person's score is a whole number of grid steps, so that shards merge without rounding. Kept for
the whole wave, with each unit's own sums, from which the spread between units can be taken out.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.patterns import EXACT, Patterns, Points, alike, merged
from analysis.scoring import IntArray, Key

FINEST = 100_000  # a thousandth of a point of 100
UNSCORED, UNASKED = -1, -2
ROWS_AT_ONCE = 1 << 15


@dataclass(frozen=True, eq=False)
class Complete:
    """People with a score on every theme that they were asked about.

    Shapes: ``people`` (units,); ``sums`` (units, k) and ``cross`` (k, k) for k themes, in steps
    of the themes' grids and their products.
    """

    people: IntArray
    sums: IntArray
    cross: IntArray

    def __add__(self, other: "Complete") -> "Complete":
        return Complete(
            self.people + other.people, self.sums + other.sums, self.cross + other.cross
        )


@dataclass(frozen=True, eq=False)
class ThemeProducts:
    """Cross-products of person scores between themes.

    ``grids`` are the steps from the worst to the best score of each of ``themes``; ``together``
    (themes, themes) counts people with a score on both; ``complete`` goes by themes asked about.
    """

    themes: tuple[str, ...]
    grids: IntArray
    together: IntArray
    complete: Mapping[tuple[str, ...], Complete]

    def covariance(self, asked: tuple[str, ...], *, within: bool = False) -> NDArray[np.float64]:
        """Sample covariances of scores (0–100) over complete cases of one set of themes.

        Formula: (Σ x_i·x_j − Σ x_i·Σ x_j/n)/(n − 1). ``within`` units, pooled:
        (Σ x_i·x_j − Σ_u Σ_u x_i·Σ_u x_j/n_u)/(n − units). Shape: (k, k), units: points of 100².
        Missing: complete cases only. Not a number where nothing is left to divide by.
        """
        one = self.complete[asked]
        there = one.people > 0
        people, sums = one.people[there], one.sums[there]
        if not within:
            people, sums = people.sum(keepdims=True), sums.sum(axis=0, keepdims=True)
        left = int(people.sum()) - len(people)
        if left < 1:
            return np.full(one.cross.shape, np.nan)
        centred = one.cross - (sums / people[:, None]).T @ sums
        places = [self.themes.index(theme) for theme in asked]
        steps = 100.0 / self.grids[places]
        spread: NDArray[np.float64] = centred / left * np.outer(steps, steps)
        return spread

    def __add__(self, other: "ThemeProducts") -> "ThemeProducts":
        return ThemeProducts(
            self.themes,
            self.grids,
            self.together + other.together,
            merged(self.complete, other.complete),
        )

    def spread(self, rows: Sequence[int], units: int) -> "ThemeProducts":
        """The same among more units: ``rows`` says where the present ones stand."""

        def over(table: IntArray) -> IntArray:
            wide = np.zeros((units, *table.shape[1:]), dtype=np.int64)
            wide[list(rows)] = table
            return wide

        return ThemeProducts(
            self.themes,
            self.grids,
            self.together,
            {
                asked: Complete(over(one.people), over(one.sums), one.cross)
                for asked, one in self.complete.items()
            },
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "themes": list(self.themes),
            "grids": self.grids.tolist(),
            "together": self.together.tolist(),
            "complete": [
                {
                    "asked": asked,
                    "people": one.people.tolist(),
                    "sums": one.sums.tolist(),
                    "cross": one.cross.tolist(),
                }
                for asked, one in sorted(self.complete.items())
            ],
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "ThemeProducts":
        themes = tuple(raw["themes"])

        def table(values: Any, *shape: int) -> IntArray:
            return np.array(values, dtype=np.int64).reshape(shape)

        return cls(
            themes,
            table(raw["grids"], len(themes)),
            table(raw["together"], len(themes), len(themes)),
            {
                tuple(body["asked"]): Complete(
                    table(body["people"], -1),
                    table(body["sums"], len(body["people"]), len(body["asked"])),
                    table(body["cross"], len(body["asked"]), len(body["asked"])),
                )
                for body in raw["complete"]
            },
        )


def grid_of(key: Key) -> int:
    """The steps between the worst and the best score of a person.

    Every mean of answered items is a whole number of steps for scales of up to ten items on one
    response set; where that would take too many steps, scores are rounded to one of ``FINEST``.
    """
    full = 1 if key.scale.formula == "favourable" else key.full
    return min(full * math.lcm(*range(1, len(key.points) + 1)), FINEST)


def steps_of(given: Points, key: Key) -> IntArray:
    """A person's score for each pattern, in steps of the grid. Shape: (patterns,).

    Formula: T/(m·full) of the grid for points T over m answered items, or F/m for favourable
    answers F. Missing: ``UNSCORED`` under the half rule, ``UNASKED`` when no item was asked.
    """
    answered = given.answered.sum(axis=1)
    if key.scale.formula == "favourable":
        got, whole = given.favourable.sum(axis=1), answered
    else:
        got, whole = given.points.sum(axis=1), answered * key.full
    whole = np.maximum(whole, 1)
    steps = (2 * got * grid_of(key) + whole) // (2 * whole)
    steps = np.where(given.scored, steps, UNSCORED)
    found: IntArray = np.where(given.asked.any(axis=1), steps, UNASKED)
    return found


def products_between(
    places: NDArray[np.intp], units: int, folded: Mapping[str, tuple[Patterns, Points, Key]]
) -> ThemeProducts:
    """Cross-products between all scales of a table of rows. Shape: places (people,)."""
    themes = tuple(folded)
    grids = np.array([grid_of(key) for _, _, key in folded.values()], dtype=np.int64)
    empty = np.zeros((len(themes), len(themes)), dtype=np.int64)
    total = ThemeProducts(themes, grids, empty, {})
    if not themes:
        return total
    steps = [steps_of(points, key).astype(np.float64) for _, points, key in folded.values()]
    # Sums of this many rows of squares are exact in float64, which is what makes them quick.
    rows = max(1, min(ROWS_AT_ONCE, EXACT // int(grids.max()) ** 2))
    for start in range(0, len(places), rows):
        part = slice(start, start + rows)
        where = places[part]
        scores = np.empty((len(themes), len(where)))
        for (patterns, _, _), worth, row in zip(folded.values(), steps, scores, strict=True):
            # To clip is the way to take that writes straight into the row; nothing lies outside.
            worth.take(patterns.of_row[part], out=row, mode="clip")
        total += _products(scores, where, units, themes, grids)
    return total


def _products(
    scores: NDArray[np.float64],
    places: NDArray[np.intp],
    units: int,
    themes: tuple[str, ...],
    grids: IntArray,
) -> ThemeProducts:
    """The same for as many rows as floats can hold. Shape: scores (themes, people), overwritten."""
    lacking = np.flatnonzero(scores.min(axis=0) < 0)
    rest, where = scores[:, lacking], places[lacking]
    has, asked = rest >= 0, rest > UNASKED
    both = has.astype(np.float32)  # exact up to 2**24 people
    complete: dict[tuple[str, ...], Complete] = {}
    for these, rows in alike(asked, (has == asked).all(axis=0)):
        names = tuple(theme for theme, yes in zip(themes, these, strict=True) if yes)
        mine, there = rest[these][:, rows], where[rows]
        complete[names] = _complete(mine, there, np.bincount(there, minlength=units))
    whole = len(places) - len(lacking)
    if whole:
        scores[:, lacking] = 0
        people = np.bincount(places, minlength=units) - np.bincount(where, minlength=units)
        complete[themes] = _complete(scores, places, people)
    together = (both @ both.T).astype(np.int64) + whole
    return ThemeProducts(themes, grids, together, complete)


def _complete(scores: NDArray[np.float64], places: NDArray[np.intp], people: IntArray) -> Complete:
    """Sums of scores (themes, rows) by unit; a row of noughts adds nothing."""
    sums = [np.bincount(places, row, minlength=len(people)) for row in scores]
    return Complete(
        people, np.column_stack(sums).astype(np.int64), (scores @ scores.T).astype(np.int64)
    )
