"""A regression whose intercept differs from group to group, by restricted maximum likelihood.

Everything is worked out from sums within groups and the groups' means, so a group costs the same
whether it has five people or five thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import stdtr

from analysis.multilevel.grouped import FloatArray, GroupingError, Groups, IntArray

# Ratios of variance between to within groups among which the likelihood is first looked over.
RATIOS = np.concatenate([[0.0], np.logspace(-8, 8, 65)])
COLLINEAR = 1e-10


@dataclass(frozen=True, eq=False)
class RandomIntercept:
    """A fitted model y = Xβ + u_group + e with Var u = ``between`` and Var e = ``within``.

    ``coefficients`` (p,) start with the intercept; ``covariance`` (p, p) and Satterthwaite's
    ``df`` (p,) are theirs. ``effects`` (J,) are the groups' predicted u, ``effects_sd`` (J,) their
    standard deviation given the answers; groups are in the order of their labels. ``deviance`` is
    −2·log of the restricted likelihood.
    """

    n: IntArray
    coefficients: FloatArray
    covariance: FloatArray
    df: FloatArray
    between: float
    within: float
    deviance: float
    effects: FloatArray
    effects_sd: FloatArray

    @property
    def se(self) -> FloatArray:
        return np.sqrt(np.diag(self.covariance))

    @property
    def t(self) -> FloatArray:
        return self.coefficients / self.se

    @property
    def p(self) -> FloatArray:
        """Two-sided p of each coefficient being none."""
        found: FloatArray = 2 * stdtr(self.df, -np.abs(self.t))
        return found

    @property
    def icc(self) -> float:
        """The share of variance that lies between groups."""
        return self.between / (self.between + self.within)

    @property
    def reliability(self) -> FloatArray:
        """Of each group's mean: σ²_b/(σ²_b + σ²_w/n_i). Shape (J,), 0 to 1."""
        return self.between / (self.between + self.within / self.n)


def random_intercept(
    outcome: ArrayLike,
    labels: Sequence[Any] | NDArray[Any],
    predictors: ArrayLike | None = None,
) -> RandomIntercept:
    """Fit by restricted maximum likelihood.

    Formula: maximise −½[(N−p)·log rss + Σ log(1+n_i·λ) + log|A|] over λ = σ²_b/σ²_w, where
    A = X'V⁻¹X and V = I + λJ within a group (Patterson & Thompson 1971; Bates et al. 2015). Degrees
    of freedom: Satterthwaite (1946) as in Kuznetsova et al. 2017. Shapes: outcome (N,), labels
    (N,), predictors (N, k) without an intercept. Missing: leave incomplete people out first.
    R: ``lmerTest::lmer(y ~ x + (1 | g))``. Raises :class:`GroupingError`.
    """
    y = np.asarray(outcome, dtype=np.float64)
    x = np.empty((len(y), 0)) if predictors is None else np.asarray(predictors, dtype=np.float64)
    names, place = np.unique(np.asarray(labels), return_inverse=True)
    if not len(y) == len(place) == len(x):
        raise GroupingError("Every person needs an outcome, a group and every predictor.")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise GroupingError("Some figures are missing or not finite: leave them out first.")
    # Centred and scaled columns keep the sums well conditioned; the fit is turned back below.
    middle, spread = x.mean(axis=0), x.std(axis=0)
    if (spread == 0).any():
        raise GroupingError("A predictor is the same for everybody.")
    shift = float(y.mean())
    scaled = np.column_stack([np.ones(len(y)), (x - middle) / spread, y - shift])
    n = np.bincount(place, minlength=len(names))
    means = np.zeros((len(names), scaled.shape[1]))
    np.add.at(means, place, scaled)
    means /= n[:, None]
    rest = scaled - means[place]
    fit = _fit(_Sums(n, means[:, :-1], means[:, -1], rest.T @ rest))
    back = np.diag(np.concatenate([[1.0], 1 / spread]))
    back[0, 1:] = -middle / spread
    return _turned_back(fit, back, shift, float(np.log(spread).sum()))


def random_intercept_of(groups: Groups) -> RandomIntercept:
    """The same without predictors, from what a tally knows of each group.

    R: ``lme4::lmer(y ~ 1 + (1 | g))``. Raises :class:`GroupingError`.

    >>> model = random_intercept_of(Groups.of_sums([2, 2], [2, 10], [4, 52]))
    >>> round(model.between, 6), round(model.within, 6)  # (16 − 2)/2 and 2, as groups are equal
    (7.0, 2.0)
    """
    shift = groups.grand_mean
    spread = np.zeros((2, 2))
    spread[1, 1] = groups.squares.sum()
    sums = _Sums(groups.n, np.ones((len(groups.n), 1)), groups.mean - shift, spread)
    return _turned_back(_fit(sums), np.eye(1), shift, 0.0)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Group means of X (J, p) and y (J,), and cross-products within groups of X and y together."""

    n: IntArray
    x: FloatArray
    y: FloatArray
    within: FloatArray

    def at(self, ratio: float) -> "_Profile":
        weight = self.n / (1 + self.n * ratio)
        xx = self.within[:-1, :-1] + (self.x.T * weight) @ self.x
        xy = self.within[:-1, -1] + self.x.T @ (weight * self.y)
        beta = np.asarray(np.linalg.solve(xx, xy), dtype=np.float64)
        far = self.y - self.x @ beta
        inside = np.append(-beta, 1.0)
        rss = float(inside @ self.within @ inside + weight @ far**2)
        return _Profile(self, ratio, weight, xx, beta, far, rss)


@dataclass(frozen=True, eq=False)
class _Profile:
    """The model at one ratio of the variances; ``far`` are the groups' mean residuals."""

    sums: _Sums
    ratio: float
    weight: FloatArray
    xx: FloatArray
    beta: FloatArray
    far: FloatArray
    rss: float

    @property
    def freedom(self) -> int:
        return int(self.sums.n.sum()) - len(self.beta)

    @property
    def deviance(self) -> float:
        logs = np.log1p(self.sums.n * self.ratio).sum() + np.linalg.slogdet(self.xx)[1]
        return float(self.freedom * (np.log(2 * np.pi * self.rss / self.freedom) + 1) + logs)

    @property
    def slope(self) -> float:
        """The derivative of the deviance by the ratio."""
        moved = self.weight**2 @ self.far**2
        trace = np.trace(np.linalg.solve(self.xx, self.outer(2)))
        return float(-self.freedom * moved / self.rss + self.weight.sum() - trace)

    def outer(self, power: int) -> FloatArray:
        """Σ w_i^power·x̄_i·x̄_i'."""
        found: FloatArray = (self.sums.x.T * self.weight**power) @ self.sums.x
        return found


def _fit(sums: _Sums) -> _Profile:
    _check(sums)
    slopes = np.array([sums.at(ratio).slope for ratio in RATIOS])
    places = np.nonzero((slopes[:-1] < 0) & (slopes[1:] >= 0))[0]
    found = [
        sums.at(
            brentq(lambda r: sums.at(r).slope, RATIOS[i], RATIOS[i + 1], xtol=1e-300, rtol=1e-14)
        )
        for i in places
    ]
    if slopes[0] >= 0:
        found.append(sums.at(0.0))
    if not found:
        raise GroupingError("Nobody differs from anybody in their group.")
    return min(found, key=lambda one: one.deviance)


def _check(sums: _Sums) -> None:
    people, p = int(sums.n.sum()), sums.x.shape[1]
    if len(sums.n) < 2:
        raise GroupingError("There is only one group, so groups cannot be compared.")
    if people == len(sums.n):
        raise GroupingError("Every group has one person: spread within groups is unknown.")
    if people <= p:
        raise GroupingError("There are no more people than coefficients.")
    total = sums.within[:-1, :-1] + (sums.x.T * sums.n) @ sums.x
    if np.linalg.eigvalsh(total)[0] < COLLINEAR * people:
        raise GroupingError("The predictors are collinear: one can be worked out from the others.")
    spread = sums.within[-1, -1]
    size = spread + sums.n @ sums.y**2
    if spread <= np.finfo(float).eps * size:
        raise GroupingError("Nobody differs from anybody in their group.")


def _turned_back(fit: _Profile, back: FloatArray, shift: float, scale: float) -> RandomIntercept:
    """The model in the units of the data: β = back·β_scaled, and the outcome moved by ``shift``."""
    within = fit.rss / fit.freedom
    kept = 1 / (1 + fit.sums.n * fit.ratio)
    coefficients = back @ fit.beta
    coefficients[0] += shift
    return RandomIntercept(
        fit.sums.n,
        coefficients,
        within * back @ np.linalg.solve(fit.xx, back.T),
        _satterthwaite(fit, back),
        fit.ratio * within,
        within,
        fit.deviance + 2 * scale,
        fit.ratio * fit.weight * fit.far,
        np.sqrt(within * fit.ratio * kept),
    )


def _satterthwaite(fit: _Profile, back: FloatArray) -> FloatArray:
    """2·V²/Var(V) of each coefficient's variance V, from the curvature of the deviance.

    Without variance between groups the model is an ordinary regression: N − p.
    """
    if fit.ratio == 0:
        return np.full(len(back), float(fit.freedom))
    within = fit.rss / fit.freedom
    inverse = np.linalg.inv(fit.xx)
    second, third = fit.outer(2), fit.outer(3)
    pull = fit.sums.x.T @ (fit.weight**2 * fit.far)
    bend = 2 * (fit.weight**3 @ fit.far**2 - pull @ inverse @ pull) / within
    bend += -(fit.weight**2).sum() + 2 * np.trace(inverse @ third)
    bend -= np.trace(inverse @ second @ inverse @ second)
    mixed = fit.weight**2 @ fit.far**2 / within**2
    curvature = np.array([[bend, mixed], [mixed, fit.freedom / within**2]])
    by_ratio = within * np.einsum("ij,jk,ik->i", back, inverse @ second @ inverse, back)
    by_within = np.einsum("ij,jk,ik->i", back, inverse, back)
    slopes = np.column_stack([by_ratio, by_within])
    variance = np.einsum("ij,jk,ik->i", slopes, 2 * np.linalg.inv(curvature), slopes)
    found: FloatArray = 2 * (within * by_within) ** 2 / variance
    return found
