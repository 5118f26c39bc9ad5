"""Scores from 0 to 100 as dots with their likely range: over time, and theme by theme."""

from collections.abc import Sequence

from analysis.charts import brand
from analysis.charts.canvas import BODY, SMALL, Axes, Figure, Rectangle, blank, fold, heading
from analysis.printing import HIDDEN, change_of, number, verdict
from analysis.summary import BAND_WORDS, NOT_SHOWN, Band, Summary, ThemeHead
from analysis.summary import Figure as Result
from analysis.trend import TrendPoint
from analysis.usual_range import Usual

_MOST_LABELS = 8
_ANSWERS_FIT = 6
_BIG_FIT = 18
_TINY = 7.5


def over_time(points: Sequence[TrendPoint], theme: ThemeHead, usual: Usual | None = None) -> Figure:
    """A theme's score (0–100) with its likely range, one place a pulse in the order given.

    Only points that may be compared are joined. Where there is no number a strip with words stands
    in: the band, or that the score is not shown.
    """
    height = 2.8
    figure, axes = blank(height, left=0.5, right=0.25, top=0.8, bottom=0.6)
    below = "0 to 100, higher is better. Bars: likely range."
    if usual:
        below += " Dashed: usual range; ring: stands out."
    simulated = any(point.wave.simulated for point in points)
    heading(figure, height, theme.title, below, simulated=simulated)
    axes.set_xlim(-0.6, max(len(points), 2) - 0.4)
    axes.set_ylim(0, 100)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.grid(axis="y", color=brand.LINE, alpha=0.35, linewidth=0.7)
    axes.set_axisbelow(True)
    if usual:
        _usual_range(axes, usual, len(points))
    for place, point in enumerate(points):
        if place and not point.joined:
            _break(axes, place - 0.5)
        if point.figure is None:
            _gap(axes, place)
        elif point.figure.score is None:
            _banded(axes, place, point.figure.band)
        else:
            before = points[place - 1].figure if place and point.joined else None
            if before is not None and before.score is not None:
                axes.plot(
                    [place - 1, place],
                    [before.score, point.figure.score],
                    color=brand.LINE,
                    linewidth=1.4,
                    zorder=2,
                )
            _dot(axes, place, point.figure, BODY if len(points) <= _BIG_FIT else _TINY)
    for place in usual.marked if usual else ():
        _ring(axes, place, points[place].figure)
    _label_pulses(axes, points)
    return figure


def _usual_range(axes: Axes, usual: Usual, pulses: int) -> None:
    """The middle and the limits of the newest series, from its first pulse to the end."""
    ends = [usual.start - 0.4, max(pulses, 2) - 0.6]
    for edge in (usual.low, usual.high):
        axes.plot(ends, [edge, edge], color=brand.PLUM, linewidth=1.2, dashes=(5, 3), zorder=2)
    axes.plot(ends, [usual.middle] * 2, color=brand.PLUM, linewidth=0.7, zorder=2)


def _ring(axes: Axes, place: float, result: Result | None) -> None:
    if result is not None and result.score is not None:
        axes.plot(
            [place],
            [result.score],
            linestyle="none",
            marker="o",
            markersize=14,
            markerfacecolor="none",
            markeredgecolor=brand.PLUM,
            markeredgewidth=1.6,
            zorder=5,
        )


def _dot(axes: Axes, place: float, result: Result, size: float) -> None:
    """A point over its interval, with its number of ``size`` points beside the upper end."""
    if result.score is None:
        return
    top = _marked(axes, result, place, upright=True)
    above = top < 90
    axes.text(
        place,
        top + 2.5 if above else (result.low or top) - 2.5,
        number(result.score),
        ha="center",
        va="bottom" if above else "top",
        size=size,
        weight="bold",
        zorder=5,
    )


def _banded(axes: Axes, place: float, band: Band | None) -> None:
    """A small group's band: its word in a box of no height that could be read off the scale."""
    if band is None:
        _gap(axes, place)
    else:
        _strip(axes, place, BAND_WORDS[band], brand.TEAL_LIGHT, "")


def _gap(axes: Axes, place: float) -> None:
    _strip(axes, place, NOT_SHOWN, brand.WHITE, "////")


def _strip(axes: Axes, place: float, words: str, colour: str, hatch: str) -> None:
    axes.add_patch(
        Rectangle(
            (place - 0.16, 0),
            0.32,
            100,
            facecolor=colour,
            edgecolor=brand.LINE,
            hatch=hatch,
            linewidth=0,
            alpha=0.45,
            zorder=1,
        )
    )
    axes.text(
        place,
        50,
        words,
        rotation=90,
        ha="center",
        va="center",
        size=SMALL,
        zorder=5,
        bbox={"facecolor": brand.WHITE, "edgecolor": "none", "pad": 2},
    )


def _break(axes: Axes, place: float) -> None:
    axes.plot([place, place], [0, 100], color=brand.INK, linewidth=1, dashes=(4, 3), zorder=2)
    axes.text(
        place,
        99,
        "not\ncomparable",
        ha="center",
        va="top",
        size=SMALL - 1,
        zorder=5,
        bbox={"facecolor": brand.WHITE, "edgecolor": "none", "pad": 1.5},
    )


def _label_pulses(axes: Axes, points: Sequence[TrendPoint]) -> None:
    """Names under the points; in a long trend every second or third, always the newest."""
    step = -(-len(points) // _MOST_LABELS) or 1
    places = [place for place in range(len(points)) if (len(points) - 1 - place) % step == 0]
    width = max(len("September"), 56 // max(len(places), 1))
    labels = []
    for place in places:
        text = fold(points[place].wave.label, width, 2)
        result = points[place].figure
        if result is not None and len(points) <= _ANSWERS_FIT:
            text += f"\n{result.n} answers"
        labels.append(text)
    axes.set_xticks(places, labels, size=SMALL)


def every_theme(summary: Summary) -> Figure:
    """Each theme's score (0–100) with its likely range and its change, whole organisation.

    Themes stand in their declared order. One that is not shown, or is told in words only, says so.
    """
    each = 0.44 if len(summary.themes) <= 8 else 0.25
    top, bottom = 0.8, 0.35
    rows = max(len(summary.themes), 1)  # a pulse that nobody answered has no theme at all
    height = top + bottom + each * rows
    figure, axes = blank(height, left=2.35, right=1.5, top=top, bottom=bottom)
    heading(
        figure,
        height,
        "Every theme, whole organisation",
        f"{summary.wave.label}. 0 to 100, higher is better. Bars: likely range.",
        simulated=summary.wave.simulated,
    )
    axes.set_xlim(0, 100)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.grid(axis="x", color=brand.LINE, alpha=0.35, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_yticks(
        range(len(summary.themes)), [fold(theme.title, 32, 1) for theme in summary.themes]
    )
    for place, theme in enumerate(summary.themes):
        row = summary.row(theme.id)
        _theme_line(axes, place, row.figure)
        axes.annotate(
            verdict(change_of(row)),
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            size=SMALL,
            annotation_clip=False,
        )
    return figure


def _theme_line(axes: Axes, place: int, result: Result | None) -> None:
    if result is None:
        axes.text(
            50,
            place,
            HIDDEN,
            ha="center",
            va="center",
            size=SMALL,
            color=brand.MUTED,
        )
        return
    if result.score is None:
        word = BAND_WORDS[result.band] if result.band else NOT_SHOWN
        axes.text(50, place, word, ha="center", va="center", size=SMALL)
        return
    right = _marked(axes, result, place, upright=False)
    inside = right < 84
    axes.text(
        right + 2 if inside else (result.low or right) - 2,
        place,
        number(result.score),
        ha="left" if inside else "right",
        va="center",
        weight="bold",
        zorder=5,
    )


def _marked(axes: Axes, result: Result, place: float, *, upright: bool) -> float:
    """Draw a score and its interval at ``place``; the end beside which the number can stand."""

    def draw(scores: list[float], marker: str, size: int, edge: str, edge_width: float) -> None:
        places = [place] * len(scores)
        axes.plot(
            *((places, scores) if upright else (scores, places)),
            color=brand.TEAL,
            linewidth=1.8,
            marker=marker,
            markersize=size,
            markeredgecolor=edge,
            markeredgewidth=edge_width,
            zorder=4 if marker == "o" else 3,
        )

    score = result.score or 0.0
    if result.low is not None and result.high is not None:
        draw([result.low, result.high], "_" if upright else "|", 9, brand.TEAL, 1.8)
    draw([score], "o", 7, brand.WHITE, 1)
    return score if result.high is None or result.low is None else result.high
