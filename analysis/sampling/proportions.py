"""Intervals of shares by the score method: of conditions in a group, and between two groups.

Two estimands (STATISTICS 2, ground rule 2): "the share of this group's people" is bounded by
:func:`analysis.sampling.exact_shares.hypergeometric`, which counts the people who are left;
"conditions in this group" by :func:`wilson`. Wald's interval is not offered: with few answers it
is wrong. Pages use these too, so nothing here loads more than the standard library.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist


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
    check(x, n, level)
    return _score_interval(x / n, n, level)


def wilson_finite(x: int, n: int, people: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval with n_eff = n(N − 1)/(N − n) answers of a group of N ``people``.

    It covers less often than it says in small groups (0.911 for 10 of 15): use
    :func:`analysis.sampling.exact_shares.hypergeometric` there. A group that answered whole is
    known exactly.
    """
    check(x, n, level, people)
    if n == people:
        return x / n, x / n
    return _score_interval(x / n, n * (people - 1) / (people - n), level)


def manski(x: int, n: int, people: int) -> tuple[float, float]:
    """The least and the most the share of N ``people`` can be, whatever the silent would say.

    Formula (Manski 1989): [x/N, (x + N − n)/N].

    >>> manski(30, 60, 100)
    (0.3, 0.7)
    """
    check(x, n, 0.95, people)
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


def _score_interval(share: float, n: float, level: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = share + z**2 / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
    return max(low, 0.0), min(high, 1.0)


def check(x: int, n: int, level: float, people: int | None = None) -> None:
    """Refuse counts that are no share, or a level that is none: :class:`ProportionError`."""
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
