"""A figure over several waves, with its breaks and gaps."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.summary import Comparison, Figure, Summary, WaveHead


@dataclass(frozen=True)
class TrendPoint:
    """A group's figure in one wave of a trend. ``joined``: comparable with the point before."""

    wave: WaveHead
    figure: Figure | None
    change: Comparison
    joined: bool


def trend(
    summaries: Sequence[Summary], theme_id: str, unit_id: str | None = None
) -> tuple[TrendPoint, ...]:
    """The points of a theme over waves in the order given; a wave without the theme is left out.

    A break stands where the later wave says that it cannot be compared with the one before, or
    that it knows none: a group that was away comes back unjoined.
    """
    points: list[TrendPoint] = []
    for summary in summaries:
        wanted = unit_id or summary.root.id
        row = next((r for r in summary.rows if r.theme == theme_id and r.unit == wanted), None)
        if row is None:
            continue
        joined = bool(points) and row.change.verdict not in ("break", "first")
        points.append(TrendPoint(summary.wave, row.figure, row.change, joined))
    return tuple(points)
