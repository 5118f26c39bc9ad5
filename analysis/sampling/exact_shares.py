"""Exact intervals and tests of shares, from the distributions of the counts themselves."""

import numpy as np
from scipy.stats import beta, chi2_contingency, fisher_exact, hypergeom

from analysis.sampling.proportions import check


def clopper_pearson(x: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Exact binomial interval (Clopper & Pearson 1934; R: ``binom.test``)."""
    check(x, n, level)
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, x, n - x + 1)) if x else 0.0
    high = float(beta.ppf(1 - tail, x + 1, n - x)) if x < n else 1.0
    return low, high


def hypergeometric(x: int, n: int, people: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of the share in a group of N ``people`` of whom n answered.

    Formula: all K/N with P(X ≥ x | K) and P(X ≤ x | K) over (1 − level)/2, X hypergeometric. Those
    who did not answer are taken to be a random part of the group: nothing here corrects for
    silence that has a reason, see
    :func:`analysis.sampling.proportions.manski`.

    >>> hypergeometric(7, 12, 15)
    (0.4666666666666667, 0.6666666666666666)
    """
    check(x, n, level, people)
    tail = (1 - level) / 2
    counts = np.arange(x, people - (n - x) + 1)
    at_least = hypergeom.sf(x - 1, people, counts, n)
    at_most = hypergeom.cdf(x, people, counts, n)
    kept = counts[(at_least > tail) & (at_most > tail)]
    return float(kept[0] / people), float(kept[-1] / people)


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
    check(x, n, 0.95)
    check(y, m, 0.95)
    return np.array([[x, n - x], [y, m - y]])
