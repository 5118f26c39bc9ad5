"""Means with their standard errors: stratified, finite or not, and the difference of two.

The strata are the visible cells of a release, never single hidden groups, so that no figure
depends on how answers are spread over groups that are not shown (rule D13).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, stdtr, stdtrit

from analysis.scoring import Moments

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
LEAST_ANSWERS = 2  # of a stratum, for it to have a spread
CAREFUL_SD = 25.0  # points of 100: wider than most themes are found to be
SD_STEP = 5.0
FINE_STEP = 2.5
LARGE_STEP = 1.0
BY_CHANCE = 0.01
SMALL_PART = 10  # of so many parts of all answers, one may move a fine step by a part of it only


class EstimateError(ValueError):
    """Strata from which no mean, or no honest error of it, can be made."""


@dataclass(frozen=True)
class Stratum:
    """One cell: its scores and how many people it has, ``None`` when unknown."""

    scores: Moments
    headcount: int | None


@dataclass(frozen=True, eq=False)
class Cells:
    """Strata side by side, so that many groups of them are estimated quickly.

    ``n`` people with a score, their ``mean`` and ``variance``, and all ``people``, NaN where
    unknown. Shapes: (strata,).
    """

    n: FloatArray
    mean: FloatArray
    variance: FloatArray
    people: FloatArray

    @classmethod
    def of(cls, strata: Sequence[Stratum]) -> "Cells":
        rows = [
            (
                s.scores.n,
                s.scores.mean,
                s.scores.variance,
                math.nan if s.headcount is None else s.headcount,
            )
            for s in strata
        ]
        return cls(*np.array(rows, dtype=np.float64).reshape(-1, 4).T.copy())

    def at(self, places: Sequence[int]) -> "Cells":
        """Some of the strata, in the order given."""
        some = np.array(places, dtype=np.intp)
        return Cells(self.n[some], self.mean[some], self.variance[some], self.people[some])


@dataclass(frozen=True)
class Estimate:
    """A mean of ``n`` scores.

    ``se_finite`` is for "the people who were in this group" (with finite-population correction),
    ``se`` for "conditions in this group": the one to compare with (STATISTICS 2, ground rule 2).
    """

    n: int
    mean: float
    se: float
    se_finite: float
    df: float

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Two-sided t interval of the finite estimand, kept within 0 to 100."""
        half = self.half(level)
        return max(self.mean - half, 0.0), min(self.mean + half, 100.0)

    def half(self, level: float = 0.95) -> float:
        """Half the width of that interval, in points of 100."""
        return _quantile(level, self.df) * self.se_finite


@dataclass(frozen=True)
class Difference:
    """The difference of two independent estimates, with Satterthwaite's degrees of freedom."""

    value: float
    se: float
    df: float

    @property
    def p(self) -> float:
        """Two-sided p of no difference."""
        if self.se == 0:
            return 1.0 if self.value == 0 else 0.0
        return float(2 * stdtr(self.df, -abs(self.value) / self.se))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        half = _quantile(level, self.df) * self.se
        return self.value - half, self.value + half


@dataclass(frozen=True)
class Spread:
    """A variance that stands in for that of strata of under ``below`` answers, and its degrees
    of freedom."""

    variance: float
    df: float
    below: float = math.inf

    def beside(self, answers: float, squares: float, df: float) -> "Spread":
        """What stands in inside a figure whose strata under ``below`` have so many ``answers``
        together, with Σ (n_h − 1)·s_h² = ``squares`` on ``df`` degrees of freedom.

        Where these are ``below`` or more and lie further apart than this spread by more than
        chance (Σ/s² over the 99 % point of χ² with ``df``), and further than 25 points, it is
        their own, rounded up to whole steps of 5 points: without it a group more divided than the
        large ones has too narrow a range.

        >>> usual = Spread(400.0, 300.0, 50)
        >>> usual.beside(90, 88 * 27.0**2, 88), usual.beside(90, 88 * 24.0**2, 88) == usual
        (Spread(variance=900.0, df=88, below=50), True)
        """
        if answers < self.below or not df > 0 or squares <= self.variance * chdtri(df, BY_CHANCE):
            return self
        deviation = _up(squares / df)
        if deviation <= CAREFUL_SD or deviation**2 <= self.variance:
            return self
        return Spread(deviation**2, df, self.below)


def pooled(strata: Sequence[Stratum]) -> Spread:
    """How much people of one stratum differ, over all strata.

    Formula: s² = Σ (n_h − 1)·s_h²/Σ (n_h − 1), with Σ (n_h − 1) degrees of freedom: the mean
    square within groups of the analysis of variance. Strata of one are left out; with nothing
    else the variance is missing (NaN) on one degree of freedom.
    """
    free = [stratum for stratum in strata if stratum.scores.n > 1]
    df = sum(stratum.scores.n - 1 for stratum in free)
    squares = math.fsum((stratum.scores.n - 1) * stratum.scores.variance for stratum in free)
    return Spread(squares / df if df else math.nan, float(max(df, 1)))


def stand_in(strata: Sequence[Stratum], large: int) -> Spread:
    """What stands in for the spread of strata of under ``large`` answers (rule D6).

    The pooled one of the large strata, to the nearest point: a small stratum's answers have no
    part in it. Where none is large it is the pooled one of all: to the nearest 2.5 points where no
    stratum has over a tenth of all answers; else rounded up to steps of 5, and at least 25, so
    that the answers of one small stratum seldom change it. Where all together have under
    ``large``, it is 25 points whatever they answered.

    >>> stand_in([Stratum(Moments(21, 60.0, 0.5, 21), 40)], 50).variance
    625.0
    >>> stand_in([Stratum(Moments(n, 60.0, s * s, n), 90) for n, s in ((60, 26.2), (12, 2.0))], 50)
    Spread(variance=676.0, df=59.0, below=50)
    >>> stand_in([Stratum(Moments(15, 60.0, 23.0**2, 9), 30)] * 12, 50).variance ** 0.5
    22.5
    """
    given = [stratum.scores.n for stratum in strata]
    if sum(given) < large:
        return Spread(CAREFUL_SD**2, float(max(sum(given) - 1, 1)), large)
    source = [stratum for stratum in strata if stratum.scores.n >= large]
    found = pooled(source or strata)
    if source:
        deviation = _nearest(found.variance, LARGE_STEP)
    elif max(given) * SMALL_PART <= sum(given):
        deviation = _nearest(found.variance, FINE_STEP)
    else:
        deviation = max(_up(found.variance), CAREFUL_SD)
    return Spread(deviation**2, found.df, large)


def _nearest(variance: float, step: float) -> float:
    """A standard deviation in whole steps, at least one of them."""
    return max(step * math.floor(math.sqrt(variance) / step + 0.5), step)


def _up(variance: float) -> float:
    """A standard deviation in whole steps of 5 points, rounded up."""
    return SD_STEP * math.ceil(round(math.sqrt(variance), 6) / SD_STEP)


def stratified(strata: Sequence[Stratum], instead: Spread | None = None) -> Estimate:
    """The mean over strata weighted by their people.

    Formula: ȳ = Σ W_h·ȳ_h, W_h = N_h/N; Var = Σ W_h²·s_h²/n_h·(1 − n_h/N_h) (Cochran 1977, 5.6;
    R: ``survey::svymean`` with strata and fpc). Strata without answers are left out: their people
    are unknown, see :mod:`analysis.silence`. Without headcounts every answer weighs the same. The
    weights are kept however far groups differ in how many answered: then they matter most, and the
    wider error says what they cost. In a stratum of seven answers or more nobody can have over
    15 % of all weight (rule D7). A stratum with one answer is joined to the smallest other one
    first. ``instead``, or what :meth:`Spread.beside` makes of it, replaces the s_h² of small
    strata, whose own spread must not be told (rule D6); the finite correction is then one for all,
    Σ c_h·(1 − n_h/N_h)/Σ c_h with c_h = W_h²/n_h, so that strata in which everybody answered do
    not leave the width to a single other one. Raises
    :class:`EstimateError` when nobody answered, one answer has no spread to judge it by, or a
    score is no number.
    """
    return of_cells(Cells.of(collapse([s for s in strata if s.scores.n])), instead)


def of_cells(cells: Cells, instead: Spread | None = None) -> Estimate:
    """:func:`stratified` for strata of which none needs joining: two answers or more in each, or
    a single one."""
    n = cells.n
    spread, unsampled = cells.variance, unsampled_of(cells)
    if instead is not None:
        small = n < instead.below
        instead = instead.beside(*of_small(cells, small).sum(axis=0).tolist())
        spread = np.where(small, instead.variance, spread)
    _check(cells, spread)
    weights = weights_of(cells) * n
    weights /= weights.sum()
    if instead is not None:
        unsampled = np.full(len(n), _unsampled_in_all(cells, weights))
    parts = weights**2 * spread / n
    return Estimate(
        int(n.sum()),
        float(weights @ cells.mean),
        math.sqrt(parts.sum()),
        math.sqrt((parts * unsampled).sum()),
        instead.df if instead and n.max() < instead.below else float(max(n.sum() - len(n), 1)),
    )


def of_small(cells: Cells, small: BoolArray) -> FloatArray:
    """Answers, Σ (n − 1)·s² and degrees of freedom of each small stratum; nought of the others.
    Shape: (strata, 3)."""
    free = np.where(small & np.isfinite(cells.variance), cells.n - 1, 0.0)
    squares = np.where(free > 0, free * cells.variance, 0.0)
    found: FloatArray = np.column_stack([np.where(small, cells.n, 0.0), squares, free])
    return found


def person_weights(strata: Sequence[Stratum]) -> list[float]:
    """What one answer of each stratum weighs: w_h = N_h/n_h, or ones when any headcount is missing.

    Every stratum must have answers. See :func:`analysis.disclosure.dominated` for the most that
    one of them may weigh.
    """
    return [float(weight) for weight in weights_of(Cells.of(strata))]


def heaviest(strata: Sequence[Stratum]) -> float:
    """How many answers of average weight one person's answer can count for, at most.

    With several strata a person who leaves takes an answer along and one of the people it stood
    for: the most is (w + 1)/w̄, over all answers.

    >>> two = [Stratum(Moments(n, 50.0, 1.0, 0), 20) for n in (5, 20)]
    >>> heaviest(two[:1]), heaviest(two)
    (1.0, 3.125)
    """
    if len(strata) == 1:
        return 1.0
    weights = person_weights(strata)
    answers = [stratum.scores.n for stratum in strata]
    total = math.fsum(w * n for w, n in zip(weights, answers, strict=True))
    return (max(weights) + 1) * sum(answers) / total


def weights_of(cells: Cells) -> FloatArray:
    """The same for strata side by side. Shape: (strata,)."""
    if not (cells.people > 0).all():
        return np.ones(len(cells.n))
    return cells.people / cells.n


def collapse(strata: Sequence[Stratum], least: int = LEAST_ANSWERS) -> list[Stratum]:
    """Strata of fewer than ``least`` answers joined to the smallest other one, over and over.

    Pass strata that may stand for one another, such as the teams of one directorate: which
    answers are joined depends on counts alone. A single stratum is left as it is.

    >>> one, two = Moments(1, 40.0, math.nan, 0), Moments(3, 60.0, 4.0, 3)
    >>> [joined.scores.n for joined in collapse([Stratum(one, 5), Stratum(two, 5)])]
    [4]
    """
    kept = list(strata)
    while len(kept) > 1:
        place = min(range(len(kept)), key=lambda i: kept[i].scores.n)
        if kept[place].scores.n >= least:
            break
        small = kept.pop(place)
        other = min(range(len(kept)), key=lambda i: kept[i].scores.n)
        kept[other] = _joined(kept[other], small)
    return kept


def difference(later: Estimate, earlier: Estimate) -> Difference:
    """Later minus earlier, or a group minus the rest; SE = √(V1 + V2).

    Two pulses share people but are not linked, so their covariance is unknown and normally not
    negative: this SE is the careful one (STATISTICS 2.5; Welch 1947 for the degrees of freedom).
    """
    one, two = later.se**2, earlier.se**2
    total = one + two
    df = total**2 / (one**2 / later.df + two**2 / earlier.df) if total else later.df + earlier.df
    return Difference(later.mean - earlier.mean, math.sqrt(total), df)


def _joined(one: Stratum, two: Stratum) -> Stratum:
    """Two strata as one: Σ(s − s̄)² = Σ_h (n_h − 1)·s_h² + n_1·n_2/(n_1 + n_2)·(s̄_1 − s̄_2)²."""
    parts = [stratum.scores for stratum in (one, two) if stratum.scores.n]
    n = sum(part.n for part in parts)
    mean = math.fsum(part.total for part in parts) / n if n else math.nan
    squares = math.fsum(
        (part.n - 1) * part.variance + part.n * (part.mean - mean) ** 2
        if part.n > 1
        else (part.mean - mean) ** 2
        for part in parts
    )
    people = (
        None if one.headcount is None or two.headcount is None else one.headcount + two.headcount
    )
    variance = squares / (n - 1) if n > 1 else math.nan
    return Stratum(Moments(n, mean, variance, sum(part.above for part in parts)), people)


def _check(cells: Cells, spread: FloatArray) -> None:
    if not len(cells.n):
        raise EstimateError("Nobody answered, so there is no mean.")
    if not np.isfinite(cells.mean).all():
        raise EstimateError("A score is missing or is no number.")
    if not (np.isfinite(spread) & (spread >= 0)).all():
        raise EstimateError("One answer has no spread, so its mean has no error to tell.")


def _quantile(level: float, df: float) -> float:
    return float(stdtrit(df, (1 + level) / 2))


def unsampled_of(cells: Cells) -> FloatArray:
    """1 − n/N; one when N is unknown, or is wrong because more people answered than it counts."""
    known = known_of(cells)
    return 1 - np.divide(cells.n, cells.people, out=np.zeros(len(cells.n)), where=known)


def _unsampled_in_all(cells: Cells, weights: FloatArray) -> float:
    """One correction for all strata: Σ c_h·(1 − n_h/N_h)/Σ c_h with c_h = W_h²/n_h, which gives
    the error of strata alike in spread. It depends on counts alone. One when any N is unknown
    or wrong."""
    if not known_of(cells).all():
        return 1.0
    share = weights**2 / cells.n
    return float(share @ unsampled_of(cells) / share.sum())


def known_of(cells: Cells) -> BoolArray:
    return (cells.people > 0) & (cells.n <= cells.people)
