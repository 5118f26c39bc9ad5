"""The answers to one question: their shape, how far people are apart, and ordered comparisons.

From option counts alone. A mean of ordered answers is compared with an analysis of their order:
where the two disagree nothing may be claimed (STATISTICS 2.1).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from analysis.reliability import Matrix

STEPS, HALVINGS, SLOPE = 100, 40, 1e-10
# Shares of the widest spread there can be; answers spread evenly over five options reach a half.
ALIKE, SPLIT = 0.2, 0.6

Counts = NDArray[np.int64]


class DistributionError(ValueError):
    """Counts of answers from which a figure cannot be worked out."""


@dataclass(frozen=True)
class Shape:
    """A distribution of ``n`` answers. ``spread`` is the standard deviation with divisor n − 1.

    Skewness and excess kurtosis come in two types (Joanes and Gill 1998): 2, unbiased for a normal
    distribution, as in SPSS and Excel, and 3, with divisor n, as in ``psych::describe``.
    """

    n: int
    mean: float
    spread: float
    median: float
    skew2: float
    skew3: float
    kurtosis2: float
    kurtosis3: float


def describe(codes: Matrix, counts: Counts) -> Shape:
    """The shape of a distribution from how often each code was given. Shapes: (c,), (c,).

    With m_r the r-th central moment with divisor n: g₁ = m₃/m₂^1.5, g₂ = m₄/m₂² − 3; type 2 is
    g₁√(n(n−1))/(n−2) and ((n+1)g₂+6)(n−1)/((n−2)(n−3)); type 3 is g₁((n−1)/n)^1.5 and
    (g₂+3)(1−1/n)²−3. Missing: count only those who answered. Needs four answers that differ;
    raises :class:`DistributionError`. R: ``psych::describe``.

    >>> describe(np.array([1.0, 2.0, 3.0]), np.array([1, 2, 1])).mean
    2.0
    """
    n = int(counts.sum())
    if n < 4 or (counts < 0).any() or not np.isfinite(codes).all():
        raise DistributionError("A distribution needs four answers or more, each a number.")
    mean = float(codes @ counts) / n
    second, third, fourth = (float(((codes - mean) ** r) @ counts) / n for r in (2, 3, 4))
    if second <= 0:
        raise DistributionError("Everybody gave the same answer: a shape needs answers to differ.")
    g1, g2 = third / second**1.5, fourth / second**2 - 3
    ordered = np.repeat(codes[np.argsort(codes)], counts[np.argsort(codes)])
    return Shape(
        n,
        mean,
        math.sqrt(second * n / (n - 1)),
        float(np.median(ordered)),
        g1 * math.sqrt(n * (n - 1)) / (n - 2),
        g1 * ((n - 1) / n) ** 1.5,
        ((n + 1) * g2 + 6) * (n - 1) / ((n - 2) * (n - 3)),
        (g2 + 3) * (1 - 1 / n) ** 2 - 3,
    )


def apart(counts: Counts) -> float:
    """How far apart people are: the variance of the answers over the widest there can be, half of
    them at each end. Shape: (options,), equally far from one another -> 0 to 1.

    >>> apart(np.array([5, 0, 0, 0, 5])), apart(np.array([2, 2, 2, 2, 2]))
    (1.0, 0.5)
    """
    places = np.arange(len(counts), dtype=np.float64)
    if len(counts) < 2 or counts.sum() <= 0:
        raise DistributionError("How far apart people are needs two options and an answer.")
    mean = places @ counts / counts.sum()
    return float((places - mean) ** 2 @ counts / counts.sum() / ((len(counts) - 1) / 2) ** 2)


def apart_words(questions: Sequence[Counts]) -> str:
    """The same in words, on average over one question or more, each of shape (options,); for whole
    organisations only: a small group's spread tells too much."""
    share = sum(map(apart, questions)) / len(questions)
    if share < ALIKE:
        return "Most people gave answers close to one another."
    if share < SPLIT:
        return "Answers were spread out."
    return "People were split: many answers lie at both ends."


@dataclass(frozen=True, eq=False)
class Ordered:
    """A proportional-odds model: logit P(answer ≤ j) = ζ_j − xβ.

    ``thresholds`` ζ and ``effects`` β, each with standard errors.
    """

    thresholds: Matrix
    effects: Matrix
    threshold_errors: Matrix
    effect_errors: Matrix
    loglik: float


def proportional_odds(features: Matrix, counts: Counts) -> Ordered:
    """Fit a proportional-odds logit (McCullagh 1980) by Newton's method from option counts.

    ``features`` (cells, q) without a constant, ``counts`` (cells, options) of people. Standard
    errors from the observed information. Missing: complete cases only. Raises
    :class:`DistributionError` when a feature repeats another or splits the answers completely.
    R: ``ordinal::clm``, ``MASS::polr``.
    """
    used = counts.sum(axis=0) > 0
    table = counts[:, used]
    if table.shape[1] < 2 or not np.isfinite(features).all():
        raise DistributionError("Ordered answers need two options in use and finite features.")
    cuts = table.shape[1] - 1
    reached = np.cumsum(table.sum(axis=0))[:-1] / table.sum()
    values = np.concatenate([logit(reached), np.zeros(features.shape[1])])
    loglik, slope, bend = _likelihood(values, features, table)
    for _ in range(STEPS):
        scale = np.sqrt(np.diag(-bend))
        if not (scale > 0).all() or _worst(-bend, scale) < 1e-12:
            break
        step = np.linalg.solve(-bend, slope)
        if np.abs(slope / scale).max() < SLOPE * math.sqrt(table.sum()):
            errors = np.sqrt(np.diag(np.linalg.inv(-bend)))
            return Ordered(values[:cuts], values[cuts:], errors[:cuts], errors[cuts:], loglik)
        for halving in range(HALVINGS):
            moved = values + step / 2**halving
            found = _likelihood(moved, features, table)
            if found[0] >= loglik - 1e-9:
                values, (loglik, slope, bend) = moved, found
                break
    raise DistributionError("A feature splits the answers completely or repeats another feature.")


def _worst(matrix: Matrix, scale: Matrix) -> float:
    return float(np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0])


def _likelihood(values: Matrix, features: Matrix, table: Counts) -> tuple[float, Matrix, Matrix]:
    """Log-likelihood with its first and second derivatives; −∞ where cut points cross."""
    cuts, q = table.shape[1] - 1, len(values)
    loglik, slope, bend = 0.0, np.zeros(q), np.zeros((q, q))
    if (np.diff(values[:cuts]) <= 0).any():
        return -math.inf, slope, bend
    reached = expit(values[:cuts] - (features @ values[cuts:])[:, None])
    ends = np.pad(reached, ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1)))
    density = ends * (1 - ends)
    change = density * (1 - 2 * ends)
    turn = np.zeros((cuts + 2, len(table), q))
    turn[1:-1, :, cuts:] = -features
    turn[np.arange(1, cuts + 1), :, np.arange(cuts)] = 1
    for j in range(cuts + 1):
        chance = np.maximum(ends[:, j + 1] - ends[:, j], 1e-300)
        people = table[:, j]
        loglik += float(people @ np.log(chance))
        upper, lower = turn[j + 1], turn[j]
        pull = (density[:, j + 1, None] * upper - density[:, j, None] * lower) / chance[:, None]
        slope += people @ pull
        bend += (upper * (people * change[:, j + 1] / chance)[:, None]).T @ upper
        bend -= (lower * (people * change[:, j] / chance)[:, None]).T @ lower
        bend -= (pull * people[:, None]).T @ pull
    return loglik, slope, bend


@dataclass(frozen=True)
class Dominance:
    """How often an answer of one group lies above an answer of another, with a 95 % interval.

    ``delta`` is Cliff's δ = P(above) − P(below), from −1 to 1; ``superiority`` counts ties half,
    (1 + δ)/2.
    """

    delta: float
    low: float
    high: float

    @property
    def superiority(self) -> float:
        return (1 + self.delta) / 2


def dominance(one: Counts, two: Counts) -> Dominance:
    """Cliff's (1993) δ of group ``one`` over ``two`` from counts of the same ordered options.

    Shapes: (options,), (options,). Variance by Cliff's unbiased formula, at least (1−δ²)/(mn−1);
    interval (δ−δ³ ± z·s·√((1−δ²)²+z²s²))/(1−δ²+z²s²) (Feng and Cliff 2004). Two people or more in
    each group. R: ``effsize::cliff.delta``.
    """
    m, n = int(one.sum()), int(two.sum())
    if m < 2 or n < 2 or len(one) != len(two):
        raise DistributionError("Two groups of two people or more must answer the same options.")
    sign = np.sign(np.arange(len(one))[:, None] - np.arange(len(two)))
    by_one, by_two = sign @ two / n, one @ sign / m
    delta = float(one @ by_one) / m
    rows = float(one @ (by_one - delta) ** 2)
    columns = float(two @ (by_two - delta) ** 2)
    cells = float(one @ (sign - delta) ** 2 @ two)
    variance = (n**2 * rows + m**2 * columns - cells) / (m * n * (m - 1) * (n - 1))
    variance = max(variance, (1 - delta**2) / (m * n - 1))
    z = -float(ndtri(0.025))
    room, far = 1 - delta**2, z**2 * variance
    if not room:
        # Every answer of one group lies beyond all of the other's: Cliff's interval would be a
        # point, so its end is where none of the smaller group's answers crosses, one in twenty.
        end = 1 - 2 * (1 - 0.05 ** (1 / min(m, n)))
        return Dominance(delta, end if delta > 0 else -1.0, 1.0 if delta > 0 else -end)
    half = math.sqrt(far) * math.sqrt(room**2 + far)
    middle = delta - delta**3
    return Dominance(delta, (middle - half) / (room + far), (middle + half) / (room + far))
