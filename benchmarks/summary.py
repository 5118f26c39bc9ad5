"""Everything said about one pulse of 10,000 people, and the check of a release (PERFORMANCE 2).

A summary: 20 items in 6 themes, an organisation of 10,000 in 12 departments of 12 teams, 70% of
whom answered, with a pulse before it to compare with. Counting, and working out the summary, are
timed apart; so are the factor models of 42 questions in 14 themes, on 10,000 answers in each of two
pulses, which no page waits for. ``--groups`` compares the twelve departments too, which takes many
minutes. The check: 300 units, 30 items and 12 pulses, each item with figures for units that passed
the rule.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.dataset import UNIT, Unit, Wave
from analysis.disclosure import Group, Rule, release
from analysis.instrument import Instrument, bundled
from analysis.models.fitting import Measured, all_themes, compared, one_theme
from analysis.models.job import plan
from analysis.models.rows import Rows
from analysis.release.audit import Subject, audit, of_tree
from analysis.summarise import summarise
from analysis.tally import count
from benchmarks import machine
from benchmarks.tally import instrument
from benchmarks.telling import say

PEOPLE, DEPARTMENTS, TEAMS, SHARE = 10_000, 12, 12, 0.7
Counts = NDArray[np.int64]
UNITS, ITEMS, WAVES = 300, 30, 12
REACH_SUMMARY, REACH_AUDIT = 5.0, 10.0


def main(arguments: Sequence[str] = ()) -> int:
    """Print the table; 1 when the summary or the check is over its reach, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks summary", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--groups", action="store_true", help="models of all departments too")
    given = parser.parse_args(list(arguments))
    rounds = given.rounds
    say(machine.describe("numpy", "scipy", "polars"))
    book, rule = instrument(), Rule()
    waves = [pulse(number, book) for number in range(2)]
    before, now = (count(wave, book) for wave in waves)
    answered = int(now.tally.responses.sum())
    say(f"{PEOPLE:,} people, {answered:,} answers, {len(now.units)} units\n")
    say(f"{'':34}{'s, median (least–most)':>28}{'core-s':>8}{'reach':>8}")
    row("counting", lambda: count(waves[1], book), rounds)
    earlier = [(before, book)]
    first = row("summary", lambda: summarise(now, book, rule, earlier), rounds, REACH_SUMMARY)
    models(rule, rounds, groups=given.groups)
    subjects = list(released(rule))
    second = row("check of the release", lambda: checked(subjects, rule), rounds, REACH_AUDIT)
    figures = sum(len(subject.figures) for subject in subjects)
    say(f"\n{figures:,} figures of {UNITS} units, {ITEMS} items and {WAVES} pulses were checked")
    return 1 if first > REACH_SUMMARY or second > REACH_AUDIT else 0


def models(rule: Rule, rounds: int, *, groups: bool) -> None:
    """Time the factor models of a night's job, theme by theme and of all themes at once."""
    asked = bundled("candour-core")
    both = [Rows(pulse(number, asked, 1, 0), asked, rule) for number in range(2)]
    tasks = [job.task for job in plan(both) if isinstance(job.task, Measured)]
    together = next(task for task in tasks if len(task.factors) > 1)
    alone = [task for task in tasks if task is not together]
    row("models, each theme", lambda: [one_theme(task) for task in alone], rounds)
    row("models, all themes at once", lambda: all_themes(together), rounds)
    row("… in two pulses", lambda: compared(together, together.waves, waves=True), rounds)
    if groups:
        row("… in the departments", lambda: compared(together, together.units, waves=False), 0)


def row(name: str, run: Callable[[], object], rounds: int, reach: float | None = None) -> float:
    """Time a thing and print its line; the median seconds. Core time tells apart what is slow and
    what had to wait for a busy machine."""
    taken, busy = [], []
    for turn in range(rounds + 1):
        start, before = time.perf_counter(), time.process_time()
        run()
        if turn or not rounds:  # the first turn imports and fills caches
            taken.append(time.perf_counter() - start)
            busy.append(time.process_time() - before)
    median = statistics.median(taken)
    figures = f"{median:.2f} ({min(taken):.2f}–{max(taken):.2f})"
    wanted = f"≤ {reach:.0f}" if reach else ""
    say(f"{name:34}{figures:>28}{statistics.median(busy):>8.2f}{wanted:>8}")
    return median


def pulse(number: int, book: Instrument, share: float = SHARE, silent: float = 0.03) -> Wave:
    """A pulse of the organisation, its answers going together within people, more within a theme,
    and a little within teams. ``share`` of the people answer; ``silent`` of their answers are that
    they would not say."""
    rng = np.random.default_rng(number)
    teams = [f"d{d:02}/t{t:02}" for d in range(DEPARTMENTS) for t in range(TEAMS)]
    size = PEOPLE // len(teams)
    extra = PEOPLE - size * len(teams)
    units = [Unit("org", "Org", None, PEOPLE)]
    for d in range(DEPARTMENTS):
        units.append(Unit(f"d{d:02}", f"D{d}", "org", size * TEAMS + (extra if d == 0 else 0)))
    units += [Unit(team, team, team[:3], size) for team in teams]
    place = np.repeat(np.arange(len(teams)), size)
    place = place[rng.random(len(place)) < share]
    lean = rng.normal(0, 0.2, len(teams))[place] + rng.normal(0, 0.8, len(place))
    within: dict[str, NDArray[np.float64]] = {}
    for scale in book.scales:
        within |= dict.fromkeys(scale.items, lean + rng.normal(0, 0.5, len(place)))
    columns: dict[str, pl.Series] = {UNIT: pl.Series([teams[p] for p in place])}
    for item in book.ratings:
        answers = book.response_set(item)
        sign = -1 if item.reversed else 1
        drawn = sign * within.get(item.id, lean) + rng.normal(0, 0.9, len(place))
        middle, step = (answers.low + answers.high) / 2, (answers.high - answers.low) / 4
        code = np.clip(np.round(middle + step * drawn), answers.low, answers.high)
        code[rng.random(len(place)) < silent] = -1
        columns[item.id] = pl.Series(code.astype(np.int8))
    return Wave(f"w{number}", f"Pulse {number}", "2026-11-01", pl.DataFrame(columns), tuple(units))


def released(rule: Rule) -> Iterator[Subject]:
    """Every item of every pulse: three hundred units on three levels, a little fewer answers to
    one item than to another, and figures for the units that passed the rule."""
    services = 19
    teams = UNITS - services - 1
    for wave in range(WAVES):
        rng = np.random.default_rng(wave)
        people = rng.integers(5, 40, teams)
        responses = rng.binomial(people, 0.7)
        for item in range(ITEMS):
            groups = tree(rng.binomial(responses, 0.97), responses, people, services)
            yield of_tree(f"{wave}-{item}", groups, {"all": release(groups, rule)})


def tree(answers: Counts, responses: Counts, people: Counts, services: int) -> list[Group]:
    """Teams in services in one organisation; a service has what its teams have together."""
    each = np.stack([answers, responses, people], axis=1)
    home = np.arange(len(each)) % services
    rows = [("org", None, each.sum(axis=0))]
    rows += [(f"s{s}", "org", each[home == s].sum(axis=0)) for s in range(services)]
    rows += [(f"t{t}", f"s{home[t]}", each[t]) for t in range(len(each))]
    return [Group(unit, parent, *map(int, counts)) for unit, parent, counts in rows]


def checked(subjects: Sequence[Subject], rule: Rule) -> None:
    """Check the whole release, as a publication is before it goes out."""
    if audit(subjects, rule):
        raise SystemExit("The check found something that the rule let through")


if __name__ == "__main__":
    raise SystemExit(main())
