"""What goes together: which themes share most of an outcome's spread, and how surely.

These are associations within one questionnaire, filled in by one person in one sitting. They say
nothing about what would follow if a theme changed, and nobody should read them so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import comb
from scipy.stats import f as f_distribution

from analysis.multilevel.cluster import DesignError, check_independent
from analysis.multilevel.grouped import FloatArray

MOST_PREDICTORS = 10
PEOPLE_PER_PREDICTOR, LEAST_PEOPLE = 20, 150
TOO_ALIKE = 5.0
RESAMPLES = 2000
CHUNK = 250


def correlations(outcome: ArrayLike, predictors: ArrayLike) -> FloatArray:
    """Pearson's, the outcome last. Shapes: (N,), (N, k) -> (k + 1, k + 1). Missing: leave
    incomplete people out first. Raises :class:`~analysis.multilevel.cluster.DesignError`."""
    table = _table(outcome, predictors)
    check_independent(table[:, :-1])
    if table[:, -1].std() == 0:
        raise DesignError("The outcome is the same for everybody.")
    return np.asarray(np.corrcoef(table, rowvar=False), dtype=np.float64)


def lmg(matrix: FloatArray) -> FloatArray:
    """Each predictor's share of R², averaged over all orders of entry (Lindeman, Merenda & Gold
    1980): the Shapley value of R². Adds up to R²; never negative.

    Shape: correlations (..., k + 1, k + 1) with the outcome last -> (..., k), for k up to ten.
    R: ``relaimpo::calc.relimp(type = "lmg")``. Raises
    :class:`~analysis.multilevel.cluster.DesignError`.

    >>> both = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.3], [0.6, 0.3, 1.0]])
    >>> lmg(both).round(6).tolist()  # unrelated predictors: their squared correlations
    [0.36, 0.09]
    """
    k = matrix.shape[-1] - 1
    if not 1 <= k <= MOST_PREDICTORS:
        raise DesignError(f"All orders are gone through for 1 to {MOST_PREDICTORS} predictors.")
    shares = np.zeros((*matrix.shape[:-2], k))
    _enter(matrix, frozenset(), 0, shares)
    return shares


def _enter(matrix: FloatArray, inside: frozenset[int], first: int, shares: FloatArray) -> None:
    """Count what each predictor adds to a set, then go on to every larger set.

    ``matrix`` is what is left of the variances once the predictors ``inside`` are taken out.
    """
    k = shares.shape[-1]
    if len(inside) == k:
        return
    often = 1 / (k * comb(k - 1, len(inside)))
    for j in (j for j in range(k) if j not in inside):
        own = matrix[..., j, j]
        shares[..., j] += often * matrix[..., j, -1] ** 2 / own
        if j >= first:
            row = matrix[..., j, :]
            rest = matrix - row[..., :, None] * row[..., None, :] / own[..., None, None]
            _enter(rest, inside | {j}, j + 1, shares)


def johnson(matrix: FloatArray) -> FloatArray:
    """Relative weights (Johnson 2000): Λ²·(Λ⁻¹r)² with Λ the symmetric root of the predictors'
    correlations. Adds up to R². Shape: (k + 1, k + 1), the outcome last -> (k,)."""
    values, vectors = np.linalg.eigh(matrix[:-1, :-1])
    root = (vectors * np.sqrt(values)) @ vectors.T
    found: FloatArray = root**2 @ np.linalg.solve(root, matrix[:-1, -1]) ** 2
    return found


def standardised(matrix: FloatArray) -> FloatArray:
    """Standardised regression coefficients (k,)."""
    return np.asarray(np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1]), dtype=np.float64)


def inflation(matrix: FloatArray) -> FloatArray:
    """Variance inflation factors (k,): over 5, two themes say nearly the same."""
    return np.asarray(np.diag(np.linalg.inv(matrix[:-1, :-1])), dtype=np.float64)


def r_squared(matrix: FloatArray) -> float:
    return float(standardised(matrix) @ matrix[:-1, -1])


def adjusted(share: float, people: int, predictors: int) -> float:
    """1 − (1−R²)·(N−1)/(N−k−1)."""
    return 1 - (1 - share) * (people - 1) / (people - predictors - 1)


def by_chance(share: float, people: int, predictors: int) -> float:
    """How likely chance alone makes a share of R² as large as this: the overall F test.

    Formula: F = (R²/k)/((1−R²)/(N−k−1)) on k and N−k−1 degrees of freedom. R: ``summary(lm())``.

    >>> round(by_chance(0.02, 150, 3), 2)
    0.4
    """
    left = people - predictors - 1
    if share >= 1:
        return 0.0
    return float(f_distribution.sf(share / predictors / ((1 - share) / left), predictors, left))


def least_people(predictors: int) -> int:
    return max(PEOPLE_PER_PREDICTOR * predictors, LEAST_PEOPLE)


def too_few(people: int, predictors: int) -> str:
    """Why so few people cannot carry this, in a sentence; empty when they can."""
    least = least_people(predictors)
    if people >= least:
        return ""
    return (
        f"With {predictors} themes, at least {least} people are needed to see what goes together."
    )


@dataclass(frozen=True, eq=False)
class Together:
    """What goes together with an outcome, k predictors in the order they came.

    ``share`` (k,) adds up to 1, ``shares`` (2, k) its 95 % interval; ``ranks`` (2, k) the interval
    of each rank, 1 the largest. ``alike`` groups predictors whose shares cannot be told apart, the
    largest first: show these, never the ranks. ``too_alike`` are predictors with a variance
    inflation over 5, to be merged.
    """

    people: int
    r_squared: float
    share: FloatArray
    shares: FloatArray
    ranks: NDArray[np.int64]
    alike: tuple[tuple[int, ...], ...]
    too_alike: tuple[int, ...]


def together(
    outcome: ArrayLike,
    predictors: ArrayLike,
    teams: Sequence[Any] | NDArray[Any] | None = None,
    *,
    within_teams: bool = False,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Together:
    """LMG shares of R² with percentile bootstrap intervals.

    With ``teams`` (N,) whole teams are drawn first, then people within them; ``within_teams``
    takes team means out, so that only differences between colleagues count. Missing: leave
    incomplete people out first. Raises :class:`~analysis.multilevel.cluster.DesignError`, also when
    :func:`too_few` people answered.
    """
    table = _table(outcome, predictors)
    people, k = len(table), table.shape[1] - 1
    if why := too_few(people, k):
        raise DesignError(why)
    place = None if teams is None else np.unique(np.asarray(teams), return_inverse=True)[1]
    if place is not None and len(place) != people:
        raise DesignError("Every person needs a team.")
    if within_teams:
        if place is None:
            raise DesignError("Teams are needed to compare within them.")
        table = _centred(table, place)
    matrix = correlations(table[:, -1], table[:, :-1])
    found = lmg(matrix)
    if found.sum() == 0:
        raise DesignError("None of the predictors goes with the outcome at all.")
    share = found / found.sum()
    drawn = _resampled(table, place, resamples, np.random.default_rng(seed))
    ranks = 1 + np.argsort(np.argsort(-drawn, axis=1, kind="stable"), axis=1, kind="stable")
    return Together(
        people,
        r_squared(matrix),
        share,
        np.quantile(drawn, (0.025, 0.975), axis=0),
        np.quantile(ranks, (0.025, 0.975), axis=0, method="nearest").astype(np.int64),
        alike(share, drawn),
        tuple(int(i) for i in np.nonzero(inflation(matrix) > TOO_ALIKE)[0]),
    )


def alike(share: FloatArray, drawn: FloatArray) -> tuple[tuple[int, ...], ...]:
    """From the largest share down: a predictor joins the group whose first member it cannot be
    told from, that is when the interval of their difference holds 0.

    The first of m predictors that are left was chosen as the largest of them, so any of their
    m(m−1)/2 pairs could have been looked at: the tail of 2.5 % is shared out among so many.
    """
    order = np.argsort(-share, kind="stable").tolist()
    groups: list[list[int]] = []
    tail = 0.0
    for place, j in enumerate(order):
        if groups and np.quantile(drawn[:, groups[-1][0]] - drawn[:, j], tail) <= 0:
            groups[-1].append(j)
            continue
        groups.append([j])
        tail = 0.025 / max(comb(len(order) - place, 2), 1)
    return tuple(tuple(group) for group in groups)


def _resampled(
    table: FloatArray, place: NDArray[np.intp] | None, times: int, rng: np.random.Generator
) -> FloatArray:
    """LMG shares of redrawn people (times, k); draws in which something does not vary are left
    out. Raises :class:`~analysis.multilevel.cluster.DesignError` when they are most."""
    scaled = (table - table.mean(axis=0)) / table.std(axis=0)
    kept = []
    for start in range(0, times, CHUNK):
        matrices = np.array(
            [_redrawn(scaled, place, rng) for _ in range(min(CHUNK, times - start))]
        )
        varied = np.linalg.eigvalsh(matrices[:, :-1, :-1])[:, 0] > 1e-8
        found = lmg(matrices[varied & (matrices[:, -1, -1] > 1e-8)])
        kept.append(found / found.sum(axis=1, keepdims=True))
    drawn = np.concatenate(kept)
    if len(drawn) < times / 2:
        raise DesignError("Too little varies to say how sure the shares are.")
    return drawn


def _redrawn(
    scaled: FloatArray, place: NDArray[np.intp] | None, rng: np.random.Generator
) -> FloatArray:
    """Covariances of one bootstrap sample; LMG shares do not mind the scale of predictors."""
    people = len(scaled)
    if place is None:
        often = np.bincount(rng.integers(people, size=people), minlength=people)
    else:
        often = _redrawn_teams(place, rng)
    mean = often @ scaled / often.sum()
    rest = scaled - mean
    return np.asarray((rest * often[:, None]).T @ rest / often.sum(), dtype=np.float64)


def _redrawn_teams(place: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    """How often each person is drawn: teams first, then as many people as each has."""
    order = np.argsort(place, kind="stable")
    sizes = np.bincount(place)
    starts = np.cumsum(sizes) - sizes
    teams = rng.integers(len(sizes), size=len(sizes))
    within = rng.random(sizes[teams].sum()) * np.repeat(sizes[teams], sizes[teams])
    return np.bincount(
        order[np.repeat(starts[teams], sizes[teams]) + within.astype(np.intp)],
        minlength=len(place),
    )


def _centred(table: FloatArray, place: NDArray[np.intp]) -> FloatArray:
    means = np.zeros((place.max() + 1, table.shape[1]))
    np.add.at(means, place, table)
    return np.asarray(table - (means / np.bincount(place)[:, None])[place], dtype=np.float64)


def _table(outcome: ArrayLike, predictors: ArrayLike) -> FloatArray:
    y, x = np.asarray(outcome, dtype=np.float64), np.asarray(predictors, dtype=np.float64)
    if x.ndim != 2 or len(x) != len(y) or len(y) < 3:
        raise DesignError("Every person needs an outcome and every predictor.")
    table = np.column_stack([x, y])
    if not np.isfinite(table).all():
        raise DesignError("Some figures are missing or not finite: leave them out first.")
    return table
