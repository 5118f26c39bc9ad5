"""The groups in a report: in the order of the tree, never ranked."""

from collections.abc import Sequence

from analysis.how_to_read import SHRUNK, SHRUNK_NOTE, WHY_NOT, listed, why_not
from analysis.printing import score, shrunk, verdict
from analysis.report_parts import Block, Points, Section, Table, Words
from analysis.summary import NOT_SHOWN, Summary, UnitHead


def groups(summary: Summary) -> Section:
    """Groups by themes in the order of the tree; never ranked."""
    ordered = list(_tree(summary, summary.root, 0))
    rows = tuple(
        (unit.name, *(_cell(summary, theme.id, unit) for theme in summary.themes))
        for unit, _ in ordered
    )
    small = [unit for unit, _ in ordered if unit.too_few and unit.parent]
    blocks: list[Block] = [
        Words(
            "Each cell holds the score and how it compares with the rest of the organisation. "
            "Groups stand in the order of the organisation, not of their scores."
        ),
        Table(
            "Every group, theme by theme",
            ("Group", *(theme.title for theme in summary.themes)),
            rows,
            indent=tuple(depth for _, depth in ordered),
            note="Small groups get words, not numbers: under 4 in 10 of their answers were among "
            "the better ones (“few agree”), 4 to 7 in 10 (“mixed”), or 7 in 10 and more (“most "
            "agree”). Do not compare these words with a score. “Not shown” protects people; "
            "it can mean no answers, few answers, or that others could be worked out.",
        ),
    ]
    if any(row.shrunk for row in summary.rows):
        blocks.append(_allowing_for_chance(summary, ordered))
    if reasons := _reasons(summary):
        blocks.append(Points(WHY_NOT, reasons))
    if small:
        blocks.append(
            Points(
                "Too small to show alone",
                tuple(
                    f"{unit.name} is too small to show alone. "
                    f"Its answers count in {summary.unit(unit.parent).name}."
                    for unit in small
                    if unit.parent
                ),
            )
        )
    return Section("groups", "Groups", "Groups and themes", tuple(blocks))


def _reasons(summary: Summary) -> tuple[str, ...]:
    """Each reason once, with the themes in which it holds for the same groups."""
    themes: dict[str, list[str]] = {}
    for theme in summary.themes:
        for line in why_not(summary, theme.id):
            themes.setdefault(line, []).append(f"“{theme.title}”")
    every = len(summary.themes)
    return tuple(
        f"{'Every theme' if len(titles) == every > 1 else listed(titles)} – {line}"
        for line, titles in themes.items()
    )


def _allowing_for_chance(summary: Summary, ordered: Sequence[tuple[UnitHead, int]]) -> Table:
    """The groups with a shrunken score, in the order of the tree, never ranked."""
    rows = [
        (unit.name, *(shrunk(summary.row(theme.id, unit.id)) for theme in summary.themes))
        for unit, _ in ordered
    ]
    return Table(
        SHRUNK,
        ("Group", *(theme.title for theme in summary.themes)),
        tuple(row for row in rows if any(row[1:])),
        note=f"{SHRUNK_NOTE} Themes in which groups hardly differ have none.",
    )


def _tree(summary: Summary, unit: UnitHead, depth: int) -> Sequence[tuple[UnitHead, int]]:
    below = [
        pair for child in summary.children(unit.id) for pair in _tree(summary, child, depth + 1)
    ]
    return [(unit, depth), *below]


def _cell(summary: Summary, theme_id: str, unit: UnitHead) -> str:
    row = summary.row(theme_id, unit.id)
    if row.figure is None:
        return NOT_SHOWN
    if unit.parent is None or row.rest.verdict in ("not_shown", "first"):
        return score(row.figure)
    return f"{score(row.figure)} · {verdict(row.rest)}"
