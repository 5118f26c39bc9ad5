"""Ordinary regression with standard errors that mind who belongs to which group.

People of one group answer alike, so a group's people count for less than as many strangers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr

from analysis.multilevel.grouped import FloatArray

Clustered = Literal["HC0", "HC1", "HC2"]
COLLINEAR = 1e-10
# How close to 1 a cluster's leverage counts as 1: that direction is fitted exactly.
WHOLE = 1e-9


class DesignError(ValueError):
    """Data that no regression can be fitted to; its text says why."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Least squares of y (N,) on X (N, p), whose first column is the intercept."""

    x: FloatArray
    coefficients: FloatArray
    residuals: FloatArray
    bread: FloatArray

    @property
    def freedom(self) -> int:
        return int(self.x.shape[0] - self.x.shape[1])

    @property
    def covariance(self) -> FloatArray:
        """As if people were independent with equal spread: s²(X'X)⁻¹."""
        return self.bread * float(self.residuals @ self.residuals) / self.freedom

    @property
    def covariance_hc3(self) -> FloatArray:
        """Robust to unequal spread: residuals over 1 − h_i (MacKinnon & White 1985).
        R: ``sandwich::vcovHC(type = "HC3")``. Raises :class:`DesignError`."""
        leverage = np.einsum("ij,jk,ik->i", self.x, self.bread, self.x)
        if (leverage > 1 - WHOLE).any():
            raise DesignError("One person decides a coefficient alone.")
        scores = self.x * (self.residuals / (1 - leverage))[:, None]
        return _sandwich(self.bread, scores)


def least_squares(outcome: ArrayLike, predictors: ArrayLike) -> Fit:
    """R: ``lm(y ~ x)``. Shapes: (N,) and (N, k) without an intercept. Missing: leave incomplete
    people out first. Raises :class:`DesignError`.

    >>> least_squares([1.0, 2.0, 4.0], [[0.0], [1.0], [2.0]]).coefficients.round(6).tolist()
    [0.833333, 1.5]
    """
    y, x = np.asarray(outcome, dtype=np.float64), np.asarray(predictors, dtype=np.float64)
    if x.ndim != 2 or len(x) != len(y):
        raise DesignError("Every person needs an outcome and every predictor.")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise DesignError("Some figures are missing or not finite: leave them out first.")
    design = np.column_stack([np.ones(len(y)), x])
    if len(y) <= design.shape[1]:
        raise DesignError("There are no more people than coefficients.")
    check_independent(x)
    q, r = np.linalg.qr(design)
    inverse = np.linalg.inv(r)
    beta: FloatArray = inverse @ (q.T @ y)
    return Fit(design, beta, y - design @ beta, inverse @ inverse.T)


def check_independent(predictors: FloatArray) -> None:
    """Raises :class:`DesignError` when a predictor is constant or follows from the others."""
    spread = predictors.std(axis=0)
    if (spread <= np.finfo(float).eps * np.abs(predictors).max(axis=0, initial=0.0)).any():
        raise DesignError("A predictor is the same for everybody.")
    scaled = (predictors - predictors.mean(axis=0)) / spread
    if scaled.size and np.linalg.eigvalsh(scaled.T @ scaled)[0] < COLLINEAR * len(scaled):
        raise DesignError("The predictors are collinear: one can be worked out from the others.")


@dataclass(frozen=True, eq=False)
class ByCluster:
    """A fit whose people belong to G clusters, as cross-products (G, p, p) and scores (G, p)."""

    fit: Fit
    cross: FloatArray
    scores: FloatArray

    @classmethod
    def of(cls, fit: Fit, labels: Sequence[Any] | NDArray[Any]) -> "ByCluster":
        """Raises :class:`DesignError` for fewer than two clusters."""
        names, place = np.unique(np.asarray(labels), return_inverse=True)
        if len(place) != len(fit.x):
            raise DesignError("Every person needs the label of a cluster.")
        if len(names) < 2:
            raise DesignError("There is only one cluster.")
        p = fit.x.shape[1]
        cross, scores = np.zeros((len(names), p, p)), np.zeros((len(names), p))
        np.add.at(cross, place, fit.x[:, :, None] * fit.x[:, None, :])
        np.add.at(scores, place, fit.x * fit.residuals[:, None])
        return cls(fit, cross, scores)

    def covariance(self, kind: Clustered = "HC1", *, adjust: bool = True) -> FloatArray:
        """Formula: B·(Σ s_g·s_g')·B with B = (X'X)⁻¹ and s_g = X_g'·e_g (Liang & Zeger 1986).

        HC0 and HC1 multiply by G/(G−1) unless told not to ``adjust``, HC1 also by (N−1)/(N−p).
        HC2, for few clusters, takes (I−H_g)^−½·e_g for e_g (Bell & McCaffrey 2002), no factor.
        R: ``sandwich::vcovCL(type =, cadjust =)``; HC1 is clubSandwich's CR1S, HC2 its CR2.
        """
        if kind == "HC2":
            return _sandwich(self.fit.bread, self._leveraged)
        people, p = self.fit.x.shape
        factor = len(self.scores) / (len(self.scores) - 1) if adjust else 1.0
        if kind == "HC1":
            factor *= (people - 1) / (people - p)
        return factor * _sandwich(self.fit.bread, self.scores)

    @property
    def df_cr2(self) -> FloatArray:
        """Satterthwaite's degrees of freedom of each coefficient under CR2 (p,).

        Formula: (tr P)²/tr(PP) with P_gh = b_g'(I−H)_gh·b_h, b_g = (I−H_g)^−½·X_g·B·c
        (Pustejovsky & Tipton 2018). R: ``clubSandwich::coef_test(test = "Satterthwaite")``.
        """
        half, whole = self._powers(-0.5), self._powers(-1.0)
        own = np.einsum("ij,gjk,ki->gi", self.fit.bread, whole, self.fit.bread)
        reach = half @ self.fit.bread  # X_g'·b_g of each coefficient
        found = np.empty(len(self.fit.bread))
        for i in range(len(found)):
            p = np.diag(own[:, i]) - reach[:, :, i] @ self.fit.bread @ reach[:, :, i].T
            found[i] = np.trace(p) ** 2 / (p**2).sum()
        return found

    @property
    def p_cr2(self) -> FloatArray:
        """Two-sided p of each coefficient being none."""
        t = self.fit.coefficients / np.sqrt(np.diag(self.covariance("HC2")))
        found: FloatArray = 2 * stdtr(self.df_cr2, -np.abs(t))
        return found

    @cached_property
    def _root(self) -> FloatArray:
        """A square root R of B = R·R'."""
        return np.asarray(np.linalg.cholesky(self.fit.bread), dtype=np.float64)

    @cached_property
    def _leverage(self) -> tuple[FloatArray, FloatArray]:
        """The eigenvalues (G, p) and vectors (G, p, p) of R'·X_g'X_g·R, which are H_g's."""
        values, vectors = np.linalg.eigh(self._root.T @ self.cross @ self._root)
        return np.clip(values, 0.0, 1.0), vectors

    def _gain(self, power: float) -> FloatArray:
        """What (I−H_g)^power adds to I in each direction, over its eigenvalue of H_g (G, p).

        A direction that the cluster alone decides has no residual: there the power is nought.
        """
        values = self._leverage[0]
        left = 1 - values
        raised = np.where(left > WHOLE, np.maximum(left, WHOLE) ** power, 0.0)
        return np.where(values > WHOLE, (raised - 1) / np.maximum(values, WHOLE), -power)

    def _powers(self, power: float) -> FloatArray:
        """X_g'(I−H_g)^power·X_g for every cluster (G, p, p), never a matrix of people."""
        side = self.cross @ self._root @ self._leverage[1]
        added = (side * self._gain(power)[:, None, :]) @ side.transpose(0, 2, 1)
        return np.asarray(self.cross + added, dtype=np.float64)

    @property
    def _leveraged(self) -> FloatArray:
        """X_g'(I−H_g)^−½·e_g (G, p)."""
        turned = self._root @ self._leverage[1]
        along = np.einsum("gji,gj->gi", turned, self.scores) * self._gain(-0.5)
        added = np.einsum("gij,gjk,gk->gi", self.cross, turned, along)
        return np.asarray(self.scores + added, dtype=np.float64)


def _sandwich(bread: FloatArray, scores: FloatArray) -> FloatArray:
    return np.asarray(bread @ scores.T @ scores @ bread, dtype=np.float64)
