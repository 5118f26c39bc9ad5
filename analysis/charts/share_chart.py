"""The bars of better, in-between and worse answers, one question below the other."""

import re

from analysis.charts import brand
from analysis.charts.alt_texts import SHARE_WORDS
from analysis.charts.canvas import (
    MARGIN,
    SMALL,
    WIDTH,
    Axes,
    Figure,
    Rectangle,
    blank,
    fold,
    heading,
)
from analysis.printing import HIDDEN
from analysis.summary import Figure as Result
from analysis.summary import ItemHead, Summary

LOOKS = (
    (brand.TEAL, "", brand.WHITE),
    (brand.WHITE, "", brand.INK),
    (brand.OCHRE_LIGHT, "////", brand.INK),
)
_UNDER_WORDS = {"facecolor": brand.WHITE, "edgecolor": "none", "pad": 1.5}


def shares_by_question(summary: Summary, theme_id: str) -> Figure:
    """A theme's questions, each with its bar of shares from 0 to 100 %, whole organisation.

    A question whose shares are not shown says so in place of the bar.
    """
    theme = summary.theme(theme_id)
    each, top, bottom = 0.72, 0.98, 0.05
    height = top + bottom + each * len(theme.items)
    figure, axes = blank(height, left=MARGIN, right=MARGIN, top=top, bottom=bottom)
    heading(
        figure,
        height,
        f"{theme.title}: question by question",
        f"{summary.wave.label}, whole organisation, percent of those who answered. "
        "The table says how sure this is.",
        simulated=summary.wave.simulated,
    )
    axes.set_xlim(0, 100)
    axes.set_ylim(len(theme.items), 0)
    axes.axis("off")
    _key(figure, height)
    figures = {row.item: row.figure for row in summary.items}
    for place, item in enumerate(theme.items):
        axes.text(
            0,
            place + 0.08,
            fold(question(item), 78, 2),
            va="top",
            size=SMALL + 0.5,
            linespacing=1.15,
        )
        _shares(axes, place + 0.57, figures.get(item.id))
    return figure


def question(item: ItemHead) -> str:
    """The question, saying so where agreeing is the worse answer."""
    return f"{item.text} (agreeing is the worse answer)" if item.reversed else item.text


def _key(figure: Figure, height: float) -> None:
    for place, (word, (colour, hatch, _)) in enumerate(zip(SHARE_WORDS, LOOKS, strict=True)):
        left = (MARGIN + 1.6 * place) / WIDTH
        figure.add_artist(
            Rectangle(
                (left, 1 - 0.86 / height),
                0.28 / WIDTH,
                0.15 / height,
                edgecolor=brand.INK,
                linewidth=0.8,
                transform=figure.transFigure,
                facecolor=colour,
                hatch=hatch,
            )
        )
        figure.text(left + 0.36 / WIDTH, 1 - 0.79 / height, word, va="center", size=SMALL)


def _shares(axes: Axes, top: float, result: Result | None) -> None:
    if result is None or result.shares is None:
        axes.text(
            0,
            top + 0.17,
            HIDDEN,
            va="center",
            size=SMALL,
            color=brand.MUTED,
        )
        return
    widths = [width_of(share) for share in result.shares]
    whole = max(sum(widths), 100.0)
    left = 0.0
    for share, width, (colour, hatch, ink) in zip(result.shares, widths, LOOKS, strict=True):
        wide = 100 * width / whole
        axes.add_patch(
            Rectangle(
                (left, top),
                wide,
                0.33,
                edgecolor=brand.INK,
                linewidth=0.8,
                facecolor=colour,
                hatch=hatch,
            )
        )
        if wide >= 7:
            axes.text(
                left + wide / 2,
                top + 0.17,
                share,
                ha="center",
                va="center",
                size=SMALL,
                weight="bold",
                color=ink,
                bbox=_UNDER_WORDS if hatch else None,
            )
        left += wide


def width_of(share: str) -> float:
    """How wide a bar is for a share as printed: "58%" 58, "under 6%" 6, "28% to 34%" 31."""
    ends = [float(digits) for digits in re.findall(r"\d+(?:\.\d+)?", share)]
    return sum(ends) / len(ends) if ends else 0.0
