"""What to take away from the comments to a question, in a few sentences that open its results.

Everything is read from released results. A theme is said to come up most only where its likely
range lies above that of every other theme with a figure, by either of two people's readings where
two coded the same comments, and to have become more or less usual only through
:func:`analysis.claims.strong`.
"""

from collections.abc import Sequence

from analysis import written
from analysis.claims import Level, level, strong
from analysis.how_to_read import listed
from analysis.summary import NOT_SHOWN, Summary, TextAudit, TextResult, WrittenTheme
from analysis.text.audited import MOSTLY_CLOSED, NO_THEMES, AuditedShare

TOO_FEW = "Too few people wrote something, so nothing is said of it."
NOT_CHECKED = (
    "Software has sorted what they wrote by theme, and it makes mistakes. Not enough of that was "
    "checked by people, so we don’t say which theme came up most."
)
MOSTLY_UNREAD = (
    "Software has sorted what they wrote by theme, and it makes mistakes. Most of it no "
    "reviewer may read, so it could not be checked and we don’t say which theme came up most."
)
NO_FIGURES = "No theme has a figure yet, so we don’t say which came up most. The reasons are below."
NO_SHARES = "Those are too few people for shares, so we don’t say which theme came up most."
NONE_LEADS = "No theme came up clearly more often than the others."
EITHER_ORDER = "By another person’s reading they may come in another order."
MOST_NAMED = 3
NEARLY_ALL = 90  # percent

Told = Sequence[tuple[WrittenTheme, AuditedShare]]


def opening(summary: Summary) -> tuple[str, ...]:
    """A run of sentences for each question; where there are several, each names its question."""
    several = len(summary.text) > 1
    return tuple(
        f"“{result.text}” {of_question(result)}" if several else of_question(result)
        for result in summary.text
    )


def of_question(result: TextResult) -> str:
    """How many wrote, what of most, in which direction, how sure, and whether that moved."""
    if result.comments == NOT_SHOWN:
        return TOO_FEW
    if result.audit is None:
        why = MOSTLY_UNREAD if result.unchecked == MOSTLY_CLOSED else NOT_CHECKED
        return f"{_wrote(result.comments)} {why}"
    said = (_wrote(result.audit.found.comments), _most(result.audit), _moved(result.audit))
    return " ".join(filter(None, said))


def _wrote(count: str) -> str:
    return f"{count[0].upper()}{count[1:]} people wrote something here."


def _most(audit: TextAudit) -> str:
    """The theme, or the two or three, that came up most: of those with a figure."""
    themes = [theme for theme in audit.themes if theme.theme not in NO_THEMES]
    shares = [(theme, audit.share(theme.theme)) for theme in themes]
    told = [(theme, share) for theme, share in shares if share and not share.grey]
    if not told:
        return NO_FIGURES
    if any(share.low is None for _, share in told):
        return NO_SHARES
    if len(told) == 1:
        return f"Only “{told[0][0].title}” has a figure: {_how_often(*told[0])}."
    first = _leading(told)
    if not first:
        return NONE_LEADS
    what = listed([f"“{theme.title}”" for theme, _ in first])
    start = what if len(told) == len(themes) else f"Of the themes with a figure, {what}"
    if len(first) == 1:
        return f"{start} came up most: {_how_often(*first[0])}."
    if max(share.low or 0 for _, share in first) > min(share.high or 0 for _, share in first):
        return f"{start} came up most. {EITHER_ORDER}"
    ranges = listed([written.likely(share) for _, share in first])
    return f"{start} came up most. Their likely ranges, {ranges}, don’t tell which came first."


def _leading(told: Told) -> Told:
    """Those not clearly below the one that surely came up most often; empty where they are many, or
    one of the others may have come up as often as one of them."""
    best = max(_reach(share)[0] for _, share in told)
    first = [(theme, share) for theme, share in told if _reach(share)[1] >= best]
    others = [_reach(share)[1] for _, share in told if _reach(share)[1] < best]
    apart = bool(others) and max(others) < min(_reach(share)[0] for _, share in first)
    return first if apart and len(first) <= MOST_NAMED else []


def _reach(share: AuditedShare) -> tuple[int, int]:
    """From the lowest to the highest that one or the other person's reading makes likely."""
    lows = [low for low in (share.low, share.second_low) if low is not None]
    highs = [high for high in (share.high, share.second_high) if high is not None]
    return min(lows, default=0), max(highs, default=0)


def _how_often(theme: WrittenTheme, share: AuditedShare) -> str:
    leaning = f", {theme.leaning}" if theme.leaning else ""
    sure = written.how_sure(share)
    if share.percent is None:
        many = "nearly all" if (share.low or 0) >= NEARLY_ALL else "most"
        return f"{many} wrote about it ({sure}){leaning}"
    return f"{written.one_in(share.percent)} wrote about it ({share.percent}%, {sure}){leaning}"


def _moved(audit: TextAudit) -> str:
    """Which themes people now write of more often, or less; that we can't tell, where that is all
    there is to say."""
    changes = [(theme.title, theme.change) for theme in audit.themes if theme.change]
    since = written.against(audit)
    ways: dict[str, list[str]] = {}
    for title, change in changes:
        if level(change) == Level.CHANGED:
            way = strong(change, Level.CHANGED, "more", "less")
            ways.setdefault(way, []).append(f"“{title}”")
    if ways:
        parts = [f"{way} often about {listed(titles)}" for way, titles in ways.items()]
        return f"They likely wrote {' and '.join(parts)} than in {since}."
    if any(change.verdict == "cannot_tell" for _, change in changes):
        return f"We can’t tell if any theme came up more, or less, often than in {since}."
    return ""
