"""Fit of a factor model when answers are skewed: χ² scaled for their kurtosis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.factors.cfa import Fitted, observed_information
from analysis.factors.factor_model import FactorModelError
from analysis.factors.fit_indices import baseline, cfi, indices
from analysis.reliability import Matrix


@dataclass(frozen=True)
class Robust:
    """``chisq`` is the ordinary one divided by ``factor``; the others are for that scaling."""

    factor: float
    chisq: float
    df: int
    cfi: float
    tli: float
    rmsea: float


def robust(fitted: Fitted, answers: Sequence[Matrix]) -> Robust:
    """Yuan and Bentler's (2000) scaled χ² in the form of Asparouhov and Muthén (2005), and robust
    CFI, TLI and RMSEA (Brosseau-Liard and Savalei 2014).

    χ²/c with c = (t₁ − t₀)/df: t₁ = Σ_g p + ½(mean (zᵀz)² − p) for answers z whitened by S_g, and
    t₀ = tr(B·A⁻¹) with B the sum of outer products of people's scores and A the observed
    information. In the indices χ² − df becomes χ² − c·df. ``answers`` are the complete rows, (n, p)
    for each group. R: ``lavaan::cfa(estimator="MLR")``.
    """
    if [len(rows) for rows in answers] != [sample.n for sample in fitted.samples]:
        raise FactorModelError("The rows are not those that the model was fitted to.")
    found = indices(fitted)
    base, base_df = baseline(fitted)
    spread = sum(_kurtosis(rows) for rows in answers)
    if not found.df:
        raise FactorModelError("A model without degrees of freedom fits whatever people answer.")
    scores = [_scores(fitted, group, rows) for group, rows in enumerate(answers)]
    outer = sum(score.T @ score for score in scores)
    model = float(np.trace(np.linalg.solve(observed_information(fitted), outer)))
    factor = (spread - model) / found.df
    base_factor = (spread - sum(_apart(rows) for rows in answers)) / base_df
    excess = found.chisq - factor * found.df
    size = fitted.n * found.df / len(answers)
    return Robust(
        factor, found.chisq / factor, found.df, cfi(excess, base - base_factor * base_df),
        1 - excess * base_df / ((base - base_factor * base_df) * found.df),
        math.sqrt(max(excess, 0.0) / size),
    )  # fmt: skip


def _kurtosis(rows: Matrix) -> float:
    gaps = rows - rows.mean(axis=0)
    far = (gaps * np.linalg.solve(np.cov(rows.T, bias=True), gaps.T).T).sum(axis=1)
    p = rows.shape[1]
    return float(p + (np.mean(far**2) - p) / 2)


def _apart(rows: Matrix) -> float:
    """The same for the model in which no items go together."""
    gaps = (rows - rows.mean(axis=0)) ** 2
    return float(rows.shape[1] + ((gaps**2).mean(axis=0) / gaps.mean(axis=0) ** 2 - 1).sum() / 2)


def _scores(fitted: Fitted, group: int, rows: Matrix) -> Matrix:
    """Each person's part in the slope of the log-likelihood: (n, p) -> (n, q)."""
    implied, (spread, centre) = fitted.groups[group], fitted.slopes[group]
    inverse = np.linalg.inv(implied.covariance)
    turned = (rows - implied.mean) @ inverse
    squares = np.einsum("ni,qij,nj->nq", turned, spread, turned, optimize=True)
    found: Matrix = (squares - np.tensordot(spread, inverse, 2)) / 2 + turned @ centre.T
    return found
