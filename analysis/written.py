"""What is said of comments, in one wording for pages, reports and files.

Everything is read from released results; nothing here computes a digit.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from analysis.how_to_read import listed
from analysis.printing import compared, level
from analysis.summary import (
    NOT_SHOWN,
    Quote,
    Summary,
    TextAudit,
    TextResult,
    TextTheme,
    WrittenTheme,
)
from analysis.text.audited import NO_THEMES, NONE, AuditedShare
from analysis.text.human_codes import OTHER
from analysis.text.masking import MARKS

UNAUDITED = "Counted by software. Nobody has checked these counts yet, so take them as a guide."
AUDITED = (
    "People coded the comments that may be read, or a random part of them, without seeing what the "
    "software said. The software did the rest. Its mistakes, and our rounding, are in the likely "
    "ranges."
)
DENOMINATOR = "Shares are of those who wrote here, not of all staff."
RANGES = "How sure are these shares?"
WITHOUT_THEME = {
    OTHER: "“Something no theme covers” is a matter for which there is no theme.",
    NONE: "“No theme found” means that a comment holds nothing that could be sorted.",
}
WIDER = (
    "The software may be right less often, or more often, about comments that no reviewer may "
    "read. The wider range allows for twice as much of that."
)
SECOND = "The last column is what the second person’s reading would give."
TWICE = "How far did two people agree, theme by theme?"
AGREED_HEAD = (
    "Theme",
    "What one found, the other found too",
    "Likely range",
    "By chance alone",
)
AGREED = (
    "Of all the times that one of the two found a theme, the second column says how often the "
    "other had found it too. The last says how often that would have come about by chance alone. "
    "The further apart the two, the better they agreed. These figures are rough: they come only "
    "from comments that two people coded."
)
TOO_FEW_TWICE = "Can’t tell"
WHY_TOO_FEW = "too few comments, or all of one kind."
NEW_SUBJECTS = "New subjects"
UNSHARED = (
    "Software grouped these comments by their words. Nobody has checked how well, so there is no "
    "share. Rare new themes are missed."
)
QUOTED = (
    "Their authors let us publish these. Two people read each one and masked what could tell who "
    "wrote it. “[masked by one]” means that only one of them wanted these words masked. They stand "
    "in an order drawn by chance."
)
NOT_PRINTED = "Comments not printed, and why"
NOT_QUOTED = "Of those that may be read, held back all the same"
COUNTED = "every comment was read"
NO_FIGURE = "No figure"
BEHIND_CHANGES = "About the changes since"
NEUTRAL = "That more people write about a theme, or fewer, is neither good nor bad by itself."
SHARES_HEAD = "Share of those who wrote"
WAYS = ("negative", "positive", "suggestion")
WAYS_HEAD = ("Problems", "Good things", "Ideas")
# Beside a share of people these are still counts of comments.
WAYS_COUNTED = tuple(f"Comments: {name.lower()}" for name in WAYS_HEAD)


class Said(NamedTuple):
    """A comment as it is printed, and how many people wrote it."""

    text: str
    people: int

    @property
    def by(self) -> str:
        """How many wrote it, where they are several."""
        return f"{self.people} people wrote this." if self.people > 1 else ""


def one_in(percent: int) -> str:
    """A share as people say it.

    >>> one_in(24), one_in(36), one_in(37), one_in(3), one_in(97)
    ('about 1 in 4', 'about 1 in 3', 'about 4 in 10', 'about 1 in 33', 'nearly all')
    """
    if percent <= 0:
        return "hardly any"
    if percent < 37:  # nearer to a third than to four tenths
        return f"about 1 in {100 / percent:.0f}"
    tenths = (percent + 5) // 10
    return f"about {tenths} in 10" if tenths < 10 else "nearly all"


def ends(low: int | None, high: int | None) -> str:
    """An interval of percents, "19–29%"; "19%" without a width, "Not shown" without one."""
    if low is None or high is None:
        return NOT_SHOWN
    return f"{low}–{high}%" if low < high else f"{low}%"


def likely(share: AuditedShare) -> str:
    return ends(share.low, share.high)


def how_sure(share: AuditedShare) -> str:
    """The likely range inside a sentence. One without a width is a count, and not likely: earlier
    publications have them where people read every comment."""
    return COUNTED if _is_counted(share) else f"likely {likely(share)}"


def percent(share: AuditedShare) -> str:
    """The share with its likely range as a table prints it; a count where no share is told."""
    if share.percent is None:
        return f"{share.count} comments"
    return f"{share.percent}% ({COUNTED if _is_counted(share) else likely(share)})"


def _is_counted(share: AuditedShare) -> bool:
    return share.low is not None and share.low == share.high


def new_subjects(result: TextResult) -> tuple[str, ...]:
    """What reviewers named beside the themes, a line each."""
    return tuple(
        f"New subject, named by reviewers: {name}, {count} comments"
        for name, count in result.subjects
    )


def agreed(audit: TextAudit) -> tuple[tuple[str, ...], ...]:
    """How far two people agreed, one row a theme with a figure under :data:`AGREED_HEAD`."""
    titles = {theme.theme: theme.title for theme in audit.themes}
    rows = []
    for one in audit.found.agreed:
        if one.f1 is None:
            continue
        rows.append(
            (
                titles[one.label],
                f"{one.f1}%",
                ends(one.low, one.high),
                # Who finds a theme in so many comments, whatever they say, meets it so often.
                f"about {one.usual}%",
            )
        )
    return tuple(rows)


def not_agreed(audit: TextAudit) -> str:
    """Which themes say nothing of how far two people agreed, in a sentence; empty without any."""
    titles = {theme.theme: theme.title for theme in audit.themes}
    left = [titles[one.label] for one in audit.found.agreed if one.f1 is None]
    return f"{TOO_FEW_TWICE} for {', '.join(left)}: {WHY_TOO_FEW}" if left else ""


def own_words(result: TextResult) -> tuple[str, ...]:
    """Which of a question's themes have a title of the organisation's own, or are its own."""
    themes: Sequence[TextTheme | WrittenTheme] = (
        result.audit.themes if result.audit else result.themes
    )
    return tuple(theme.note for theme in themes if theme.note)


def way(audit: TextAudit, theme: WrittenTheme, direction: str) -> str:
    """How many comments take a theme in one direction, in words; nothing where that is not told."""
    share = audit.share(f"{theme.theme}/{direction}")
    return share.count if share else ""


def with_figure(audit: TextAudit) -> list[tuple[WrittenTheme, AuditedShare]]:
    """The themes that have a row in a table, each with its share."""
    shares = [(theme, audit.share(theme.theme)) for theme in audit.themes]
    return [(theme, share) for theme, share in shares if share and not share.grey]


def without_figure(audit: TextAudit) -> tuple[str, ...]:
    """Which themes have no figure, in a sentence for each reason."""
    found: dict[str, list[str]] = {}
    for theme in audit.themes:
        share = audit.share(theme.theme)
        if share is not None and share.grey:
            found.setdefault(share.grey, []).append(f"“{theme.title}”")
    said = {
        why.replace("this theme", "each of these themes") if titles[1:] else why: titles
        for why, titles in found.items()
    }
    return tuple(f"{NO_FIGURE} for {_after(titles, why)}" for why, titles in said.items())


def behind_changes(audit: TextAudit) -> tuple[str, ...]:
    """What stands behind the words on changes: that none of them is praise or blame, and each
    reason once with its themes."""
    changes = [(theme.title, theme.change) for theme, _ in with_figure(audit) if theme.change]
    found: dict[str, list[str]] = {}
    for title, change in changes:
        if change.why:
            found.setdefault(change.why, []).append(f"“{title}”")
    moved = any(change.verdict in ("higher", "lower") for _, change in changes)
    lines = [
        _after(["Every theme"] if len(titles) == len(changes) > 1 else titles, why)
        for why, titles in found.items()
    ]
    return (*([NEUTRAL] if moved else []), *lines)


def _after(titles: Sequence[str], why: str) -> str:
    return f"{listed(titles)}: {why[0].lower()}{why[1:]}"


def said_once(quotes: Sequence[Quote]) -> list[Said]:
    """Comments as they are printed, in their order, those in the same words to one question once.

    How many there are could be counted before: nothing is told that each of them did not tell.
    One with a mask stands alone: it may be of somebody else.
    """
    first: dict[tuple[str, str, int], str] = {}
    people: Counter[tuple[str, str, int]] = Counter()
    for place, quote in enumerate(quotes):
        words = " ".join(quote.text.casefold().split())
        words = words[:-1] if words.endswith((".", "!")) else words
        alone = not words or MARKS.search(quote.text)
        same = (quote.question, words, place if alone else -1)
        first.setdefault(same, quote.text)
        people[same] += 1
    return [Said(text, people[same]) for same, text in first.items()]


def change(theme: WrittenTheme) -> str:
    """The verdict since the pulse before, with its reason; empty where nothing is compared."""
    return compared(theme.change) if theme.change else ""


def against(audit: TextAudit) -> str:
    """Which pulse the themes are compared with; empty where none is."""
    return next((theme.change.against for theme in audit.themes if theme.change), "")


def no_themes(audit: TextAudit) -> str:
    """What each row that is no theme means, of those with a figure; empty without any."""
    told = {theme.theme for theme, _ in with_figure(audit)}
    return " ".join(words for label, words in WITHOUT_THEME.items() if label in told)


def of_theme(theme: WrittenTheme, share: AuditedShare) -> str:
    """What an audited question says of one theme, as the end of a sentence."""
    if share.grey:
        return f"No figure. {share.grey}"
    if theme.theme in NO_THEMES and share.percent is not None:
        what = "was about something no theme covers" if theme.theme == OTHER else "held no theme"
        return f"{one_in(share.percent)} {what} ({how_sure(share)})"
    leaning = f", {theme.leaning}" if theme.leaning else ""
    if share.percent is None:
        return f"{share.count} comments{leaning}"
    return f"{one_in(share.percent)} wrote about this ({how_sure(share)}){leaning}"


def about(summary: Summary, theme_id: str) -> Sequence[tuple[TextResult, TextTheme | WrittenTheme]]:
    """What was written about a theme of the ratings, question by question."""
    wanted = summary.theme(theme_id).text_theme
    found: list[tuple[TextResult, TextTheme | WrittenTheme]] = []
    for result in summary.text:
        themes = result.audit.themes if result.audit else result.themes
        found += [(result, theme) for theme in themes if wanted and theme.theme == wanted]
    return found


def beside(summary: Summary, theme_id: str) -> tuple[str, ...]:
    """The ratings of a theme and what was written about it, side by side, in sentences."""
    found = about(summary, theme_id)
    if not found:
        return ()
    figure = summary.row(theme_id).figure
    said = [f"On the questions: {level(figure)}."]
    for result, theme in found:
        if isinstance(theme, TextTheme):
            said.append(
                f"“{result.text}”: software found {theme.count} comments on {theme.title.lower()}. "
                "Nobody has checked that."
            )
            continue
        share = result.audit.share(theme.theme) if result.audit else None
        if share is None:
            continue
        line = f"Of those who wrote to “{result.text}”: {of_theme(theme, share)}"
        said.append(line if line.endswith(".") else f"{line}.")
        if theme.change and theme.change.verdict != "not_shown":
            said.append(f"How many write about this, since {theme.change.against}: {change(theme)}")
    return tuple(line if line.endswith(".") else f"{line}." for line in said)


def closed(result: TextResult) -> str:
    """How many chose *themes only*, and what follows from it."""
    if result.audit is None:
        return ""
    found = result.audit.found
    return (
        f"Of {found.comments} comments, {found.closed} were for the software alone. No "
        "reviewer may read those, so no reviewer can check what it made of them."
    )


def sample(result: TextResult) -> str:
    """How many comments people coded."""
    if result.audit is None:
        return ""
    return f"People coded {result.audit.found.audited} of {result.audit.found.comments} comments."


def said_of(result: TextResult) -> str:
    """All that is said of a question's comments as a whole, in one run of sentences."""
    if result.comments == NOT_SHOWN:
        return ""
    said = [counted_by([result]), result.unchecked]
    if result.audit is not None:
        said = [AUDITED, DENOMINATOR, sample(result), result.audit.agreement]
        said += [closed(result), result.audit.since]
    return " ".join(filter(None, said))


def counted_by(text: Sequence[TextResult]) -> str:
    """Who counted the comments, and whether anybody checked."""
    return AUDITED if all(result.audited for result in text) else UNAUDITED
