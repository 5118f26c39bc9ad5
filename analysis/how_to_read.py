"""What stands beside a theme's score: how to read it, what goes with it, and why we can't tell how
a group compares with the rest. Sentences only; strong words come through :mod:`analysis.claims`."""

from collections.abc import Sequence

from analysis.claims import WELL_ANSWERED, Level, level, strong
from analysis.printing import number
from analysis.summary import Comparison, Row, Summary

HEADING = "How to read this score"
TOGETHER = "What goes together"
WHY_NOT = "Why we can’t tell how some groups compare with the rest"
GO_TOGETHER = (
    "Questions go together when people who give a better answer to one tend to give better "
    "answers to the others."
)
SILENT = (
    f"Where under {WELL_ANSWERED}% answered, the last column says where the score could lie had "
    "everybody answered: from the lowest, if all the silent had chosen the worst answers, to the "
    "highest, if all had chosen the best."
)
SHRUNK = "Allowing for chance"
SHRUNK_NOTE = (
    "The fewer people answered, the more a score swings by chance. Allowing for chance, each "
    "group’s score moves towards the middle of all groups: far for small groups, little for large "
    "ones. A group that truly stands out is moved too, so talk and listen there as well. "
    "This is worked out from the printed figures alone."
)
WITHHELD = (
    "“Board only” comments are for board members from outside the line. “Themes only” comments "
    "come to no reviewer: software counts what they are about."
)
LIMITS = (
    "Everybody gave all their answers in the same few minutes, so everything goes together a "
    "little.",
    "A theme that everybody rates alike cannot show up here, however much it matters.",
    "It does not say what leads to what.",
)
NOTHING_TOGETHER = (
    "Nothing can be said about this pulse. It takes many people with a score on every theme, and "
    "themes that do not all say the same."
)


def how_to_read(summary: Summary, theme_id: str) -> tuple[str, ...]:
    """What the reader of a theme's score should know, for the whole; empty where nothing is said.

    The change since the first pulse comes first; it is left out where the score is not shown or
    the pulse before cannot be compared.
    """
    if summary.row(theme_id).figure is None:
        return ()
    since, reading = since_first(summary, theme_id), summary.reading(theme_id)
    said = (_since(since) if since else "", reading.split, reading.meaning)
    return tuple(line for line in (*said, reading.make_up, reading.alike) if line)


def since_first(summary: Summary, theme_id: str) -> Comparison | None:
    """The change since the first pulse where it may be told."""
    row, since = summary.row(theme_id), summary.reading(theme_id).since_first
    untold = ("break", "first", "not_shown")
    if since is None or row.figure is None or row.change.verdict in ("break", "first"):
        return None
    return None if since.verdict in untold else since


def _since(since: Comparison) -> str:
    """ "Since May 2026: likely lower, by about 7 points (likely 3 to 11)." """
    if level(since) < Level.CHANGED:
        words = "about the same" if since.verdict == "same" else "we can’t tell if it has changed"
        return f"Since {since.against}: {words}. {since.why}".strip()
    way = strong(since, Level.CHANGED, "higher", "lower")
    if since.difference is None or since.low is None or since.high is None:
        return f"Since {since.against}: likely {way}."
    low, high = sorted((abs(since.low), abs(since.high)))
    return (
        f"Since {since.against}: likely {way}, by about {number(abs(since.difference))} points "
        f"(likely {number(low)} to {number(high)})."
    )


def together(summary: Summary) -> tuple[str, ...]:
    """The themes that go together with the one that matters most, the closest first, in one line
    those that cannot be told apart; empty where nothing is said."""
    lines = []
    for group in summary.together.groups if summary.together else ():
        titles = listed([_title(summary, theme_id) for theme_id in group])
        lines.append(f"{titles}, which cannot be told apart" if len(group) > 1 else titles)
    return tuple(lines)


def together_head(summary: Summary) -> str:
    """What stands above them; empty without them."""
    found = summary.together
    title = _title(summary, found.theme) if found else ""
    return f"These go together with {title}, the closest first" if found else ""


def together_share(summary: Summary) -> str:
    """How much of the differences between people those themes share; empty without them."""
    found = summary.together
    if found is None:
        return ""
    tenths = "one tenth" if found.tenths == 1 else f"{found.tenths} tenths"
    return (
        f"Together they share about {tenths} of the differences between people in "
        f"{_title(summary, found.theme)}. "
        f"This stands on the answers of {found.people} people."
    )


def why_not(summary: Summary, theme_id: str) -> tuple[str, ...]:
    """Each reason for which groups of a theme are not set against the rest, with their names."""
    groups = [unit for unit in summary.units if unit.parent]
    rows = [(unit.name, summary.row(theme_id, unit.id)) for unit in groups]
    return _reasons(rows, "Every group shown")


def why_not_here(summary: Summary, unit_id: str) -> tuple[str, ...]:
    """The same for one group: each reason with the themes in which it holds."""
    rows = [(theme.title, summary.row(theme.id, unit_id)) for theme in summary.themes]
    return _reasons(rows, "Every theme shown")


def _reasons(rows: Sequence[tuple[str, Row]], every: str) -> tuple[str, ...]:
    """``every`` stands for the names where one reason holds for all that are shown."""
    shown = sum(1 for _, row in rows if row.figure)
    names: dict[str, list[str]] = {}
    for name, row in rows:
        if row.figure and row.rest.verdict == "cannot_tell" and row.rest.why:
            names.setdefault(row.rest.why, []).append(name)
    return tuple(
        f"{every if len(found) == shown > 1 else listed(found)}: {why[0].lower()}{why[1:]}"
        for why, found in names.items()
    )


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["Days"]), listed(["Days", "Nights", "Garden"])
    ('Days', 'Days, Nights and Garden')
    """
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _title(summary: Summary, theme_id: str) -> str:
    return f"“{summary.theme(theme_id).title}”"
