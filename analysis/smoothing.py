"""Group means drawn towards the whole, as far as their own answers are too few to tell.

The mean of a small group is mostly chance; the lowest of many looks worse than it is. Empirical
Bayes estimates take that back (STATISTICS 2.6). Without variance between groups all are alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtri

from analysis.multilevel.grouped import FloatArray, GroupingError, Groups

Method = Literal["REML", "DL", "PM", "HE", "ML", "EB"]
METHODS: tuple[Method, ...] = ("REML", "DL", "PM", "HE", "ML", "EB")
MOST_STEPS = 1000
EXACT = 1e-12


@dataclass(frozen=True, eq=False)
class Smoothed:
    """J estimates y_i with known variances v_i, and what lies behind them.

    ``between`` is τ², the variance of the true means, ``mean`` μ their centre, each with its
    standard error; ``q`` Cochran's Q; ``i2`` the share of spread in percent that is not chance;
    ``weight`` λ_i = τ²/(τ²+v_i); ``estimate`` λ_i·y_i + (1−λ_i)·μ and its ``se``.
    """

    between: float
    between_se: float
    mean: float
    mean_se: float
    q: float
    i2: float
    weight: FloatArray
    estimate: FloatArray
    se: FloatArray

    @property
    def differ(self) -> bool:
        """Whether any difference between the groups may be shown."""
        return self.between > 0

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Of each group's true mean; shape (J,) twice."""
        half = float(ndtri((1 + level) / 2)) * self.se
        return self.estimate - half, self.estimate + half


def smooth(groups: Groups, method: Method = "REML") -> Smoothed:
    """Empirical Bayes estimates of the groups' means.

    Formula: θ̂_i = λ_i·ȳ_i + (1−λ_i)·μ̂ with v_i = σ²_w/n_i; σ²_w is pooled over groups, as a
    small group's own variance is itself chance. Raises :class:`GroupingError`.

    >>> found = smooth(Groups.of_sums([9, 9, 9], [27, 36, 45], [99, 162, 243]))
    >>> [round(float(one), 3) for one in found.estimate]  # τ² = 1 − 2.25/9, so λ = 0.75
    [3.25, 4.0, 4.75]
    """
    return shrink(groups.mean, groups.pooled / groups.n, method)


def shrink(
    estimates: ArrayLike,
    variances: ArrayLike,
    method: Method = "REML",
    *,
    stop: float | None = None,
    between: float | None = None,
) -> Smoothed:
    """The same for any estimates (J,) with known variances (J,), all above nought.

    ``method`` is how τ² is worked out: DL (DerSimonian & Laird 1986), HE (Hedges & Olkin 1985),
    PM (Paule & Mandel 1982), or by Fisher scoring ML, REML (Raudenbush 2009) or EB (Morris 1983).
    Never below nought. ``stop`` ends the scoring when τ² moves no further than that, as another
    program does; ``between`` gives τ² itself. R: ``metafor::rma(yi, vi, method=)``, ``blup()``.
    Raises :class:`GroupingError`.
    """
    y, v = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if len(y) != len(v) or len(y) < 2:
        raise GroupingError("Estimates with their variances are needed for two groups or more.")
    if not (np.isfinite(y).all() and np.isfinite(v).all()):
        raise GroupingError("Some figures are missing or not finite: leave them out first.")
    if (v <= 0).any():
        raise GroupingError("A group's estimate has no variance.")
    if method not in METHODS:
        raise GroupingError(f"There is no method “{method}”; there are {', '.join(METHODS)}.")
    if between is None:
        between = _between(y, v, method, stop)
    final = _Weighted(y, v, between)
    chance = _Weighted(y, v, 0.0)
    typical = (len(y) - 1) / chance.trace
    share = between / (between + v)
    return Smoothed(
        between,
        _SE[method](final),
        final.mean,
        float(final.w.sum() ** -0.5),
        chance.q,
        100 * between / (between + typical),
        share,
        share * y + (1 - share) * final.mean,
        np.sqrt(share * v + (1 - share) ** 2 / final.w.sum()),
    )


@dataclass(frozen=True, eq=False)
class _Weighted:
    """The estimates weighted by w = 1/(v + τ²); P = W − WW'/Σw takes their mean out."""

    y: FloatArray
    v: FloatArray
    between: float

    @property
    def w(self) -> FloatArray:
        return 1 / (self.v + self.between)

    @property
    def mean(self) -> float:
        return float(self.w @ self.y / self.w.sum())

    @property
    def free(self) -> int:
        return len(self.y) - 1

    @property
    def q(self) -> float:
        """y'Py."""
        return float(self.w @ (self.y - self.mean) ** 2)

    @property
    def q_squared(self) -> float:
        """y'PPy."""
        return float(self.w**2 @ (self.y - self.mean) ** 2)

    @property
    def trace(self) -> float:
        """tr P."""
        return float(self.w.sum() - (self.w**2).sum() / self.w.sum())

    @property
    def trace_squared(self) -> float:
        """tr PP."""
        w, w2, w3 = (float((self.w**power).sum()) for power in (1, 2, 3))
        return w2 - 2 * w3 / w + (w2 / w) ** 2


def _between(y: FloatArray, v: FloatArray, method: Method, stop: float | None) -> float:
    chance = _Weighted(y, v, 0.0)
    if method == "DL":
        return max((chance.q - chance.free) / chance.trace, 0.0)
    if method == "PM":
        return _paule_mandel(chance)
    found = max(float(y.var(ddof=1) - v.mean()), 0.0)
    if method == "HE":
        return found
    for _ in range(MOST_STEPS):
        after = max(found + _STEP[method](_Weighted(y, v, found)), 0.0)
        moved, found = abs(after - found), after
        if moved <= (EXACT * (found + v.mean()) if stop is None else stop):
            return found
    raise GroupingError("The variance between groups could not be worked out.")


def _paule_mandel(chance: _Weighted) -> float:
    """Where Q with the weights 1/(v+τ²) is what chance alone gives, J − 1."""

    def beyond(between: float) -> float:
        here = _Weighted(chance.y, chance.v, between)
        return here.q - here.free

    if beyond(0.0) <= 0:
        return 0.0
    high = float(((chance.y - chance.y.mean()) ** 2).sum())
    while beyond(high) > 0:
        high *= 2
    return float(brentq(beyond, 0.0, high, xtol=EXACT * high, rtol=1e-14))


_STEP: dict[Method, Callable[[_Weighted], float]] = {
    "ML": lambda here: (here.q_squared - here.w.sum()) / (here.w**2).sum(),
    "REML": lambda here: (here.q_squared - here.trace) / here.trace_squared,
    "EB": lambda here: (here.q * len(here.y) / here.free - len(here.y)) / here.w.sum(),
}


def _se_dersimonian_laird(final: _Weighted) -> float:
    chance, found = _Weighted(final.y, final.v, 0.0), final.between
    spread = 2 * chance.free + 4 * found * chance.trace + 2 * found**2 * chance.trace_squared
    return float(spread**0.5 / chance.trace)


def _se_hedges(final: _Weighted) -> float:
    v, k, found = final.v, len(final.y), final.between
    # The traces of PV and PVPV for P = I − 11'/k.
    once = v.sum() * (1 - 1 / k)
    twice = (v**2).sum() * (1 - 2 / k) + v.sum() ** 2 / k**2
    return float((2 * twice + 4 * found * once + 2 * found**2 * (k - 1)) ** 0.5 / (k - 1))


def _se_empirical_bayes(final: _Weighted) -> float:
    return float((2 * len(final.y) ** 2 / final.free) ** 0.5 / final.w.sum())


_SE: dict[Method, Callable[[_Weighted], float]] = {
    "DL": _se_dersimonian_laird,
    "HE": _se_hedges,
    "PM": _se_empirical_bayes,
    "ML": lambda final: float((2 / (final.w**2).sum()) ** 0.5),
    "REML": lambda final: float((2 / final.trace_squared) ** 0.5),
    "EB": _se_empirical_bayes,
}
