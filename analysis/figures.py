"""One figure as it may be printed: tier, rounding, bands and clamps in one place (D5, D6, D8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.disclosure import (
    BAND_EDGES,
    ReleaseError,
    Rule,
    alike,
    band,
    clamp,
    count_in_words,
    dominated,
    may_show,
    nearest,
    one_count,
    outward,
    shares,
    step,
)
from analysis.estimate import Estimate, Stratum, person_weights, stand_in, stratified
from analysis.release_bounds import Bounds, of_one_whole, rests, tells
from analysis.scoring import LEANS, Moments, keyed
from analysis.summary import Band, Figure
from analysis.visible import Theme, has_middle, item_leanings, roll_up, weigh

# Score and favourable share: hardly anybody on the high side says as much as hardly anybody on
# the low one. That hardly anybody was neutral, or against, says little.
CAPPED = (True, True, False, False)
BAND_ENDS: Mapping[Band, tuple[float, float]] = {
    "few": (0.0, BAND_EDGES[0]),
    "mixed": (BAND_EDGES[0], BAND_EDGES[1]),
    "most": (BAND_EDGES[1], 100.0),
}


@dataclass(frozen=True)
class Draft:
    """What a figure is printed from. ``above`` counts people above the middle of the scale;
    ``put_to`` everybody in the group who was asked; ``middle`` says whether anybody could be
    neutral; ``step`` is what the figures are rounded to."""

    estimate: Estimate
    above: int
    weighted: tuple[float, float, float]
    raw: tuple[int, int, int]
    put_to: int
    middle: bool
    step: int


def printed(draft: Draft, rule: Rule, counts: Mapping[int, int]) -> Figure:
    """Round and clamp; ``counts`` are the group's numbers to tell.

    10–19 answers, and groups where nearly everybody is on one side, have a band and no number.
    The likely range is laid around the score *as printed*, wide enough for any score that prints
    alike, so that its ends say nothing of the score but what is printed (attack A12).
    """
    n = draft.estimate.n
    words = count_in_words(counts[n], rule)
    favourable = 100 * draft.weighted[0] / sum(draft.weighted)
    if n < rule.banded_below:
        words = count_in_words(n, rule)
        return Figure(words, None, None, None, band(favourable), None)
    split = shares(draft.weighted, n, rule, draft.raw, by=draft.step, middle=draft.middle)
    score = nearest(draft.estimate.mean, draft.step)
    # Weights can carry a score past what so many people could give on their own.
    edge = 100 * clamp(n, rule) / n
    if alike(n, draft.above, rule) or not edge <= score <= 100 - edge:
        return Figure(words, None, None, None, band(favourable), split)
    half = draft.estimate.half() + draft.step / 2
    low, high = outward(max(score - half, 0), min(score + half, 100), draft.step)
    return Figure(words, float(score), float(low), float(high), None, split)


def theme_figures(
    theme: Theme, counts: Mapping[str, Mapping[int, int]]
) -> tuple[dict[str, Figure], str | None]:
    """A theme in every group that is shown, and the group to hide where words are not enough.

    ``counts`` are the numbers to tell (:func:`counts_of`).

    Where the printed figures together say too closely what a few people answered, the figure that
    says most gives way to its band, until none does (rule D6 for derivable groups, D4 iii). Should
    bands alone still say it, the smallest group involved is named.
    """
    drafts = {unit: _draft(theme, unit) for unit in theme.shown}
    found = {unit: printed(draft, theme.rule, counts[unit]) for unit, draft in drafts.items()}
    for _ in range(len(found) + 1):
        told = telling(theme, found)
        if told is None:
            return found, None
        near = _involved(theme, told)
        counted = [unit for unit in near if _has_numbers(found[unit])]
        if not counted:
            return found, min(near, key=lambda unit: (theme.group(unit).answers, unit))
        unit = counted[0]
        weighted = drafts[unit].weighted
        words = band(100 * weighted[0] / sum(weighted))
        found[unit] = Figure(found[unit].n, None, None, None, words, None)
    raise ReleaseError(f"The figures of {theme.scale.title} say too much in any form.")


def counts_of(themes: Sequence[Theme]) -> dict[str, Mapping[int, int]]:
    """Rule D5: for each group, what number to tell for each number of answers in it.

    The numbers are those who were asked and those who have a score, of every theme, and for the
    whole organisation those who answered each question.
    """
    numbers: dict[str, set[int]] = {}
    for theme in themes:
        for group in theme.groups:
            numbers.setdefault(group.id, set()).update((theme.put_to[group.id], group.answers))
        for item_id in theme.asked:
            numbers[theme.root].add(int(theme.counted.tally.items[item_id].answered.sum()))
    rule = themes[0].rule if themes else None
    return {unit: one_count(found, rule) for unit, found in numbers.items() if rule}


def telling(theme: Theme, found: Mapping[str, Figure]) -> str | None:
    """The first shown group of which, or of what its shown children leave of it, the printed
    figures tell too closely what a few people answered; ``None`` when there is none.

    A group is read as the mean of its visible cells, weighted as the whole organisation is.
    """
    units = [unit for unit in theme.shown if unit in found]
    if not units:
        return None
    places = {unit: place for place, unit in enumerate(units)}
    parents = [places.get(theme.holder(unit) or "") for unit in units]
    ends = np.array([_read(found[unit], theme.step(unit)) for unit in units])
    parted = np.array([bool(theme.shown_children(unit)) for unit in units])[:, None]
    printed_low, printed_high = _whole(ends[:, :, 0], ends[:, :, 1])
    own = np.where(parted, 0.0, printed_low), np.where(parted, 100.0, printed_high)
    weights = dict(zip(theme.cells, person_weights(list(theme.strata.values())), strict=True))
    answers = [theme.cells[unit].answers if unit in theme.cells else 0 for unit in units]
    left = [weights.get(unit, 1.0) * n for unit, n in zip(units, answers, strict=True)]
    people = list(left)
    for place in range(len(units) - 1, 0, -1):
        people[parents[place] or 0] += people[place]
    bounds = _whole(*rests(parents, people, left, printed_low, printed_high))
    told = tells(answers, bounds, own, CAPPED, theme.rule)
    return units[int(np.argmax(told))] if told.any() else None


def _whole(low: Bounds, high: Bounds) -> tuple[Bounds, Bounds]:
    """Bounds on the score as they are, those on the shares narrowed by one another."""
    shares_low, shares_high = of_one_whole(low[:, 1:], high[:, 1:])
    return np.hstack([low[:, :1], shares_low]), np.hstack([high[:, :1], shares_high])


def _read(figure: Figure, by: int) -> list[tuple[float, float]]:
    """What a reader knows of a group's score and of its three shares, in percent from and to."""
    score = (0.0, 100.0)
    if figure.score is not None:
        score = (max(figure.score - by / 2, 0.0), min(figure.score + by / 2, 100.0))
    if figure.shares is not None:
        return [score, *(_share(words, by) for words in figure.shares)]
    favourable = BAND_ENDS[figure.band] if figure.band else (0.0, 100.0)
    return [score, favourable, (0.0, 100.0), (0.0, 100.0)]


def _share(words: str, by: int) -> tuple[float, float]:
    numbers = [float(part.rstrip("%")) for part in words.split() if part[0].isdigit()]
    if words.startswith("under"):
        return 0.0, numbers[0]
    if words.startswith("over"):
        return numbers[0], 100.0
    if not numbers:
        return 0.0, 0.0
    if len(numbers) > 1:
        return numbers[0], numbers[1]
    return max(numbers[0] - by / 2, 0.0), min(numbers[0] + by / 2, 100.0)


def _has_numbers(figure: Figure) -> bool:
    return figure.score is not None or figure.shares is not None


def _involved(theme: Theme, unit: str) -> list[str]:
    """The shown groups whose figures bear on what is left of a group, those first that should
    give way: its own figure where it has shown children, else that of the group above."""
    above = []
    holder = theme.holder(unit)
    while holder is not None:
        above.append(holder)
        holder = theme.holder(holder)
    children = theme.shown_children(unit)
    if children:
        return [unit, *children, *above]
    siblings = theme.shown_children(above[0]) if above else []
    return [*above, unit, *(one for one in siblings if one != unit)]


def _draft(theme: Theme, unit: str) -> Draft:
    cells = theme.inside(unit)
    first, second, third = (int(count) for count in theme.leanings[unit])
    return Draft(
        theme.estimate(cells),
        theme.above(unit),
        theme.weighted_leanings(cells),
        (first, second, third),
        theme.put_to[unit],
        theme.middle,
        theme.step(unit),
    )


def item_figure(
    theme: Theme, item_id: str, numbers: Mapping[int, int], overall: Figure | None
) -> Figure | None:
    """One question for the whole organisation, weighted by the theme's visible cells; ``numbers``
    are the whole's numbers to tell, ``overall`` the theme's own figure for it.

    The mean of a theme's questions is its score, so no question says what the theme may not: none
    is shown where the theme's numbers gave way to a band, and none has a score where it has none.
    """
    cells = list(theme.cells)
    counts = theme.counted.tally.items[item_id]
    table = roll_up(theme.counted.units, theme.counted.tally.units, counts.options)
    lean = roll_up(
        theme.counted.units,
        theme.counted.tally.units,
        item_leanings(theme.counted, theme.instrument, item_id),
    )
    whole = theme.group(theme.root)
    answers = int(table[theme.root].sum())
    sensitive = theme.instrument.item(item_id).sensitive
    group = type(whole)(whole.id, None, answers, whole.responses, whole.headcount)
    may = may_show(group, theme.rule, sensitive=sensitive or theme.sensitive)
    if not may or theme.root in theme.withheld or _gave_way(theme, overall):
        return None
    item = theme.instrument.item(item_id)
    worth = [
        100 * d / max(s, 1) for d, s in (keyed(theme.instrument, item, c) for c in counts.codes)
    ]
    strata = [
        Stratum(_spread(theme.cut(table, cell).tolist(), worth), theme.cells[cell].headcount)
        for cell in cells
    ]
    given = [stratum.scores.n for stratum in strata]
    if not strata or min(given) < 2 or dominated(person_weights(strata), given):
        # A cell that hardly answered this question cannot be weighted up (rule D7).
        strata = [Stratum(_spread(table[theme.root].tolist(), worth), whole.headcount)]
        leanings = [lean[theme.root]]
    else:
        leanings = [theme.cut(lean, cell) for cell in cells]
    first, second, third = (int(lean[theme.root][place]) for place in range(len(LEANS)))
    draft = Draft(
        stratified(strata, stand_in(strata, theme.rule.large)),
        first,
        weigh(leanings, person_weights(strata)),
        (first, second, third),
        theme.put_to[theme.root],
        has_middle(theme.instrument, [item_id]),
        # The mean of the items is the theme's score: no finer than that, whoever skipped one.
        max(step(answers, theme.rule), theme.step(theme.root)),
    )
    figure = printed(draft, theme.rule, numbers)
    if overall is not None and overall.score is None and figure.score is not None:
        words = band(100 * draft.weighted[0] / sum(draft.weighted))
        split = figure.shares if overall.shares is not None else None
        figure = Figure(figure.n, None, None, None, words, split)
    told = numbers[answers]
    if theme.rule.banded_below <= told < theme.rule.large and told != numbers[draft.put_to]:
        # Rule D5: a question's own number of answers is not told under 50.
        return replace(figure, n=f"{theme.rule.banded_below}–{theme.rule.large - 1}")
    return figure


def _gave_way(theme: Theme, overall: Figure | None) -> bool:
    """Whether the whole's numbers were taken back to a band, with answers enough to have them."""
    enough = theme.group(theme.root).answers >= theme.rule.banded_below
    return enough and overall is not None and not _has_numbers(overall)


def _spread(counts: list[int], worth: list[float]) -> Moments:
    """Mean and sample variance of answers worth 0 to 100 each."""
    n = sum(counts)
    if n == 0:
        return Moments(0, float("nan"), float("nan"), 0)
    mean = sum(c * w for c, w in zip(counts, worth, strict=True)) / n
    squares = sum(c * (w - mean) ** 2 for c, w in zip(counts, worth, strict=True))
    return Moments(n, mean, squares / (n - 1) if n > 1 else float("nan"), 0)
