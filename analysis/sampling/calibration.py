"""Weights made to fit known totals: one margin, several, or a regression on known sums.

Only to margins that were asked for that purpose, and only where every cell has at least ``k``
answers: a small cell's weight would tell on the people in it (STATISTICS 2.5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.sampling.weighting import Design, FloatArray, IntArray, Residuals, WeightError

ROUNDS = 200
RESIDUAL_ROUNDS = 10
CLOSE = 1e-12

Margin = tuple[Sequence[object], Mapping[Any, float]]


def poststratified(of: Design, groups: Sequence[object], totals: Mapping[Any, float],
                   least: int = 1) -> Design:  # fmt: skip
    """Weights scaled so that each group has its known total of people (R: ``postStratify``).

    Formula: g = N_g/Σ_g w. Contributions lose their weighted group mean. ``least`` answers are
    needed in every group. Raises :class:`WeightError`.
    """
    codes, known = _margin(of, (groups, totals), least)
    reached = np.bincount(codes, of.weights, len(known))
    return replace(
        of,
        weights=of.weights * (known / reached)[codes],
        residuals=(*of.residuals, _less_means(codes, of.weights)),
    )


def raked(of: Design, margins: Sequence[Margin], least: int = 1) -> Design:
    """Weights scaled to each margin in turn until all hold (R: ``rake``; Deming & Stephan 1940).

    Contributions lose the group means of each margin in turn, ten rounds, as ``survey`` does.
    Raises :class:`WeightError` where margins do not have the same total, a cell has fewer than
    ``least`` answers or the margins cannot all hold.
    """
    if not margins:
        raise WeightError("There is no margin to fit to.")
    read = [_margin(of, margin, least) for margin in margins]
    sums = [float(known.sum()) for _, known in read]
    if max(sums) - min(sums) > 1e-6 * max(sums):
        raise WeightError("The margins do not have the same total of people.")
    weights = of.weights.copy()
    for _ in range(ROUNDS):
        for codes, known in read:
            weights *= (known / np.bincount(codes, weights, len(known)))[codes]
        if all(_holds(weights, codes, known) for codes, known in read):
            break
    else:
        raise WeightError("The margins cannot all hold at once.")
    return replace(of, weights=weights, residuals=(*of.residuals, _less_margins(read)))


def regressed(of: Design, predictors: FloatArray, totals: Sequence[float]) -> Design:
    """Generalised regression weights (Deville & Särndal 1992, linear; R: ``calibrate``).

    ``predictors`` (n, p) with known population ``totals`` (p,). Formula: g = 1 + xᵀ(XᵀWX)⁻¹·(T −
    Xᵀw). Contributions lose their weighted regression on the predictors. Raises
    :class:`WeightError` where predictors say the same thing or a weight falls to nought.
    """
    wanted = np.asarray(totals, dtype=float)
    if not (np.isfinite(predictors).all() and np.isfinite(wanted).all()):
        raise WeightError("A value or a total is missing or is no number.")
    if np.linalg.matrix_rank(predictors) < predictors.shape[1]:
        raise WeightError("Two predictors say the same thing.")
    cross = predictors.T @ (of.weights[:, None] * predictors)
    short = wanted - predictors.T @ of.weights
    weights = of.weights * (1 + predictors @ np.linalg.solve(cross, short))
    if (weights <= 0).any():
        raise WeightError("A weight falls to nought or below.")
    line = _less_regression(predictors, of.weights)
    return replace(of, weights=weights, residuals=(*of.residuals, line))


def _margin(of: Design, margin: Margin, least: int) -> tuple[IntArray, FloatArray]:
    groups, totals = margin
    if len(groups) != of.n:
        raise WeightError("A margin needs a group for every row.")
    names = list(totals)
    unknown = set(groups) - set(names)
    if unknown:
        raise WeightError(f"A margin has no total for “{sorted(map(str, unknown))[0]}”.")
    known = np.array([totals[name] for name in names], dtype=float)
    if not (np.isfinite(known).all() and (known > 0).all()):
        raise WeightError("A known total is missing, nought or negative.")
    place = {name: i for i, name in enumerate(names)}
    codes = np.array([place[group] for group in groups], dtype=np.int64)
    if np.bincount(codes, minlength=len(names)).min() < max(least, 1):
        raise WeightError("A cell of a margin has too few answers to weight by.")
    return codes, known


def _holds(weights: FloatArray, codes: IntArray, known: FloatArray) -> bool:
    reached = np.bincount(codes, weights, len(known))
    return bool(np.abs(reached - known).max() <= CLOSE * known.sum())


def _less_means(codes: IntArray, weights: FloatArray) -> Residuals:
    reached = np.bincount(codes, weights)

    def residuals(parts: FloatArray) -> FloatArray:
        sums = np.zeros((len(reached), parts.shape[1]))
        np.add.at(sums, codes, weights[:, None] * parts)
        return parts - (sums / reached[:, None])[codes]

    return residuals


def _less_margins(margins: Sequence[tuple[IntArray, FloatArray]]) -> Residuals:
    steps = [_less_means(codes, np.ones(len(codes))) for codes, _ in margins]

    def residuals(parts: FloatArray) -> FloatArray:
        for _ in range(RESIDUAL_ROUNDS):
            for step in steps:
                parts = step(parts)
        return parts

    return residuals


def _less_regression(predictors: FloatArray, weights: FloatArray) -> Residuals:
    heavy = weights[:, None] * predictors
    cross = predictors.T @ heavy

    def residuals(parts: FloatArray) -> FloatArray:
        return parts - predictors @ np.linalg.solve(cross, heavy.T @ parts)

    return residuals
