"""Weighted estimates from one-stage designs: strata, whole clusters, known population sizes.

Standard errors are those of the linearised estimate (Taylor): what each person contributes,
weighted, summed by cluster and compared within strata. R: package ``survey``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtr, stdtrit
from scipy.stats import beta

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Residuals = Callable[[FloatArray], FloatArray]

MOST_OF_ONE = 0.15
WEIGHT_CAP = 4.0
LEAST_EFFECTIVE = 0.7


class WeightError(ValueError):
    """Weights, or a design, from which no honest estimate can be made."""


@dataclass(frozen=True)
class Design:
    """How n people were drawn.

    ``weights`` (n,), each over nought; ``strata`` and ``clusters`` (n,) as numbers; ``population``
    (n,) how many clusters the stratum has in all (people, where each is a cluster), or ``None``
    where they are not known or not wanted: then the estimate is of conditions, not of these
    people. ``residuals`` are what calibration to known totals takes out of a contribution.
    """

    weights: FloatArray
    strata: IntArray
    clusters: IntArray
    population: FloatArray | None = None
    residuals: tuple[Residuals, ...] = ()

    @property
    def n(self) -> int:
        return len(self.weights)

    @property
    def df(self) -> int:
        """Clusters less strata."""
        return len(np.unique(self.clusters)) - len(np.unique(self.strata))

    def endless(self) -> "Design":
        """The same design without finite-population correction."""
        return replace(self, population=None)


@dataclass(frozen=True)
class Weighted:
    """An estimate from ``n`` answers with its standard error and the design's df."""

    n: int
    value: float
    se: float
    df: int

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        half = _t(level, self.df) * self.se
        return self.value - half, self.value + half


@dataclass(frozen=True)
class GroupTest:
    """A difference of two groups, with its t and two-sided p."""

    difference: float
    t: float
    df: int
    p: float


@dataclass(frozen=True)
class Regression:
    """Coefficients of a weighted least-squares line with design-based standard errors."""

    coefficients: FloatArray
    se: FloatArray
    n: int
    df: int


def design(
    weights: Sequence[float] | FloatArray | None = None,
    *,
    strata: Sequence[object] | None = None,
    clusters: Sequence[object] | None = None,
    population: Sequence[float] | FloatArray | None = None,
) -> Design:
    """A checked design. R: ``svydesign(id = ~clusters, strata = ~strata, weights, fpc)``.

    Without ``weights`` everybody weighs what ``population`` says: N_h/n_h in clusters, or 1.
    Raises :class:`WeightError` for no rows, for parts of different length, for weights that are
    zero, negative or no number, for clusters that lie in two strata, for a population under the
    sample or that varies within a stratum, and for a stratum with one cluster (see
    :func:`analysis.estimate.collapse`), unless that cluster is the whole stratum.
    """
    given = [part for part in (weights, strata, clusters, population) if part is not None]
    rows = {len(part) for part in given}
    if len(rows) != 1 or not rows.pop():
        raise WeightError("A design needs rows, and the same number in each of its parts.")
    n = len(given[0])
    layer = _codes(strata, n) if strata is not None else np.zeros(n, dtype=np.int64)
    group = _codes(clusters, n) if clusters is not None else np.arange(n)
    sizes = None if population is None else np.asarray(population, dtype=float)
    _check_nested(layer, group)
    drawn = _drawn(layer, group)
    _check_sizes(layer, drawn, sizes)
    if weights is not None:
        heavy = np.asarray(weights, dtype=float)
    else:
        heavy = np.ones(n) if sizes is None else sizes / drawn
    check_weights(heavy)
    return Design(heavy, layer, group, sizes)


def check_weights(weights: FloatArray) -> None:
    """Raises :class:`WeightError` unless every weight is a number over nought."""
    if not len(weights):
        raise WeightError("There are no weights.")
    if not np.isfinite(weights).all():
        raise WeightError("A weight is missing or is no number.")
    if (weights <= 0).any():
        raise WeightError("A weight is zero or negative.")


def kish(weights: FloatArray) -> float:
    """How many equal answers the weighted ones are worth: (Σw)²/Σw² (Kish 1965).

    >>> round(kish(np.array([1.0, 1.0, 4.0])), 6)
    2.0
    """
    check_weights(weights)
    scaled = weights / weights.max()
    return float(scaled.sum() ** 2 / (scaled**2).sum())


def capped(weights: FloatArray) -> FloatArray:
    """No weight over four times the median.

    >>> capped(np.array([1.0, 1.0, 9.0])).tolist()
    [1.0, 1.0, 4.0]
    """
    check_weights(weights)
    return np.minimum(weights, WEIGHT_CAP * float(np.median(weights)))


def unusable(weights: FloatArray) -> str:
    """Why a weighted figure may not be told, in a sentence; empty where it may (rule D7).

    Weighting stops where it costs too much (n_eff/n under 0.7), and where one answer would carry
    more than 15 % of all weight: then the figure is hardly more than that person's answer.
    """
    check_weights(weights)
    if weights.max() > MOST_OF_ONE * weights.sum():
        return f"One answer would count for more than {MOST_OF_ONE:.0%} of the figure."
    if kish(weights) < LEAST_EFFECTIVE * len(weights):
        return "Weighting would leave too few effective answers."
    return ""


def mean(of: Design, values: FloatArray, within: BoolArray | None = None) -> Weighted:
    """Weighted mean, of everybody or ``within`` a group (R: ``svymean``, ``svyby``).

    Formula: ȳ = Σwy/Σw with contributions (y − ȳ)/Σw. Missing values (NaN) are left out and
    counted in no ``n``; the design keeps their clusters. Infinite values raise
    :class:`WeightError`, as does having nobody left.
    """
    known = _known(values, within)
    heavy = of.weights[known]
    value = float(heavy @ values[known] / heavy.sum())
    parts = np.zeros(of.n)
    parts[known] = (values[known] - value) / heavy.sum()
    return Weighted(int(known.sum()), value, math.sqrt(_variance(of, parts[:, None])[0, 0]), of.df)


def total(of: Design, values: FloatArray, within: BoolArray | None = None) -> Weighted:
    """Weighted total Σwy (R: ``svytotal``)."""
    known = _known(values, within)
    parts = np.where(known, values, 0.0)
    variance = _variance(of, parts[:, None])[0, 0]
    return Weighted(int(known.sum()), float(of.weights @ parts), math.sqrt(variance), of.df)


def design_effect(of: Design, values: FloatArray) -> float:
    """Variance of the mean over that of a simple random sample of the same size.

    Formula: V/(s²·(N − n)/(N·n)), s² the weighted variance times n/(n − 1), N = Σw; without
    weights that say how many people there are, N is taken as endless (R: ``svymean(deff)``).
    """
    known = _known(values, None)
    heavy, found = of.weights[known], mean(of, values)
    n, people = found.n, float(heavy.sum())
    if n < 2:
        raise WeightError("One answer has no spread to compare with.")
    spread = float(heavy @ (values[known] - found.value) ** 2 / people) * n / (n - 1)
    if spread == 0:
        raise WeightError("Every answer is the same, so the design makes no difference.")
    left = (people - n) / people if people > n else 1.0
    return found.se**2 / (spread * left / n)


def quantile(of: Design, values: FloatArray, share: float = 0.5) -> float:
    """The least value with ``share`` of the weight at or under it (R: ``svyquantile``)."""
    known = _known(values, None)
    order = np.argsort(values[known], kind="stable")
    reached = np.cumsum(of.weights[known][order])
    # Sums of equal weights land a rounding error beside the share that they stand for.
    place = np.searchsorted(reached, share * reached[-1] * (1 - 1e-12))
    return float(values[known][order][place])


def share_interval(share: Weighted, level: float = 0.95) -> tuple[float, float]:
    """A share's interval on the logit scale, within 0 and 1 (R: ``svyciprop("logit")``).

    Formula: expit(logit p ± t·se/(p(1 − p))). Raises :class:`WeightError` for shares of 0 or 1.
    """
    _inside(share)
    half = _t(level, share.df) * share.se / (share.value * (1 - share.value))
    middle = float(logit(share.value))
    return float(expit(middle - half)), float(expit(middle + half))


def share_interval_beta(share: Weighted, level: float = 0.95) -> tuple[float, float]:
    """Clopper & Pearson's interval with effective answers (Korn & Graubard 1998).

    Formula: n* = p(1 − p)/se²·(t_{n−1}/t_df)², then the ends of Beta as for n* answers
    (R: ``svyciprop("beta")``). Raises :class:`WeightError` for shares of 0 or 1.
    """
    _inside(share)
    p, tail = share.value, (1 - level) / 2
    effective = p * (1 - p) / share.se**2 * (_t(level, share.n - 1) / _t(level, share.df)) ** 2
    return (
        float(beta.ppf(tail, effective * p, effective * (1 - p) + 1)),
        float(beta.ppf(1 - tail, effective * p + 1, effective * (1 - p))),
    )


def regress(of: Design, outcome: FloatArray, predictors: FloatArray) -> Regression:
    """Weighted least squares (R: ``svyglm`` with a gaussian outcome).

    ``predictors`` (n, p) with a column of ones where an intercept is wanted. Contributions
    (XᵀWX)⁻¹·x·e; rows with anything missing are left out. Raises :class:`WeightError` where
    predictors say the same thing or there are too few rows for them.
    """
    whole = np.column_stack([outcome, predictors])
    known = ~np.isnan(whole).any(axis=1)
    if np.isinf(whole).any():
        raise WeightError("A value is no number.")
    x, y, heavy = predictors[known], outcome[known], of.weights[known]
    if len(x) <= x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        raise WeightError("There are too few rows, or two predictors say the same thing.")
    root = np.sqrt(heavy)
    coefficients = np.asarray(np.linalg.lstsq(root[:, None] * x, root * y, rcond=None)[0], float)
    bread = np.linalg.inv(x.T @ (heavy[:, None] * x))
    parts = np.zeros((of.n, x.shape[1]))
    parts[known] = (y - x @ coefficients)[:, None] * x @ bread
    se: FloatArray = np.sqrt(np.diag(_variance(of, parts)))
    return Regression(coefficients, se, int(known.sum()), of.df + 1 - x.shape[1])


def compare_groups(of: Design, values: FloatArray, group: FloatArray) -> GroupTest:
    """Two groups' means, the second less the first (R: ``svyttest``).

    ``group`` is 0 or 1, NaN where it is not known. df = clusters − strata − 1.
    """
    line = regress(of, values, np.column_stack([np.ones(of.n), group]))
    gap, se = float(line.coefficients[1]), float(line.se[1])
    if se == 0:
        raise WeightError("No answer differs within the groups, so nothing can be tested.")
    t = gap / se
    return GroupTest(gap, t, line.df, float(2 * stdtr(line.df, -abs(t))))


def by(of: Design, values: FloatArray, groups: Sequence[object]) -> Mapping[object, Weighted]:
    """The mean within each group, in the order in which groups first come (R: ``svyby``)."""
    names = np.asarray(groups, dtype=object)
    return {name: mean(of, values, names == name) for name in dict.fromkeys(groups)}


def _variance(of: Design, parts: FloatArray) -> FloatArray:
    """Covariance (p, p) of estimates with contributions (n, p), before weighting.

    Formula: Σ_h (1 − f_h)·m_h/(m_h − 1)·Σ_c (z_hc − z̄_h)(z_hc − z̄_h)ᵀ over m_h clusters.
    """
    for remove in of.residuals:
        parts = remove(parts)
    clusters, first, place = np.unique(of.clusters, return_index=True, return_inverse=True)
    sums = np.zeros((len(clusters), parts.shape[1]))
    np.add.at(sums, place, of.weights[:, None] * parts)
    strata = of.strata[first]
    m = np.bincount(strata)[strata].astype(float)
    people = np.full(len(m), math.inf) if of.population is None else of.population[first]
    left = 1 - m / people
    if ((m == 1) & (left > 0)).any():
        raise WeightError("A stratum has one cluster only: join it to one beside it.")
    means = np.zeros((strata.max() + 1, sums.shape[1]))
    np.add.at(means, strata, sums / m[:, None])
    apart = sums - means[strata]
    scale = left * m / np.maximum(m - 1, 1)
    found: FloatArray = apart.T @ (scale[:, None] * apart)
    return found


def _known(values: FloatArray, within: BoolArray | None) -> BoolArray:
    if np.isinf(values).any():
        raise WeightError("A value is no number.")
    known = ~np.isnan(values) if within is None else ~np.isnan(values) & within
    if not known.any():
        raise WeightError("Nobody answered.")
    return known


def _inside(share: Weighted) -> None:
    if not (0 < share.value < 1 and share.se > 0):
        raise WeightError("Nobody or everybody is counted, so the interval has no width to give.")


def _t(level: float, df: int) -> float:
    if df < 1:
        raise WeightError("There are too few clusters for an interval.")
    return float(stdtrit(df, (1 + level) / 2))


def _codes(labels: Sequence[object], n: int) -> IntArray:
    """Labels numbered in the order in which they first come."""
    if any(label is None or label != label for label in labels):
        raise WeightError("A stratum or cluster is missing.")
    order = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    return np.fromiter((order[label] for label in labels), dtype=np.int64, count=n)


def _drawn(strata: IntArray, clusters: IntArray) -> FloatArray:
    """For each row how many clusters its stratum has in the sample."""
    first = np.unique(clusters, return_index=True)[1]
    found: FloatArray = np.bincount(strata[first], minlength=strata.max() + 1)[strata].astype(float)
    return found


def _check_nested(strata: IntArray, clusters: IntArray) -> None:
    pairs = np.unique(np.column_stack([strata, clusters]), axis=0)
    if len(pairs) > len(np.unique(clusters)):
        raise WeightError("A cluster lies in two strata.")


def _check_sizes(strata: IntArray, drawn: FloatArray, sizes: FloatArray | None) -> None:
    if sizes is None:
        return
    if not np.isfinite(sizes).all() or (sizes < drawn).any():
        raise WeightError("A stratum has more in the sample than in the population.")
    told = np.unique(np.column_stack([strata, sizes]), axis=0)
    if len(told) > len(np.unique(strata)):
        raise WeightError("The population of a stratum is told in two ways.")
