"""Do people of one group answer alike, and may groups be compared at all?

What is said of one group here comes close to telling its answers (an r_wg of 1 means that all
said the same): publish summaries over the whole organisation only.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import fdtrc, fdtri

from analysis.multilevel.grouped import FloatArray, GroupingError, Groups
from analysis.multilevel.mixed import random_intercept_of

# The variance of five options answered with a slight lean (LeBreton & Senter 2008, table 2).
SLIGHTLY_SKEWED = 1.34
RELIABLE_TO_COMPARE, RELIABLE_TO_RANK = 0.50, 0.70


def uniform_variance(options: int) -> float:
    """Of answers given at random over A options: (A² − 1)/12.

    >>> uniform_variance(5)
    2.0
    """
    if options < 2:
        raise GroupingError("A question needs two options or more.")
    return (options**2 - 1) / 12


def item_variances(answers: ArrayLike, labels: Sequence[Any] | NDArray[Any]) -> FloatArray:
    """The sample variance (n − 1) of every item in every group.

    Shapes: answers (N, items), labels (N,) -> (J, items), groups in the order of their labels;
    units: answer codes squared. A group of one person gets NaN. Missing: leave incomplete people
    out first. Raises :class:`GroupingError`.
    """
    rest, place, n = _about_means(answers, labels)
    squares = np.zeros((len(n), rest.shape[1]))
    np.add.at(squares, place, rest**2)
    squares[n == 1] = np.nan
    return squares / np.maximum(n - 1, 1)[:, None]


def r_wg(variance: ArrayLike, expected: float) -> FloatArray:
    """1 − s²/σ²_E for one item, at least 0 (James, Demaree & Wolf 1984). R: ``multilevel::rwg``.

    ``expected`` is the variance of answers without agreement: :func:`uniform_variance` flatters,
    :data:`SLIGHTLY_SKEWED` is sterner. NaN stays NaN.

    >>> r_wg([0.5, 3.0], uniform_variance(5)).tolist()
    [0.75, 0.0]
    """
    share = _share(variance, expected)
    return 1 - np.minimum(share, 1.0)


def r_wg_j(variances: ArrayLike, expected: float) -> FloatArray:
    """For J items together: J(1−s̄²/σ²_E)/(J(1−s̄²/σ²_E) + s̄²/σ²_E), at least 0.

    James et al. 1984; it rises with J whatever people answer. Shape: (groups, J) -> (groups,).
    R: ``multilevel::rwg.j``.
    """
    spread = np.asarray(variances, dtype=np.float64)
    items = spread.shape[1]
    share = np.minimum(_share(spread.mean(axis=1), expected), 1.0)
    found: FloatArray = items * (1 - share) / (items * (1 - share) + share)
    return found


def r_star(variances: ArrayLike, expected: float) -> FloatArray:
    """Lindell's r*_wg(j) = 1 − s̄²/σ²_E, which does not rise with the number of items and may be
    negative (Lindell, Brandt & Whitney 1999). Shape: (groups, J) -> (groups,).
    R: ``multilevel::rwg.j.lindell``."""
    return 1 - _share(np.asarray(variances, dtype=np.float64).mean(axis=1), expected)


def ad_m(answers: ArrayLike, labels: Sequence[Any] | NDArray[Any]) -> FloatArray:
    """Average distance from the group's mean, averaged over items (Burke, Finkelstein & Dusig
    1999). Shapes: (N, items), (N,) -> (J,); units: answer codes. R: ``multilevel::ad.m``.

    >>> ad_m([[1, 2], [3, 2], [5, 5]], ["a", "a", "b"]).tolist()
    [0.5, 0.0]
    """
    rest, place, n = _about_means(answers, labels)
    far = np.bincount(place, np.abs(rest).mean(axis=1), minlength=len(n))
    found: FloatArray = far / n
    return found


@dataclass(frozen=True)
class Anova:
    """One-way analysis of variance of J groups; ``k0`` is the size of group to reckon with when
    they differ: (N − Σn²/N)/(J − 1)."""

    between: float
    within: float
    df_between: int
    df_within: int
    mean_size: float
    k0: float

    @property
    def f(self) -> float:
        return self.between / self.within

    @property
    def p(self) -> float:
        return float(fdtrc(self.df_between, self.df_within, self.f))

    @property
    def eta_squared(self) -> float:
        explained = self.between * self.df_between
        return explained / (explained + self.within * self.df_within)

    @property
    def icc1(self) -> float:
        """(MSB − MSW)/(MSB + (k−1)·MSW) with k0 (Bliese 2000); may be negative."""
        return self._icc1(self.k0)

    @property
    def icc1_mean_size(self) -> float:
        """The same with the mean group size. R: ``multilevel::ICC1(aov(y ~ as.factor(g)))``."""
        return self._icc1(self.mean_size)

    @property
    def icc2(self) -> float:
        """(MSB − MSW)/MSB: how far the groups' means can be relied on; -inf when they are all the
        same. R: ``multilevel::ICC2``."""
        return (self.between - self.within) / self.between if self.between else -math.inf

    def _icc1(self, size: float) -> float:
        return (self.between - self.within) / (self.between + (size - 1) * self.within)


def anova(groups: Groups) -> Anova:
    """One-way analysis of variance. R: ``aov(y ~ as.factor(g))``. Raises :class:`GroupingError`.

    >>> found = anova(Groups.of_sums([2, 2], [2, 10], [4, 52]))
    >>> found.between, found.within, found.icc1
    (16.0, 2.0, 0.7777777777777778)
    """
    within, people, count = groups.pooled, groups.people, len(groups.n)
    apart = float(groups.n @ (groups.mean - groups.grand_mean) ** 2)
    return Anova(
        apart / (count - 1),
        within,
        count - 1,
        people - count,
        people / count,
        float(people - (groups.n**2).sum() / people) / (count - 1),
    )


def icc_interval(groups: Groups, level: float = 0.95) -> tuple[float, float]:
    """An exact interval for ICC(1) = σ²_b/(σ²_b+σ²_w), groups of any sizes.

    Formula: all ratios λ with F_low ≤ Σ w_i(ȳ_i−ȳ_w)²/((J−1)·MSW) ≤ F_high, w_i = n_i/(1+n_i·λ),
    ȳ_w their weighted mean (Wald 1940; Burdick & Graybill 1992, 3.8); ICC = λ/(1+λ), at least 0.
    It needs normal answers within groups. Raises :class:`GroupingError`.
    """
    within = groups.pooled
    free, rest, tail = len(groups.n) - 1, groups.people - len(groups.n), (1 - level) / 2

    def spread(ratio: float) -> float:
        weight = groups.n / (1 + groups.n * ratio)
        middle = weight @ groups.mean / weight.sum()
        return float(weight @ (groups.mean - middle) ** 2 / free / within)

    def ratio_at(limit: float) -> float:
        if spread(0.0) <= limit:
            return 0.0
        high = 1.0
        while spread(high) > limit:
            high *= 4
        return float(brentq(lambda ratio: spread(ratio) - limit, 0.0, high, xtol=1e-15))

    low, high = (ratio_at(float(fdtri(free, rest, p))) for p in (1 - tail, tail))
    return low / (1 + low), high / (1 + high)


@dataclass(frozen=True, eq=False)
class Comparable:
    """Whether groups may be set side by side (STATISTICS 2.3).

    ``icc`` is ICC(1) by REML with its 95 % interval; ``reliability`` (J,) that of each group's
    mean; ``compare`` and ``rank`` (J,) say which groups may be compared, and ranked.
    """

    icc: float
    low: float
    high: float
    reliability: FloatArray
    compare: NDArray[np.bool_]
    rank: NDArray[np.bool_]


def comparable(groups: Groups) -> Comparable:
    """The gate: the interval of ICC(1) excludes none *and* λ_i = σ²_b/(σ²_b+σ²_w/n_i) is at least
    .50 for a group to be compared, .70 to be ranked. Raises :class:`GroupingError`."""
    model = random_intercept_of(groups)
    low, high = icc_interval(groups)
    differ = low > 0
    return Comparable(
        model.icc,
        low,
        high,
        model.reliability,
        differ & (model.reliability >= RELIABLE_TO_COMPARE),
        differ & (model.reliability >= RELIABLE_TO_RANK),
    )


def _share(variance: ArrayLike, expected: float) -> FloatArray:
    if not expected > 0:
        raise GroupingError("The variance without agreement must be above nought.")
    return np.asarray(variance, dtype=np.float64) / expected


def _about_means(
    answers: ArrayLike, labels: Sequence[Any] | NDArray[Any]
) -> tuple[FloatArray, NDArray[np.intp], NDArray[np.intp]]:
    """Answers less their group's mean, each person's group and the groups' sizes."""
    table = np.asarray(answers, dtype=np.float64)
    names, place = np.unique(np.asarray(labels), return_inverse=True)
    if table.ndim != 2 or len(table) != len(place):
        raise GroupingError("Every person needs a row of answers and a group.")
    if not np.isfinite(table).all():
        raise GroupingError("Some answers are missing or not finite: leave them out first.")
    n = np.bincount(place, minlength=len(names))
    means = np.zeros((len(names), table.shape[1]))
    np.add.at(means, place, table)
    return table - (means / n[:, None])[place], place, n
