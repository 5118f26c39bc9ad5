"""What safety costs: the groups shown, against the most that any safe choice could show.

The best is found by trying every set of groups that may each be shown, also sets without the
groups above them, so it is a bound that no policy on these organisations can beat.
"""

import argparse
from collections.abc import Sequence
from itertools import combinations
from statistics import fmean

import numpy as np

from analysis.disclosure import Group, Rule, may_show, release
from analysis.release.audit import audit, of_tree
from benchmarks import machine
from benchmarks.telling import say

RULE = Rule()
MOST_TRIED = 16


def an_organisation(seed: int, services: int, teams: tuple[int, int]) -> list[Group]:
    """A made-up tree of services and teams of 3 to 23 people, of whom 45 to 90 % answer; some sit
    in a service or in no service."""
    rng = np.random.default_rng(seed)
    parents: dict[str, str | None] = {"org": None}
    own = {"org": int(rng.integers(0, 8))}
    for s in range(services):
        parents[f"s{s}"], own[f"s{s}"] = "org", int(rng.choice([0, 0, rng.integers(1, 14)]))
        for t in range(int(rng.integers(*teams))):
            parents[f"s{s}t{t}"], own[f"s{s}t{t}"] = f"s{s}", int(rng.integers(3, 24))
    gave = {unit: int(rng.binomial(n, rng.uniform(0.45, 0.9))) for unit, n in own.items()}
    people, answers = dict(own), dict(gave)
    for unit, parent in reversed(parents.items()):
        if parent is not None:
            people[parent] += people[unit]
            answers[parent] += answers[unit]
    return [
        Group(unit, parent, answers[unit], answers[unit], people[unit])
        for unit, parent in parents.items()
    ]


def most(groups: Sequence[Group], rule: Rule) -> int:
    """How many groups the best safe release shows: every set, largest first, until one is safe.

    Raises ``ValueError`` where there are too many groups to try them all.
    """
    may = [group.id for group in groups if may_show(group, rule)]
    if len(may) > MOST_TRIED:
        raise ValueError(f"{len(may)} groups may be shown: too many sets to try.")
    for size in range(len(may), 0, -1):
        for chosen in combinations(may, size):
            if not audit([of_tree("", groups, {"": chosen})], rule):
                return size
    return 0


def gap(groups: Sequence[Group], rule: Rule) -> tuple[int, int, int, int]:
    """Groups in all, groups that may be shown by themselves, the best, and ours."""
    alone = sum(may_show(group, rule) for group in groups)
    return len(groups), alone, most(groups, rule), len(release(groups, rule))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks coverage", description=__doc__)
    parser.add_argument("--organisations", type=int, default=200, help="made up, of each shape")
    given = parser.parse_args(arguments)
    say(machine.describe("numpy"))
    say(f"{given.organisations} organisations of each shape. Shares of all groups, mean:")
    say(f"{'shape':<24}{'above threshold':>16}{'best safe':>11}{'ours':>8}{'gap':>7}{'worst':>7}")
    for services, teams in ((1, (3, 8)), (2, (2, 6)), (3, (2, 5)), (4, (2, 4))):
        found = []
        for seed in range(given.organisations):
            groups = an_organisation(seed, services, teams)
            if sum(may_show(group, RULE) for group in groups) <= MOST_TRIED:
                found.append(gap(groups, RULE))
        shares = [tuple(count / every for count in counts) for every, *counts in found]
        alone, best, ours = (fmean(share[i] for share in shares) for i in range(3))
        worst = max(share[1] - share[2] for share in shares)
        shape = f"{services} services × {teams[0]}–{teams[1] - 1} teams"
        say(f"{shape:<24}{alone:>16.1%}{best:>11.1%}{ours:>8.1%}{best - ours:>7.1%}{worst:>7.1%}")
    return 0
