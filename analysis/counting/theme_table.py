"""A theme's score in every unit at once, for trees of thousands of units and waves of millions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.scoring import FAVOUR, FAVOUR_SQ, POINTS, POINTS_SQ, IntArray, Key, N


@dataclass(frozen=True, eq=False)
class ThemeTable:
    """By unit: people with a score, their mean, 0–100, and its sample variance. Shapes: (units,).

    Not a number where nobody, and for the variance where only one person, has a score.
    """

    n: IntArray
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


def theme_table(scores: IntArray, key: Key) -> ThemeTable:
    """What :func:`analysis.scoring.moments` gives, for every unit of a tally's scores.

    Formula and missing-data rule: as there; the plain sums round in the last digits. Shape:
    (units, items + 1, 7) -> (units,).

    >>> from analysis.instrument import Scale
    >>> key = Key(Scale("x", "X", "", ("a", "b")), 4, ({}, {}), (frozenset(),) * 2, (1, 1, 2))
    >>> rows = np.zeros((2, 3, 7), dtype=np.int64)
    >>> rows[0, 2, :3] = 2, 12, 80  # two people: 4 and 8 of 8 points
    >>> found = theme_table(rows, key)
    >>> found.mean.tolist(), found.variance.tolist()
    ([75.0, nan], [1250.0, nan])
    """
    n = scores[:, :, N].sum(axis=1)
    answered = np.arange(scores.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        if key.scale.formula == "favourable":
            responses = scores[:, :, N] @ answered
            ratio = scores[:, :, FAVOUR].sum(axis=1) / responses
            spread = (
                scores[:, :, FAVOUR_SQ].sum(axis=1)
                - 2 * ratio * (scores[:, :, FAVOUR] @ answered)
                + ratio**2 * (scores[:, :, N] @ answered**2)
            )
            mean, squares = 100 * ratio, spread * (100 * n / responses) ** 2
        else:
            worth = np.zeros(len(answered))
            worth[1:] = 100 / (answered[1:] * key.full)
            mean = scores[:, :, POINTS] @ worth / n
            squares = scores[:, :, POINTS_SQ] @ worth**2 - n * mean**2
        variance = np.where(n > 1, np.maximum(squares, 0) / (n - 1), np.nan)
    return ThemeTable(n, mean, variance)
