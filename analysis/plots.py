"""Charts drawn from released results: same summary, same bytes.

Every mark has a word or a shape beside its colour, so a chart reads in grey print. A withheld
figure is a gap that says "Not shown"; a break is a gap with a dashed line; neither is joined.
Each chart has its words: the alternative text, with the headline number.
"""

from collections.abc import Sequence

from analysis.canvas import draw
from analysis.printing import level
from analysis.score_charts import every_theme, over_time
from analysis.share_chart import SHARE_WORDS, shares_by_question
from analysis.summary import NOT_SHOWN, Figure, Summary, ThemeHead, TrendPoint


def trend_svg(points: Sequence[TrendPoint], theme: ThemeHead) -> bytes:
    """A theme over pulses: points, 95 % intervals, answers; gaps and breaks are not joined.

    Points stand at equal steps in the order given; scores run from 0 to 100.
    """
    return draw(lambda: over_time(points, theme), trend_alt(points, theme))


def trend_alt(points: Sequence[TrendPoint], theme: ThemeHead) -> str:
    """The chart in words: the newest figure, the one before, then breaks and gaps."""
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
    return ". ".join(parts) + "."


def themes_svg(summary: Summary) -> bytes:
    """All themes of the whole organisation in their declared order: a dot with its interval."""
    return draw(lambda: every_theme(summary), themes_alt(summary))


def themes_alt(summary: Summary) -> str:
    """The chart in words: every theme with its figure, in the same order."""
    lines = [f"{t.title} {level(summary.row(t.id).figure)}" for t in summary.themes]
    return f"Every theme in {summary.wave.label}: {'; '.join(lines)}."


def items_svg(summary: Summary, theme_id: str) -> bytes:
    """Each question of a theme: favourable, neutral and unfavourable answers, whole organisation.

    For a question where agreeing is the worse answer, disagreeing counts as favourable.
    """
    return draw(lambda: shares_by_question(summary, theme_id), items_alt(summary, theme_id))


def items_alt(summary: Summary, theme_id: str) -> str:
    """The chart in words: each question with its three shares."""
    theme = summary.theme(theme_id)
    figures = {row.item: row.figure for row in summary.items}
    parts = [f"“{i.text}” {_shares_in_words(figures.get(i.id))}" for i in theme.items]
    return f"{theme.title}, question by question in {summary.wave.label}: {'; '.join(parts)}."


def _shares_in_words(figure: Figure | None) -> str:
    if figure is None or figure.shares is None:
        return NOT_SHOWN
    pairs = zip(figure.shares, SHARE_WORDS, strict=True)
    return ", ".join(f"{share} {word}" for share, word in pairs)
