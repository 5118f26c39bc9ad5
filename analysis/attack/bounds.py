"""A4: the least and the most that all figures together leave for each hidden group."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.attack.facts import Measure, weights
from analysis.attack.findings import Finding, Limits, Severity, amount, telling, telling_mean
from analysis.attack.model import EVERYBODY, Group, Range, Release
from analysis.attack.system import System, Vector, combined

MOST = 200
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Programme:
    """Unknown answers n and totals t of each cell, and what the files say of their sums.

    Shapes: ``rows`` (statements, 2·cells) for [n, t]; ``low`` and ``high`` (statements,).
    ``whole`` says whether t counts people. ``most`` is the most answers in each cell.
    """

    rows: Floats
    low: Floats
    high: Floats
    cells: NDArray[np.int64]
    most: Floats
    least: Floats
    whole: bool
    span: float

    def range(self, part: Vector, which: str) -> Range | None:
        """The least and most of n, of t, or of what is lacking in t to be all, in some cells."""
        zeros = np.zeros(len(part))
        span = self.span
        goal = {"n": (part, zeros), "t": (zeros, part), "not": (part * span, -1.0 * part)}[which]
        cost = np.concatenate(goal).astype(float)
        ends = []
        for sign in (1.0, -1.0):
            found = milp(
                sign * cost,
                integrality=np.concatenate([zeros + self.whole, zeros + self.whole]),
                bounds=Bounds(
                    np.concatenate([self.least, zeros]),
                    np.concatenate([self.most, self.most * span]),
                ),
                constraints=LinearConstraint(self.rows, self.low, self.high),
                options={"time_limit": 5.0},
            )
            if found.status != 0:
                return None
            ends.append(sign * float(found.fun))
        low, high = ends
        return (round(low), round(high)) if self.whole else (low, high)


def programme(system: System, limits: Limits) -> tuple[Programme, list[Vector]] | None:
    """The linear programme of a measure, and its cells as vectors of atoms."""
    measure, facts = system.measure, system.measure.facts
    by_people = weights(measure, system.version.people)
    cells = _cells(system, merged=measure.shared or len(system.atoms) > MOST)
    if not cells or len(cells) > MOST:
        return None
    held = np.array([[bool((cell & system.vectors[g]).any()) for cell in cells]
                     for g in system.shown], dtype=float)  # fmt: skip
    sizes = [system.people(cell) for cell in cells]
    top = max((f.n[1] for f in facts.values() if f.n), default=0.0) or 1e4
    most = np.array([top if size is None else size for size in sizes], dtype=float)
    least = np.zeros(len(cells))
    if by_people and None not in sizes:
        # A part counts by its people if anybody in it answered. Of a small one that is not sure.
        sure = [size >= limits.people or _answered(system, c) for size, c in zip(most, cells,
                strict=True)]  # fmt: skip
        least = np.where(sure, most, 0.0)
    rows: list[Floats] = []
    ends: list[Range] = []
    none = np.zeros(len(cells))
    for group, row in zip(system.shown, held, strict=True):
        fact = facts[group]
        if fact.n is not None and not by_people:
            rows.append(np.concatenate([row, none]))
            ends.append(fact.n)
        if fact.count is not None and measure.counted:
            rows.append(np.concatenate([none, row]))
            ends.append(fact.count)
        elif fact.value is not None:
            for place, sign in ((0, -1.0), (1, 1.0)):
                rows.append(sign * np.concatenate([-(fact.value[place] - measure.low) * row, row]))
                ends.append((-np.inf, 1e-7))
    for cell in range(len(cells)):
        one = np.eye(len(cells))[cell]
        span = 1.0 if measure.counted else measure.span
        rows.append(np.concatenate([-span * one, one]))
        ends.append((-np.inf, 0.0))
    low, high = np.array(ends).T
    return (
        Programme(
            np.array(rows), low, high, np.array(cells), most, least, measure.counted,
            1.0 if measure.counted else measure.span,
        ),
        cells,
    )  # fmt: skip


def _answered(system: System, cell: Vector) -> bool:
    """Whether numbers of answers show that somebody in a cell answered."""
    parts = system.express(cell)
    n = combined(parts, {g: system.measure.facts[g].n for g in parts}) if parts else None
    return n is not None and n[0] >= 1


def _cells(system: System, *, merged: bool) -> list[Vector]:
    if not merged:
        return list(np.eye(len(system.atoms), dtype=np.int64))
    alike_in: dict[bytes, Vector] = {}
    for place in range(len(system.atoms)):
        column = system.rows[:, place]
        if column.any():
            key = column.tobytes()
            cell = alike_in.setdefault(key, np.zeros(len(system.atoms), dtype=np.int64))
            cell[place] = 1
    return list(alike_in.values())


def attack(system: System, release: Release, limits: Limits) -> Iterator[Finding]:
    """Hidden groups, and cells of shown ones, whose answers all figures together pin down."""
    if not system.shown:
        return
    built = programme(system, limits)
    if built is None:
        return
    found, cells = built
    vague = {system.vectors[g].tobytes(): system.measure.facts[g].value for g in system.shown}
    for target, group, name in _targets(system, cells, release):
        told = vague.get(target.tobytes())
        part = np.array([bool((cell & target).any()) for cell in cells], dtype=np.int64)
        known = _learned(found, part, system, target, limits, told)
        if known:
            label = "A19" if len(group) > 1 else "A4"
            yield Finding(label, known[1], name, known[0], system.version.wave,
                          system.measure.name, tuple(system.version.files))  # fmt: skip


def _targets(
    system: System, cells: list[Vector], release: Release
) -> Iterator[tuple[Vector, Group, str]]:
    facts = system.measure.facts
    seen = {system.vectors[group].tobytes() for group in system.shown if facts[group].plainly}
    for group in system.groups:
        vector = system.vectors[group]
        if group == EVERYBODY or vector.tobytes() in seen or not vector.any():
            continue
        if all(not (cell & vector).any() or (cell <= vector).all() for cell in cells):
            seen.add(vector.tobytes())
            yield vector, group, release.name(group)
    for cell in cells:
        if cell.tobytes() not in seen:
            seen.add(cell.tobytes())
            yield cell, frozenset(), _called(system, cell, release)


def _called(system: System, cell: Vector, release: Release) -> str:
    """A cell by the smallest shown group that holds it, and the hidden groups in it."""
    holding = [g for g in system.shown if (cell <= system.vectors[g]).all()]
    names = [release.name(g) for g in system.groups if g not in system.shown and g != EVERYBODY
             and system.vectors[g].any() and (system.vectors[g] <= cell).all()]  # fmt: skip
    least = min(holding, key=lambda g: int(system.vectors[g].sum()), default=EVERYBODY)
    inside = f" ({', '.join(names[:3])}{' …' if len(names) > 3 else ''})" if names else ""
    return f"the rest of {release.name(least)}{inside}"


def _learned(
    found: Programme,
    part: Vector,
    system: System,
    target: Vector,
    limits: Limits,
    told: Range | None,
) -> tuple[str, Severity] | None:
    """What is known of some cells in words, where it is more than ``told``, a range in words."""
    n = found.range(part, "n")
    if n is None or n[0] < 1:
        return None
    people, measure = system.people(target), system.measure
    few = n[1] < limits.answers or (people is not None and people < limits.people)
    total = found.range(part, "t")
    lacking = found.range(part, "not")
    if total is None or lacking is None:
        return None
    if told is not None and _no_more(total, n, told, system.measure):
        return None
    if found.whole:
        if few and (telling(*total, *n) or (n[1] > 1 and lacking[1] == 0)):
            return amount(*total, *n), "high" if total[0] == total[1] else "medium"
        near = _all_alike(total, lacking, n, measure.one_sided)
        return (f"nearly all alike: {amount(*total, *n)}", "high") if near else None
    return _of_scale(total, lacking, n, few, system)


def _no_more(total: Range, n: Range, told: Range, measure: Measure) -> bool:
    """Whether totals leave (nearly) as much of the scale as the words that are printed."""
    size = 100.0 if measure.counted else 1.0
    low, high = size * total[0] / n[1], min(size * total[1] / n[0], measure.span)
    return high - low > 0.9 * (told[1] - told[0])


def _all_alike(total: Range, lacking: Range, n: Range, one_sided: bool) -> bool:
    clamp = 3 if n[1] < 50 else 2
    return n[0] > clamp and (lacking[1] < clamp or (total[1] < clamp and not one_sided))


def _of_scale(
    total: Range, lacking: Range, n: Range, few: bool, system: System
) -> tuple[str, Severity] | None:
    """The same for means: the totals of a cell over its size are ends of its mean."""
    measure = system.measure
    ends = total[0] / n[1], min(total[1] / n[0], measure.span)
    width = ends[1] - ends[0]
    words = f"{measure.low + ends[0]:.1f} to {measure.low + ends[1]:.1f} of {measure.high:g}"
    if few and telling_mean(width, n[1], measure.span):
        return f"{words} for {n[0]:g} to {n[1]:g} people", "medium"
    clamp = 3 if n[1] < 50 else 2
    edge = clamp / n[1] * measure.span
    if n[0] <= 2 * clamp:
        return None
    if ends[0] > measure.span - edge or (ends[1] < edge and not measure.one_sided):
        return f"nearly all alike: {words}", "high"
    return None
