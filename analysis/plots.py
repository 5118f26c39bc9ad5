"""Charts drawn from released results: same summary, same bytes.

Every mark has a word or a shape beside its colour, so a chart reads in grey print. A withheld
figure is a gap that says "Not shown"; a break is a gap with a dashed line; neither is joined.
Each chart carries its words as ``analysis.charts.alt_texts`` says them.
"""

from collections.abc import Sequence

from analysis.charts.alt_texts import items_alt, themes_alt, trend_alt
from analysis.charts.canvas import draw
from analysis.charts.score_charts import every_theme, over_time
from analysis.charts.share_chart import shares_by_question
from analysis.summary import Summary, ThemeHead
from analysis.trend import TrendPoint
from analysis.usual_range import Usual


def trend_svg(points: Sequence[TrendPoint], theme: ThemeHead, usual: Usual | None = None) -> bytes:
    """A theme over pulses: points, 95 % intervals, answers; gaps and breaks are not joined.

    Points stand at equal steps in the order given; scores run from 0 to 100. A long series has
    its ``usual`` range, and a ring around each point that stands out from it.
    """
    return draw(lambda: over_time(points, theme, usual), trend_alt(points, theme, usual))


def themes_svg(summary: Summary) -> bytes:
    """All themes of the whole organisation in their declared order: a dot with its interval."""
    return draw(lambda: every_theme(summary), themes_alt(summary))


def items_svg(summary: Summary, theme_id: str) -> bytes:
    """Each question of a theme: favourable, neutral and unfavourable answers, whole organisation.

    For a question where agreeing is the worse answer, disagreeing counts as favourable.
    """
    return draw(lambda: shares_by_question(summary, theme_id), items_alt(summary, theme_id))
