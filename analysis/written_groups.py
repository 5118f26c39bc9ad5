"""Which groups write about a theme more or less often than the rest: words, in one wording for
pages, reports and files."""

from collections.abc import Sequence

from analysis.how_to_read import listed
from analysis.summary import Comparison, Summary, TextAudit, TextResult

TITLE = "Groups compared with the rest"
NOTE = (
    "“Likely higher” means that people who wrote in this group wrote about the theme more often "
    "than people in the rest. That is neither good nor bad by itself. No group has a figure of its "
    "own here."
)

NOTHING = (
    "No group is compared with the rest here. Too few people wrote in each group, or too few of "
    "those comments were checked."
)

EVERY = "every theme shown"

Line = tuple[str, Sequence[Comparison]]  # the name of a group, and a word for each theme


def told(audit: TextAudit) -> bool:
    """Whether a word is told of any group."""
    return any(one.rest.verdict != "not_shown" for one in audit.groups)


def themes(audit: TextAudit) -> tuple[str, ...]:
    """The titles of the themes that are compared, in the order of the shares."""
    compared = {one.theme for one in audit.groups}
    return tuple(theme.title for theme in audit.themes if theme.theme in compared)


def lines(summary: Summary, audit: TextAudit) -> tuple[Line, ...]:
    """The groups in the order of the tree, never ranked, each with a word for each theme."""
    units = dict.fromkeys(one.unit for one in audit.groups)
    return tuple(
        (summary.unit(unit).name, [one.rest for one in audit.groups if one.unit == unit])
        for unit in units
    )


def why_not(summary: Summary, audit: TextAudit) -> tuple[str, ...]:
    """Each reason for which we can't tell, once, with the groups and the themes in which it
    holds."""
    titles = themes(audit)
    found: dict[str, dict[str, list[str]]] = {}
    for name, words in lines(summary, audit):
        shown = [one for one in words if one.verdict != "not_shown"]
        reasons = dict.fromkeys(
            one.why for one in shown if one.verdict == "cannot_tell" and one.why
        )
        for why in reasons:
            here = [title for title, one in zip(titles, words, strict=True) if one.why == why]
            every = len(here) == len(shown) > 1
            where = found.setdefault(why, {}).setdefault(EVERY if every else listed(here), [])
            where.append(name)
    return tuple(
        f"{'; '.join(f'{listed(names)} ({where})' for where, names in groups.items())}: "
        f"{why[0].lower()}{why[1:]}"
        for why, groups in found.items()
    )


def of_group(
    summary: Summary, unit: str
) -> tuple[tuple[TextResult, tuple[tuple[str, Comparison], ...]], ...]:
    """What is told of one group, by question: the title of each theme, and the word on it. Nothing
    where no word is told of any group."""
    found = []
    for result in summary.text:
        audit = result.audit
        words = [one.rest for one in audit.groups if one.unit == unit] if audit else []
        if audit and words and told(audit):
            found.append((result, tuple(zip(themes(audit), words, strict=True))))
    return tuple(found)
