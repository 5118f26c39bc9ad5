"""A1 to A3, A6 and A19: groups that follow from others by adding and subtracting."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from analysis.attack.facts import Fact, Measure, weights
from analysis.attack.findings import Finding, Limits, Severity, amount, telling, telling_mean
from analysis.attack.model import EVERYBODY, Group, Range, Release
from analysis.attack.system import System, Vector, combined

MOST_SINGLE = 400


@dataclass(frozen=True)
class Derived:
    """A set of people that no file shows and that follows from what files show."""

    name: str
    parts: Mapping[Group, Fraction]
    n: Range | None
    people: float | None
    fact: Fact
    files: tuple[str, ...]


def derived(system: System, release: Release) -> Iterator[Derived]:
    """Every hidden group, atom, remainder and difference of two that can be computed."""
    seen = {system.vectors[group].tobytes() for group in system.shown}
    hidden = {system.vectors[g].tobytes(): release.name(g) for g in system.groups if g not in
              system.shown and g != EVERYBODY}  # fmt: skip
    for target, known in _targets(system):
        if target.tobytes() in seen or not target.any() or (target < 0).any():
            continue
        seen.add(target.tobytes())
        parts = known or system.express(target)
        if parts is not None:
            name = hidden.get(target.tobytes()) or _left(system, target, parts, release)
            yield _derive(system, target, name, parts)


def _targets(system: System) -> Iterator[tuple[Vector, dict[Group, Fraction] | None]]:
    """Sets to try, with the way to compute them where it is plain."""
    for group in system.shown:
        rest, parts = system.vectors[group].copy(), {group: Fraction(1)}
        for other in _largest_inside(system, group):
            rest -= system.vectors[other]
            parts[other] = Fraction(-1)
        yield rest, parts
    for one, other in itertools.permutations(system.shown, 2):
        parts = {one: Fraction(1), other: Fraction(-1)}
        yield system.vectors[one] - system.vectors[other], parts
    for group in system.groups:
        if group not in system.shown and group != EVERYBODY:
            yield system.vectors[group], None
    if len(system.atoms) <= MOST_SINGLE:
        for row in np.eye(len(system.atoms), dtype=np.int64):
            yield row, None


def _largest_inside(system: System, group: Group) -> list[Group]:
    """Shown groups just below one: by its own division, so that they do not overlap."""
    found: list[Group] = []
    mine = system.vectors[group]
    covered = np.zeros_like(mine)
    inside = [
        g for g in system.shown
        if g != group and (system.vectors[g] <= mine).all() and system.vectors[g].any()
    ]  # fmt: skip
    for other in sorted(inside, key=lambda g: (-int(system.vectors[g].sum()), sorted(g))):
        if not (covered & system.vectors[other]).any() and (system.vectors[other] < mine).any():
            covered |= system.vectors[other]
            found.append(other)
    return found


def _left(system: System, target: Vector, parts: Mapping[Group, Fraction], release: Release) -> str:
    """What a remainder is called: by the hidden groups in it, else by how it is computed."""
    inside = [
        group for group in system.groups
        if group not in system.shown and group != EVERYBODY
        and system.vectors[group].any() and (system.vectors[group] <= target).all()
    ]  # fmt: skip
    held = [group for group in inside if any(_within(system, group, other) for other in inside)]
    names = [release.name(group) for group in inside if group not in held]
    plus = " with ".join(release.name(group) for group, weight in parts.items() if weight > 0)
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return f"the rest of {plus} ({', '.join(names[:3])}{more})"
    minus = [release.name(group) for group, weight in parts.items() if weight < 0]
    return f"{plus} without {' and '.join(minus)}" if minus else plus


def _within(system: System, group: Group, other: Group) -> bool:
    mine, theirs = system.vectors[group], system.vectors[other]
    return bool((mine <= theirs).all() and (mine < theirs).any())


def _derive(system: System, target: Vector, name: str, parts: Mapping[Group, Fraction]) -> Derived:
    facts = system.measure.facts
    people = system.people(target)
    n = combined(parts, {group: facts[group].n for group in parts})
    if n is not None:
        top = n[1] if people is None else min(n[1], people)
        n = max(n[0], 0.0), max(top, 0.0)
    count = combined(parts, {group: facts[group].count for group in parts})
    if count is not None and n is not None:
        count = max(count[0], 0.0), min(count[1], n[1])
    files = tuple(dict.fromkeys(file for group in parts for file in facts[group].files))
    value = _value(system, parts, n)
    return Derived(name, parts, n, people, Fact(n, count, value, True, "", files), files)


def _value(system: System, parts: Mapping[Group, Fraction], n: Range | None) -> Range | None:
    """The range of a remainder's mean: (Σ n·f) / n over groups with means f of n answers.

    Where groups count by their people, the bounds do this with the people of each cell.
    """
    measure, facts = system.measure, system.measure.facts
    if weights(measure, system.version.people):
        return None
    totals: dict[Group, Range | None] = {}
    for group in parts:
        size, value = facts[group].n, facts[group].value
        totals[group] = None
        if size is not None and value is not None:
            totals[group] = size[0] * (value[0] - measure.low), size[1] * (value[1] - measure.low)
    total = combined(parts, totals)
    if total is None or n is None or n[0] < 1:
        return None
    low, high = max(total[0], 0.0) / n[1], total[1] / n[0]
    return min(measure.low + low, measure.high), min(measure.low + high, measure.high)


def attack(system: System, release: Release, limits: Limits) -> Iterator[Finding]:
    """A1, A2, A3 and A19: small groups that can be computed; A6 for those of any size."""
    for one in derived(system, release):
        label = _label(one, system)
        known, severity = learned(one, system.measure, limits)
        if known:
            yield Finding(
                label, severity, one.name, known, system.version.wave, system.measure.name,
                one.files,
            )  # fmt: skip
        elif alike(one.fact, system.measure):
            yield Finding(
                "A6", "high", one.name, _alike_words(one.fact, system.measure),
                system.version.wave, system.measure.name, one.files,
            )  # fmt: skip


def _label(one: Derived, system: System) -> str:
    crossed = any(len(group) > 1 for group in one.parts)
    if crossed:
        return "A19"
    if len(one.parts) == 2:
        return "A2" if len(one.files) > 1 else "A1"
    plus = [group for group, weight in one.parts.items() if weight > 0]
    return "A1" if len(plus) == 1 and all(abs(w) == 1 for w in one.parts.values()) else "A3"


def learned(one: Derived, measure: Measure, limits: Limits) -> tuple[str, Severity]:
    """What is known of a small group in words, or nothing."""
    n, people = one.n, one.people
    few = (n is not None and n[1] < limits.answers) or (
        people is not None and people < limits.people
    )
    size = n or ((1.0, people) if people else None)
    if not few or size is None or size[0] < 1:
        return "", "low"
    count, value = one.fact.count, one.fact.value
    if count is not None and count[0] <= count[1]:
        if telling(*count, *size):
            return amount(*count, *size), "high" if count[0] == count[1] else "medium"
        return f"{amount(*count, *size)}, within rounding", "low"
    if value is None or value[0] > value[1]:
        return "", "low"
    width = value[1] - value[0]
    if telling_mean(width, size[1], measure.span):
        words = f"{value[0]:.1f} to {value[1]:.1f} for {_people(size)}"
        return words, "high" if width < 0.05 * measure.span else "medium"
    return f"{value[0]:.1f} to {value[1]:.1f} for {_people(size)}, within rounding", "low"


def _people(size: Range) -> str:
    return f"{size[0]:g} people" if size[0] == size[1] else f"{size[0]:g} to {size[1]:g} people"


def clamp(n: float) -> int:
    """How many must have said otherwise before a group did not answer all alike."""
    return 3 if n < 50 else 2


def alike(fact: Fact, measure: Measure) -> bool:
    """Whether (nearly) everybody is known to have answered on one side (A6)."""
    n = fact.n
    if n is None or n[0] < 1:
        return False
    if fact.count is not None and fact.count[0] <= fact.count[1]:
        least = min(a - b for a, b in ((n[0], fact.count[0]), (n[1], fact.count[0])))
        all_of = fact.count[0] > n[1] - clamp(n[1]) and least >= 0
        none_of = fact.count[1] < clamp(n[0])
    elif fact.value is not None and fact.value[0] <= fact.value[1]:
        edge = max(clamp(size) / size for size in n)
        low = (fact.value[0] - measure.low) / measure.span
        high = (fact.value[1] - measure.low) / measure.span
        small = min(clamp(size) / size for size in n)
        all_of, none_of = low > 1 - small, high < small
        if edge >= 0.5:
            return low > 0.98 or high < 0.02
    else:
        return False
    return all_of or (none_of and not measure.one_sided)


def _alike_words(fact: Fact, measure: Measure) -> str:
    if fact.count is not None and fact.n is not None:
        return f"nearly all alike: {amount(*fact.count, *fact.n)}"
    low, high = fact.value or (measure.low, measure.high)
    return f"nearly all alike: {low:.1f} to {high:.1f} of {measure.high:g}"


def shown_alike(measure: Measure, release: Release) -> Iterator[Finding]:
    """A6 for figures as printed; words such as "under 4%" are how few may be told."""
    for group, fact in measure.facts.items():
        if fact.shown and fact.plainly and alike(fact, measure):
            said = fact.printed or "a figure"
            yield Finding(
                "A6", "high", release.name(group),
                f"'{said}' says that (nearly) everybody answered alike",
                measure.wave, measure.name, fact.files,
            )  # fmt: skip


def shown_small(measure: Measure, release: Release, limits: Limits) -> Iterator[Finding]:
    """A0: figures printed for groups under the least number of answers."""
    for group, fact in measure.facts.items():
        if not fact.shown or fact.n is None or not fact.n[0] or fact.n[1] >= limits.answers:
            continue
        known = f"{fact.printed} from {_people(fact.n)}"
        if fact.count is not None and fact.count[0] == fact.count[1]:
            known = amount(*fact.count, *fact.n)
        yield Finding(
            "A0", "high" if fact.plainly else "medium", release.name(group), f"shown: {known}",
            measure.wave, measure.name, fact.files,
        )  # fmt: skip
