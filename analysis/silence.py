"""What was not said: preferred not to say, skipped, and what the silent could change."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from analysis.disclosure import Rule, clamp, may_show, nearest, outward
from analysis.summary import NOT_SHOWN, Figure, Silence
from analysis.tally import Counted
from analysis.visible import Theme

COUNT_STEP = 5


def silence(theme: Theme, figure: Figure | None) -> Silence:
    """How a theme was passed over, in the whole organisation; ``figure`` is its own there.

    Shares are of the questions put to people; what was not asked is in no denominator. They are
    told from the least number of people on whom any figure may stand, also where so many kept
    silent that the theme has no score: that is when silence says most.
    """
    prefer_not, skipped, asked = passed_over(theme.counted, theme.asked)
    people = theme.put_to[theme.root]
    if not may_show(
        replace(theme.group(theme.root), answers=people), theme.rule, sensitive=theme.sensitive
    ):
        return Silence(theme.scale.id, NOT_SHOWN, NOT_SHOWN, None, None)
    worst, best = bounds(theme, figure)
    return Silence(
        theme.scale.id,
        share_in_words(prefer_not, asked, people, theme.rule),
        share_in_words(skipped, asked, people, theme.rule),
        worst,
        best,
    )


def passed_over(counted: Counted, item_ids: Sequence[str]) -> tuple[int, int, int]:
    """Answers "prefer not to say", blanks, and all questions put, summed over items."""
    prefer_not = skipped = asked = 0
    for item_id in item_ids:
        counts = counted.tally.items[item_id]
        prefer_not += int(counts.prefer_not.sum())
        skipped += int(counts.blank.sum())
        asked += int(counts.table.sum() - counts.not_asked.sum())
    return prefer_not, skipped, asked


def share_in_words(count: int, total: int, people: int, rule: Rule) -> str:
    """ "1 in 28", never fewer people than the clamp of rule D6.

    >>> [share_in_words(n, 800, 400, Rule()) for n in (0, 7, 28, 300, 500)]
    ['fewer than 1 in 200', '1 in 110', '1 in 29', '4 in 10', '6 in 10']
    """
    least = clamp(people, rule)
    if count * people < least * total:
        return f"fewer than 1 in {_shorter(people // least, 1, math.floor)}"
    if count * 4 > total:
        tenths = max(3, min(9, nearest(10 * count / total, 1)))
        return f"{tenths} in 10"
    return f"1 in {_shorter(total / count, 2, lambda value: nearest(value, 1))}"


def _shorter(value: float, digits: int, rounding: Callable[[float], int]) -> int:
    """A number with so many digits and zeros after them."""
    unit = 10 ** max(int(math.log10(value)) + 1 - digits, 0)
    shortened: int = unit * rounding(value / unit)
    return shortened


def bounds(theme: Theme, figure: Figure | None) -> tuple[float | None, float | None]:
    """The lowest and highest the organisation's score could be, whatever the silent would say.

    Formula (Manski 1989): [n·ȳ/N, (n·ȳ + 100·(N − n))/N] for n scores among N people, and for a
    share of favourable answers the same with answers for scores and all questions for people.
    They are worked out from every ȳ and n that print as the ``figure`` does, so that they say
    nothing more of it (attack A12), and are wider only where the exact ones are. ``None`` when the
    headcount is not known or is smaller than the number of answers, and where the score is told in
    words only: the two ends would give it.
    """
    root = theme.group(theme.root)
    if root.headcount is None or root.headcount < root.answers:
        return None, None
    if figure is None or figure.score is None:
        return None, None
    by = theme.step(theme.root)
    lowest, highest = max(figure.score - by / 2, 0.0), min(figure.score + by / 2, 100.0)
    if theme.scale.formula == "favourable":
        # The share is of answers, so a question left out is silence too, not only a person.
        first, *others = (int(count) for count in theme.leanings[theme.root])
        answered, all_put = first + sum(others), root.headcount * len(theme.asked)
        told, total, exact = float(answered), max(all_put, answered), 100 * first / answered
    else:
        told = float(nearest(root.answers, COUNT_STEP) - COUNT_STEP // 2)
        answered, total, exact = root.answers, root.headcount, theme.overall.mean
    ends = [
        manski(lowest, told, total),
        manski(highest, told, total),
        manski(exact, answered, total),
    ]
    low, high = outward(min(low for low, _ in ends), max(high for _, high in ends), by)
    return float(max(low, 0)), float(min(high, 100))


def manski(mean: float, n: float, people: int) -> tuple[float, float]:
    """The bounds themselves: n of some people have this mean, the others anything.

    >>> manski(50.0, 60, 100)
    (30.0, 70.0)
    """
    worst = n * mean / people
    return worst, worst + 100 * (people - n) / people
