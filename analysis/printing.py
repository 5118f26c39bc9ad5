"""How a released figure is printed, one way for pages, charts, tables and reports.

A figure arrives rounded (rule D8); nothing here adds or computes a digit.
"""

from analysis.summary import (
    BAND_WORDS,
    NOT_SHOWN,
    VERDICT_SHAPES,
    VERDICT_WORDS,
    Comparison,
    Figure,
    Row,
    WaveHead,
)
from analysis.trend import TrendPoint

FROM_A_FILE = "from a file"
HIDDEN = f"{VERDICT_SHAPES['not_shown']} {NOT_SHOWN}"


def number(value: float) -> str:
    """A released number without needless zeros: 62.0 is "62", 61.9 is "61.9".

    >>> number(62.0), number(61.9)
    ('62', '61.9')
    """
    return f"{value:g}"


def signed(value: float) -> str:
    """A difference with its sign; nothing has none.

    >>> signed(7.0), signed(-2.5), signed(0.0)
    ('+7', '−2.5', '0')
    """
    return f"{value:+g}".replace("-", "−") if value else "0"


def interval(figure: Figure | None) -> str:
    """The likely range, "59 to 65"; empty where there is none."""
    if figure is None or figure.low is None or figure.high is None:
        return ""
    return f"{number(figure.low)} to {number(figure.high)}"


def score(figure: Figure | None) -> str:
    """A table cell: the score, a band in words, or "Not shown"."""
    if figure is None:
        return NOT_SHOWN
    if figure.score is not None:
        return number(figure.score)
    return BAND_WORDS[figure.band] if figure.band else NOT_SHOWN


def level(figure: Figure | None) -> str:
    """A figure inside a sentence: "62 of 100, likely 59 to 65"."""
    if figure is None or figure.score is None:
        return score(figure)
    ends = interval(figure)
    return f"{number(figure.score)} of 100" + (f", likely {ends}" if ends else "")


def likely_share(figure: Figure | None) -> str:
    """The likely range of the favourable share, "52% to 64%"; empty where none is shown."""
    if figure is None or figure.likely_share is None:
        return ""
    low, high = figure.likely_share
    return f"{number(low)}% to {number(high)}%"


def ends(row: Row | None) -> str:
    """Between which a group's score would lie had everybody answered, "31 to 78"; else empty."""
    if row is None or row.worst is None or row.best is None:
        return ""
    return f"{number(row.worst)} to {number(row.best)}"


def moved(ends: tuple[float, float] | None) -> str:
    """From how many to how many points a share moved, "−3 to +12"; empty where it is not known.

    >>> moved((-3, 12))
    '−3 to +12'
    """
    return "" if ends is None else f"{signed(ends[0])} to {signed(ends[1])}"


def shrunk(row: Row | None) -> str:
    """A score with chance allowed for, "56 (likely 47 to 65)"; empty where there is none."""
    if row is None or row.shrunk is None:
        return ""
    low, high = number(row.shrunk.low), number(row.shrunk.high)
    return f"{number(row.shrunk.score)} (likely {low} to {high})"


def verdict(comparison: Comparison) -> str:
    """Shape and word together, never one of them alone."""
    return f"{VERDICT_SHAPES[comparison.verdict]} {VERDICT_WORDS[comparison.verdict]}"


def pulse_name(wave: WaveHead) -> str:
    """A pulse's label; one brought in from a file says so wherever it appears."""
    return f"{wave.label} ({FROM_A_FILE})" if wave.origin == "imported" else wave.label


def likely(figure: Figure | None) -> str:
    """The likely range; a figure shown only as a band has none to show."""
    return interval(figure) or NOT_SHOWN


def compared(change: Comparison) -> str:
    """A verdict and, where there is one, its reason."""
    return f"{verdict(change)}. {change.why}" if change.why else verdict(change)


def change_of(shown: Row | TrendPoint) -> Comparison:
    """What may be told of a change: of a figure that is not shown, nothing."""
    return shown.change if shown.figure else Comparison("not_shown", "")


def cells(figure: Figure | None) -> tuple[str, str, str]:
    """Score, likely range and answers, as every table of a report prints them."""
    return score(figure), likely(figure), figure.n if figure else NOT_SHOWN
