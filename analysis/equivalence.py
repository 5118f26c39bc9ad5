"""Whether two figures are so alike that the difference does not matter."""

import math
from dataclasses import dataclass

from scipy.special import stdtr

from analysis.estimate import Difference


class EquivalenceError(ValueError):
    """Bounds between which nothing can lie."""


@dataclass(frozen=True)
class Equivalence:
    """``same`` when the difference surely lies within the bounds; ``p`` of the two tests."""

    same: bool
    p: float
    low: float
    high: float


def equivalence(found: Difference, bound: float, alpha: float = 0.05) -> Equivalence:
    """Two one-sided tests (Schuirmann 1987) with Welch's degrees of freedom.

    Formula: p = max(P(T ≥ (d + b)/se), P(T ≤ (d − b)/se)); the same says the 1 − 2α interval,
    here given: it must lie within −b to b. "Not significant" is never "the same": a wide interval
    is neither (STATISTICS 2.5). Raises :class:`EquivalenceError`.

    >>> equivalence(Difference(1.0, 2.0, 500.0), 5).same
    True
    """
    if not (math.isfinite(bound) and bound > 0):
        raise EquivalenceError("The smallest change that matters must be over nought.")
    if not (math.isfinite(found.value) and math.isfinite(found.se)):
        raise EquivalenceError("A difference without a number, or without an error, is no finding.")
    low, high = found.interval(1 - 2 * alpha)
    if found.se == 0:
        p = 0.0 if abs(found.value) < bound else 1.0
    else:
        p = float(stdtr(found.df, -(bound - abs(found.value)) / found.se))
    return Equivalence(-bound < low and high < bound, p, low, high)
