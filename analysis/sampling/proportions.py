"""Intervals of shares: of the people in a group, of conditions in it, and between two groups.

Two estimands (STATISTICS 2, ground rule 2): "the share of this group's people" is bounded by
:func:`hypergeometric`, which counts the people who are left; "conditions in this group" by
:func:`wilson`. Wald's interval is not offered: with few answers it is wrong.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, chi2_contingency, fisher_exact, hypergeom, norm


class ProportionError(ValueError):
    """Counts that cannot be a share."""


@dataclass(frozen=True)
class Gap:
    """The difference of two shares, with its interval; all between −1 and 1."""

    value: float
    low: float
    high: float


def wilson(x: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927; R: ``prop.test(x, n, correct = FALSE)``).

    Formula: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²))/(1 + z²/n). Shapes: two counts -> two shares.

    >>> [round(end, 4) for end in wilson(7, 12)]
    [0.3195, 0.8067]
    """
    _check(x, n, level)
    return _score_interval(x / n, n, level)


def wilson_finite(x: int, n: int, people: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval with n_eff = n(N − 1)/(N − n) answers of a group of N ``people``.

    It covers less often than it says in small groups (0.911 for 10 of 15): use
    :func:`hypergeometric` there. A group that answered whole is known exactly.
    """
    _check(x, n, level, people)
    if n == people:
        return x / n, x / n
    return _score_interval(x / n, n * (people - 1) / (people - n), level)


def clopper_pearson(x: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Exact binomial interval (Clopper & Pearson 1934; R: ``binom.test``)."""
    _check(x, n, level)
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, x, n - x + 1)) if x else 0.0
    high = float(beta.ppf(1 - tail, x + 1, n - x)) if x < n else 1.0
    return low, high


def hypergeometric(x: int, n: int, people: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of the share in a group of N ``people`` of whom n answered.

    Formula: all K/N with P(X ≥ x | K) and P(X ≤ x | K) over (1 − level)/2, X hypergeometric. Those
    who did not answer are taken to be a random part of the group: nothing here corrects for
    silence that has a reason, see :func:`manski`.

    >>> hypergeometric(7, 12, 15)
    (0.4666666666666667, 0.6666666666666666)
    """
    _check(x, n, level, people)
    tail = (1 - level) / 2
    counts = np.arange(x, people - (n - x) + 1)
    at_least = hypergeom.sf(x - 1, people, counts, n)
    at_most = hypergeom.cdf(x, people, counts, n)
    kept = counts[(at_least > tail) & (at_most > tail)]
    return float(kept[0] / people), float(kept[-1] / people)


def manski(x: int, n: int, people: int) -> tuple[float, float]:
    """The least and the most the share of N ``people`` can be, whatever the silent would say.

    Formula (Manski 1989): [x/N, (x + N − n)/N].

    >>> manski(30, 60, 100)
    (0.3, 0.7)
    """
    _check(x, n, 0.95, people)
    return x / people, (x + people - n) / people


def newcombe(x: int, n: int, y: int, m: int, level: float = 0.95) -> Gap:
    """x/n − y/m with the hybrid score interval, without continuity correction.

    Formula (Newcombe 1998, method 10): with Wilson's ends l and u of each share,
    [d − √((p₁−l₁)² + (u₂−p₂)²), d + √((u₁−p₁)² + (p₂−l₂)²)].
    """
    (low, high), (other_low, other_high) = wilson(x, n, level), wilson(y, m, level)
    first, second = x / n, y / m
    gap = first - second
    return Gap(
        gap,
        gap - math.hypot(first - low, other_high - second),
        gap + math.hypot(high - first, second - other_low),
    )


def same_share(x: int, n: int, y: int, m: int) -> float:
    """Two-sided p that two shares are the same, by χ² without continuity correction.

    R: ``prop.test(c(x, y), c(n, m), correct = FALSE)``. 1 where nobody, or everybody, is counted
    in both groups: then there is nothing to tell them apart.
    """
    table = _two_by_two(x, n, y, m)
    if not table.sum(axis=0).all():
        return 1.0
    return float(chi2_contingency(table, correction=False).pvalue)


def same_share_exact(x: int, n: int, y: int, m: int) -> float:
    """Two-sided p that two shares are the same, by Fisher's exact test (R: ``fisher.test``)."""
    return float(fisher_exact(_two_by_two(x, n, y, m)).pvalue)


def _two_by_two(x: int, n: int, y: int, m: int) -> "np.ndarray[tuple[int, int], np.dtype[np.int_]]":
    _check(x, n, 0.95)
    _check(y, m, 0.95)
    return np.array([[x, n - x], [y, m - y]])


def _score_interval(share: float, n: float, level: float) -> tuple[float, float]:
    z = float(norm.ppf((1 + level) / 2))
    middle = share + z**2 / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
    return max(low, 0.0), min(high, 1.0)


def _check(x: int, n: int, level: float, people: int | None = None) -> None:
    """Raises :class:`ProportionError`."""
    counts = [x, n] if people is None else [x, n, people]
    if any(not math.isfinite(count) or count != int(count) for count in counts):
        raise ProportionError("A share needs whole numbers of answers.")
    if n < 1:
        raise ProportionError("Nobody answered, so there is no share.")
    if not 0 <= x <= n:
        raise ProportionError(f"{x} of {n} answers is not a share.")
    if people is not None and people < n:
        raise ProportionError(f"{n} answers came from a group of {people} people.")
    if not 0 < level < 1:
        raise ProportionError("The level of an interval lies between 0 and 1.")
