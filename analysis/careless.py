"""Answers given without much reading: signs of them, and what the results would be without.

Nobody is ever left out for it. A sheet of one answer all the way down may be just what somebody
wants to say, and leaving it out would lean the results one way (STATISTICS 2.9).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri

from analysis.multilevel.grouped import FloatArray

UNUSUAL = 0.99


class CarelessError(ValueError):
    """Answers that cannot be looked over; the text says why."""


def longstring(answers: ArrayLike) -> NDArray[np.int64]:
    """The longest run of one and the same answer, in the order the questions were put.

    Take answers as given, before reversing. Shape: (N, items) -> (N,). Missing (NaN) ends a run
    and counts in none. R: ``careless::longstring``.

    >>> longstring([[3, 3, 3, 1], [1, 2, float("nan"), 2]]).tolist()
    [3, 1]
    """
    table = _table(answers)
    longest = run = np.zeros(len(table), dtype=np.int64)
    before = np.full(len(table), np.nan)
    for column in table.T:
        run = np.where(column == before, run + 1, np.where(np.isnan(column), 0, 1))
        longest, before = np.maximum(longest, run), column
    return longest


def irv(answers: ArrayLike) -> FloatArray:
    """Intra-individual response variability: the standard deviation (n − 1) of a person's own
    answers (Dunn et al. 2018). Shape: (N, items) -> (N,); NaN under two answers. Missing answers
    are passed over. R: ``careless::irv(na.rm = TRUE)``.

    >>> irv([[1, 3], [2, 2]]).round(4).tolist()
    [1.4142, 0.0]
    """
    table = _table(answers)
    count = (~np.isnan(table)).sum(axis=1)
    mean = np.nansum(table, axis=1) / np.maximum(count, 1)
    squares = np.nansum((table - mean[:, None]) ** 2, axis=1)
    found = np.sqrt(squares / np.maximum(count - 1, 1))
    found[count < 2] = np.nan
    return np.asarray(found, dtype=np.float64)


def mahalanobis(answers: ArrayLike) -> FloatArray:
    """How far a person's pattern lies from everybody's: (x−x̄)'·S⁻¹·(x−x̄).

    Mean and covariance come from complete people; someone with gaps is measured over the items
    they answered. Shape: (N, items) -> (N,); units: none; NaN without any answer.
    R: ``careless::mahad`` for complete answers. Raises :class:`CarelessError`.
    """
    table = _table(answers)
    given = ~np.isnan(table)
    whole = table[given.all(axis=1)]
    if len(whole) <= table.shape[1]:
        raise CarelessError("Too few people answered everything to know the usual pattern.")
    covariance = np.cov(whole, rowvar=False).reshape(table.shape[1], -1)
    spread = np.sqrt(np.diag(covariance))
    if (spread == 0).any():
        raise CarelessError("An item was answered alike by everybody.")
    if np.linalg.eigvalsh(covariance / np.outer(spread, spread))[0] < 1e-10:
        raise CarelessError("An item's answers can be worked out from the others'.")
    rest = table - whole.mean(axis=0)
    found = np.full(len(table), np.nan)
    for pattern in np.unique(given, axis=0):
        if not pattern.any():
            continue
        people = (given == pattern).all(axis=1)
        part = rest[np.ix_(people, pattern)]
        turned = np.linalg.solve(covariance[np.ix_(pattern, pattern)], part.T)
        found[people] = np.einsum("ij,ji->i", part, turned)
    return found


def unusual(answers: ArrayLike, level: float = UNUSUAL) -> NDArray[np.bool_]:
    """Whose distance is beyond the χ² quantile for as many items as they answered (N,)."""
    table = _table(answers)
    items = np.maximum((~np.isnan(table)).sum(axis=1), 1)
    return np.asarray(mahalanobis(table) > chdtri(items, 1 - level), dtype=np.bool_)


@dataclass(frozen=True)
class Sensitivity:
    """A mean with everybody, which is the result, and what it would be without those marked."""

    people: int
    marked: int
    mean: float
    mean_without: float

    @property
    def difference(self) -> float:
        """Without minus with."""
        return self.mean_without - self.mean


def sensitivity(scores: ArrayLike, marked: ArrayLike) -> Sensitivity:
    """What marked people come to in a mean. Shapes: scores (N,), marked (N,) of truth values.

    Missing scores (NaN) are passed over. With nobody left unmarked, the mean without is NaN.
    Raises :class:`CarelessError`.

    >>> sensitivity([1.0, 3.0, 5.0], [False, False, True]).difference
    -1.0
    """
    figures, marks = np.asarray(scores, dtype=np.float64), np.asarray(marked, dtype=np.bool_)
    if figures.shape != marks.shape or np.isinf(figures).any():
        raise CarelessError("Every person needs a finite score, or none, and a mark.")
    known = ~np.isnan(figures)
    if not known.any():
        raise CarelessError("Nobody has a score.")
    rest = figures[known & ~marks]
    return Sensitivity(
        int(known.sum()),
        int((known & marks).sum()),
        float(figures[known].mean()),
        float(rest.mean()) if len(rest) else float("nan"),
    )


def _table(answers: ArrayLike) -> FloatArray:
    table = np.asarray(answers, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise CarelessError("A row of answers for each person is needed.")
    if np.isinf(table).any():
        raise CarelessError("Some answers are not finite.")
    return table
