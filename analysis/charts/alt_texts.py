"""Each chart in words: its alternative text, with the headline number."""

from collections.abc import Sequence

from analysis.printing import level, likely_share
from analysis.summary import NOT_SHOWN, Figure, Summary, ThemeHead
from analysis.trend import TrendPoint
from analysis.usual_range import Usual

SHARE_WORDS = ("better answers", "in between", "worse answers")


def trend_alt(points: Sequence[TrendPoint], theme: ThemeHead, usual: Usual | None = None) -> str:
    """The chart in words: the newest figure, the one before, then breaks, gaps, and what the
    usual range of a long series shows."""
    if not points:
        return f"{theme.title}: no pulses yet."
    newest = points[-1]
    parts = [f"{theme.title}: {level(newest.figure)} in {newest.wave.label}"]
    if len(points) > 1 and newest.joined:
        before = points[-2]
        parts[0] += f"; {level(before.figure)} in {before.wave.label}"
    breaks = [p.wave.label for i, p in enumerate(points) if i and not p.joined]
    if breaks:
        parts.append(f"Not comparable with the pulse before: {', '.join(breaks)}")
    hidden = [p.wave.label for p in points if p.figure is None]
    if hidden:
        parts.append(f"{NOT_SHOWN}: {', '.join(hidden)}")
    if usual:
        parts.append(f"Usually from {usual.low} to {usual.high}")
        marked = [points[place].wave.label for place in usual.marked]
        parts.append(f"Stands out: {', '.join(marked)}" if marked else "No pulse stands out")
    return ". ".join(parts) + "."


def themes_alt(summary: Summary) -> str:
    """The chart in words: every theme with its figure, in the same order."""
    lines = [f"{t.title} {level(summary.row(t.id).figure)}" for t in summary.themes]
    return f"Every theme in {summary.wave.label}: {'; '.join(lines)}."


def items_alt(summary: Summary, theme_id: str) -> str:
    """The chart in words: each question with its three shares."""
    theme = summary.theme(theme_id)
    figures = {row.item: row.figure for row in summary.items}
    parts = [f"“{i.text}” {_shares_in_words(figures.get(i.id))}" for i in theme.items]
    return f"{theme.title}, question by question in {summary.wave.label}: {'; '.join(parts)}."


def _shares_in_words(figure: Figure | None) -> str:
    if figure is None or figure.shares is None:
        return NOT_SHOWN
    likely = likely_share(figure)
    sure = (f" (likely {likely})" if likely else "", "", "")
    told = zip(figure.shares, SHARE_WORDS, sure, strict=True)
    return ", ".join(f"{share} {word}{range_}" for share, word, range_ in told)
