"""Do the items of a scale go together? Cronbach's alpha from cross-products.

Whole organisation and at least 100 people only, never a group (STATISTICS 2.2).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri

from analysis.instrument import Instrument, Scale
from analysis.patterns import Products
from analysis.tally import Counted

LEAST_PEOPLE = 100
LEAST_TO_JUDGE_KEYS = 30
CONSISTENT, ACCEPTABLE = 0.80, 0.70


@dataclass(frozen=True)
class Alpha:
    """Alpha with its 95 % interval, from ``n`` complete answers to ``items``."""

    value: float
    low: float
    high: float
    n: int
    items: tuple[str, ...]


def covariance(products: Products) -> NDArray[np.float64]:
    """Sample covariances of the items' points, from their sums and cross-products.

    Formula: (Σ x_i·x_j − Σ x_i·Σ x_j / n)/(n − 1). Shape: (k, k) for k items; units: points².
    Needs two people or more.
    """
    outer = np.outer(products.sums, products.sums).astype(np.float64)
    matrix: NDArray[np.float64] = (products.cross - outer / products.n) / (products.n - 1)
    return matrix


def cronbach(matrix: NDArray[np.float64]) -> float:
    """Cronbach (1951): α = k/(k−1)·(1 − Σs_i²/s_T²). For two items with equal spread it is
    Spearman and Brown's 2r/(1+r). Shape: covariances (k, k) -> a scalar of at most 1, below 0
    when items pull against each other. R: ``psych::alpha``.

    >>> round(cronbach(np.array([[1.0, 0.5], [0.5, 1.0]])), 6)  # 2·0.5/1.5
    0.666667
    """
    k = len(matrix)
    return float(k / (k - 1) * (1 - np.trace(matrix) / matrix.sum()))


def feldt(alpha: float, n: int, k: int, level: float = 0.95) -> tuple[float, float]:
    """Feldt (1965), exact for compound symmetry: 1 − (1−α)·F with n−1 and (n−1)(k−1) degrees
    of freedom. R: ``1-(1-a)*qf(c(.975,.025), n-1, (n-1)*(k-1))``. Complete cases only."""
    tail = (1 - level) / 2
    upper, lower = (float(fdtri(n - 1, (n - 1) * (k - 1), p)) for p in (1 - tail, tail))
    return 1 - (1 - alpha) * upper, 1 - (1 - alpha) * lower


def alpha(counted: Counted, scale: Scale) -> Alpha | None:
    """Alpha of a scale over people who answered every item that was asked of them.

    Where people were asked different items, those asked the commonest set are used. ``None`` for
    fewer than two items or two people, or when nobody differs from anybody.
    """
    sets = counted.tally.products.get(scale.id, {})
    usable = [(p.n, items) for items, p in sets.items() if len(items) >= 2 and p.n >= 2]
    if not usable:
        return None
    n, items = max(usable)
    matrix = covariance(sets[items])
    if matrix.sum() <= 0:
        # The total does not vary although items do: each pulls against the rest completely.
        return Alpha(float("-inf"), float("-inf"), 0.0, n, items) if np.trace(matrix) > 0 else None
    value = cronbach(matrix)
    low, high = feldt(value, n, len(items))
    return Alpha(value, low, high, n, items)


def sentence(counted: Counted, scale: Scale) -> str:
    """What a theme page says about its questions; empty under 100 people or for one question."""
    found = alpha(counted, scale)
    if found is None or found.n < LEAST_PEOPLE:
        return ""
    if found.value < 0:
        return (
            "The questions contradict each other, so a scoring key is wrong. Do not use the score."
        )
    figures = f"(alpha {found.value:.2f}, likely {found.low:.2f} to {found.high:.2f})"
    if found.value >= CONSISTENT:
        return f"The questions go together well {figures}."
    if found.value >= ACCEPTABLE:
        return f"The questions go together well enough {figures}."
    return f"Look at each question by itself too: they go together only loosely {figures}."


def check_keys(counted: Counted, instrument: Instrument) -> list[str]:
    """One sentence for each scale whose alpha is negative: an item is keyed the wrong way round.

    Names the item that agrees least with the others. Needs 30 complete answers: with fewer, alpha
    can be negative by chance.
    """
    problems = []
    for scale in instrument.scales:
        found = alpha(counted, scale)
        if found is None or found.n < LEAST_TO_JUDGE_KEYS or found.value >= 0:
            continue
        matrix = covariance(counted.tally.products[scale.id][found.items])
        others = matrix.sum(axis=1) - np.diag(matrix)
        suspect = found.items[int(np.argmin(others))]
        problems.append(
            f"Wave {counted.head.label}, scale {scale.id!r}: its items contradict each other "
            f"(alpha is negative), so a key is wrong. Look at {suspect!r} first and change its "
            f"'reversed' setting if agreeing means the opposite there."
        )
    return problems
