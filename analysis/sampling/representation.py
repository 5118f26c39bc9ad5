"""Whether those who answered look like those who were asked, as far as groups can tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

LEAST_EXPECTED = 5.0


class RepresentationError(ValueError):
    """Counts from which nothing can be said about who answered."""


@dataclass(frozen=True)
class Representation:
    """``indicator`` is 1 when every group answers alike, less the more they differ; ``response``
    the mean response; ``variation`` its coefficient of variation: the most that the mean of any
    answer can be off, in standard deviations of it, as far as these groups tell."""

    indicator: float
    response: float
    variation: float


@dataclass(frozen=True)
class Fit:
    """χ² of counts against what was to be expected; ``thin`` where that is under 5 somewhere."""

    statistic: float
    df: int
    p: float
    thin: bool


def representation(answered: Sequence[int], asked: Sequence[int]) -> Representation:
    """The R-indicator from response by group; for the whole organisation only.

    Formula (Schouten, Cobben & Bethlehem 2009): R = 1 − 2·S(ρ̂), ρ̂ the response of each person's
    group and S its standard deviation over the people asked (n − 1). Variation = S/mean(ρ̂).
    Shapes: counts of (groups,) each -> scalars. R: ``glm(answered ~ factor(group), binomial)``.
    Response differs between groups by chance too, so R is a little under 1 even then.

    >>> found = representation([30, 30], [40, 60])
    >>> round(found.indicator, 4), found.response
    (0.7538, 0.6)
    """
    got, frame = _counts(answered), _counts(asked)
    if len(got) != len(frame):
        raise RepresentationError("Every group needs both counts: asked and answered.")
    if (frame == 0).any() or (got > frame).any():
        raise RepresentationError("A group has more answers than people, or nobody in it.")
    people = frame.sum()
    if people < 2 or not got.any():
        raise RepresentationError("Too few people were asked, or nobody answered.")
    share = got / frame
    mean = float(got.sum() / people)
    spread = math.sqrt(float(frame @ (share - mean) ** 2) / (people - 1))
    return Representation(1 - 2 * spread, mean, spread / mean)


def fit_to_frame(answered: Sequence[int], frame: Sequence[float]) -> Fit:
    """Pearson's χ² of answers by group against the groups' shares of the frame.

    Formula: Σ (O − E)²/E, E = n·share, df = groups − 1 (R: ``chisq.test(x, p = shares)``).
    ``frame`` may be shares or counts of people. Groups of nobody must be left out.
    """
    got = _counts(answered)
    shares = np.asarray(frame, dtype=float)
    if len(got) != len(shares) or len(got) < 2:
        raise RepresentationError("At least two groups are needed, each with both counts.")
    if not (np.isfinite(shares).all() and (shares > 0).all()):
        raise RepresentationError("Every group of the frame needs people in it.")
    if not got.any():
        raise RepresentationError("Nobody answered.")
    expected = got.sum() * shares / shares.sum()
    statistic = float(((got - expected) ** 2 / expected).sum())
    df = len(got) - 1
    return Fit(statistic, df, float(chi2.sf(statistic, df)), bool(expected.min() < LEAST_EXPECTED))


def answered_alike(answered: Sequence[int], asked: Sequence[int]) -> Fit:
    """Pearson's χ² of groups by answered and not answered: did chance alone make them differ?

    Formula: Σ (O − E)²/E over both columns, = Σ (a_g − r·n_g)²/(r·(1−r)·n_g) with r the whole's
    response; df = groups − 1 (R: ``chisq.test(cbind(a, n - a), correct = FALSE)``). Shapes: counts
    of (groups,) each. Where nobody or everybody answered nothing differs: χ² is 0.

    >>> found = answered_alike([30, 30], [40, 60])
    >>> round(found.statistic, 4), found.df  # 6²/(.24·40) + 6²/(.24·60)
    (6.25, 1)
    """
    got, frame = _counts(answered), _counts(asked)
    if len(got) != len(frame) or len(got) < 2:
        raise RepresentationError("At least two groups are needed, each with both counts.")
    if (frame == 0).any() or (got > frame).any():
        raise RepresentationError("A group has more answers than people, or nobody in it.")
    share = got.sum() / frame.sum()
    expected = np.outer((share, 1 - share), frame)
    df = len(got) - 1
    if not 0 < share < 1:
        return Fit(0.0, df, 1.0, True)
    statistic = float(((np.array([got, frame - got]) - expected) ** 2 / expected).sum())
    return Fit(statistic, df, float(chi2.sf(statistic, df)), bool(expected.min() < LEAST_EXPECTED))


def _counts(values: Sequence[int]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    counts = np.asarray(values, dtype=float)
    if counts.ndim != 1 or not len(counts):
        raise RepresentationError("There are no groups to compare.")
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (counts % 1 == 0).all()):
        raise RepresentationError("Counts of people are whole numbers from nought up.")
    return counts
