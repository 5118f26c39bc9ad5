"""Before a pulse opens: which groups will have results of their own, if so many answer.

The same :func:`analysis.disclosure.release` decides as after closing, with expected answers for
answers, so the plan promises nothing that the rule will not keep.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from analysis.disclosure import Group, Rule, nearest, release, steps

RATES = (0.4, 0.6, 0.8)

How = Literal["hidden", "band", "fives", "whole"]
HOW_WORDS: Mapping[How, str] = {
    "hidden": "Not shown",
    "band": "In words only",
    "fives": "Rounded to 5",
    "whole": "In whole numbers",
}


class Placed(Protocol):
    """A group with its place in the tree and how many people are in it and below it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def headcount(self) -> int | None: ...


@dataclass(frozen=True)
class Outlook:
    """What a group will show at one response rate.

    ``answers`` are expected. ``within`` is the group above with whose results its answers are
    shown when it has none of its own; empty when it has, or when nothing is shown at all.
    ``smallest`` is the smallest change that would show, in points; ``None`` when none would, when
    nothing is shown, and when it was not asked for.
    """

    rate: float
    answers: int
    how: How
    within: str = ""
    smallest: float | None = None

    @property
    def words(self) -> str:
        return HOW_WORDS[self.how]


@dataclass(frozen=True)
class GroupPlan:
    """One group of the tree. ``counted_in`` names the group above whose label its answers carry
    because it is too small, or is empty."""

    id: str
    name: str
    parent: str | None
    headcount: int
    counted_in: str
    outlooks: tuple[Outlook, ...]


Smallest = Callable[[int, float], float]


def plan(
    units: Sequence[Placed],
    rule: Rule,
    *,
    counted_in: Mapping[str, str] | None = None,
    rates: Sequence[float] = RATES,
    sensitive: bool = False,
    smallest: Smallest | None = None,
) -> tuple[GroupPlan, ...]:
    """For each group, in the order given, what will be shown at each response rate.

    ``units`` with headcounts of everybody in and below them. ``counted_in`` maps a group to the
    one whose label its people's answers carry (itself unless it is too small to have one). The
    same share is taken to answer in every group, rounded to whole people. ``smallest(headcount,
    rate)`` gives the smallest change that would show, in points; over 100 counts as none. Raises
    ``ValueError`` when a headcount is missing.

    >>> from analysis.dataset import Unit
    >>> units = [Unit("org", "All", None, 60), Unit("a", "A", "org", 40), Unit("b", "B", "org", 20)]
    >>> [[outlook.words for outlook in line.outlooks] for line in plan(units, Rule())][1:]
    [['Not shown', 'Rounded to 5', 'Rounded to 5'], ['Not shown', 'In words only', 'In words only']]
    """
    if any(unit.headcount is None for unit in units):
        raise ValueError("A plan needs to know how many people are in every group.")
    names = {unit.id: unit.name for unit in units}
    label = counted_in or {}
    columns = [_at(units, rule, label, rate, sensitive, smallest) for rate in rates]
    return tuple(
        GroupPlan(
            unit.id,
            unit.name,
            unit.parent,
            unit.headcount or 0,
            names[label[unit.id]] if label.get(unit.id, unit.id) != unit.id else "",
            tuple(column[unit.id] for column in columns),
        )
        for unit in units
    )


def summed_up(lines: Sequence[GroupPlan]) -> tuple[str, ...]:
    """One sentence a response rate: how many groups will have results of their own.

    >>> from analysis.dataset import Unit
    >>> units = [Unit("org", "All", None, 60), Unit("a", "A", "org", 40), Unit("b", "B", "org", 20)]
    >>> for sentence in summed_up(plan(units, Rule(), rates=(0.4, 0.8))):
    ...     print(sentence)
    If 4 in 10 answer, 1 of 3 groups has results.
    If 8 in 10 answer, 3 of 3 groups have results.
    """
    sentences = []
    for place, outlook in enumerate(lines[0].outlooks if lines else ()):
        shown = sum(line.outlooks[place].how != "hidden" for line in lines)
        verb = "has" if shown == 1 else "have"
        tenths = nearest(10 * outlook.rate, 1)
        sentences.append(
            f"If {tenths} in 10 answer, {shown} of {len(lines)} groups {verb} results."
        )
    return tuple(sentences)


def expected(
    units: Sequence[Placed], rate: float, counted_in: Mapping[str, str] | None = None
) -> list[Group]:
    """The groups as one table will see them if this share of each group's own people answers."""
    label = counted_in or {}
    own = {unit.id: unit.headcount or 0 for unit in units}
    for unit in units:
        if unit.parent is not None:
            own[unit.parent] -= unit.headcount or 0
    carried = dict.fromkeys(own, 0)
    for unit_id, people in own.items():
        carried[label.get(unit_id, unit_id)] += people
    answers = {unit_id: nearest(people * rate, 1) for unit_id, people in carried.items()}
    parents = {unit.id: unit.parent for unit in units}
    totals = dict.fromkeys(own, 0)
    for unit_id, count in answers.items():
        above: str | None = unit_id
        while above is not None:
            totals[above] += count
            above = parents[above]
    return [
        Group(unit.id, unit.parent, totals[unit.id], totals[unit.id], unit.headcount)
        for unit in units
    ]


def _at(
    units: Sequence[Placed],
    rule: Rule,
    label: Mapping[str, str],
    rate: float,
    sensitive: bool,
    smallest: Smallest | None,
) -> dict[str, Outlook]:
    groups = expected(units, rate, label)
    shown = release(groups, rule)
    if sensitive:
        apart = {group.id for group in groups}.difference(shown)
        shown = release(groups, rule, sensitive=True, withheld=apart)
    by = steps(groups, shown, rule)
    names = {unit.id: unit.name for unit in units}
    parents = {unit.id: unit.parent for unit in units}
    found = {}
    for group in groups:
        if group.id not in by:
            above = group.parent
            while above is not None and above not in by:
                above = parents[above]
            within = names[above] if above is not None else ""
            found[group.id] = Outlook(rate, group.answers, "hidden", within)
            continue
        how: How = "whole" if by[group.id] == 1 else "fives"
        change = smallest(group.headcount or 0, rate) if smallest else None
        found[group.id] = Outlook(
            rate,
            group.answers,
            "band" if group.answers < rule.banded_below else how,
            smallest=change if change is not None and change <= 100 else None,
        )
    return found
