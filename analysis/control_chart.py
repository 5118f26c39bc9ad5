"""A theme over many waves: which points stand out from its usual coming and going.

The rules are those of NHS England's “Making Data Count” as its package NHSRplotthedots 0.2.2 has
them. A chart is for few headline themes of the whole organisation, never for teams: of 12 stable
themes over 16 waves three quarters show at least one signal in one of them (STATISTICS 2.7).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

LIMIT = 2.66
EXACT_LIMIT = 3 / 1.128
RANGE_LIMIT = 3.267
PER_SIGMA = 1.128
RUN = 7
ENOUGH_WAVES = 12
MOST_THEMES = 4

Signal = Literal["", "outside", "trend", "two_of_three", "one_side"]


class ChartError(ValueError):
    """Points of which no control chart can be drawn."""


@dataclass(frozen=True)
class Limits:
    """Where points usually lie: ``centre``, ``low`` and ``high``.

    ``moving_range`` is the mean step between neighbours, ``sigma`` the spread it stands for,
    ``most_range`` the step above which two neighbours are unusually far apart. All NaN but the
    centre where screening left no step to judge by.
    """

    centre: float
    moving_range: float
    sigma: float
    low: float
    high: float
    most_range: float


@dataclass(frozen=True)
class Point:
    """One wave of a chart. ``side``: 1 above the centre, −1 below, or the direction of a trend."""

    value: float
    signal: Signal
    side: int


@dataclass(frozen=True)
class Chart:
    """Points and limits; ``trial`` while fewer than twelve waves set the limits."""

    points: tuple[Point, ...]
    limits: Limits
    trial: bool


@dataclass(frozen=True)
class ShareLimits:
    """Limits for shares from changing numbers of answers: (waves,) each, between 0 and 1 not
    enforced. ``z`` are the points in standard errors, ``sigma_z`` their spread (Laney's factor)."""

    centre: float
    low: FloatArray
    high: FloatArray
    z: FloatArray
    sigma_z: float


def limits(
    values: Sequence[float],
    *,
    baseline: int | None = None,
    screen: bool = True,
    factor: float = LIMIT,
) -> Limits:
    """XmR limits: x̄ ± factor·mR̄ from the first ``baseline`` points, or from all.

    ``screen`` leaves out, once, the moving ranges of 3.267·mR̄ and more. σ = mR̄/1.128; the factor
    is 2.66, or 3/1.128 unrounded (:data:`EXACT_LIMIT`). Raises :class:`ChartError` for fewer than
    two points or points that are no numbers.

    >>> found = limits([61, 59, 64, 62, 60, 63, 61, 58])
    >>> found.centre, round(found.low, 2), round(found.high, 2)
    (61.0, 53.78, 68.22)
    """
    frozen = _numbers(values)[:baseline]
    if len(frozen) < 2:
        raise ChartError("A control chart needs at least two waves to set its limits.")
    centre, steps = float(frozen.mean()), np.abs(np.diff(frozen))
    step = float(steps.mean())
    if screen:
        kept = steps[steps < RANGE_LIMIT * step]
        step = float(kept.mean()) if len(kept) else math.nan
    return Limits(
        centre,
        step,
        step / PER_SIGMA,
        centre - factor * step,
        centre + factor * step,
        RANGE_LIMIT * step,
    )


def signals(values: Sequence[float], within: Limits) -> tuple[Point, ...]:
    """Each point with the first rule that it breaks, in the order of precedence.

    Outside the limits; part of seven points that rise, or fall, throughout; one of two out of
    three, all on one side, in the outer third but within the limits; part of seven on one side
    of the centre. A point on the centre ends a run. Every point that completes or belongs to a
    pattern is marked.
    """
    found = _numbers(values)
    side = np.sign(found - within.centre).astype(np.int64)
    outer = np.abs(found - within.centre)
    reach = within.high - within.centre
    outside = outer > reach
    near = (outer > reach * 2 / 3) & ~outside
    trend = _members(np.sign(np.diff(found)).astype(np.int64), RUN - 1, 1)
    run = _members(side, RUN, 0)
    two = _two_of_three(near, side)
    points = []
    for i, value in enumerate(found):
        signal: Signal = ""
        if outside[i]:
            signal = "outside"
        elif trend[i]:
            signal = "trend"
        elif two[i]:
            signal = "two_of_three"
        elif run[i]:
            signal = "one_side"
        way = trend[i] if signal == "trend" else side[i]
        points.append(Point(float(value), signal, int(way)))
    return tuple(points)


def chart(values: Sequence[float], *, frozen_at: int = ENOUGH_WAVES) -> Chart:
    """A theme's chart: limits frozen on its first ``frozen_at`` waves, later points judged by them.

    The limits are set anew only when somebody decides so and says why: a caller then passes the
    waves from that day on. Until ``frozen_at`` waves are there the limits are a trial. Values are
    figures as released, of the whole organisation. Raises :class:`ChartError`.
    """
    if frozen_at < ENOUGH_WAVES:
        raise ChartError(f"Limits are frozen on at least {ENOUGH_WAVES} waves.")
    found = limits(values, baseline=frozen_at)
    if math.isnan(found.low):
        raise ChartError("The line never moves in the waves that would set its limits.")
    return Chart(signals(values, found), found, len(values) < frozen_at)


def check_themes(themes: Sequence[str]) -> None:
    """Raises :class:`ChartError` for more headline themes than false alarms allow."""
    if len(set(themes)) > MOST_THEMES:
        raise ChartError(
            f"Control charts are for at most {MOST_THEMES} headline themes: "
            "with more, a signal by chance is likely somewhere."
        )


def p_chart(
    counts: Sequence[int], answers: Sequence[int], people: Sequence[int] | None = None
) -> ShareLimits:
    """Limits p̄ ± 3·√(p̄(1 − p̄)/n_i) for ``counts`` of ``answers`` in each wave.

    With ``people`` the standard error is that of a finite group, times √((N − n)/(N − 1)): where
    most people answer, plain limits are far too wide. Raises :class:`ChartError` for counts that
    are no shares, and where nobody or everybody is counted throughout.
    """
    return _share_limits(counts, answers, people, 1.0)


def laney(
    counts: Sequence[int], answers: Sequence[int], people: Sequence[int] | None = None
) -> ShareLimits:
    """Laney's p′ limits p̄ ± 3·σ_i·σ_z: they allow for more, or less, spread than chance has.

    Formula (Laney 2002): z_i = (p_i − p̄)/σ_i, σ_z = mean|z_i − z_{i−1}|/1.128. Shapes as
    :func:`p_chart`.
    """
    return _share_limits(counts, answers, people, None)


def _share_limits(
    counts: Sequence[int],
    answers: Sequence[int],
    people: Sequence[int] | None,
    widen: float | None,
) -> ShareLimits:
    x, n = _numbers(counts), _numbers(answers)
    if len(x) != len(n) or len(x) < 2:
        raise ChartError("A chart of shares needs two waves, each with both counts.")
    if (n < 1).any() or (x < 0).any() or (x > n).any():
        raise ChartError("A wave has no answers, or counts more than it has.")
    centre = float(x.sum() / n.sum())
    se = np.sqrt(centre * (1 - centre) / n) * _left(n, people)
    if not (se > 0).all():
        raise ChartError("There is nothing that could vary, so there are no limits.")
    z = (x / n - centre) / se
    spread = float(np.abs(np.diff(z)).mean() / PER_SIGMA)
    half = 3 * se * (spread if widen is None else widen)
    return ShareLimits(centre, centre - half, centre + half, z, spread)


def _left(n: FloatArray, people: Sequence[int] | None) -> FloatArray:
    if people is None:
        return np.ones(len(n))
    whole = _numbers(people)
    if len(whole) != len(n) or (whole < n).any():
        raise ChartError("A wave has more answers than people.")
    left: FloatArray = np.sqrt((whole - n) / np.maximum(whole - 1, 1))
    return left


def _members(signs: IntArray, length: int, extra: int) -> list[int]:
    """For each point the sign of a stretch of ``length`` equal signs that it is part of, or 0.

    A sign between two points belongs to both, so then there is one ``extra`` point in a stretch.
    """
    found = [0] * (len(signs) + extra)
    for start in range(len(signs) - length + 1):
        sign = int(signs[start])
        if sign and (signs[start : start + length] == sign).all():
            found[start : start + length + extra] = [sign] * (length + extra)
    return found


def _two_of_three(near: NDArray[np.bool_], side: IntArray) -> list[bool]:
    found = [False] * len(near)
    for start in range(len(near) - 2):
        three = slice(start, start + 3)
        if near[three].sum() >= 2 and abs(int(side[three].sum())) == 3:
            for i in range(start, start + 3):
                found[i] = found[i] or bool(near[i])
    return found


def _numbers(values: Sequence[float]) -> FloatArray:
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or not len(found):
        raise ChartError("There are no waves to chart.")
    if not np.isfinite(found).all():
        raise ChartError("A wave has no value: leave it out, or say that the line is broken there.")
    return found
