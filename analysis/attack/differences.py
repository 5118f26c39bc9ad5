"""A7 to A10: the same group in two waves, versions, trees or overlapping periods."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.attack.facts import Fact, Measure, Version
from analysis.attack.findings import Finding, Limits, Severity, amount, telling, telling_mean
from analysis.attack.model import Group, Range, Release

_MONTH = re.compile(r"(20\d\d)-(\d\d)")
_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = re.compile(r"\b(" + "|".join(_NAMES) + r")[a-z]*\b", re.IGNORECASE)


@dataclass(frozen=True)
class Gap:
    """A larger figure less a smaller one: how many people, and what they said."""

    n: Range
    count: Range | None
    value: Range | None


def attack(
    found: Mapping[str, Sequence[Version]], release: Release, limits: Limits
) -> Iterator[Finding]:
    """Every pair of versions of a wave, and every pair of waves."""
    for wave, several in found.items():
        for one, other in itertools.combinations(several, 2):
            label = "A9" if _other_tree(one, other) else "A8"
            yield from _pair(one, other, label, wave, release, limits)
    for (first, olds), (second, news) in itertools.combinations(found.items(), 2):
        windows = months(first), months(second)
        overlap = bool(windows[0] & windows[1]) and windows[0] != windows[1]
        nested = overlap and (windows[0] <= windows[1] or windows[1] <= windows[0])
        label = "A10" if overlap else "A7"
        for old, new in itertools.product(olds, news):
            if not overlap and _other_tree(old, new):
                label = "A9"
            waves = f"{first} and {second}"
            yield from _pair(old, new, label, waves, release, limits, certain=nested)


def months(wave: str) -> frozenset[int]:
    """The months that a period's name spans; none where it names no span.

    >>> sorted(months("2026-01 to 2026-03")), len(months("Jan–Apr 2026")), len(months("May"))
    ([24312, 24313, 24314], 4, 0)
    """
    if len(found := _MONTH.findall(wave)) == 2:
        first, last = (12 * int(year) + int(month) - 1 for year, month in found)
        return frozenset(range(first, last + 1))
    names = [_NAMES.index(name.lower()) for name in _NAMED.findall(wave)]
    if len(names) != 2:
        return frozenset()
    year = 12 * int(found[0]) if (found := re.findall(r"20\d\d", wave)) else 0
    return frozenset(range(year + names[0], year + names[1] + 1))


def _other_tree(one: Version, other: Version) -> bool:
    shared = one.parents.keys() & other.parents.keys()
    if any(one.parents[facet] != other.parents[facet] for facet in shared):
        return True
    return bool(one.parents and other.parents) and one.parents.keys() != other.parents.keys()


def _pair(
    one: Version, other: Version, label: str, waves: str, release: Release, limits: Limits,
    *, certain: bool = False,
) -> Iterator[Finding]:  # fmt: skip
    files = tuple(dict.fromkeys([*one.files, *other.files]))
    assumed = not certain and one.wave != other.wave
    for name in sorted(one.measures.keys() & other.measures.keys()):
        before, after = one.measures[name], other.measures[name]
        for group in before.facts.keys() & after.facts.keys():
            if assumed and not plausible(one, other, group):
                continue
            known = learned(before, after, group, limits)
            if known is None:
                known = _turned(before.facts[group], after.facts[group], label)
            if known is None:
                continue
            words, severity = known
            if assumed:
                words = f"{words}, if the others answered as before"
                severity = "medium" if severity == "high" else severity
            yield Finding(label, severity, release.name(group), words, waves, name, files)


def learned(
    before: Measure, after: Measure, group: Group, limits: Limits
) -> tuple[str, Severity] | None:
    """What the people who make the difference said, where they are few and it is known."""
    gap = difference(before.facts[group], after.facts[group], after)
    if gap is None or gap.n[0] < 1 or gap.n[1] >= limits.answers:
        return None
    who = "people who came or left"
    if gap.count is not None:
        if not telling(*gap.count, *gap.n):
            return None
        severity: Severity = "high" if gap.count[0] == gap.count[1] else "medium"
        return f"{amount(*gap.count, *gap.n)} {who}", severity
    if gap.value is None:
        return None
    width = gap.value[1] - gap.value[0]
    if not telling_mean(width, gap.n[1], after.span):
        return None
    low, high = gap.value
    return f"{low:.1f} to {high:.1f} for the {gap.n[0]:g} to {gap.n[1]:g} {who}", "medium"


def difference(before: Fact, after: Fact, measure: Measure) -> Gap | None:
    """The larger less the smaller. ``None`` when sizes may be the same or nothing fits."""
    if before.n is None or after.n is None or not (before.shown and after.shown):
        return None
    small, large = (before, after) if before.n[0] <= after.n[0] else (after, before)
    if small.n is None or large.n is None:
        return None
    n = large.n[0] - small.n[1], large.n[1] - small.n[0]
    if n[0] < 1:
        return None
    if small.count is not None and large.count is not None:
        low, high = large.count[0] - small.count[1], large.count[1] - small.count[0]
        low, high = max(low, 0.0), min(high, n[1])
        return Gap(n, (low, high), None) if low <= high else None
    if small.value is None or large.value is None:
        return None
    return _gap_of_means(small.n, large.n, n, small.value, large.value, measure)


def _gap_of_means(
    small_n: Range, large_n: Range, n: Range, small: Range, large: Range, measure: Measure
) -> Gap | None:
    """The range over every pair of sizes that fits."""
    ends = _by_sizes(small_n, large_n, small, large, measure).values()
    fitting = [(low, high) for low, high in ends if low <= high]
    if not fitting:
        return None
    return Gap(n, None, (min(low for low, _ in fitting), max(high for _, high in fitting)))


def _by_sizes(
    small_n: Range, large_n: Range, small: Range, large: Range, measure: Measure
) -> dict[tuple[int, int], Range]:
    """For each pair of sizes (N·F − n·f)/(N − n), for means F of N people and f of n of them; the
    ends are crossed where no answers could give that."""
    found = {}
    for few in range(int(small_n[0]), int(small_n[1]) + 1):
        for many in range(max(int(large_n[0]), few + 1), int(large_n[1]) + 1):
            low = (many * large[0] - few * small[1]) / (many - few)
            high = (many * large[1] - few * small[0]) / (many - few)
            found[few, many] = max(low, measure.low), min(high, measure.high)
    return found


def plausible(one: Version, other: Version, group: Group) -> bool:
    """Whether a group's figures bear out that those in both waves answered as before.

    Numbers of answers must be told exactly, or nobody knows how many came and left; and every
    measure must fit: where answers changed, a difference soon is more than a few people can make.
    """
    told = False
    for name in one.measures.keys() & other.measures.keys():
        before = one.measures[name].facts.get(group)
        after = other.measures[name].facts.get(group)
        if not (before and after and before.n and after.n and before.shown and after.shown):
            continue
        if before.n[0] != before.n[1] or after.n[0] != after.n[1]:
            return False
        if before.n != after.n and difference(before, after, other.measures[name]) is None:
            return False
        told = True
    return told


def _turned(before: Fact, after: Fact, label: str) -> tuple[str, Severity] | None:
    """Two versions with as many people: a few answers were turned or put right."""
    if label not in ("A8", "A9") or before.n is None or before.n != after.n:
        return None
    if before.n[0] != before.n[1] or before.count is None or after.count is None:
        return None
    low = after.count[0] - before.count[1]
    high = after.count[1] - before.count[0]
    if low != high or not low:
        return None
    return f"exactly {abs(low):g} of {before.n[0]:g} answers changed between versions", "medium"
