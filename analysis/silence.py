"""What was not said: preferred not to say, skipped, and what the silent could change."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from analysis.claims import WELL_ANSWERED
from analysis.disclosure import Rule, clamp, may_show, nearest, outward
from analysis.release.released import Released
from analysis.release.share_ranges import least_told
from analysis.release.visible import Theme
from analysis.summary import NOT_SHOWN, Figure, Row, Silence
from analysis.tally import Counted

COUNT_STEP = 5
SAID_STEP = 0.05


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
    full = theme.group(theme.root).full
    return Silence(
        theme.scale.id,
        share_in_words(prefer_not, asked, people, theme.rule, full=full),
        share_in_words(skipped, asked, people, theme.rule, full=full),
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


def share_in_words(count: int, total: int, people: int, rule: Rule, *, full: bool = False) -> str:
    """ "1 in 28", never fewer people than the clamp of rule D6; ``full`` says that everybody
    answered, when it is of more people (rule D10).

    >>> [share_in_words(n, 800, 400, Rule()) for n in (0, 7, 28, 300, 500)]
    ['fewer than 1 in 200', '1 in 110', '1 in 29', '4 in 10', '6 in 10']
    """
    least = clamp(people, rule, full)
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


def of_groups(released: Released, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Every row below the whole with the two ends between which its score would lie, had all its
    people answered; where a score is printed and under 70 % of them gave one."""
    themes = {theme.scale.id: theme for theme in released.themes}
    found = []
    for row in rows:
        theme = themes[row.theme]
        if row.figure is not None and row.unit != theme.root:
            told = released.counts[row.unit]
            worst, best = bounds_of_group(theme, row.unit, row.figure, told)
            found.append(replace(row, worst=worst, best=best))
        else:
            found.append(row)
    return tuple(found)


def bounds_of_group(
    theme: Theme, unit: str, figure: Figure, counts: Mapping[int, int]
) -> tuple[float | None, float | None]:
    """The lowest and highest a group's score could be, whatever its silent would say.

    Formula (Manski 1989): [f·low, f·high + 100·(1 − f)] for f = n/N, with every score that prints
    as the ``figure`` does and the least number of answers that is told alike, so that they say
    nothing more of either (attack A12). For a share of answers f is also no larger than the share
    of all questions that was answered, in steps of 5 %. ``None`` without a printed score or a
    headcount, and from a response of 70 % (STATISTICS 2.5).
    """
    group = theme.group(unit)
    people = group.headcount
    if figure.score is None or people is None or people < group.answers:
        return None, None
    said = least_told(group.answers, counts, theme.rule) / people
    if said >= WELL_ANSWERED / 100:
        return None, None
    if theme.scale.formula == "favourable":
        given = int(theme.leanings[unit].sum()) / (people * len(theme.asked))
        said = min(said, math.floor(round(given / SAID_STEP, 6)) * SAID_STEP)
    by = theme.step(unit)
    lowest, highest = max(figure.score - by / 2, 0.0), min(figure.score + by / 2, 100.0)
    low, high = outward(said * lowest, said * highest + 100 * (1 - said), by)
    return float(max(low, 0)), float(min(high, 100))


def manski(mean: float, n: float, people: int) -> tuple[float, float]:
    """The bounds themselves: n of some people have this mean, the others anything.

    >>> manski(50.0, 60, 100)
    (30.0, 70.0)
    """
    worst = n * mean / people
    return worst, worst + 100 * (people - n) / people
