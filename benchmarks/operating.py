"""How often the intervals hold the truth and how often the verdicts are wrong, on made-up waves.

Everything is measured on what ``summarise`` and ``Theme`` give, with the rule as it ships. The
truth is known to the last person (``analysis/simulation/trials.py``).
"""

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from analysis.disclosure import Rule
from analysis.estimate import Estimate, pooled, stratified
from analysis.release.figures import counts_of, theme_figures
from analysis.release.visible import Theme
from analysis.silence import silence
from analysis.simulation.trials import Draw, Trial
from analysis.summarise import summarise
from analysis.summary import Summary
from benchmarks import machine
from benchmarks.telling import say

RULE = Rule()
SIZES = (13, 15, 17, 20, 24, 28, 33, 40, 18, 22)
DEMO = SIZES * 3
TIERS = ((10, 14), (15, 19), (20, 30), (31, 49), (50, 199), (200, 9999))
STRONG = ("higher", "lower")


def coverage(rounds: int, spread: float) -> Iterator[str]:
    """Does the 95 % interval hold what everybody in the group would have said? By the method alone,
    and as released: there a spread in steps stands in for that of small groups."""
    held: Counter[tuple[int, int]] = Counter()
    released: Counter[tuple[int, int]] = Counter()
    tried: Counter[tuple[int, int]] = Counter()
    for number in range(rounds):
        trial = Trial(DEMO, themes=2, spread=spread, seed=number)
        for share in (0.5, 0.7, 0.85):
            draw = trial.draw(number, rate=share)
            for bare, estimate, truth in _estimates(draw):
                tier = next(tier for tier in TIERS if tier[0] <= bare.n <= tier[1])
                tried[tier] += 1
                held[tier] += _holds(bare, truth)
                released[tier] += _holds(estimate, truth)
        _progress(number, rounds)
    yield f"\nTeams differ by {spread:.1f} SD. 95 % interval holds the truth, and as released:"
    for tier in TIERS:
        if tried[tier]:
            shares = (_share(kind[tier], tried[tier]) for kind in (held, released))
            yield f"  {_answers(tier):>14}  {'   '.join(shares)}"


def uneven(rounds: int) -> Iterator[str]:
    """The first service answers much less, and thinks otherwise: does the whole's range hold?"""
    yield "\nOne service of six answers so much, the others so much; 95 % interval of the whole:"
    for rates in ((0.7, 0.7), (0.5, 0.9), (0.3, 0.9), (0.2, 0.9)):
        held, bias = 0, 0.0
        for number in range(rounds):
            draw = Trial(DEMO, themes=1, spread=0.6, seed=number).draw(number, rate=rates)
            theme = Theme(
                draw.counted, draw.trial.instrument, draw.trial.instrument.scales[0], RULE
            )
            found = theme.estimate(theme.inside("all"))
            truth = draw.truth("t0")["all"].mean
            held += _holds(found, truth)
            bias += (found.mean - truth) / rounds
            _progress(number, rounds)
        yield f"  {rates[0]:>5.0%} {rates[1]:>5.0%}  {_share(held, rounds)}, off by {bias:+.2f}"


def null(rounds: int, divided: float) -> Iterator[str]:
    """Nothing has changed and no group differs: how often does a family say otherwise?

    In the first service people lie ``divided`` times as far apart."""
    wrong: Counter[str] = Counter()
    families: Counter[str] = Counter()
    for number in range(rounds):
        trial = Trial(DEMO, seed=number)
        said = _summary(trial.draw(2, divided=divided), trial.draw(1, divided=divided))
        for family, verdicts in _families(said).items():
            kind = family[0]
            families[kind] += 1
            wrong[kind] += any(verdict in STRONG for verdict in verdicts)
        _progress(number, rounds)
    yield (
        f"\nNothing changed; one service {divided:g} times as divided. "
        "Families with any “higher” or “lower”:"
    )
    for kind, count in families.items():
        yield f"  {kind:>36}  {_share(wrong[kind], count)}"


def power(rounds: int) -> Iterator[str]:
    """Everybody moves by so much: what do the verdicts say?"""
    yield "\nEverybody moves. Verdict “higher”, and “can’t tell”, by answers in the group:"
    yield f"  {'true change':>14}" + "".join(f"{_answers(tier):>22}" for tier in TIERS)
    for shift in (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.1):
        said: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
        moved = []
        for number in range(rounds):
            trial = Trial(DEMO, seed=number)
            before, after = trial.draw(1), trial.draw(2, shift=shift)
            summary = _summary(after, before)
            for theme in summary.themes:
                was, now = before.truth(theme.id), after.truth(theme.id)
                moved.append(now["all"].mean - was["all"].mean)
                shown = Theme(
                    after.counted, trial.instrument, trial.instrument.scale(theme.id), RULE
                )
                for row in summary.rows:
                    if row.theme == theme.id and row.change.verdict not in ("not_shown", "first"):
                        n = shown.group(row.unit).answers
                        tier = next(tier for tier in TIERS if tier[0] <= n <= tier[1])
                        said[tier][row.change.verdict] += 1
            _progress(number, rounds)
        cells = "".join(
            f"{said[tier]['higher'] / total:>12.0%} {said[tier]['cannot_tell'] / total:>8.0%}"
            if (total := said[tier].total())
            else f"{'–':>22}"
            for tier in TIERS
        )
        yield f"  {sum(moved) / len(moved):>+13.1f} {cells}"


def fear(rounds: int) -> Iterator[str]:
    """Those who think badly of a theme answer less: the score rises above the truth. Do the
    silence panel's ends hold the truth, and is the panel there?"""
    yield "\nFear keeps people silent. The score against the truth, and the silence panel:"
    for strength in (0.0, 0.5, 1.0, 2.0):
        over, bias, panel, inside = 0, 0.0, 0, 0
        for number in range(rounds):
            trial = Trial(DEMO, themes=1, seed=number)
            draw = trial.draw(1, fear=strength)
            theme = Theme(draw.counted, trial.instrument, trial.instrument.scales[0], RULE)
            truth = draw.truth(theme.scale.id)["all"].mean
            score = theme.estimate(theme.inside("all")).mean
            told = silence(theme, theme_figures(theme, counts_of([theme]))[0].get(theme.root))
            bias += (score - truth) / rounds
            over += score > truth
            panel += told.worst is not None and told.best is not None
            inside += (told.worst or 0) <= truth <= (told.best or 100)
        yield (
            f"  strength {strength:.1f}: score over the truth by {bias:+.1f} points on average, "
            f"panel shown {panel} of {rounds}, truth within its ends {inside} of {rounds}"
        )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks operating", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300, help="made-up organisations a table")
    given = parser.parse_args(arguments)
    say(machine.describe("numpy", "polars", "scipy"))
    say(f"{given.rounds} made-up organisations of {sum(DEMO)} people in {len(DEMO)} teams.")
    for table in (
        coverage(given.rounds, 0.0),
        coverage(given.rounds, 0.3),
        uneven(given.rounds),
        null(given.rounds, 1.0),
        null(given.rounds, 2.0),
        power(max(given.rounds // 5, 1)),
        fear(given.rounds),
    ):
        for line in table:
            say(line)
    return 0


def _holds(estimate: Estimate, truth: float) -> bool:
    low, high = estimate.interval()
    return low <= truth <= high


def _estimates(draw: Draw) -> Iterator[tuple[Estimate, Estimate, float]]:
    """Of each shown group: by the method alone, as released, and the truth."""
    for scale in draw.trial.instrument.scales:
        theme = Theme(draw.counted, draw.trial.instrument, scale, RULE)
        truth = draw.truth(scale.id)
        usual = pooled(list(theme.strata.values()))
        for unit in theme.shown:
            cells = theme.inside(unit)
            bare = stratified([theme.strata[cell] for cell in cells], usual)
            yield bare, theme.estimate(cells), truth[unit].mean


def _summary(now: Draw, before: Draw) -> Summary:
    instrument = now.trial.instrument
    return summarise(now.counted, instrument, RULE, [(before.counted, instrument)])


def _families(summary: Summary) -> dict[tuple[str, str], list[str]]:
    """The verdicts by family, as ``summarise`` corrects them."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in summary.rows:
        if row.unit == summary.root.id:
            found["change of the whole, over themes", ""].append(row.change.verdict)
        else:
            found["change of the groups, by theme", row.theme].append(row.change.verdict)
            found["groups against the rest, by theme", row.theme].append(row.rest.verdict)
    return found


def _answers(tier: tuple[int, int]) -> str:
    return f"{tier[0]} or more" if tier[1] == 9999 else f"{tier[0]}–{tier[1]} answers"


def _share(part: int, total: int) -> str:
    """A share with its simulation error."""
    share = part / total
    return f"{share:6.1%} ± {1.96 * math.sqrt(share * (1 - share) / total):.1%} of {total}"


def _progress(done: int, rounds: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done + 1} of {rounds}  ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
