"""Statements of several files brought together: what is known of each group in each version."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.attack.model import EVERYBODY, Facet, Group, Line, Range, Release
from analysis.attack.printed import Cell, whole

_SLACK = 1e-9


@dataclass(frozen=True)
class Fact:
    """What is known of one measure in one group.

    ``n`` answers, ``count`` how many of them said it, ``value`` a mean or percentage; each the
    closed range in which it lies, ``None`` where nothing is known. ``plainly`` is set where the
    figure is a number, not words for a range; ``printed`` as it stood in the file.
    """

    n: Range | None = None
    count: Range | None = None
    value: Range | None = None
    plainly: bool = False
    printed: str = ""
    files: tuple[str, ...] = ()

    @property
    def shown(self) -> bool:
        return self.count is not None or self.value is not None


@dataclass
class Measure:
    """One measure of one wave and version. ``low`` and ``high`` are the ends of its scale."""

    wave: str
    name: str
    facts: dict[Group, Fact]
    low: float = 0.0
    high: float = 100.0
    counted: bool = False
    shared: bool = False
    one_sided: bool = False

    @property
    def span(self) -> float:
        return self.high - self.low


@dataclass
class Version:
    """Files that agree about a wave: one release of it. ``lines`` are all they say."""

    wave: str
    files: list[str]
    lines: list[Line]
    parents: dict[Facet, Facet | None] = field(default_factory=dict)
    people: dict[Group, float] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)


def versions(release: Release, answers: Range | None = None) -> dict[str, list[Version]]:
    """By wave the versions in which it was released; files that contradict none make one.

    ``answers`` are the ends of the answer scale that means are on, where the reader gave them.
    """
    found: dict[str, list[Version]] = {wave: [] for wave in release.waves()}
    lines: dict[tuple[str, str, str], list[Line]] = {}
    for line in release.lines:
        lines.setdefault((line.wave, line.source, line.audience), []).append(line)
    for (wave, source, _), told in lines.items():
        parents = release.parents.get((wave, source), {})
        people = release.people.get((wave, source), {})
        fresh = Version(wave, [source], list(told), dict(parents), dict(people))
        if source.endswith((".html", ".pdf", ".svg")) and not parents:
            fresh.parents = {}
        for one in found[wave]:
            if _agree(one, fresh):
                _join(one, fresh)
                break
        else:
            found[wave].append(fresh)
    for several in found.values():
        for one in several:
            one.measures = _measures(one, answers)
        for one, other in itertools.permutations(several, 2):
            _borrow(one, other)
    return found


def _agree(one: Version, other: Version) -> bool:
    if any(
        one.parents.get(facet, parent) != parent for facet, parent in other.parents.items()
    ) or any(abs(one.people.get(g, people) - people) >= 1 for g, people in other.people.items()):
        return False
    known = {(line.measure, line.group): line for line in one.lines if not line.hidden}
    for line in other.lines:
        before = known.get((line.measure, line.group))
        if before is not None and any(
            not _meet(before.cells[role], line.cells[role])
            for role in ("n", "count", "share", "mean")
            if role in before.cells and role in line.cells
        ):
            return False
    return True


def _meet(one: Cell, other: Cell) -> bool:
    return one.low < other.high + _SLACK and other.low < one.high + _SLACK


def _join(one: Version, other: Version) -> None:
    one.files.extend(name for name in other.files if name not in one.files)
    one.lines.extend(other.lines)
    one.parents |= other.parents
    one.people |= other.people


def _borrow(one: Version, other: Version) -> None:
    """Give a version the figures that another version of the same wave shows and it does not: of
    groups of the same name with as many people, which are the same people wherever they stand."""
    groups = groups_of(one)
    for name, measure in one.measures.items():
        for group, fact in other.measures[name].facts.items() if name in other.measures else ():
            own = measure.facts.get(group)
            people = one.people.get(group)
            same = people is not None and people == other.people.get(group)
            if fact.shown and same and group in groups and not (own and own.shown):
                measure.facts[group] = fact
                one.files.extend(file for file in fact.files if file not in one.files)


def _measures(version: Version, answers: Range | None) -> dict[str, Measure]:
    by_name: dict[str, list[Line]] = {}
    for line in version.lines:
        by_name.setdefault(line.measure, []).append(line)
    found = {}
    for name, lines in by_name.items():
        measure = Measure(
            version.wave, name, {}, shared=any(line.shared for line in lines),
            one_sided=any(line.one_sided for line in lines),
        )  # fmt: skip
        means = [line.cells["mean"] for line in lines if "mean" in line.cells]
        if means and not any(role in line.cells for line in lines for role in ("count", "share")):
            measure.low, measure.high = answers or scale(means, measure.shared)
        for line in lines:
            fact = _fact(line, measure, version.people.get(line.group))
            measure.facts[line.group] = _both(measure.facts.get(line.group), fact)
        shown = [fact for fact in measure.facts.values() if fact.shown]
        measure.counted = bool(shown) and all(fact.count is not None for fact in shown)
        found[name] = measure
    return found


def scale(means: Sequence[Cell], hundred: bool = False) -> Range:
    """The answer scale that means seem to be on: 1 to 5, 0 to 10 or 0 to 100."""
    least, most = min(cell.middle for cell in means), max(cell.middle for cell in means)
    if hundred or most > 10:
        return 0.0, 100.0
    return (1.0, 5.0) if least >= 1 and most <= 5 else (0.0, 10.0)


def _fact(line: Line, measure: Measure, people: float | None) -> Fact:
    cells, files = line.cells, (line.source,)
    n = whole(cells["n"]) if "n" in cells else None
    if n and people is not None and n[0] <= people:
        n = n[0], min(n[1], people)
    value_cell = cells.get("share") or cells.get("mean")
    plainly = any(role in cells and not cells[role].words for role in ("count", "share", "mean"))
    printed = cells["count"].text if "count" in cells else value_cell.text if value_cell else ""
    count = whole(cells["count"]) if "count" in cells else None
    value = None
    if value_cell is not None:
        value = max(value_cell.low, measure.low), min(value_cell.high, measure.high)
    if count is None and n is not None and "share" in cells and not measure.shared:
        count = whole_counts(value or (0.0, 100.0), n)
    if count is not None and n is None and value_cell is None:
        count = None
    return Fact(n, count, value, plainly, printed, files)


def whole_counts(share: Range, n: Range) -> Range | None:
    """The whole numbers of people that a percentage of ``n`` may stand for; ``None`` when none.

    >>> whole_counts((69.5, 70.5), (10, 10)), whole_counts((66.5, 67.5), (10, 10))
    ((7, 7), None)
    """
    low = math.ceil(share[0] * n[0] / 100 - 1e-6)
    high = math.floor(share[1] * n[1] / 100 + 1e-6)
    return (low, high) if low <= high else None


def _both(one: Fact | None, other: Fact) -> Fact:
    if one is None:
        return other
    first, last = one, other
    return Fact(
        _narrow(first.n, last.n),
        _narrow(first.count, last.count),
        _narrow(first.value, last.value),
        first.plainly or last.plainly,
        first.printed or last.printed,
        tuple(dict.fromkeys((*first.files, *last.files))),
    )


def _narrow(one: Range | None, other: Range | None) -> Range | None:
    if one is None or other is None:
        return one or other
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else one


def groups_of(version: Version) -> set[Group]:
    """Every group that the version names, shown or not, and everybody."""
    named: Iterable[Group] = (line.group for line in version.lines)
    return {EVERYBODY, *named, *(frozenset({facet}) for facet in version.parents)}


def facts_of(version: Version) -> Iterator[tuple[Measure, Group, Fact]]:
    for measure in version.measures.values():
        for group, fact in measure.facts.items():
            yield measure, group, fact


def weights(measure: Measure, people: Mapping[Group, float]) -> Mapping[Group, float] | None:
    """What each group's figure counts for in that of a larger group, where that is its people."""
    shown = [group for group, fact in measure.facts.items() if fact.shown]
    if measure.shared and shown and all(people.get(group) for group in shown):
        return people
    return None
