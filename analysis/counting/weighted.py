"""Weighted sums beside a tally's counts, where answers come with weights.

They are floats, so two ways of adding shards may differ in the last digits; counts never do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.counting.patterns import Patterns, Points, count_columns, sums
from analysis.dataset import DataError
from analysis.scoring import COLUMNS, Key

FloatArray = NDArray[np.float64]
Folded = tuple[Patterns, Points, Key]


@dataclass(frozen=True, eq=False)
class Weighted:
    """Sums of the weights w where a tally has counts, by unit.

    Shapes: ``weights`` (units, 2) holds Σw and Σw² over responses; ``items`` are as the tally's
    tables, in Σw; ``scores`` (units, items + 1, 7, 2) are its sums times w and times w², from
    which a weighted mean and its design-based variance follow (Cochran 1977, 6.4).
    """

    weights: FloatArray
    items: Mapping[str, FloatArray]
    scores: Mapping[str, FloatArray]

    def __add__(self, other: "Weighted") -> "Weighted":
        return Weighted(
            self.weights + other.weights,
            {name: table + other.items[name] for name, table in self.items.items()},
            {name: table + other.scores[name] for name, table in self.scores.items()},
        )

    def spread(self, rows: Sequence[int], units: int) -> "Weighted":
        """The same among more units: ``rows`` says where the present ones stand."""

        def over(table: FloatArray) -> FloatArray:
            wide = np.zeros((units, *table.shape[1:]))
            wide[list(rows)] = table
            return wide

        return Weighted(
            over(self.weights),
            {name: over(table) for name, table in self.items.items()},
            {name: over(table) for name, table in self.scores.items()},
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "weights": self.weights.tolist(),
            "items": {name: table.tolist() for name, table in self.items.items()},
            "scores": {name: table.tolist() for name, table in self.scores.items()},
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Weighted":
        def table(values: Any, *shape: int) -> FloatArray:
            return np.array(values, dtype=np.float64).reshape(shape)

        units = len(raw["weights"])
        return cls(
            table(raw["weights"], units, 2),
            {name: table(body, units, -1) for name, body in raw["items"].items()},
            {name: table(body, units, -1, COLUMNS, 2) for name, body in raw["scores"].items()},
        )


def weights_of(rows: pl.DataFrame, name: str) -> FloatArray:
    """The column of weights; raises :class:`DataError` unless each is a number above nought.

    A weight of nought would count an answer as given and as nothing. Shape: (people,).
    """
    if name not in rows.columns:
        raise DataError([f"The column of weights {name!r} is missing."])
    column = rows[name]
    if not column.dtype.is_numeric():
        raise DataError([f"The weights in {name!r} are not numbers."])
    weights = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    wrong = ~(np.isfinite(weights) & (weights > 0))
    if wrong.any():
        first = column[int(np.argmax(wrong))]
        said = "nothing" if first is None else f"{first:g}"
        raise DataError(
            [
                f"The weights in {name!r} must be numbers above 0; {int(wrong.sum())} are not, "
                f"the first is {said}."
            ]
        )
    return weights


def weigh(
    places: NDArray[np.intp],
    units: int,
    weights: FloatArray,
    given: Mapping[str, NDArray[np.uint8]],
    codes: Mapping[str, tuple[int, ...]],
    folded: Mapping[str, Folded],
) -> Weighted:
    """The weighted sums of a table of rows. Shapes: places and weights (people,).

    Missing: as for the counts; a person's weight goes only where the person is counted.
    """
    powers = (weights, weights**2)
    return Weighted(
        np.column_stack([np.bincount(places, power, minlength=units) for power in powers]),
        {
            name: count_columns(places, answers, codes[name], units, weights)
            for name, answers in given.items()
        },
        {
            scale: np.stack(
                [sums(patterns.weighed(places, power), points) for power in powers], axis=-1
            )
            for scale, (patterns, points, _) in folded.items()
        },
    )
