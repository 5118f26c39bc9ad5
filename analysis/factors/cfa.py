"""Confirmatory factor models: do the items measure what the themes say, in every group alike?

Maximum likelihood for several groups at once with means, from each group's number of people, mean
vector and covariances alone, so it works on sums and cross-products as well as on rows
(STATISTICS 2.4). How well a model fits is in :mod:`analysis.factors.fit_indices`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.factors.factor_model import (
    SINGULAR,
    Estimate,
    FactorModelError,
    Group,
    Layout,
    Model,
    Sample,
    check,
    count_of,
    estimates,
    layouts_of,
)
from analysis.factors.omega import LEAST_ITEMS, fit_many
from analysis.reliability import Matrix

STEPS, EXPECTED_STEPS = 200, 20
MOST_DAMPING = 1e12
GRADIENT = 1e-9
NUDGE = 1e-5

Slopes = tuple[NDArray[np.float64], Matrix]


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model at its maximum: ``misfit`` is F = Σ n_g/N·F_g, so that χ² = N·F.

    ``parameters`` counts free numbers, ``slopes`` holds for each group ∂Σ/∂θ (q, p, p) and ∂μ/∂θ
    (q, p), and ``information`` is that of all people, (q, q), in the items' own units.
    """

    model: Model
    samples: tuple[Sample, ...]
    groups: tuple[Group, ...]
    misfit: float
    parameters: int
    information: Matrix
    slopes: tuple[Slopes, ...]
    estimates: tuple[Estimate, ...] = field(repr=False)

    @property
    def n(self) -> int:
        return sum(sample.n for sample in self.samples)

    @property
    def proper(self) -> bool:
        """Whether every variance is above nought and no factor follows from the others."""
        return all(
            (group.residuals > 0).all() and np.linalg.eigvalsh(group.factors)[0] > 0
            for group in self.groups
        )


def fit(samples: Sequence[Sample], model: Model) -> Fitted:
    """Fit by maximum likelihood (Jöreskog 1971): minimises
    F = Σ n_g/N·(ln|Σ_g| + tr((S_g + d_g·d_gᵀ)Σ_g⁻¹) − ln|S_g| − p), d_g = x̄_g − μ_g, by Fisher
    scoring. S has divisor n and χ² = N·F. Standard errors from the expected information. Complete
    cases only. Samples hold the model's items in its order. Raises :class:`FactorModelError`.
    R: ``lavaan::cfa`` (ML, normal likelihood).
    """
    check(samples, model)
    n = sum(sample.n for sample in samples)
    people = [sample.n for sample in samples]
    middle = np.average([sample.mean for sample in samples], axis=0, weights=people)
    spread = np.sqrt(np.diag(_pooled(samples)))
    even = [
        Sample(one.n, (one.mean - middle) / spread, one.covariance / np.outer(spread, spread))
        for one in samples
    ]
    layouts = layouts_of(model, len(samples))
    values, misfit = _minimum(even, layouts, _start(even, layouts, model))
    units = _units(layouts, model, spread)
    shift = np.zeros_like(values)
    for layout in layouts:
        shift[layout.intercepts] = middle
    values = values * units + shift
    groups = tuple(layout.filled(values) for layout in layouts)
    slopes = tuple(
        _slopes(layout, group, len(values)) for layout, group in zip(layouts, groups, strict=True)
    )
    information = n / 2 * _information(samples, groups, slopes)
    errors = np.sqrt(np.diag(_inverse(information)))
    return Fitted(
        model, tuple(samples), groups, misfit, len(values), information, slopes,
        tuple(estimates(model, layouts, groups, errors)),
    )  # fmt: skip


def _pooled(samples: Sequence[Sample]) -> Matrix:
    found: Matrix = np.average(
        [sample.covariance for sample in samples], axis=0, weights=[one.n for one in samples]
    )
    return found


def _start(samples: Sequence[Sample], layouts: Sequence[Layout], model: Model) -> Matrix:
    """One factor for each set of items over all groups, and factors that do not correlate."""
    pooled = _pooled(samples)
    values = np.zeros(count_of(layouts))
    unique = np.full(len(model.items), 0.5)
    loadings = np.zeros((len(model.items), len(model.factors)))
    variances = np.ones(len(model.factors))
    for j, belonging in enumerate(model.factors.values()):
        place = [model.items.index(item) for item in belonging]
        block = pooled[np.ix_(place, place)]
        found = np.sign(block[0]) * 0.7
        if len(place) >= LEAST_ITEMS:
            fitted, own, done = fit_many(block[None])
            if done[0] and (own[0] > 0).all() and abs(fitted[0, 0]) > 0.1:
                found = fitted[0]
        unique[place] = np.clip(1 - found**2, 0.1, 1)
        if not model.unit_variance:
            variances[j], found = found[0] ** 2, found / found[0]
        loadings[place, j] = found
    for sample, layout in zip(samples, layouts, strict=True):
        parts = (loadings, sample.mean, unique, np.diag(variances), np.zeros(len(variances)))
        for places, start in zip(layout.parts(), parts, strict=True):
            values[places[places >= 0]] = start[places >= 0]
    return values


def _units(layouts: Sequence[Layout], model: Model, spread: Matrix) -> Matrix:
    """What each parameter of evened-out items is multiplied by for items in their own units."""
    first = [model.items.index(belonging[0]) for belonging in model.factors.values()]
    unit = np.ones(len(first)) if model.unit_variance else spread[first]
    parts = (spread[:, None] / unit, spread, spread**2, np.outer(unit, unit), unit)
    units = np.ones(count_of(layouts))
    for layout in layouts:
        for places, worth in zip(layout.parts(), parts, strict=True):
            units[places[places >= 0]] = worth[places >= 0]
    return units


def _misfit(samples: Sequence[Sample], groups: Sequence[Group]) -> float:
    n, total = sum(sample.n for sample in samples), 0.0
    for sample, group in zip(samples, groups, strict=True):
        implied, gap = group.covariance, sample.mean - group.mean
        if np.linalg.eigvalsh(implied)[0] < SINGULAR:
            return math.inf
        ratio = np.linalg.solve(implied, sample.covariance + np.outer(gap, gap))
        logs = np.linalg.slogdet(implied)[1] - np.linalg.slogdet(sample.covariance)[1]
        total += sample.n / n * float(logs + np.trace(ratio) - len(gap))
    return total


def _minimum(
    samples: Sequence[Sample], layouts: Sequence[Layout], values: Matrix
) -> tuple[Matrix, float]:
    """Fisher scoring, damped while it leads uphill (Levenberg and Marquardt). A model that fits
    badly bends otherwise than expected, so after some steps the bend itself is used."""
    misfit, damping = _misfit(samples, [layout.filled(values) for layout in layouts]), 1e-3
    for count in range(STEPS):
        groups = [layout.filled(values) for layout in layouts]
        slopes = [_slopes(a, b, len(values)) for a, b in zip(layouts, groups, strict=True)]
        gradient = _gradient(samples, groups, slopes)
        information = _information(samples, groups, slopes)
        if np.abs(gradient).max() < GRADIENT:
            _inverse(information)
            return values, misfit
        scale = np.diag(information) + 1e-12
        bend = information if count < EXPECTED_STEPS else _bend(samples, layouts, values, scale)
        while damping < MOST_DAMPING:
            damped = bend + damping * np.diag(scale)
            moved = values - np.linalg.solve(damped, gradient)
            new = _misfit(samples, [layout.filled(moved) for layout in layouts])
            if new <= misfit + 1e-13 and np.linalg.eigvalsh(damped)[0] > 0:
                values, misfit, damping = moved, new, max(damping / 10, 1e-12)
                break
            damping *= 10
        else:
            break
    raise FactorModelError("The factor model did not converge: it does not suit these answers.")


def _bend(
    samples: Sequence[Sample], layouts: Sequence[Layout], values: Matrix, scale: Matrix
) -> Matrix:
    """Second derivatives of F by central differences of its gradient; ``scale`` is their expected
    diagonal."""
    steps = NUDGE / np.sqrt(scale)

    def gradient(at: Matrix) -> Matrix:
        groups = [layout.filled(at) for layout in layouts]
        slopes = [_slopes(a, b, len(at)) for a, b in zip(layouts, groups, strict=True)]
        return _gradient(samples, groups, slopes)

    rows = [
        (gradient(values + nudge) - gradient(values - nudge)) / (2 * step)
        for step, nudge in zip(steps, np.diag(steps), strict=True)
    ]
    found: Matrix = (np.array(rows) + np.array(rows).T) / 2
    return found


def _slopes(layout: Layout, group: Group, count: int) -> Slopes:
    """∂Σ/∂θ, (q, p, p), and ∂μ/∂θ, (q, p), of one group."""
    p, m = group.loadings.shape
    spread, centre = np.zeros((count, p, p)), np.zeros((count, p))
    reach = group.loadings @ group.factors
    for i, j in np.argwhere(layout.loadings >= 0):
        at = layout.loadings[i, j]
        spread[at, i, :] += reach[:, j]
        spread[at, :, i] += reach[:, j]
        centre[at, i] += group.factor_means[j]
    for i in range(p):
        spread[layout.residuals[i], i, i] += 1
        centre[layout.intercepts[i], i] += 1
    for i in range(m):
        for j in range(m):
            if layout.factors[i, j] >= 0:
                outer = np.outer(group.loadings[:, i], group.loadings[:, j])
                spread[layout.factors[i, j]] += outer
        if layout.factor_means[i] >= 0:
            centre[layout.factor_means[i]] += group.loadings[:, i]
    return spread, centre


def _gradient(
    samples: Sequence[Sample],
    groups: Sequence[Group],
    slopes: Sequence[Slopes],
) -> Matrix:
    n, total = sum(sample.n for sample in samples), np.zeros(len(slopes[0][1]))
    for sample, group, (spread, centre) in zip(samples, groups, slopes, strict=True):
        inverse, gap = np.linalg.inv(group.covariance), sample.mean - group.mean
        observed = sample.covariance + np.outer(gap, gap)
        pull = inverse - inverse @ observed @ inverse
        total += sample.n / n * (np.tensordot(spread, pull, 2) - 2 * centre @ inverse @ gap)
    return total


def _information(
    samples: Sequence[Sample],
    groups: Sequence[Group],
    slopes: Sequence[Slopes],
) -> Matrix:
    """Expected second derivatives of F: Σ n_g/N·(tr(Σ⁻¹∂Σ·Σ⁻¹∂Σ) + 2·∂μᵀΣ⁻¹∂μ)."""
    n, q = sum(sample.n for sample in samples), len(slopes[0][1])
    total = np.zeros((q, q))
    for sample, group, (spread, centre) in zip(samples, groups, slopes, strict=True):
        inverse = np.asarray(np.linalg.inv(group.covariance), dtype=np.float64)
        turned = inverse @ spread
        flat = turned.reshape(q, -1) @ turned.transpose(0, 2, 1).reshape(q, -1).T
        total += sample.n / n * (flat + 2 * centre @ inverse @ centre.T)
    return total


def _inverse(information: Matrix) -> Matrix:
    """Raises where the answers leave a parameter open."""
    scale = np.sqrt(np.diag(information))
    if not (scale > 0).all() or (
        np.linalg.eigvalsh(information / np.outer(scale, scale))[0] < SINGULAR
    ):
        raise FactorModelError("The answers do not settle this model: it has too many unknowns.")
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


def observed_information(fitted: Fitted) -> Matrix:
    """Second derivatives of minus the log-likelihood at the maximum, by central differences of
    the gradient. Shape: (q, q), in the order of ``fitted.information``."""
    layouts = layouts_of(fitted.model, len(fitted.samples))
    values = np.zeros(fitted.parameters)
    for layout, group in zip(layouts, fitted.groups, strict=True):
        for places, part in zip(layout.parts(), group.parts(), strict=True):
            values[places[places >= 0]] = part[places >= 0]
    scale = 2 * np.diag(fitted.information) / fitted.n
    return fitted.n / 2 * _bend(fitted.samples, layouts, values, scale)
