"""Correlations of the leanings that ordered answers are taken to come from.

Two steps: cut points from each item's own counts, then the correlation by maximum likelihood
(Olsson 1979). It describes what lies behind the answers, not the score that is reported, so
"ordinal alpha" is never the headline (STATISTICS 2.2).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, owens_t

from analysis.reliability import Matrix, ReliabilityError

FAR = 38.0  # a normal deviate beyond which nothing is left in a float
NUDGE = 1e-5
STEPS, SLOPE = 200, 1e-9

_OUTWARDS = tuple(1 - 0.5**power for power in range(1, 17))

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Polychoric:
    """A correlation ``r`` with its standard ``error``, and the cut points it rests on."""

    r: float
    error: float
    rows: Matrix
    columns: Matrix


def thresholds(counts: Counts) -> Matrix:
    """Cut points Φ⁻¹(share of answers up to each option). Shape: (c,) -> (c−1,). Raises
    :class:`~analysis.reliability.ReliabilityError` unless every option was used and two were.

    >>> thresholds(np.array([50, 50]))
    array([0.])
    """
    if len(counts) < 2 or (counts <= 0).any():
        raise ReliabilityError("Cut points need two options or more, each one chosen by somebody.")
    found: Matrix = ndtri(np.cumsum(counts)[:-1] / counts.sum())
    return found


def two_step(table: Counts) -> Polychoric:
    """Polychoric correlation of two items from how often each pair of options was given.

    Shape: (a, b) counts of people. Maximises Σ n_ij·ln P_ij over r with the cut points of the
    margins; the error takes these as known. Options that nobody used are left out. Missing:
    only people who answered both are in the table. Raises
    :class:`~analysis.reliability.ReliabilityError` when the table lies wholly on one diagonal.
    R: ``lavaan::lavCor(ordered=)``, ``polycor::polychor``.

    >>> round(two_step(np.array([[40, 10], [10, 40]])).r, 6)  # sin(π/2·(0.8 − 0.2))
    0.809017
    """
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    rows, columns = thresholds(table.sum(axis=1)), thresholds(table.sum(axis=0))

    def slope(r: float) -> float:
        return float((table / _cells(rows, columns, r) * _cell_slopes(rows, columns, r)).sum())

    # Outwards from nought: close to ±1 a cell's chance is lost in rounding.
    sign = math.copysign(1, slope(0.0))
    end = next((sign * x for x in _OUTWARDS if sign * slope(sign * x) <= 0), None)
    if end is None:
        raise ReliabilityError("The two items go together completely: no correlation is certain.")
    r = float(brentq(slope, min(0.0, end), max(0.0, end), xtol=1e-13, rtol=1e-13))
    # Near ±1 the nudge must stay inside.
    nudge = min(NUDGE, (1 - abs(r)) / 10)
    bend = (slope(r + nudge) - slope(r - nudge)) / (2 * nudge)
    return Polychoric(r, 1 / math.sqrt(-bend), rows, columns)


def joint(table: Counts) -> Polychoric:
    """The correlation and all cut points at once by maximum likelihood, with the error that not
    knowing the cut points brings. R: ``polycor::polychor(ML=TRUE, std.err=TRUE)``."""
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    first = two_step(table)
    cut = len(first.rows)
    values = np.concatenate([[first.r], first.rows, first.columns])
    for _ in range(STEPS):
        slope, bend = _slope(values, cut, table), _bend(values, cut, table)
        if np.abs(slope).max() < SLOPE * table.sum():
            errors = np.sqrt(np.diag(np.linalg.inv(-bend)))
            return Polychoric(
                float(values[0]), float(errors[0]), values[1 : cut + 1], values[cut + 1 :]
            )
        step = np.linalg.solve(-bend, slope)
        # A full step from the two-step start is rarely too long; it may not leave (−1, 1).
        values = values + step * min(1.0, 0.5 * (1 - abs(values[0])) / max(abs(step[0]), 1e-300))
    raise ReliabilityError("The polychoric correlation did not converge.")


def correlation_matrix(answers: Counts) -> Matrix:
    """Two-step polychoric correlations of complete answers. Shape: (people, k) -> (k, k)."""
    k = answers.shape[1]
    found = np.eye(k)
    for i in range(k):
        for j in range(i):
            found[i, j] = found[j, i] = two_step(cross_table(answers[:, i], answers[:, j])).r
    return found


def cross_table(one: Counts, two: Counts) -> Counts:
    """How often each pair of options was given. Shapes: (people,), (people,) -> (a, b)."""
    rows, i = np.unique(one, return_inverse=True)
    columns, j = np.unique(two, return_inverse=True)
    table = np.zeros((len(rows), len(columns)), dtype=np.int64)
    np.add.at(table, (i, j), 1)
    return table


def bivariate_normal(h: Matrix, k: Matrix, r: float) -> Matrix:
    """P(X < h, Y < k) for standard normals that correlate ``r``, by Owen's (1956) T. Shapes
    broadcast. R: ``mvtnorm::pmvnorm``.

    >>> float(bivariate_normal(np.array(0.0), np.array(0.0), 0.5).round(9))  # 1/4 + asin(r)/2π
    0.333333333
    """
    # Owen's formula divides by h and k; this far from nought nothing changes in a float.
    h, k = (np.where(np.abs(x) < 1e-15, 1e-15, x) for x in np.broadcast_arrays(h, k))
    root = math.sqrt(1 - r * r)
    apart = owens_t(h, (k / h - r) / root) + owens_t(k, (h / k - r) / root)
    found: Matrix = (ndtr(h) + ndtr(k)) / 2 - apart - np.where(h * k < 0, 0.5, 0.0)
    return found


def _density(h: Matrix, k: Matrix, r: float) -> Matrix:
    root = 1 - r * r
    found: Matrix = np.exp(-(h * h + k * k - 2 * r * h * k) / (2 * root))
    return found / (2 * math.pi * math.sqrt(root))


def _corners(rows: Matrix, columns: Matrix) -> tuple[Matrix, Matrix]:
    h, k = (np.concatenate([[-FAR], x, [FAR]]) for x in (rows, columns))
    return h[:, None], k[None, :]


def _cells(rows: Matrix, columns: Matrix, r: float) -> Matrix:
    """The chance of each pair of options; never nought, so that it can be divided by."""
    under = bivariate_normal(*_corners(rows, columns), r)
    found: Matrix = np.maximum(np.diff(np.diff(under, axis=0), axis=1), 1e-300)
    return found


def _cell_slopes(rows: Matrix, columns: Matrix, r: float) -> Matrix:
    """∂P/∂r is the bivariate density at a cell's corners."""
    found: Matrix = np.diff(np.diff(_density(*_corners(rows, columns), r), axis=0), axis=1)
    return found


def _slope(values: Matrix, cut: int, table: Counts) -> Matrix:
    r, rows, columns = float(values[0]), values[1 : cut + 1], values[cut + 1 :]
    ratio = table / _cells(rows, columns, r)
    h, k = _corners(rows, columns)
    root = math.sqrt(1 - r * r)
    across = np.diff(ndtr((k - r * h) / root), axis=1) * np.exp(-h * h / 2) / math.sqrt(2 * math.pi)
    down = np.diff(ndtr((h - r * k) / root), axis=0) * np.exp(-k * k / 2) / math.sqrt(2 * math.pi)
    by_row = ((ratio[:-1] - ratio[1:]) * across[1:-1]).sum(axis=1)
    by_column = ((ratio[:, :-1] - ratio[:, 1:]) * down[:, 1:-1]).sum(axis=0)
    by_r = (ratio * _cell_slopes(rows, columns, r)).sum()
    return np.concatenate([[by_r], by_row, by_column])


def _bend(values: Matrix, cut: int, table: Counts) -> Matrix:
    """Second derivatives by central differences of the slope."""
    nudges = NUDGE * np.eye(len(values))
    rows = [
        (_slope(values + nudge, cut, table) - _slope(values - nudge, cut, table)) / (2 * NUDGE)
        for nudge in nudges
    ]
    found: Matrix = (np.array(rows) + np.array(rows).T) / 2
    return found
