"""When a level changed, over many waves: exploratory, from twenty waves on.

A break says that the level before and after differ, not what made it so, and one that chance
alone would often give must not be told: see :func:`cusum`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import kolmogorov

FloatArray = NDArray[np.float64]

SHORTEST = 0.15
MOST_BREAKS = 2
ENOUGH_WAVES = 20


class ChangePointError(ValueError):
    """Waves in which no break can be looked for."""


@dataclass(frozen=True)
class Breaks:
    """The best places of so many breaks: each the number of points before it.

    ``rss`` is the residual sum of squares around the levels between breaks; ``bic`` what it is
    weighed by: the smaller, the better.
    """

    after: tuple[int, ...]
    rss: float
    bic: float


@dataclass(frozen=True)
class Evidence:
    """A test of one level throughout. ``p``: how often chance alone gives as much."""

    statistic: float
    p: float


def breaks(
    values: Sequence[float], most: int = MOST_BREAKS, shortest: float = SHORTEST
) -> tuple[Breaks, ...]:
    """The least-squares breaks for 0, 1, … ``most`` of them, exactly (Bai & Perron 2003).

    Every stretch has at least ⌊``shortest``·n⌋ points. BIC = n·(ln RSS + 1 − ln n + ln 2π) +
    2(m + 1)·ln n for m breaks: levels, places and one variance. As many as fit into the series.
    (R: ``strucchange::breakpoints(y ~ 1)``.) Raises :class:`ChangePointError` for points that are
    no numbers, too few of them, or a series that never varies.

    >>> [found.after for found in breaks([1, 2, 1, 2, 1, 8, 9, 8, 9, 8], 1, 0.2)]
    [(), (5,)]
    """
    y = _numbers(values)
    n = len(y)
    least = max(int(shortest * n), 2)
    if 2 * least > n:
        raise ChangePointError("There are too few waves to look for a break.")
    squares = _squares(y)
    best: list[tuple[FloatArray, NDArray[np.int64]]] = []
    cost = np.where(np.arange(n + 1) >= least, squares[0], math.inf)
    found = [Breaks((), float(squares[0, n]), _bic(float(squares[0, n]), n, 0))]
    for m in range(1, min(most, n // least - 1) + 1):
        cost, from_where = _one_more(cost, squares, least)
        best.append((cost, from_where))
        rss = float(cost[n])
        found.append(Breaks(_trace(best, n), rss, _bic(rss, n, m)))
    return tuple(found)


def likely(found: Sequence[Breaks]) -> Breaks:
    """The number of breaks with the least BIC; the fewest of equals."""
    return min(found, key=lambda one: (one.bic, len(one.after)))


def cusum(values: Sequence[float]) -> Evidence:
    """OLS-CUSUM test (Ploberger & Krämer 1992; R: ``efp(y ~ 1, type = "OLS-CUSUM")``).

    Formula: S = max_k |Σ_{i≤k} (y_i − ȳ)|/(s·√n), s² with n − 1; p is that of the largest swing
    of a Brownian bridge, right for many points and careful for few.
    """
    y = _numbers(values)
    if len(y) < 3:
        raise ChangePointError("There are too few waves to look for a break.")
    apart = y - y.mean()
    _squares(y)
    spread = math.sqrt(float(apart @ apart) / (len(y) - 1))
    statistic = float(np.abs(np.cumsum(apart)).max() / (spread * math.sqrt(len(y))))
    return Evidence(statistic, float(kolmogorov(statistic)))


def sup_f(values: Sequence[float], shortest: float = SHORTEST) -> float:
    """The largest F of one break at any place with at least ⌊``shortest``·n⌋ points each side.

    Formula: max_k (RSS₀ − RSS_k)/(RSS_k/(n − 2)) (Andrews 1993; R: ``Fstats(y ~ 1)``). It has no
    p here: its distribution is only tabled, and :func:`cusum` answers the same question.
    """
    y = _numbers(values)
    n = len(y)
    least = max(int(shortest * n), 2)
    if 2 * least > n:
        raise ChangePointError("There are too few waves to look for a break.")
    squares = _squares(y)
    after = np.arange(least, n - least + 1)
    rss = squares[0, after] + squares[after, n]
    whole = squares[0, n]
    smallest = float(rss.min())
    if smallest <= 1e-12 * whole:
        raise ChangePointError("The waves lie on two levels exactly, so nothing can be tested.")
    return float((whole - smallest) / (smallest / (n - 2)))


def worth_telling(values: Sequence[float]) -> Breaks | None:
    """The likely break, where there are twenty waves and more and chance seldom gives as much.

    One at most: a series of waves is too short to tell two apart from a slide.
    """
    if len(values) < ENOUGH_WAVES or cusum(values).p >= 0.05:
        return None
    found = likely(breaks(values, 1))
    return found if found.after else None


def _squares(y: FloatArray) -> FloatArray:
    """Residual sum of squares of points i to j − 1 around their mean: (n + 1, n + 1).

    Raises :class:`ChangePointError` when all points are the same.
    """
    centred = y - y.mean()
    if np.ptp(y) == 0:
        raise ChangePointError("Every wave has the same value, so there is no break to look for.")
    sums = np.concatenate([[0.0], np.cumsum(centred)])
    powers = np.concatenate([[0.0], np.cumsum(centred**2)])
    count = np.arange(len(sums))[None, :] - np.arange(len(sums))[:, None]
    left = powers[None, :] - powers[:, None]
    apart = (sums[None, :] - sums[:, None]) ** 2
    found: FloatArray = left - np.divide(apart, count, out=np.zeros_like(apart), where=count > 0)
    return np.maximum(found, 0.0)


def _one_more(
    cost: FloatArray, squares: FloatArray, least: int
) -> tuple[FloatArray, NDArray[np.int64]]:
    """The least cost of the first j points with one break more, and where that break is."""
    n = len(cost) - 1
    totals = cost[:, None] + squares
    places = np.arange(n + 1)
    totals[places[:, None] > places[None, :] - least] = math.inf
    return totals.min(axis=0), totals.argmin(axis=0)


def _trace(best: Sequence[tuple[FloatArray, NDArray[np.int64]]], n: int) -> tuple[int, ...]:
    places, end = [], n
    for _, from_where in reversed(best):
        end = int(from_where[end])
        places.append(end)
    return tuple(reversed(places))


def _bic(rss: float, n: int, m: int) -> float:
    if rss == 0:
        return -math.inf
    return n * (math.log(rss) + 1 - math.log(n) + math.log(2 * math.pi)) + 2 * (m + 1) * math.log(n)


def _numbers(values: Sequence[float]) -> FloatArray:
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or not len(found):
        raise ChangePointError("There are no waves to look at.")
    if not np.isfinite(found).all():
        raise ChangePointError("A wave has no value.")
    return found
