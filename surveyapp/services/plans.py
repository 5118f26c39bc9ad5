"""What a draft will be able to show, in words for HR: told before anything is locked."""

from dataclasses import dataclass

from analysis.detectable import detectable_score
from analysis.disclosure import Rule
from analysis.release import planner
from analysis.summary import UnitHead
from surveyapp.errors import NotNow
from surveyapp.models.surveys import Wave
from surveyapp.services import roster

NO_CHANGE = "No change would show"


@dataclass(frozen=True)
class Cell:
    """One group at one response rate, as the table says it."""

    words: str
    more: str


@dataclass(frozen=True)
class Line:
    """One group; ``note`` says where its people are counted when it is too small."""

    name: str
    depth: int
    people: int
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Plan:
    """The page: ``headings`` name the response rates; no line before there is a roster."""

    headings: tuple[str, ...]
    sums: tuple[str, ...]
    lines: tuple[Line, ...]
    answers: int
    people: int


def of(wave: Wave) -> Plan:
    """The plan of a draft. Raises :class:`NotNow` once the groups are fixed."""
    if wave.state != "draft":
        raise NotNow(
            "The groups and the rule of this pulse are fixed, so there is nothing to plan."
        )
    rule = Rule.from_dict(wave.rule)
    tree = roster.units(wave.programme, rule)
    headings = tuple(f"If {round(100 * rate)}% answer" for rate in planner.RATES)
    if not tree.people:
        return Plan(headings, (), (), rule.k, rule.headcount)
    units = [
        UnitHead(group.key, group.name, group.parent, group.headcount, not group.stands_alone)
        for group in tree.groups
    ]
    label = {group.key: group.class_key for group in tree.groups}
    found = planner.plan(units, rule, counted_in=label, smallest=detectable_score)
    depths: dict[str, int] = {}
    for one in found:
        depths[one.id] = depths[one.parent] + 1 if one.parent is not None else 0
    return Plan(
        headings,
        planner.summed_up(found),
        tuple(_line(one, depths[one.id]) for one in found),
        rule.k,
        rule.headcount,
    )


def _line(one: planner.GroupPlan, depth: int) -> Line:
    note = f"Too small alone: its answers count in {one.counted_in}." if one.counted_in else ""
    return Line(one.name, depth, one.headcount, note, tuple(map(_cell, one.outlooks)))


def _cell(outlook: planner.Outlook) -> Cell:
    if outlook.how == "hidden":
        return Cell(outlook.words, f"Part of {outlook.within}" if outlook.within else "")
    if outlook.smallest is None:
        return Cell(outlook.words, NO_CHANGE)
    return Cell(outlook.words, f"A change of about {round(outlook.smallest)} points would show")
