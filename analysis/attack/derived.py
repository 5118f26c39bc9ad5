"""A12: figures worked out from others must follow from what is printed, or they say more than it.

How Candour works them out is public, so an outsider does the sum again from the printed figures:
scores with chance allowed for, the two ends of a group's silence, and how far a question moved.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.attack.facts import Version
from analysis.attack.findings import Finding, Limits
from analysis.attack.model import EVERYBODY, Line, Range, Release
from analysis.attack.printed import Cell, parse
from analysis.multilevel.grouped import GroupingError
from analysis.sampling.proportions import newcombe
from analysis.smoothing import shrink

SPREADS = range(5, 55, 5)
LARGE, NO_LONGER_UNSURE = 50, 60
MOST_UNSURE = 6
SHRUNK = ("shrunk", "shrunk low", "shrunk high")
MOVED = ("moved low", "moved high")
_Z = 1.959963984540054
Told = tuple[float, float, float]


def attack(
    found: Mapping[str, Sequence[Version]], release: Release, limits: Limits
) -> Iterator[Finding]:
    """All derived figures of all waves."""
    waves = list(found)
    for place, wave in enumerate(waves):
        before = [one for earlier in waves[:place] for one in found[earlier]]
        for version in found[wave]:
            yield from _shrunk(version, release)
            yield from _silence(version, release, limits)
            yield from _moves(version, before, release, limits)


@dataclass(frozen=True)
class Shown:
    """A group's printed score, number of answers and what it says with chance allowed for."""

    line: Line
    score: float
    answers: float
    told: Told

    @property
    def steps(self) -> tuple[int, ...]:
        """What its figures may have been rounded to."""
        if any(value % 5 for value in (self.score, *self.told)) or self.answers >= NO_LONGER_UNSURE:
            return (1,)
        return (5,) if self.answers < LARGE or "about" in self.line.cells["n"].text else (1, 5)


def _shrunk(version: Version, release: Release) -> Iterator[Finding]:
    by_table: dict[tuple[str, str], list[Shown]] = {}
    for line in version.lines:
        if "shrunk" not in line.cells:
            continue
        told = tuple(_value(line.cells[role]) for role in SHRUNK if role in line.cells)
        if not {"mean", "n"} <= line.cells.keys() or len(told) != len(SHRUNK):
            known = f"its score with chance allowed for, {told[0]:g}, stands beside no score"
            yield _finding(line, release, known)
            continue
        score, n = _value(line.cells["mean"]), _value(line.cells["n"])
        shown = Shown(line, score, n, (told[0], told[1], told[2]))
        by_table.setdefault((line.source, line.measure), []).append(shown)
    for groups in by_table.values():
        for one, (low, high) in unlike(groups):
            known = (
                f"its score with chance allowed for, {one.told[0]:g}, does not follow from printed "
                f"scores; turned back it leaves {low:.1f} to {high:.1f}"
            )
            yield _finding(one.line, release, known)


def unlike(groups: Sequence[Shown]) -> list[tuple[Shown, Range]]:
    """The groups that no common spread explains, each with the score that it turns back into."""
    best: list[tuple[Shown, Range]] | None = None
    unsure = [one for one in groups if len(one.steps) > 1][:MOST_UNSURE]
    for spread in SPREADS:
        for some in itertools.product(*(one.steps for one in unsure)):
            chosen = {id(one): step for one, step in zip(unsure, some, strict=True)}
            steps = np.array([chosen.get(id(one), one.steps[0]) for one in groups], dtype=float)
            left = _left(groups, spread, steps)
            if best is None or len(left) < len(best):
                best = left
            if not best:
                return []
    return best or []


def _left(
    groups: Sequence[Shown], spread: float, steps: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> list[tuple[Shown, Range]]:
    """The groups that one spread does not explain."""
    scores = np.array([one.score for one in groups])
    variances = spread**2 / np.array([one.answers for one in groups]) + steps**2 / 12
    try:
        found = shrink(scores, variances)
    except GroupingError:
        return [(one, (0.0, 100.0)) for one in groups]
    share, many = found.weight, max(len(groups) - 3, 1)
    # Morris (1983): the last part is for not knowing how far groups lie apart.
    guessed = 2 / many * ((1 - share) * (scores - found.mean)) ** 2
    half = 1.96 * np.sqrt(found.se**2 + guessed)
    left: list[tuple[Shown, Range]] = []
    for one, at, wide, part, step in zip(groups, found.estimate, half, share, steps, strict=True):
        low, high = max(at - wide, 0.0), min(at + wide, 100.0)
        told = _nearest(at, step), *_outward(low, high, step)
        if any(abs(a - b) > step / 10 for a, b in zip(told, one.told, strict=True)):
            rest = (1 - part) * found.mean
            ends = [(one.told[0] + sign * step / 2 - rest) / max(part, 1e-9) for sign in (-1, 1)]
            left.append((one, (max(ends[0], 0.0), min(ends[1], 100.0))))
    return left


def _silence(version: Version, release: Release, limits: Limits) -> Iterator[Finding]:
    """Of groups; those of everybody are turned back with the numbers of answers (A11)."""
    for line in version.lines:
        people = version.people.get(line.group)
        cells = line.cells
        if line.group == EVERYBODY or not line.shared or not people:
            continue
        if not {"lowest", "highest"} <= cells.keys():
            continue
        told = _value(cells["lowest"]), _value(cells["highest"])
        if not {"mean", "n"} <= cells.keys():
            yield _finding(line, release, f"what its silent could change, {_span(told)}, stands "
                           "beside no score")  # fmt: skip
        elif not _follows(_value(cells["mean"]), _value(cells["n"]), people, told, limits):
            yield _finding(line, release, f"what its silent could change, {_span(told)}, does not "
                           "follow from its printed score and number of answers")  # fmt: skip


def _follows(score: float, n: float, people: float, told: Range, limits: Limits) -> bool:
    """Whether two ends are those of the fewest answers that are told alike, or, in a share of
    answers, of a part of all questions in steps of 5 %."""
    sizes = {max(5 * round(n / 5) - 2.0 - 5 * back, 2.0 * limits.answers)
             for back in range(limits.answers // 5 + 1)}  # fmt: skip
    shares = [size / people for size in sizes] + [part / 20 for part in range(20)]
    for share, step in itertools.product(shares, (1, 5)):
        low, high = max(score - step / 2, 0.0), min(score + step / 2, 100.0)
        ends = _outward(share * low, share * high + 100 * (1 - share), step)
        if (max(ends[0], 0.0), min(ends[1], 100.0)) == told:
            return True
    return False


def _moves(
    version: Version, before: Sequence[Version], release: Release, limits: Limits
) -> Iterator[Finding]:
    for line in version.lines:
        if not set(MOVED) <= line.cells.keys():
            continue
        told = _value(line.cells[MOVED[0]]), _value(line.cells[MOVED[1]])
        earlier = [
            then
            for old in before
            for one in old.lines
            if (one.measure, one.group) == (line.measure, line.group)
            for then in _worth(one, old, limits)
        ]
        pairs = itertools.product(_worth(line, version, limits), earlier)
        if not any(_moved(now, then) == told for now, then in pairs):
            known = f"how far it moved, {_span(told)}, does not follow from its printed shares"
            yield _finding(line, release, known)


def _worth(line: Line, version: Version, limits: Limits) -> Iterator[Told]:
    """A printed share, the answers it is worth, and half of its rounding, which may be two."""
    cells = line.cells
    if not {"share", "n"} <= cells.keys() or cells["share"].words:
        return
    share, ends = _value(cells["share"]), [cells.get(role) for role in ("share low", "share high")]
    people = version.people.get(EVERYBODY)
    least = _value(cells["n"]) - 2 - (limits.answers - 1)
    for step in (1, 5):
        spreads = []
        for end, edge in zip(ends, (share - step / 2, share + step / 2), strict=True):
            at = _value(end) if end else 0.0
            if 0 < at < 100:
                spreads.append((edge - at) ** 2 / (_Z**2 * at * (100 - at)))
        spread = min(spreads, default=0.0) + (1 / people if people else 0.0)
        answers = min(least, 1 / spread) if any(ends) and spread else least
        yield share, float(max(int(answers), 1)), step / 2


def _moved(now: Told, then: Told) -> Range:
    (share, n, blur), (share_then, m, blur_then) = now, then
    gap = newcombe(round(share * n / 100), int(n), round(share_then * m / 100), int(m))
    blur += blur_then + 50 / n + 50 / m
    low, high = max(100 * gap.low - blur, -100.0), min(100 * gap.high + blur, 100.0)
    return float(math.floor(low)), float(math.ceil(high))


def _finding(line: Line, release: Release, known: str) -> Finding:
    name = release.name(line.group)
    return Finding("A12", "medium", name, known, line.wave, line.measure, (line.source,))


def _span(ends: Range) -> str:
    return f"{ends[0]:g} to {ends[1]:g}"


def _value(cell: Cell) -> float:
    """As printed: what is known of the figure behind it may lie to one side."""
    printed = parse(cell.text)
    return round((printed or cell).middle, 1)


def _nearest(value: float, step: float) -> float:
    return min(max(step * math.floor(round(value, 6) / step + 0.5), 0.0), 100.0)


def _outward(low: float, high: float, step: float) -> Range:
    ends = step * math.floor(round(low, 6) / step), step * math.ceil(round(high, 6) / step)
    return float(ends[0]), float(min(ends[1], 100.0))
