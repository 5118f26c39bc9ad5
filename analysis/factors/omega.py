"""McDonald's omega: how much of a score is what its items share, by one factor.

Whole organisation and at least 100 people only, never a group (STATISTICS 2.2). The fit works on
many covariance matrices at once, so that 2,000 bootstrap samples take a second.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.reliability import LEAST_PEOPLE, Matrix, ReliabilityError, correlations

LEAST_DRAWS = 2_000
LEAST_ITEMS = 3
STEPS, HALVINGS = 300, 30
GRADIENT = 1e-10
LOST_DRAWS = 0.05
DRAWS_AT_ONCE = 100


@dataclass(frozen=True, eq=False)
class OneFactor:
    """A one-factor model of k items' answers, by maximum likelihood.

    ``loadings`` λ belong to a factor of variance 1 and sum to a positive number, with their
    ``errors``; ``unique`` are the items' own variances θ; ``matrix`` holds the covariances with
    divisor n. Shapes: (k,) and (k, k); units: points and points².
    """

    n: int
    loadings: Matrix
    errors: Matrix
    unique: Matrix
    matrix: Matrix

    @property
    def standardised(self) -> Matrix:
        """Correlations of items and factor, λ/√(λ² + θ)."""
        found: Matrix = self.loadings / np.sqrt(self.loadings**2 + self.unique)
        return found

    @property
    def omega(self) -> float:
        """McDonald (1999): (Σλ)²/((Σλ)² + Σθ). R: ``semTools::reliability`` omega and omega2."""
        common = float(self.loadings.sum() ** 2)
        return common / (common + float(self.unique.sum()))

    @property
    def omega_observed(self) -> float:
        """(Σλ)² over the score's observed variance; where it leaves ``omega`` the model misfits.
        R: ``semTools::reliability`` omega3, ``semTools::compRelSEM``."""
        return float(self.loadings.sum() ** 2 / self.matrix.sum())

    @property
    def average_variance(self) -> float:
        """Average variance extracted (Fornell and Larcker 1981): Σλ²/(Σλ² + Σθ). R:
        ``semTools::reliability`` avevar."""
        common = float((self.loadings**2).sum())
        return common / (common + float(self.unique.sum()))


def one_factor(matrix: Matrix, n: int) -> OneFactor:
    """Fit one factor to covariances with divisor n of complete answers by ``n`` people.

    Minimises ln|Σ| + tr(SΣ⁻¹) for Σ = λλᵀ + diag θ by Fisher scoring (Lawley and Maxwell 1971);
    standard errors from the expected information. Shape: (k, k), three items or more. Raises
    :class:`~analysis.reliability.ReliabilityError` for items that do not vary, that follow from
    the others, or that no factor fits with every θ above 0. R: ``lavaan::cfa(std.lv=TRUE)``.

    >>> found = one_factor(np.full((3, 3), 0.25) + 0.75 * np.eye(3), 500)
    >>> found.loadings.round(6), round(found.omega, 6)
    (array([0.5, 0.5, 0.5]), 0.5)
    """
    if len(matrix) < LEAST_ITEMS:
        raise ReliabilityError("A factor needs three items or more; use Spearman-Brown for two.")
    r, spread = correlations(matrix), np.sqrt(np.diag(matrix))
    if n <= len(matrix) or np.linalg.eigvalsh(r)[0] < 1e-10:
        raise ReliabilityError("One item follows exactly from the others, or people are too few.")
    loadings, unique, done = fit_many(r[None])
    if not done[0]:
        raise ReliabilityError("No single factor could be fitted to these items.")
    if (unique[0] <= 0).any():
        raise ReliabilityError("The factor leaves an item a negative variance: it does not fit.")
    information = n / 2 * _information(loadings, unique)
    errors = np.sqrt(np.diag(np.linalg.inv(information[0]))[: len(matrix)])
    return OneFactor(n, loadings[0] * spread, errors * spread, unique[0] * spread**2, matrix)


def fit_many(matrices: NDArray[np.float64]) -> tuple[Matrix, Matrix, NDArray[np.bool_]]:
    """One factor for each of b correlation matrices: loadings, unique variances, whether it
    converged. Shapes: (b, k, k) -> (b, k), (b, k), (b,)."""
    top = np.linalg.eigh(matrices)
    first = top.eigenvectors[:, :, -1]
    sign = np.where(first.sum(axis=1) < 0, -1.0, 1.0)
    loadings = 0.8 * first * (sign * np.sqrt(top.eigenvalues[:, -1]))[:, None]
    unique = np.clip(1 - loadings**2, 0.1, None)
    value = _misfit(loadings, unique, matrices)
    done = np.zeros(len(matrices), dtype=np.bool_)
    for _ in range(STEPS):
        open_ = np.nonzero(~done)[0]
        if not len(open_):
            break
        slope, step = _step(loadings[open_], unique[open_], matrices[open_])
        done[open_[np.abs(slope).max(axis=1) < GRADIENT]] = True
        _descend(loadings, unique, value, matrices, open_, step)
    sign = np.where(loadings.sum(axis=1) < 0, -1.0, 1.0)
    return loadings * sign[:, None], unique, done


def least_residuals(matrix: Matrix) -> Matrix:
    """Loadings of one factor that leave the smallest residual correlations (minres, Harman and
    Jones 1966): minimises Σ_{i<j} (r_ij − λ_iλ_j)² by Gauss and Newton. Shape: (k, k) -> (k,).
    Raises :class:`~analysis.reliability.ReliabilityError`. R: ``psych::fa(fm="minres")``."""
    r = correlations(matrix)
    k = len(r)
    pairs = np.tril_indices(k, -1)
    loadings: Matrix = fit_many(r[None])[0][0]
    for _ in range(STEPS):
        slopes = np.zeros((len(pairs[0]), k))
        slopes[np.arange(len(pairs[0])), pairs[0]] = loadings[pairs[1]]
        slopes[np.arange(len(pairs[0])), pairs[1]] = loadings[pairs[0]]
        gaps = r[pairs] - loadings[pairs[0]] * loadings[pairs[1]]
        step = np.linalg.lstsq(slopes, gaps, rcond=None)[0]
        loadings += step
        if np.abs(step).max() < GRADIENT:
            return loadings
    raise ReliabilityError("No single factor could be fitted to these items.")


def _descend(
    loadings: Matrix,
    unique: Matrix,
    value: Matrix,
    matrices: NDArray[np.float64],
    left: NDArray[np.intp],
    step: Matrix,
) -> None:
    """Move each model along its step, halved until it fits no worse."""
    k = loadings.shape[1]
    for halving in range(HALVINGS):
        moved = loadings[left] - step[:, :k] / 2**halving, unique[left] - step[:, k:] / 2**halving
        new = _misfit(*moved, matrices[left])
        # At the bottom the misfit is flat to the last bit: a rise of rounding size is no rise.
        good = new <= value[left] + 1e-13
        loadings[left[good]], unique[left[good]] = moved[0][good], moved[1][good]
        value[left[good]] = new[good]
        left, step = left[~good], step[~good]
        if not len(left):
            return


def _implied(loadings: Matrix, unique: Matrix) -> NDArray[np.float64]:
    found: NDArray[np.float64] = loadings[:, :, None] * loadings[:, None, :]
    place = np.arange(loadings.shape[1])
    found[:, place, place] += unique
    return found


def _misfit(loadings: Matrix, unique: Matrix, matrices: NDArray[np.float64]) -> Matrix:
    """ln|Σ| + tr(SΣ⁻¹), infinite where Σ is no covariance matrix."""
    implied = _implied(loadings, unique)
    usable = np.linalg.eigvalsh(implied)[:, 0] > 1e-10
    found = np.full(len(loadings), np.inf)
    inverse = np.linalg.inv(implied[usable])
    determinant = np.linalg.slogdet(implied[usable])[1]
    found[usable] = determinant + (matrices[usable] * inverse).sum(axis=(1, 2))
    return found


def _information(loadings: Matrix, unique: Matrix) -> Matrix:
    """Expected second derivatives of the misfit, tr(Σ⁻¹·∂Σ·Σ⁻¹·∂Σ). Shape: (b, 2k, 2k)."""
    k, inverse = loadings.shape[1], np.linalg.inv(_implied(loadings, unique))
    pull = (inverse @ loadings[:, :, None])[:, :, 0]
    both = (pull * loadings).sum(axis=1)
    found = np.empty((len(loadings), 2 * k, 2 * k))
    found[:, :k, :k] = 2 * (pull[:, :, None] * pull[:, None, :] + inverse * both[:, None, None])
    found[:, :k, k:] = 2 * inverse * pull[:, None, :]
    found[:, k:, :k] = found[:, :k, k:].transpose(0, 2, 1)
    found[:, k:, k:] = inverse**2
    return found


def _step(loadings: Matrix, unique: Matrix, matrices: NDArray[np.float64]) -> tuple[Matrix, Matrix]:
    """The misfit's slope and the Fisher scoring step, (b, 2k) each."""
    k = loadings.shape[1]
    inverse = np.linalg.inv(_implied(loadings, unique))
    gap = inverse - inverse @ matrices @ inverse
    slope = np.concatenate(
        [2 * (gap @ loadings[:, :, None])[:, :, 0], np.diagonal(gap, axis1=1, axis2=2)], axis=1
    )
    information = _information(loadings, unique)
    # A touch on the diagonal keeps the equations solvable where a loading is nought.
    information += 1e-9 * np.eye(2 * k)
    return slope, np.linalg.solve(information, slope[:, :, None])[:, :, 0]


def bootstrap(
    answers: Matrix, people: NDArray[np.int64], seed: int, draws: int = LEAST_DRAWS
) -> tuple[float, float]:
    """95 % percentile bootstrap interval of omega (Efron and Tibshirani 1993, 13.3).

    ``answers`` are distinct patterns of complete answers, shape (m, k), and ``people`` how many
    gave each, (m,); people are drawn with replacement. Needs 100 people and 2,000 draws; raises
    :class:`~analysis.reliability.ReliabilityError` for fewer, or when one draw in twenty has no
    factor.
    """
    n, k = int(people.sum()), answers.shape[1]
    if n < LEAST_PEOPLE or draws < LEAST_DRAWS:
        raise ReliabilityError(
            f"An interval for omega needs {LEAST_PEOPLE} people and {LEAST_DRAWS} draws."
        )
    if not np.isfinite(answers).all():
        raise ReliabilityError("An answer is missing or not finite.")
    centred = answers - people @ answers / n
    products = (centred[:, :, None] * centred[:, None, :]).reshape(len(answers), k * k)
    one_factor((people @ products / n).reshape(k, k), n)
    rng = np.random.default_rng(seed)
    found = [
        _omegas(centred, products, rng.multinomial(n, people / n, min(DRAWS_AT_ONCE, draws - at)))
        for at in range(0, draws, DRAWS_AT_ONCE)
    ]
    omegas = np.concatenate(found)
    kept = omegas[np.isfinite(omegas)]
    if len(kept) < (1 - LOST_DRAWS) * draws:
        raise ReliabilityError("Too many bootstrap samples have no factor: the interval is empty.")
    low, high = np.quantile(kept, [0.025, 0.975])
    return float(low), float(high)


def _omegas(centred: Matrix, products: Matrix, drawn: NDArray[np.int64]) -> Matrix:
    """Omega of each draw, NaN where no factor fits. Shapes: (b, m) -> (b,)."""
    k = centred.shape[1]
    weights = drawn / drawn.sum(axis=1, keepdims=True)
    means = weights @ centred
    matrices = (weights @ products).reshape(-1, k, k) - means[:, :, None] * means[:, None, :]
    spread = np.sqrt(np.clip(np.diagonal(matrices, axis1=1, axis2=2), 0, None))
    found = np.full(len(drawn), np.nan)
    varies = (spread > 0).all(axis=1)
    r = matrices[varies] / (spread[varies, :, None] * spread[varies, None, :])
    loadings, unique, done = fit_many(r)
    common = (loadings * spread[varies]).sum(axis=1) ** 2
    own = (unique * spread[varies] ** 2).sum(axis=1)
    found[varies] = np.where(done, common / (common + own), np.nan)
    return found


def measurement_error(spread: float, omega: float) -> float:
    """Standard error of measurement of one person's score with standard deviation ``spread``:
    s·√(1 − ω).

    >>> measurement_error(10.0, 0.84)
    4.0
    """
    return spread * math.sqrt(1 - omega)
