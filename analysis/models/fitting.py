"""Each model of the job: what goes in, and what comes out as figures ready to be told.

A task holds its arrays, so that it can be worked on in another process; the same task always gives
the same figures.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.distributions import DistributionError, describe
from analysis.drivers import TOO_ALIKE, inflation, too_few
from analysis.factors.cfa import fit
from analysis.factors.factor_model import FactorModelError, Model, Sample
from analysis.factors.fit_indices import indices
from analysis.factors.invariance import LEAST_CFI, LEAST_PEOPLE, MOST_RMSEA, Ladder, ladder, rungs
from analysis.factors.omega import LEAST_ITEMS, bootstrap, least_residuals, one_factor
from analysis.factors.polychoric import correlation_matrix
from analysis.factors.robust_fit import robust
from analysis.multilevel.cluster import ByCluster, DesignError, least_squares
from analysis.multiplicity import rejected
from analysis.reliability import LEAST_PEOPLE as LEAST_FOR_OMEGA
from analysis.reliability import Matrix, ReliabilityError

# Skewness from which answers are not "mildly" skew, and options under which they are no numbers
# (Rhemtulla, Brosseau-Liard and Savalei 2012).
SKEW, FEW_OPTIONS = 1.0, 5
MOST_AT_ONCE = 3  # groups in which all themes are compared together
LEAST_DF = 4  # Satterthwaite's, below which a p is not to be trusted (Pustejovsky and Tipton 2018)


class TooLittle(ValueError):
    """A model that these answers cannot carry; the message says why."""


@dataclass(frozen=True, eq=False)
class Measured:
    """Complete answers to the questions of some themes. ``factors`` are themes with their items,
    ``answers`` (people, items) in that order; ``waves`` and ``units`` the same of other waves and
    of large groups, by name."""

    name: str
    factors: Mapping[str, tuple[str, ...]]
    answers: Matrix
    waves: Mapping[str, Matrix] = field(default_factory=dict)
    units: Mapping[str, Matrix] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Regressed:
    """People's scores on one theme beside those on others, and the group each belongs to."""

    outcome: str
    others: tuple[str, ...]
    scores: Matrix
    predictors: Matrix
    cells: np.ndarray[tuple[int], np.dtype[np.str_]]


@dataclass(frozen=True)
class OneFactor:
    """Omega and whether one thing is measured. ``rough`` says that answers are few options or
    skewed; then ``robust_cfi`` and ``robust_rmsea`` allow for it, and ``gap`` is the most by which
    a loading differs in the polychoric variant. ``None`` where that cannot be worked out."""

    people: int
    omega: float
    low: float
    high: float
    df: int
    cfi: float
    rmsea: float
    srmr: float
    rough: bool
    robust_cfi: float | None = None
    robust_rmsea: float | None = None
    gap: float | None = None

    @property
    def good(self) -> bool:
        cfi = self.cfi if self.robust_cfi is None else self.robust_cfi
        rmsea = self.rmsea if self.robust_rmsea is None else self.robust_rmsea
        return cfi >= LEAST_CFI and rmsea <= MOST_RMSEA


@dataclass(frozen=True)
class Joint:
    """All themes at once: fit, and how closely each pair goes together once chance is taken out."""

    people: int
    chisq: float
    df: int
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float
    together: tuple[tuple[str, str, float], ...]

    @property
    def good(self) -> bool:
        return self.cfi >= LEAST_CFI and self.rmsea <= MOST_RMSEA


@dataclass(frozen=True)
class Slope:
    """How much higher the outcome is where ``theme`` is one point higher, the others equal, with
    its 95 % interval under CR2. ``clear``: chance hardly explains it, all themes looked at."""

    theme: str
    value: float
    low: float
    high: float
    df: float
    clear: bool


def one_theme(task: Measured) -> OneFactor:
    """Omega with its bootstrap interval and the fit of one factor, for one theme.

    Formula: see :mod:`analysis.factors.omega`, :func:`analysis.factors.fit_indices.indices`,
    :func:`analysis.factors.robust_fit.robust` and :mod:`analysis.factors.polychoric`. Complete
    cases only. Raises :class:`TooLittle`.
    """
    answers = task.answers
    if answers.shape[1] < LEAST_ITEMS:
        raise TooLittle("A theme of fewer than three questions has no factor model.")
    if len(answers) < LEAST_FOR_OMEGA:
        raise TooLittle(f"Under {LEAST_FOR_OMEGA} people answered every question.")
    patterns, people = np.unique(answers, axis=0, return_counts=True)
    try:
        found = one_factor(np.cov(answers.T, bias=True), len(answers))
        low, high = bootstrap(patterns, people.astype(np.int64), zlib.crc32(task.name.encode()))
        fitted = fit([Sample.of(answers)], Model(dict(task.factors)))
    except (ReliabilityError, FactorModelError) as error:
        raise TooLittle(str(error)) from error
    fits = indices(fitted)
    told = OneFactor(
        len(answers), found.omega, low, high, fits.df, fits.cfi, fits.rmsea, fits.srmr,
        _rough(answers),
    )  # fmt: skip
    if not told.rough:
        return told
    cfi, rmsea = _robust(task, answers) if fits.df else (None, None)
    return OneFactor(
        told.people, told.omega, told.low, told.high, told.df, told.cfi, told.rmsea, told.srmr,
        True, cfi, rmsea, _gap(answers, found.standardised),
    )  # fmt: skip


def all_themes(task: Measured) -> Joint:
    """One factor model of all themes at once. Complete cases only. Raises :class:`TooLittle`."""
    if len(task.factors) < 2:
        raise TooLittle("Fewer than two themes have two questions or more.")
    if len(task.answers) < LEAST_PEOPLE:
        raise TooLittle(f"Under {LEAST_PEOPLE} people answered every question of every theme.")
    try:
        fitted = fit([Sample.of(task.answers)], Model(dict(task.factors)))
    except FactorModelError as error:
        raise TooLittle(str(error)) from error
    fits, spread = indices(fitted), fitted.groups[0].factors
    root = np.sqrt(np.clip(np.diag(spread), 1e-12, None))
    names = list(task.factors)
    pairs = tuple(
        (names[i], names[j], float(spread[i, j] / (root[i] * root[j])))
        for i in range(len(names))
        for j in range(i)
    )
    return Joint(
        len(task.answers), fits.chisq, fits.df, fits.cfi, fits.tli, fits.rmsea, fits.rmsea_low,
        fits.rmsea_high, fits.srmr, pairs,
    )  # fmt: skip


def compared(task: Measured, groups: Mapping[str, Matrix], *, waves: bool) -> Ladder:
    """Whether the questions mean the same in several waves or groups; those of fewer than 200
    complete answers are left out. Of several themes at once :func:`largest` are compared. Which
    question is in the way is looked for in a single theme only. Raises :class:`TooLittle`."""
    if len(task.factors) > 1:
        groups = largest(groups)
    enough = [answers for answers in groups.values() if len(answers) >= LEAST_PEOPLE]
    if len(enough) < 2:
        what = "pulses" if waves else "large groups"
        raise TooLittle(f"Fewer than two {what} have {LEAST_PEOPLE} complete answers.")
    try:
        samples = [Sample.of(answers) for answers in enough]
        model = Model(dict(task.factors))
        if len(task.factors) == 1:
            return ladder(samples, model, waves=waves)
        return Ladder(rungs(samples, model), None, waves)
    except FactorModelError as error:
        raise TooLittle(str(error)) from error


def largest(groups: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """The three groups of most complete answers, in the order given: more of them with all themes
    at once take minutes, as the work grows with the third power of the questions in all groups.

    >>> list(largest({name: np.ones((n, 2)) for name, n in zip("abcd", (5, 9, 7, 7))}))
    ['b', 'c', 'd']
    """
    first = sorted(groups, key=lambda name: -len(groups[name]))[:MOST_AT_ONCE]
    return {name: answers for name, answers in groups.items() if name in first}


def regression(task: Regressed) -> tuple[Slope, ...]:
    """Least squares of one theme's scores on the others' with errors for people of one group
    answering alike: CR2 with Satterthwaite's degrees of freedom, and Benjamini and Hochberg over
    the themes (:mod:`analysis.multilevel.cluster`). Complete cases only. Raises
    :class:`TooLittle`."""
    if why := too_few(len(task.scores), len(task.others)):
        raise TooLittle(why)
    matrix: Matrix = np.asarray(np.corrcoef(np.column_stack([task.predictors, task.scores]).T))
    try:
        fitted = least_squares(task.scores, task.predictors)
        if (inflation(matrix) > TOO_ALIKE).any():
            raise TooLittle("Two themes say nearly the same, so they cannot be told apart.")
        clustered = ByCluster.of(fitted, task.cells)
        errors = np.sqrt(np.diag(clustered.covariance("HC2")))[1:]
        free = clustered.df_cr2[1:]
    except (DesignError, np.linalg.LinAlgError) as error:
        raise TooLittle(str(error)) from error
    if not (free >= LEAST_DF).all():
        raise TooLittle("Too few groups are shown to know how sure a slope is.")
    values = fitted.coefficients[1:]
    p = 2 * stdtr(free, -np.abs(values) / errors)
    halves = stdtrit(free, 0.975) * errors
    clear = rejected(p.tolist())
    return tuple(
        Slope(name, float(value), float(value - half), float(value + half), float(df), yes)
        for name, value, half, df, yes in zip(task.others, values, halves, free, clear, strict=True)
    )


def _rough(answers: Matrix) -> bool:
    """Whether some question has under five options in use or is more than mildly skew."""
    for column in answers.T:
        codes, counts = np.unique(column, return_counts=True)
        try:
            skew = abs(describe(codes, counts.astype(np.int64)).skew3)
        except DistributionError:
            return True
        if len(codes) < FEW_OPTIONS or skew > SKEW:
            return True
    return False


def _robust(task: Measured, answers: Matrix) -> tuple[float | None, float | None]:
    try:
        fitted = fit([Sample.of(answers)], Model(dict(task.factors), means=True))
        found = robust(fitted, [answers])
    except (FactorModelError, np.linalg.LinAlgError):
        return None, None
    return found.cfi, found.rmsea


def _gap(answers: Matrix, standardised: Matrix) -> float | None:
    """The most by which a loading differs when answers are read as ordered categories."""
    try:
        loadings = least_residuals(correlation_matrix(answers.astype(np.int64)))
    except (ReliabilityError, np.linalg.LinAlgError):
        return None
    turned = loadings * (1 if loadings.sum() >= 0 else -1)
    return float(np.abs(turned - standardised).max())
