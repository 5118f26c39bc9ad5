"""How often the ranges of text themes hold the truth, on made-up waves that a made-up coder scores.

The truth is known to the last comment (``analysis/simulation/coded_waves.py``).
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from analysis.sampling.proportions import newcombe, wilson
from analysis.simulation.coded_waves import CLEAR, HOME, MOVED, CodedWave, Population, coded_wave
from analysis.text.drift import borrow
from analysis.text.prevalence import DRAWS as SHIPPED
from analysis.text.prevalence import estimate, estimate_part
from analysis.text.prevalence_change import change_of
from analysis.text.score_bins import ScoreBins, tabulate
from benchmarks import machine
from benchmarks.telling import say

DRAWS = 1000  # of each estimate here; what ships draws more
REACH = 5.0
LENDERS = (1, 4, 8)
HEAD = f"  {'':<46}{'all themes':>14}{'worst theme':>13}{'width':>8}"

Ends = NDArray[np.float64]  # (2, themes): lower and upper ends, in percent
Audited = tuple[CodedWave, NDArray[np.bool_], int]  # a wave, who was audited, and its seed
Method = Callable[[Audited], Ends]


def shares(rounds: int) -> Iterator[str]:
    """One wave, everything readable: by counting codes, by the audit alone, and as Candour does."""
    yield f"\n800 comments, all readable. 95 % range of a theme's share holds the truth:\n{HEAD}"
    for name, people in (("at home", HOME), ("moved", MOVED)):
        for audit in (100, 200):
            waves = [_audited(seed, people, audit) for seed in range(rounds)]
            truths = [_truth(wave) for wave in waves]
            methods = {"audit alone": _people_alone, "Candour": _candour}
            if audit == 100:
                methods = {"codes counted": _codes_counted, **methods}
            for method, ends in methods.items():
                told = f"{name}, {method}" + (f", audit {audit}" if method[0] != "c" else "")
                yield _line(told, [ends(wave) for wave in waves], truths)


def closed(rounds: int) -> Iterator[str]:
    """Half the comments are for the software alone, and differ from what could be audited."""
    yield f"\n400 comments, half of them themes only, audit 150; these differ by logits:\n{HEAD}"
    for shift in (0.0, 1.0, -1.0, 1.5):
        waves = [_audited(seed, HOME, 150, 400, 0.5, shift) for seed in range(rounds)]
        truths = [_truth(wave) for wave in waves]
        for name, ends in (
            ("codes counted", _codes_counted),
            ("taken for readable", _as_if_readable),
            ("Candour", _candour),
            ("Candour, at twice the allowance", partial(_candour, wide=True)),
        ):
            yield _line(f"{shift:+.1f}, {name}", [ends(wave) for wave in waves], truths)


def earlier(rounds: int) -> Iterator[str]:
    """Earlier audits lent, when nothing has moved, when every theme has, and when all has."""
    yield f"\n800 comments, audit 100, and earlier audits of 100 at half weight:\n{HEAD}"
    for name, now in (
        ("nothing moved", HOME),
        ("odds × 1.5", HOME.with_odds(1.5)),
        ("all moved", MOVED),
    ):
        waves = [_audited(seed, now, 100) for seed in range(rounds)]
        tables = [wave.table(audited) for wave, audited, _ in waves]
        truths = [_truth(wave) for wave in waves]
        ends = [_estimated(table, seed) for seed, table in enumerate(tables)]
        yield _line(f"{name}, none", ends, truths)
        past = [_lenders(seed, rounds) for seed in range(rounds)]
        for count in LENDERS:
            for way, lend in (("Candour", borrow), ("each of them", _borrow_from_each)):
                if count == 1 and lend is not borrow:
                    continue
                lent = [lend(table, old[-count:]) for table, old in zip(tables, past, strict=True)]
                ends = [_estimated(table, seed) for seed, table in enumerate(lent)]
                yield _line(f"{name}, {count} earlier, {way}", ends, truths)


def _lenders(seed: int, rounds: int) -> list[ScoreBins]:
    """Audits of earlier waves at home, oldest first."""
    made = (_audited(seed + rounds * place, HOME, 100) for place in range(max(LENDERS), 0, -1))
    return [old.table(audited, f"{place} before") for place, (old, audited, _) in enumerate(made)]


def _borrow_from_each(now: ScoreBins, earlier: Sequence[ScoreBins]) -> ScoreBins:
    """Rows of every audit that passes the test by itself, without a limit on all together."""
    lent = [borrow(now, [old]) for old in earlier]
    return replace(
        now,
        earlier_audited=np.sum([one.earlier_audited for one in lent], axis=0),
        earlier_positive=np.sum([one.earlier_positive for one in lent], axis=0),
    )


def change(rounds: int) -> Iterator[str]:
    """The odds of every theme change between two waves."""
    yield f"\nTwo waves of 700, audit 150 in each. Range of the change:\n{HEAD}   leaves out 0"
    for odds in (1.0, 1.8):
        people = HOME.with_odds(odds)
        pairs = [
            (_audited(seed, people, 150, 700), _audited(seed + rounds, HOME, 150, 700))
            for seed in range(rounds)
        ]
        truth = 100 * (np.array(people.shares) - np.array(HOME.shares))
        for name, method in (
            ("codes counted", _codes_apart),
            ("audit alone", _people_apart),
            ("Candour", _candour_apart),
        ):
            ends = [method(*pair) for pair in pairs]
            found = np.array(ends)
            power = ((found[:, 0] > 0) | (found[:, 1] < 0)).mean()
            line = _line(f"odds × {odds}, {name}", ends, [truth] * rounds)
            yield f"{line}{power:>15.0%}"


def gap(rounds: int) -> Iterator[str]:
    """Two directorates, one audit of both together."""
    yield f"\nTwo directorates of 400, audit 150 of both together. Range of the gap:\n{HEAD}"
    for odds, clear in ((1.0, 1.0), (1.8, 1.0), (1.8, 0.7), (3.0, 1.0)):
        other = replace(HOME.with_odds(odds), clear=tuple(clear * x for x in CLEAR))
        truth = 100 * (np.array(other.shares) - np.array(HOME.shares))
        ends = [_gap(seed, other) for seed in range(rounds)]
        yield _line(f"odds × {odds}, words {clear:.0%} as clear", ends, [truth] * rounds)
    yield "\nThe same, half of the comments themes only; these differ by logits here and there:"
    for here, there in ((0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (-0.5, 0.5)):
        truth = _expected(there) - _expected(here)
        ends = [_gap(seed, HOME, 0.5, (here, there)) for seed in range(rounds)]
        yield _line(f"{here:+.1f} and {there:+.1f}", ends, [truth] * rounds)


def speed(rounds: int) -> Iterator[str]:
    """All themes and directions of one large question, as it ships."""
    rng = np.random.default_rng(1)
    ways = ("", "/negative", "/positive", "/suggestion", "/mixed")
    labels = [f"t{i}{way}" for i in range(15) for way in ways]
    scores = rng.beta(0.2, 1.5, (5000, len(labels)))
    use = rng.choice(3, 5000, p=[0.5, 0.2, 0.3])
    audited = np.zeros(5000, dtype=bool)
    audited[np.flatnonzero(use < 2)[:150]] = True
    human = rng.random(scores.shape) < scores
    times = []
    for seed in range(min(rounds, 5)):
        start = time.perf_counter()
        table = tabulate(("wave", "q", "coder"), labels, scores, use, audited, human)
        estimate(table, seed).conditions.sum()
        times.append(time.perf_counter() - start)
    took = float(np.median(times))
    yield (
        f"\n15 themes, alone and in 4 directions, 5,000 comments, {SHIPPED:,} draws: {took:.2f} s "
        f"({'within' if took <= REACH else 'OVER'} {REACH:.0f} s)"
    )


TABLES: dict[str, Callable[[int], Iterator[str]]] = {
    "shares": shares, "closed": closed, "earlier": earlier, "change": change, "gap": gap,
    "speed": speed,
}  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks prevalence", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300, help="made-up waves a line")
    parser.add_argument("--only", choices=TABLES, help="one table")
    given = parser.parse_args(arguments)
    say(machine.describe("numpy", "scipy"))
    say(f"{given.rounds} made-up waves a line; 12 themes, in 2 % to 25 % of comments.")
    for name, lines in TABLES.items():
        if given.only in (None, name):
            for line in lines(given.rounds):
                say(line)
    return 0


def _audited(
    seed: int,
    people: Population,
    audit: int,
    comments: int = 800,
    closed: float = 0.0,
    shift: float = 0.0,
) -> Audited:
    rng = np.random.default_rng(seed)
    wave = coded_wave(rng, people, comments, closed, shift)
    return wave, wave.audit(rng, audit), seed


def _truth(made: Audited) -> NDArray[np.float64]:
    found: NDArray[np.float64] = 100 * made[0].truth.mean(axis=0)
    return found


def _codes(made: Audited) -> tuple[list[int], int]:
    """Scores of a half or more, counted as if they were true."""
    wave, _, _ = made
    return [int(n) for n in (wave.scores >= 0.5).sum(axis=0)], len(wave.use)


def _people(made: Audited) -> tuple[list[int], int]:
    """What people found in the audit."""
    wave, audited, _ = made
    return [int(n) for n in wave.truth[audited].sum(axis=0)], int(audited.sum())


def _codes_counted(made: Audited) -> Ends:
    found, n = _codes(made)
    return 100 * np.array([wilson(yes, n) for yes in found]).T


def _people_alone(made: Audited) -> Ends:
    found, n = _people(made)
    return 100 * np.array([wilson(yes, n) for yes in found]).T


def _candour(made: Audited, wide: bool = False) -> Ends:
    wave, audited, seed = made
    return _estimated(wave.table(audited), seed, wide)


def _as_if_readable(made: Audited) -> Ends:
    """*Themes only* comments taken to be like the others."""
    wave, audited, seed = made
    table = wave.table(audited)
    open_to_all = replace(
        table, readable=table.readable + table.closed, closed=np.zeros_like(table.closed)
    )
    return _estimated(open_to_all, seed)


def _estimated(table: ScoreBins, seed: int, wide: bool = False) -> Ends:
    found = estimate(table, seed, DRAWS)
    ends = [found.interval(label, wide=wide)[1:] for label in table.labels]
    return 100 * np.array(ends).T / table.comments


def _apart(later: tuple[list[int], int], earlier: tuple[list[int], int]) -> Ends:
    gaps = [newcombe(x, later[1], y, earlier[1]) for x, y in zip(later[0], earlier[0], strict=True)]
    return 100 * np.array([(one.low, one.high) for one in gaps]).T


def _codes_apart(later: Audited, earlier: Audited) -> Ends:
    return _apart(_codes(later), _codes(earlier))


def _people_apart(later: Audited, earlier: Audited) -> Ends:
    return _apart(_people(later), _people(earlier))


def _candour_apart(later: Audited, earlier: Audited) -> Ends:
    now, before = (
        estimate(wave.table(audited, name), seed, DRAWS)
        for name, (wave, audited, seed) in (("now", later), ("before", earlier))
    )
    return np.array([change_of(now, before, x).interval() for x in now.table.labels]).T


def _expected(shift: float) -> NDArray[np.float64]:
    """Shares in percent where half of the comments differ by so many logits: the mean of many."""
    made = coded_wave(np.random.default_rng(1), HOME, 400_000, 0.5, shift)
    found: NDArray[np.float64] = 100 * made.truth.mean(axis=0)
    return found


def _gap(
    seed: int, other: Population, closed: float = 0.0, shifts: tuple[float, float] = (0.0, 0.0)
) -> Ends:
    rng = np.random.default_rng(seed)
    one = coded_wave(rng, HOME, 400, closed, shifts[0])
    two = coded_wave(rng, other, 400, closed, shifts[1])
    both = CodedWave(
        np.vstack([one.scores, two.scores]),
        np.vstack([one.truth, two.truth]),
        np.concatenate([one.use, two.use]),
    )
    audited = both.audit(rng, 150)
    tables = one.table(audited[:400]), two.table(audited[400:])
    first, second = (
        estimate_part(tables[0] + tables[1], table, name, seed, DRAWS)
        for name, table in zip("ab", tables, strict=True)
    )
    return np.array([change_of(second, first, x).interval() for x in one.labels]).T


def _line(name: str, ends: Sequence[Ends], truths: Sequence[NDArray[np.float64]]) -> str:
    """Coverage over all themes with its simulation error, of the worst theme, and mean width."""
    found, truth = np.array(ends), np.array(truths)
    held = (found[:, 0] <= truth + 1e-9) & (truth <= found[:, 1] + 1e-9)
    # Themes of one wave are made apart, so each is a trial.
    error = 1.96 * float(np.sqrt(held.mean() * (1 - held.mean()) / held.size))
    cover = f"{held.mean():.1%} ± {100 * error:.1f}"
    width = (found[:, 1] - found[:, 0]).mean()
    return f"  {name:<46}{cover:>14}{held.mean(axis=0).min():>13.1%}{width:>8.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
