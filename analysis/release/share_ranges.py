"""The likely range beside every printed share of favourable answers.

It is worked out from the share *as printed*, the number of answers and people as told, and how
evenly the groups behind it answered. None of these is finer than what is printed anyway, so two
groups that print alike have the same range: it says nothing more of anybody (attack A12).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from scipy.stats import norm

from analysis.disclosure import Rule, dominated, nearest, outward, step
from analysis.estimate import LEAST_ANSWERS, person_weights
from analysis.release.figures import share_ends
from analysis.release.released import Released
from analysis.release.visible import Theme, roll_up
from analysis.sampling.exact_shares import hypergeometric
from analysis.summary import Figure, ItemRow, Row

COUNT_STEP = 5
HUNDREDTHS = 100
# Up to so many people the exact interval is counted out; beyond it the normal one is as good.
COUNTED_OUT = 300


@dataclass(frozen=True)
class Sampled:
    """How many stand behind a share, and how evenly: counts alone, nothing that was answered.

    ``answers`` is the least number that is told alike; ``people`` all in the group, ``None`` where
    unknown. ``weights`` κ = n·ΣW_h²/n_h over the strata, 1 where all weigh alike; ``asked`` the
    same for how much of each stratum answered, n_e = Σ 1/(1/n_h − 1/N_h) over that of the whole.
    ``one`` says that there is a single stratum.
    """

    answers: int
    people: int | None
    weights: float = 1.0
    asked: float = 1.0
    one: bool = True


@lru_cache(maxsize=8192)
def likely_share(low: float, high: float, sampled: Sampled) -> tuple[float, float]:
    """The 95 % range of a share of a group's people, which lies between ``low`` and ``high`` of 1
    as printed.

    A single group of up to 300 known people: the exact hypergeometric interval, whole answers
    being taken outward. Otherwise Wilson's with the finite correction, solved for the variance
    that is largest whatever the strata's own shares:
    (p̂ − p)² = z²·V(p), V(p) = (a − b·(1 − 2p)²)/4, a = κ/n − 1/N, b = (1/n − 1/N)/asked
    (Wilson 1927; Cochran 1977, 5.6; by Lagrange over Σ W_h·p_h = p). With one stratum V is
    p(1 − p)(1/n − 1/N). A share of answers to several questions varies between people no more
    than one of people, so it is covered too.

    >>> [round(end, 4) for end in likely_share(7 / 12, 7 / 12, Sampled(12, 15))]
    [0.4667, 0.6667]
    >>> [round(end, 4) for end in likely_share(7 / 12, 7 / 12, Sampled(12, None))]
    [0.3195, 0.8067]
    """
    n, people = sampled.answers, sampled.people
    if people is not None and sampled.one and n <= people <= COUNTED_OUT:
        first = math.floor(round(low * n, 6))
        last = math.ceil(round(high * n, 6))
        return hypergeometric(first, n, people)[0], hypergeometric(last, n, people)[1]
    missing = 0.0 if people is None else 1 / people
    a = max(sampled.weights / n - missing, 0.0)
    b = max(1 / n - missing, 0.0) / sampled.asked
    return _ends(low, a, b)[0], _ends(high, a, b)[1]


def _ends(share: float, a: float, b: float) -> tuple[float, float]:
    z2 = float(norm.ppf(0.975)) ** 2
    middle = share + z2 * b / 2
    under = middle**2 - (1 + z2 * b) * (share**2 - z2 * (a - b) / 4)
    half = math.sqrt(max(under, 0.0))
    return max((middle - half) / (1 + z2 * b), 0.0), min((middle + half) / (1 + z2 * b), 1.0)


def with_range(figure: Figure, sampled: Sampled, by: int) -> Figure:
    """A figure with the likely range of its favourable share, in percent, rounded outward to
    ``by``; as it is where no share is printed.

    >>> shown = Figure("about 30", 60.0, 50.0, 70.0, None, ("60%", "20%", "20%"))
    >>> with_range(shown, Sampled(28, 50), 5).likely_share
    (40.0, 80.0)
    """
    if figure.shares is None:
        return figure
    low, high = share_ends(figure.shares[0], by)
    ends = likely_share(low / 100, high / 100, sampled)
    lowest, highest = outward(max(100 * ends[0], 0.0), min(100 * ends[1], 100.0), by)
    return replace(figure, likely_share=(float(lowest), float(min(highest, 100))))


def of_rows(released: Released, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Every row with the likely range of its share."""
    themes = {theme.scale.id: theme for theme in released.themes}
    found = []
    for row in rows:
        figure, theme = row.figure, themes[row.theme]
        if figure is not None and figure.shares is not None:
            sampled = in_group(theme, row.unit, released.counts[row.unit])
            figure = with_range(figure, sampled, theme.step(row.unit))
        found.append(replace(row, figure=figure))
    return tuple(found)


def of_items(released: Released, items: Sequence[ItemRow]) -> tuple[ItemRow, ...]:
    """Every question's row with the likely range of its share."""
    themes = {item_id: theme for theme in released.themes for item_id in theme.asked}
    found = []
    for item in items:
        figure, theme = item.figure, themes[item.item]
        if figure is not None and figure.shares is not None:
            counts = released.counts[theme.root]
            figure = with_range(figure, *of_question(theme, item.item, figure, counts))
        found.append(replace(item, figure=figure))
    return tuple(found)


def in_group(theme: Theme, unit: str, counts: Mapping[int, int]) -> Sampled:
    """What stands behind a theme's share in a shown group; ``counts`` are its numbers to tell."""
    cells = theme.inside(unit)
    group = theme.group(unit)
    given = [theme.cells[cell].answers for cell in cells]
    weights = person_weights([theme.strata[cell] for cell in cells])
    people = [theme.cells[cell].headcount for cell in cells]
    least = least_told(group.answers, counts, theme.rule)
    return stratified_sample(least, group.headcount, given, weights, people)


def of_question(
    theme: Theme, item_id: str, figure: Figure, counts: Mapping[int, int]
) -> tuple[Sampled, int]:
    """What stands behind a question's share in the whole, and what it is rounded to."""
    tally = theme.counted.tally
    answered = roll_up(theme.counted.units, tally.units, tally.items[item_id].answered)
    whole = theme.group(theme.root)
    n = int(answered[theme.root])
    cells = list(theme.cells)
    given = [int(theme.cut(answered, cell)) for cell in cells]
    people = [theme.cells[cell].headcount for cell in cells]
    weights = [1.0] * len(cells)
    if given and min(given) >= LEAST_ANSWERS and all(people):
        known = [(total or 0) / count for total, count in zip(people, given, strict=True)]
        weights = weights if dominated(known, given) else known
    by = max(step(n, theme.rule), theme.step(theme.root))
    # "20–49": the question's own number is not told, so the least of them is taken.
    ranged = "–" in figure.n
    least = theme.rule.banded_below if ranged else least_told(n, counts, theme.rule)
    return stratified_sample(least, whole.headcount, given, weights, people), by


def least_told(n: int, counts: Mapping[int, int], rule: Rule) -> int:
    """The least number of answers that a group's told number may stand for (rules D5 and D8): one
    for all that are told alike, so that no theme tells its own.

    >>> least_told(58, {60: 60, 58: 60, 47: 47}, Rule()), least_told(21, {21: 21}, Rule())
    (58, 20)
    """
    alike = min(number for number, told in counts.items() if told == counts[n])
    return max(nearest(alike, COUNT_STEP) - COUNT_STEP // 2, rule.banded_below)


def stratified_sample(
    least: int,
    headcount: int | None,
    given: Sequence[int],
    weights: Sequence[float],
    people: Sequence[int | None],
) -> Sampled:
    """The same from each stratum's answers, what one of them weighs, and its people. How uneven
    they are is rounded upward to hundredths."""
    n = sum(given)
    if headcount is not None and headcount < n:
        headcount = None
    if len(given) <= 1:  # none where no group at all can be told apart
        return Sampled(least, headcount)
    total = math.fsum(weight * count for weight, count in zip(weights, given, strict=True))
    uneven = n * math.fsum(w**2 * count for w, count in zip(weights, given, strict=True)) / total**2
    asked = 1.0
    if headcount is not None and n < headcount:
        rests = [
            1 / count - 1 / there if there and count else 0.0
            for count, there in zip(given, people, strict=True)
        ]
        full = min(rests) <= 0
        deep = math.inf if full else math.fsum(1 / rest for rest in rests)
        asked = max(deep * (1 / n - 1 / headcount), 1.0)
    return Sampled(least, headcount, max(_upward(uneven), 1.0), _upward(asked), False)


def _upward(value: float) -> float:
    if math.isinf(value):
        return value
    return math.ceil(round(HUNDREDTHS * value, 6)) / HUNDREDTHS
