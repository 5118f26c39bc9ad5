"""A12: the widths of likely ranges say how alike a group's people answered, and more."""

import math
from collections.abc import Iterator, Sequence

from analysis.attack.facts import Fact, Version
from analysis.attack.findings import Finding, Limits
from analysis.attack.model import EVERYBODY, Group, Line, Range, Release

# Student's t for 95 %, from many to some twenty degrees of freedom.
QUANTILES = (1.96, 2.09)
LARGE = 50


def attack(version: Version, release: Release, limits: Limits) -> Iterator[Finding]:
    """Likely ranges in Candour's own form."""
    yield from _spreads(version, release, limits)
    yield from _told_apart(version, release)


def _spreads(version: Version, release: Release, limits: Limits) -> Iterator[Finding]:
    """Groups under 50 answers whose ranges no common spread explains have their own in them."""
    parted = holding_shown(version)
    for name, measure in version.measures.items():
        found: list[tuple[Line, Range]] = []
        for line in version.lines:
            if line.measure != name or not line.shared or line.group in parted:
                continue
            spread = deviation(line, measure.facts[line.group], version, limits)
            if spread is not None:
                found.append((line, spread))
        if len(found) < 2:
            continue
        low, high = max(one[0] for _, one in found), min(one[1] for _, one in found)
        if low <= high:
            continue
        for line, (least, most) in found:
            if most < low or least > high:
                yield Finding(
                    "A12", "medium", release.name(line.group),
                    f"its likely range leaves {least:.0f} to {most:.0f} points for how far its "
                    "own people lie apart",
                    version.wave, name, (line.source,),
                )  # fmt: skip


def deviation(line: Line, fact: Fact, version: Version, limits: Limits) -> Range | None:
    """The standard deviations that fit a likely range; ``None`` where it tells none.

    half = t·s·√((1 − n/N)/n), laid around every score that prints alike and rounded outward.
    """
    cells, people = line.cells, version.people.get(line.group)
    if not {"mean", "low", "high", "n"} <= cells.keys() or cells["mean"].words or people is None:
        return None
    low, high, step = cells["low"].middle, cells["high"].middle, cells["mean"].step
    if low <= 0 or high >= 100 or fact.n is None or not 2 <= fact.n[1] < min(LARGE, people):
        return None
    score = round(cells["mean"].middle)
    half = high - score - 1.5 * step, high - score - step / 2
    # The number that is told may be that of a question with a few more answers (rule D5).
    fewest = max(fact.n[0] - limits.answers + 1, 2.0)
    sizes = [math.sqrt((1 - n / people) / n) for n in (fewest, fact.n[1])]
    return max(half[0], 0.0) / (QUANTILES[1] * max(sizes)), half[1] / (QUANTILES[0] * min(sizes))


def holding_shown(version: Version) -> set[Group]:
    """The groups inside which other groups are shown: their ranges are put together from theirs."""
    found: set[Group] = set()
    for measure in version.measures.values():
        for group, fact in measure.facts.items():
            if fact.shown and group != EVERYBODY:
                found |= _above(version, group)
    return found


def _above(version: Version, group: Group) -> set[Group]:
    found, at = {EVERYBODY}, next(iter(group), None)
    while at is not None and (at := version.parents.get(at)) is not None:
        found.add(frozenset({at}))
    return found


def _told_apart(version: Version, release: Release) -> Iterator[Finding]:
    """Shares of one group that print alike and have different ranges: these say more of them."""
    alike: dict[tuple[Group, str, str, str, bool], list[Line]] = {}
    for line in version.lines:
        cells = line.cells
        if {"share", "n", "share low", "share high"} <= cells.keys():
            ends = [round(cells[role].middle) for role in ("share low", "share high")]
            # A theme with a few answers fewer may go up in fives where others do not.
            fives = not any(end % 5 for end in ends)
            key = line.group, line.source, cells["share"].text, cells["n"].text, fives
            alike.setdefault(key, []).append(line)
    parted = holding_shown(version)
    for (group, source, share, *_), lines in alike.items():
        ranges = sorted({_range(line) for line in lines})
        if len(ranges) > 1 and group not in parted:
            measures = _names(lines)
            yield Finding(
                "A12", "medium", release.name(group),
                f"{share} of {measures} have the ranges {' and '.join(ranges)}, so these say more",
                version.wave, "", (source,),
            )  # fmt: skip


def _range(line: Line) -> str:
    return f"{line.cells['share low'].text} to {line.cells['share high'].text}"


def _names(lines: Sequence[Line]) -> str:
    return " and ".join(f"'{line.measure.partition(' · ')[0]}'" for line in lines)
