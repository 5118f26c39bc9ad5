"""Words that one person cannot turn: a group keeps its band from one wave to the next.

Whoever knows that one colleague left a group and that the others answered as before would read
that colleague's answers off a word that changed (attack A7 of the statistics specification).
"""

from collections.abc import Callable
from dataclasses import dataclass

from analysis.disclosure import BAND_EDGES, band
from analysis.release.visible import Theme
from analysis.summary import Band

# How many people's answers may lie between a band that is kept and the answers themselves (D9).
FARTHEST = 2
BAND_ENDS: dict[Band, tuple[float, float]] = {
    "few": (0.0, BAND_EDGES[0]),
    "mixed": (BAND_EDGES[0], BAND_EDGES[1]),
    "most": (BAND_EDGES[1], 100.0),
}


@dataclass(frozen=True)
class Told:
    """The band that was published in the wave before, and the percent favourable behind it."""

    band: Band
    favourable: float


Last = Callable[[Theme, str, str | None], Told | None]


def nothing(theme: Theme, unit: str, item_id: str | None) -> Told | None:
    """No earlier wave: of no group, and of no question, was anything told."""
    return None


def steady(favourable: float, one: float, last: Told | None) -> Band:
    """The band of a percentage, or the one told before where a single person could have made the
    move: where the percentage moved by no more than ``one`` person can move it.

    A band is left all the same when the answers of three people lie between it and the percentage,
    so that small moves cannot add up behind a word that no longer holds.

    >>> last = Told("mixed", 67.0)
    >>> steady(72.0, 8.0, last), steady(76.0, 8.0, last), steady(72.0, 8.0, None)
    ('mixed', 'most', 'most')
    >>> steady(88.0, 8.0, Told("mixed", 84.0))
    'most'
    """
    found = band(favourable)
    if last is None or last.band == found or abs(favourable - last.favourable) > one:
        return found
    low, high = BAND_ENDS[last.band]
    return last.band if low - FARTHEST * one <= favourable <= high + FARTHEST * one else found


def one_moves(answers: float, own: float) -> float:
    """The most by which one person coming, leaving or answering otherwise can move a percentage.

    Formula: 100·a/(T − a) for T answers of which one person's count for a.

    >>> one_moves(11, 1), one_moves(1, 1)
    (10.0, 100.0)
    """
    return 100 * own / (answers - own) if answers > own else 100.0
