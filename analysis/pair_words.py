"""Sentences about those who kept a diary phrase: gated like every sentence about a change."""

from analysis.claims import Level, strong
from analysis.summary import Comparison, Summary

CHOSE = "They chose to keep one, so they may differ from everyone else."


def paragraph(summary: Summary) -> tuple[str, ...]:
    """Who they are, and a sentence for each theme that may be told; empty where there is none."""
    if summary.pairs is None:
        return ()
    changes = summary.pairs.themes
    against = changes[0].change.against
    return (
        f"Among the {summary.pairs.people} people who kept a diary phrase and answered both now "
        f"and in {against}, we can compare the same people. {CHOSE}",
        *(_sentence(summary.theme(one.theme).title, one.change) for one in changes),
    )


def _sentence(title: str, change: Comparison) -> str:
    match change.verdict:
        case "higher" | "lower" if change.difference is None:
            return f"{title}: likely {strong(change, Level.CHANGED, 'higher', 'lower')} for them."
        case "higher" | "lower":
            verb = strong(change, Level.CHANGED, "rose", "fell")
            by = abs(change.difference or 0)
            return f"{title}: {verb} for them by {by:g} points{_range(change)}."
        case "same":
            return f"{title}: about the same for them{_range(change)}."
        case _:
            return f"{title}: we can’t tell if it has changed for them{_range(change)}."


def _range(change: Comparison) -> str:
    """The likely range of the move, smaller number first; empty where no number is told.

    >>> _range(Comparison("lower", "May", -6.0, -9.0, -3.0))
    ' (range 3 to 9)'
    >>> _range(Comparison("cannot_tell", "May", 2.0, -1.0, 6.0))
    ' (range from 1 down to 6 up)'
    """
    low, high = change.low, change.high
    if low is None or high is None:
        return ""
    if change.verdict in ("higher", "lower"):
        ends = sorted((abs(low), abs(high)))
        return f" (range {ends[0]:g} to {ends[1]:g})"
    return f" (range from {_way(low)} to {_way(high)})"


def _way(points: float) -> str:
    return "none" if points == 0 else f"{abs(points):g} {'up' if points > 0 else 'down'}"
