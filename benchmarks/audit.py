"""How long the check of a whole release takes: 300 groups, 30 questions, 12 pulses.

Every question has its own mask, because different people skip it; that is the hard case. Printed
are the masks (what can be computed by adding and subtracting) and the bounds (what the rounding
leaves), in core-seconds for four sizes, and how they grow.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np

from analysis.disclosure import Group, Rule, holders, release, residuals
from analysis.release.audit import audit, of_tree
from analysis.release.bounds import rests, tells
from benchmarks import machine
from benchmarks.telling import say

RULE = Rule()
QUESTIONS, PULSES, STATISTICS = 30, 12, 4
SIZES = (75, 150, 300, 600)
CAPPED = (True, True, False, False)


def tables(size: int, seed: int) -> list[list[Group]]:
    """One pulse: a tree of ``size`` groups in services of 24 teams, as each question sees it."""
    rng = np.random.default_rng(seed)
    parents: dict[str, str | None] = {"org": None}
    for place in range(size - 1):
        service, team = divmod(place, 25)
        parents[f"s{service}" + (f"t{team}" if team else "")] = f"s{service}" if team else "org"
    people = {unit: int(rng.integers(8, 40)) if "t" in unit else 0 for unit in parents}
    came = {unit: int(rng.binomial(n, 0.7)) for unit, n in people.items()}
    found = []
    for _ in range(QUESTIONS):
        gave = {unit: int(rng.binomial(n, 0.97)) for unit, n in came.items()}
        sums = [dict(one) for one in (gave, came, people)]
        for unit, parent in reversed(parents.items()):
            if parent is not None:
                for one in sums:
                    one[parent] += one[unit]
        found.append(
            [Group(unit, parent, *(one[unit] for one in sums)) for unit, parent in parents.items()]
        )
    return found


def measured(size: int, pulses: int) -> tuple[float, float, int]:
    """Core-seconds for the masks and for the bounds, and figures checked."""
    masks = bounds = 0.0
    figures = 0
    for pulse in range(pulses):
        made = [(groups, release(groups, RULE)) for groups in tables(size, pulse)]
        start = time.process_time()
        subjects = [of_tree(f"{i}", groups, {"": shown}) for i, (groups, shown) in enumerate(made)]
        if audit(subjects, RULE):
            raise RuntimeError("A release that should be safe is not.")
        masks += time.process_time() - start
        start = time.process_time()
        for groups, shown in made:
            _bounds(groups, shown)
            figures += len(shown)
        bounds += time.process_time() - start
    return masks, bounds, figures


def _bounds(groups: Sequence[Group], shown: Sequence[str]) -> None:
    by_id = {group.id: group for group in groups}
    left, above = residuals(groups, shown), holders(groups, shown)
    places = {unit: place for place, unit in enumerate(shown)}
    low = np.full((len(shown), STATISTICS), 47.5)
    found = rests(
        [places.get(above[unit] or "") for unit in shown],
        [by_id[unit].answers for unit in shown],
        [left[unit].answers for unit in shown],
        low,
        low + 5,
    )
    whole = np.zeros_like(low), np.full_like(low, 100.0)
    tells([left[unit].answers for unit in shown], found, whole, CAPPED, RULE)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks audit", description=__doc__)
    parser.add_argument("--pulses", type=int, default=PULSES)
    given = parser.parse_args(arguments)
    say(machine.describe("numpy"))
    say(f"{QUESTIONS} questions × {given.pulses} pulses; at 300 groups it should take ≤ 10 s.")
    say(f"{'groups':>8}{'figures':>10}{'masks, s':>10}{'bounds, s':>11}{'together':>10}")
    totals = []
    for size in SIZES:
        masks, bounds, figures = measured(size, given.pulses)
        totals.append(masks + bounds)
        say(f"{size:>8}{figures:>10,}{masks:>10.2f}{bounds:>11.2f}{masks + bounds:>10.2f}")
    slope = np.polyfit(np.log(SIZES), np.log(totals), 1)[0]
    say(f"The time grows with the number of groups to the power of {slope:.2f}.")
    return 0
