"""Scores told in sentences: turned back into those of the few people they are about."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from analysis.attack.facts import Fact, Version
from analysis.attack.findings import Finding, Limits, Severity, telling_mean
from analysis.attack.model import EVERYBODY, Group, Range, Release, Said

CLAMP = 3
_PEOPLE = re.compile(r"(About )?(\d+) people gave one answer to every question")
_WITHOUT = re.compile(r"would be (\d+(?:\.\d+)?) instead of (\d+(?:\.\d+)?)")
_PART = r"(?:about (\d+(?:\.\d+)?) points? (up|down)|(hardly anything)) {}"
_WITHIN, _MAKE_UP = (
    re.compile(_PART.format("lies? within")),
    re.compile(_PART.format("comes? with")),
)
Floats = NDArray[np.float64]


def attack(
    found: Mapping[str, Sequence[Version]], release: Release, limits: Limits
) -> Iterator[Finding]:
    """The two scores beside sheets of one answer, and the two parts of a change."""
    waves = list(found)
    for said in release.said:
        for new in found[said.wave]:
            if said.source not in new.files:
                continue
            if said.kind == "alike":
                yield from _one_answer(said, new, release, limits)
            elif said.kind == "make_up":
                before = waves[: waves.index(said.wave)]
                for old in (version for wave in before[-1:] for version in found[wave]):
                    yield from _change(said, old, new, release, limits)


def _one_answer(
    said: Said, version: Version, release: Release, limits: Limits
) -> Iterator[Finding]:
    people, fact = _PEOPLE.search(said.text), _whole(version, said.measure)
    if people is None or fact is None or fact.n is None or fact.value is None:
        return
    some = float(people[2])
    marked = (max(some - 2.0, 1.0), some + 2.0) if people[1] else (some, some)
    two = _WITHOUT.search(said.text)
    if two is None and "the same" not in said.text:
        return
    step = 10.0 ** -len(two[1].partition(".")[2]) if two else 1.0
    moved = float(two[1]) - float(two[2]) if two else 0.0
    low, high = scores_of_some(fact.n, marked, fact.value, (moved - step / 2, moved + step / 2))
    if low > high:
        return
    about = f"{low:.0f} to {high:.0f} of 100 for the {marked[0]:g} to {marked[1]:g} who gave one"
    few, edge = marked[1] < limits.answers, 100 * CLAMP / marked[1]
    if few and not telling_mean(high - low, marked[1], 100):
        return
    if not few and edge <= high and low <= 100 - edge:
        return
    severity: Severity = "medium" if few else "high"
    yield Finding(
        "A12" if few else "A6", severity, release.name(EVERYBODY),
        f"{about} answer to every question", said.wave, said.measure, (said.source,),
    )  # fmt: skip


def scores_of_some(n: Range, some: Range, mean: Range, moved: Range) -> Range:
    """The mean of a few people, from that of all ``n`` and how far it moves without them.

    Formula: ȳ − (n − m)/m·Δ for m people and a move of Δ when they are left out.

    >>> scores_of_some((60, 60), (10, 10), (50, 50), (-4, -4))
    (70.0, 70.0)
    """
    ends = [
        middle - (every - few) / few * gap
        for every, few, middle, gap in itertools.product(n, some, mean, moved)
    ]
    return max(min(ends), 0.0), min(max(ends), 100.0)


@dataclass(frozen=True)
class Parts:
    """The groups next below everybody and, last, everybody in none of them. ``shares`` of all
    people in both waves, shape (2, groups); ``low`` and ``high`` their scores, the same shape."""

    groups: list[Group]
    people: Floats
    shares: Floats
    low: Floats
    high: Floats
    whole: tuple[Range, Range]


def _change(
    said: Said, old: Version, new: Version, release: Release, limits: Limits
) -> Iterator[Finding]:
    told = [_points(pattern, said.text) for pattern in (_WITHIN, _MAKE_UP)]
    parts = _parts(old, new, said.measure)
    if parts is None or told[0] is None or told[1] is None or follows(parts, told[0], told[1]):
        return
    sentence = [told[0], told[1]]
    for place, group in enumerate(parts.groups):
        few = float(parts.people[:, place].max())
        plain = (parts.high - parts.low)[:, place].min() < 99
        if plain or not 0 < few < limits.people:
            continue
        alone, known = bounds(parts, place, []), bounds(parts, place, sentence)
        if alone is None or known is None:
            continue
        if telling_mean(known[1] - known[0], few, 100) and not telling_mean(
            alone[1] - alone[0], few, 100
        ):
            yield Finding(
                "A12", "medium", release.name(group) if group else "people in no group",
                f"{known[0]:.0f} to {known[1]:.0f} of 100 on average of two waves, from what is "
                "said of groups growing or shrinking",
                said.wave, said.measure, tuple(dict.fromkeys([*old.files, *new.files])),
            )  # fmt: skip


def _points(pattern: re.Pattern[str], text: str) -> Range | None:
    match = pattern.search(text)
    if match is None:
        return None
    if match[3]:
        return -0.5, 0.5
    half = 0.5 * 10.0 ** -len(match[1].partition(".")[2])
    value = float(match[1]) * (1 if match[2] == "up" else -1)
    return value - half, value + half


def _whole(version: Version, measure: str) -> Fact | None:
    return version.measures[measure].facts.get(EVERYBODY) if measure in version.measures else None


def _parts(old: Version, new: Version, measure: str) -> Parts | None:
    tops = [
        {frozenset({facet}) for facet, parent in one.parents.items() if parent is None}
        for one in (old, new)
    ]
    wholes = [_whole(one, measure) for one in (old, new)]
    values = [fact.value if fact else None for fact in wholes]
    if tops[0] != tops[1] or values[0] is None or values[1] is None:
        return None
    groups: list[Group] = sorted(tops[0], key=sorted)
    rows, low, high = [], [], []
    for one in (old, new):
        sizes = [one.people.get(group) for group in (*groups, EVERYBODY)]
        if any(size is None for size in sizes):
            return None
        *inside, every = (float(size or 0) for size in sizes)
        rows.append([*inside, every - sum(inside)])
        facts = [one.measures[measure].facts.get(group) for group in groups]
        ends = [fact.value if fact and fact.value else (0.0, 100.0) for fact in facts]
        low.append([end[0] for end in ends] + [0.0])
        high.append([end[1] for end in ends] + [100.0])
    people = np.array(rows)
    if (people < 0).any() or not (people.sum(axis=1) > 0).all():
        return None
    shares = people / people.sum(axis=1, keepdims=True)
    return Parts(
        [*groups, EVERYBODY], people, shares, np.array(low), np.array(high), (values[0], values[1])
    )


def follows(parts: Parts, within: Range, make_up: Range) -> bool:
    """Whether printed scores alone make the two parts, so that these tell nothing: groups with a
    score in whole points in both waves are parts, and all others together are one (Kitagawa)."""
    points = np.append(parts.high[:, :-1] - parts.low[:, :-1], np.full((2, 1), 100.0), axis=1)
    whole = np.asarray((points <= 1.001).all(axis=0))
    scores = (parts.low + parts.high)[:, whole] / 2
    shares = parts.shares[:, whole]
    rest = 1 - shares.sum(axis=1)
    every = np.array([sum(ends) / 2 for ends in parts.whole])
    if (rest > 1e-9).all():
        left = (every - (shares * scores).sum(axis=1)) / rest
        shares, scores = np.column_stack([shares, rest]), np.column_stack([scores, left])
    middle, moved = shares.mean(axis=0), np.diff(shares, axis=0)[0]
    inside = float(middle @ np.diff(scores, axis=0)[0])
    outside = float(moved @ scores.mean(axis=0))
    return (
        within[0] - 1e-6 <= inside <= within[1] + 1e-6
        and make_up[0] - 1e-6 <= outside <= make_up[1] + 1e-6
    )


def bounds(parts: Parts, place: int, told: Sequence[Range]) -> Range | None:
    """The least and most of a group's mean over both waves; ``told`` are the parts of the change.

    Both parts are linear in the groups' scores: Σ W̄_t·(y2_t − y1_t) and Σ ΔW_t·(y1_t + y2_t)/2.
    """
    first, second = parts.shares
    none = np.zeros(len(first))
    middle, moved = (first + second) / 2, second - first
    rows = [
        np.concatenate([first, none]),
        np.concatenate([none, second]),
        np.concatenate([-middle, middle]),
        np.concatenate([moved / 2, moved / 2]),
    ]
    ends = [*parts.whole, *told]
    above = np.array([sign * row for row, _ in zip(rows, ends, strict=False) for sign in (1, -1)])
    most = [edge for low, high in ends for edge in (high, -low)]
    goal = np.zeros(2 * len(first))
    goal[[place, place + len(first)]] = 0.5
    limits = list(zip(parts.low.ravel(), parts.high.ravel(), strict=True))
    found = [linprog(sign * goal, above, most, bounds=limits) for sign in (1, -1)]
    if any(one.status != 0 for one in found):
        return None
    return float(found[0].fun), -float(found[1].fun)
