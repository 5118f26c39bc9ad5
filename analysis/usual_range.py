"""Where the scores of a few headline themes usually lie, in words, from published results alone.

Whole organisation only. The rules are those of :mod:`analysis.control_chart`, the break that of
:mod:`analysis.change_point`; both are loaded only for a series that is long enough for them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from analysis.printing import number
from analysis.summary import Summary
from analysis.trend import TrendPoint, trend

if TYPE_CHECKING:
    from analysis.control_chart import Chart, Signal

# As in analysis.control_chart and analysis.change_point, which are too heavy to ask.
MOST_THEMES = 4
ENOUGH_PULSES = 12
ENOUGH_FOR_A_BREAK = 20
MOST_TOLD = 3

USUALLY = "Where the score usually lies"
BY_CHANCE = "A steady score, too, stands out now and then by chance."
EXPLORATORY = "A first look only"


@dataclass(frozen=True)
class Usual:
    """Scores usually lie from ``low`` to ``high`` around ``middle``, in points from 0 to 100.

    A whole score is outside exactly when it is under ``low`` or over ``high``. Places are those
    among the points of the trend: ``start`` where the series begins, ``marked`` which stand out.
    """

    low: int
    high: int
    middle: float
    start: int
    marked: tuple[int, ...]


@dataclass(frozen=True)
class LongSeries:
    """What the pulses since the last break say together: ``have`` of them have a score."""

    have: int
    usual: Usual | None
    said: tuple[str, ...]


def headlines(summary: Summary) -> tuple[str, ...]:
    """The themes that have a usual range: the fear theme, then in the order of the pulse; four at
    most, for with more a false alarm somewhere is likely (STATISTICS 2.7)."""
    ordered = sorted(summary.themes, key=lambda theme: not theme.fear)
    return tuple(theme.id for theme in ordered[:MOST_THEMES])


def long_series(summaries: Sequence[Summary], theme_id: str) -> LongSeries:
    """A headline theme over the pulses since its last break; of any other theme nothing is said.

    Pulses in which the score is not shown, or is only words, are stepped over.
    """
    if not summaries or theme_id not in headlines(summaries[-1]):
        return LongSeries(0, None, ())
    points = trend(summaries, theme_id)
    start = max((i for i, point in enumerate(points) if not point.joined), default=0)
    places = [i for i in range(start, len(points)) if _score(points[i]) is not None]
    if len(places) < ENOUGH_PULSES:
        early = (
            f"Too early to say. It takes {ENOUGH_PULSES} pulses, and so far {len(places)} count."
        )
        return LongSeries(len(places), None, (early,))
    return _told(points, places)


def _told(points: Sequence[TrendPoint], places: Sequence[int]) -> LongSeries:
    from analysis.control_chart import ChartError, chart  # noqa: PLC0415

    scores = [_score(points[place]) or 0.0 for place in places]
    labels = [points[place].wave.label for place in places]
    try:
        found = chart(scores)
    except ChartError:
        still = "The score has hardly moved, so it has no usual range."
        return LongSeries(len(places), None, (still,))
    within = found.limits
    usual = Usual(
        low=max(0, math.ceil(within.low)),
        high=min(100, math.floor(within.high)),
        middle=within.centre,
        start=places[0],
        marked=tuple(
            place for place, point in zip(places, found.points, strict=True) if point.signal
        ),
    )
    lines = (
        f"The score usually lies between {usual.low} and {usual.high}. "
        f"The first {ENOUGH_PULSES} pulses of the series say so.",
        *_standing_out(found, labels, usual),
        *_break(scores, labels),
    )
    return LongSeries(len(places), usual, lines)


def _standing_out(found: "Chart", labels: Sequence[str], usual: Usual) -> tuple[str, ...]:
    """A sentence for each stretch of pulses that break the same rule, the newest few first."""
    lines = []
    for (signal, side), stretch in groupby(
        enumerate(found.points), key=lambda pair: (pair[1].signal, pair[1].side)
    ):
        if signal:
            within = [labels[place] for place, _ in stretch]
            when = within[0] if len(within) == 1 else f"{within[0]} to {within[-1]}"
            lines.append(f"{when}: {_how(signal, side, usual)}.")
    if not lines:
        return ("No pulse stands out from that.",)
    newest = lines[: -MOST_TOLD - 1 : -1]
    earlier = ("Earlier pulses stood out too.",) if len(lines) > len(newest) else ()
    return (*newest, *earlier, BY_CHANCE)


def _how(signal: "Signal", side: int, usual: Usual) -> str:
    match signal:
        case "outside":
            return f"{'above' if side > 0 else 'below'} the usual range"
        case "trend":
            return f"part of seven pulses or more that only went {'up' if side > 0 else 'down'}"
        case "two_of_three":
            end = "top" if side > 0 else "bottom"
            return f"near the {end} of the usual range, two pulses of three"
        case _:
            way = "above" if side > 0 else "below"
            middle = number(round(usual.middle, 1))
            return f"part of seven pulses or more {way} the middle of {middle}"


def _break(scores: Sequence[float], labels: Sequence[str]) -> tuple[str, ...]:
    """The level before and after the one likely break; nothing under twenty pulses."""
    if len(scores) < ENOUGH_FOR_A_BREAK:
        return ()
    from analysis.change_point import ChangePointError, worth_telling  # noqa: PLC0415

    try:
        found = worth_telling(scores)
    except ChangePointError:
        return ()
    if found is None:
        return ()
    (place,) = found.after
    before = round(sum(scores[:place]) / place)
    since = round(sum(scores[place:]) / (len(scores) - place))
    return (
        f"{EXPLORATORY}: about {before} before {labels[place]}, about {since} from then on. "
        "What made it so, a survey cannot say.",
    )


def _score(point: TrendPoint) -> float | None:
    return point.figure.score if point.figure else None
