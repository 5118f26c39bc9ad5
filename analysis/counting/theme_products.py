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

from analysis.counting.patterns import Patterns, Points, added, alike, merged
from analysis.scoring import IntArray, Key

FINEST = 100_000  # a thousandth of a point of 100
UNSCORED, UNASKED = -1, -2
ROWS_AT_ONCE = 1 << 14  # sums of so many squares of FINEST are exact in float64


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
    whole = np.maximum(given.whole, 1)
    steps = (2 * given.got * grid_of(key) + whole) // (2 * whole)
    steps = np.where(given.scored, steps, UNSCORED)
    found: IntArray = np.where(given.asked.any(axis=1), steps, UNASKED)
    return found


def products_between(
    places: NDArray[np.intp], units: int, folded: Mapping[str, tuple[Patterns, Points, Key]]
) -> ThemeProducts:
    """Cross-products between all scales of a table of rows. Shape: places (people,)."""
    themes = tuple(folded)
    grids = np.array([grid_of(key) for _, _, key in folded.values()], dtype=np.int64)
    together = np.zeros((len(themes), len(themes)), dtype=np.int64)
    steps = {name: steps_of(points, key) for name, (_, points, key) in folded.items()}
    # With a theme that nobody was asked about, nobody would count as having a score on them all.
    asked = [place for place, each in enumerate(steps.values()) if (each > UNASKED).any()]
    if not asked:
        return ThemeProducts(themes, grids, together, {})
    names = tuple(themes[place] for place in asked)
    found, lacking, rest = _multiplied([(folded[name][0], steps[name]) for name in names])
    where, has = places[lacking], rest >= 0
    complete: dict[tuple[str, ...], Complete] = {}
    for these, rows in alike(rest > UNASKED, (has == (rest > UNASKED)).all(axis=0)):
        mine, there = rest[these][:, rows], where[rows]
        complete[tuple(name for name, yes in zip(names, these, strict=True) if yes)] = Complete(
            np.bincount(there, minlength=units), _by_unit(mine, there, units), _crossed(mine)
        )
    responses = np.bincount(places, minlength=units)
    people = responses - np.bincount(where, minlength=units)
    if people.any():
        most = int(responses.max())
        sums = [
            added(folded[name][0].counts, np.maximum(steps[name], 0)[:, None], most)
            for name in names
        ]
        others = _by_unit(np.maximum(rest, 0), where, units)
        complete[names] = Complete(people, np.hstack(sums) - others, found)
    both = has.astype(np.float32)  # exact up to 2**24 people
    together[np.ix_(asked, asked)] = (both @ both.T).astype(np.int64) + int(people.sum())
    return ThemeProducts(themes, grids, together, complete)


def _multiplied(
    folded: Sequence[tuple[Patterns, IntArray]],
) -> tuple[IntArray, NDArray[np.intp], NDArray[np.float64]]:
    """Cross-products over rows with a score on every theme, and the other rows with their scores.

    Shapes: (k, k), (lacking,), (k, lacking).
    """
    people = len(folded[0][0].of_row)
    worth = [steps.astype(np.float64) for _, steps in folded]
    cross = np.zeros((len(folded), len(folded)), dtype=np.int64)
    lacking, rest = [], []
    room = np.empty((len(folded), ROWS_AT_ONCE))
    for start in range(0, people, ROWS_AT_ONCE):
        scores = room[:, : people - start]
        for (patterns, _), each, row in zip(folded, worth, scores, strict=True):
            # To clip is the way to take that writes straight into the row; nothing lies outside.
            each.take(patterns.of_row[start : start + ROWS_AT_ONCE], out=row, mode="clip")
        without = np.flatnonzero(scores.min(axis=0) < 0)
        lacking.append(start + without)
        rest.append(scores[:, without])
        scores[:, without] = 0
        cross += _crossed(scores)
    if not lacking:
        return cross, np.empty(0, dtype=np.intp), np.empty((len(folded), 0))
    return cross, np.concatenate(lacking), np.hstack(rest)


def _by_unit(scores: NDArray[np.float64], places: NDArray[np.intp], units: int) -> IntArray:
    """Sums of scores (themes, rows) by unit. Shape: (units, themes)."""
    sums = [np.bincount(places, row, minlength=units) for row in scores]
    return np.column_stack(sums).astype(np.int64)


def _crossed(scores: NDArray[np.float64]) -> IntArray:
    """Scores (themes, rows) times themselves, exactly. Shape: (themes, themes)."""
    total = np.zeros((len(scores), len(scores)), dtype=np.int64)
    for start in range(0, scores.shape[1], ROWS_AT_ONCE):
        part = scores[:, start : start + ROWS_AT_ONCE]
        total += (part @ part.T).astype(np.int64)
    return total
