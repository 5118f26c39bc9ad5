"""What a results page says first: the order of findings and where groups differ.

Everything here is worked out from released figures alone, so it can tell nobody more than they do.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis import claims
from analysis.summary import (
    Comparison,
    Figure,
    Row,
    Summary,
    ThemeHead,
    UnitHead,
    Verdict,
)

ORDER = {
    "higher": 0, "lower": 0, "same": 1, "cannot_tell": 2, "break": 3, "first": 3, "not_shown": 4,
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A theme in the whole organisation."""

    theme: ThemeHead
    row: Row


@dataclass(frozen=True)
class Difference:
    """A group with the themes in which it likely differs from the rest."""

    unit: UnitHead
    higher: tuple[Finding, ...]
    lower: tuple[Finding, ...]


def strength(comparison: Comparison) -> float:
    """How far a change lies from none, in half-widths of its interval; 0 where not released.

    >>> strength(Comparison("higher", "May", 6.0, 3.0, 9.0))
    2.0
    """
    difference, low, high = comparison.difference, comparison.low, comparison.high
    if difference is None or low is None or high is None or high <= low:
        return 0.0
    return abs(difference) / ((high - low) / 2)


def by_evidence(summary: Summary) -> list[Finding]:
    """Themes of the whole organisation, strongest evidence of change first; slow slides come
    after the changes since the pulse before."""
    rows = {row.theme: row for row in summary.rows if row.unit == summary.root.id}
    found = [Finding(theme, rows[theme.id]) for theme in summary.themes if theme.id in rows]

    def place(finding: Finding) -> tuple[int, bool, float]:
        change = finding.row.change
        slow = claims.slide(summary, finding.theme.id) is not None
        return (
            min(ORDER[change.verdict], 1) if slow else ORDER[change.verdict],
            not slow,
            -strength(change),
        )

    return sorted(found, key=place)


def change_of(summary: Summary, theme: ThemeHead) -> str:
    """What happened to a theme, in a sentence to stand beneath its title."""
    said = claims.change_sentence(summary, theme.id).removeprefix(theme.title).lstrip(": ")
    return said[0].upper() + said[1:]


def tree(summary: Summary) -> list[tuple[UnitHead, int]]:
    """The groups below the top with their depth, each under its parent, in the declared order."""

    def below(parent: str, depth: int) -> Iterator[tuple[UnitHead, int]]:
        for unit in children.get(parent, ()):
            yield unit, depth
            yield from below(unit.id, depth + 1)

    children: dict[str, list[UnitHead]] = {}
    for unit in summary.units:
        if unit.parent is not None:
            children.setdefault(unit.parent, []).append(unit)
    return list(below(summary.root.id, 0))


def differences(summary: Summary) -> list[Difference]:
    """Groups that likely differ from the rest, in tree order: a list, never a ranking."""
    rows = {(row.unit, row.theme): row for row in summary.rows}

    def side(unit: UnitHead, verdict: Verdict) -> tuple[Finding, ...]:
        pairs = ((theme, rows.get((unit.id, theme.id))) for theme in summary.themes)
        return tuple(
            Finding(theme, row)
            for theme, row in pairs
            if row and row.figure and row.rest.verdict == verdict
        )

    found = [
        Difference(unit, side(unit, "higher"), side(unit, "lower")) for unit, _ in tree(summary)
    ]
    return [line for line in found if line.higher or line.lower]


def extremes(summary: Summary, unit_id: str) -> tuple[Finding, Finding] | None:
    """A group's highest and lowest theme, where the figures can tell: no other theme has the same
    score, and the likely ranges of the two do not meet. A band has no place among scores."""
    rows = {row.theme: row for row in summary.rows if row.unit == unit_id}
    found = [
        (score, Finding(theme, rows[theme.id]))
        for theme in summary.themes
        if theme.id in rows and (score := _score(rows[theme.id])) is not None
    ]
    scores = sorted(score for score, _ in found)
    if len(scores) < 2 or scores.count(scores[0]) > 1 or scores.count(scores[-1]) > 1:
        return None
    high, low = max(found, key=lambda pair: pair[0])[1], min(found, key=lambda pair: pair[0])[1]
    return (high, low) if _apart(high.row.figure, low.row.figure) else None


def _score(row: Row) -> float | None:
    return row.figure.score if row.figure else None


def _apart(high: Figure | None, low: Figure | None) -> bool:
    """Whether one likely range lies wholly above the other."""
    if high is None or low is None or high.low is None or low.high is None:
        return False
    return high.low > low.high
