"""One figure as it may be printed: tier, rounding, bands and clamps in one place (D5, D6, D8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.disclosure import (
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
from analysis.estimate import (
    Estimate,
    Stratum,
    heaviest,
    person_weights,
    stand_in,
    stratified,
)
from analysis.release.bounds import SLACK, Bounds, of_one_whole, rests, tells
from analysis.release.steady import BAND_ENDS, Last, Told, nothing, one_moves, steady
from analysis.release.visible import Theme, has_middle, item_leanings, roll_up, weigh
from analysis.scoring import LEANS, Moments, keyed
from analysis.summary import Band, Figure

# Score and favourable share: hardly anybody on the high side says as much as hardly anybody on
# the low one. That hardly anybody was neutral, or against, says little.
CAPPED = (True, True, False, False)
# Points within which all figures together may fix a score: rule D8 allows one decimal.
FINEST = 0.1


@dataclass(frozen=True)
class Draft:
    """What a figure is printed from. ``above`` counts people above the middle of the scale;
    ``put_to`` everybody in the group who was asked; ``middle`` says whether anybody could be
    neutral; ``step`` is what the figures are rounded to. ``one`` is the most by which one person
    moves the percentage favourable, and ``last`` what was told in the wave before. ``full`` says
    that everybody in the group answered."""

    estimate: Estimate
    above: int
    weighted: tuple[float, float, float]
    raw: tuple[int, int, int]
    put_to: int
    middle: bool
    step: int
    one: float = 0.0
    last: Told | None = None
    full: bool = False

    @property
    def favourable(self) -> float:
        """Percent, weighted."""
        return 100 * self.weighted[0] / sum(self.weighted)

    @property
    def band(self) -> Band:
        """The word for a figure without numbers: one person cannot turn it."""
        return steady(self.favourable, self.one, self.last)


def printed(draft: Draft, rule: Rule, counts: Mapping[int, int]) -> Figure:
    """Round and clamp; ``counts`` are the group's numbers to tell.

    10–19 answers, and groups where nearly everybody is on one side, have a band and no number.
    The likely range is laid around the score *as printed*, wide enough for any score that prints
    alike, so that its ends say nothing of the score but what is printed (attack A12).
    """
    n = draft.estimate.n
    words = count_in_words(counts[n], rule)
    if n < rule.banded_below:
        words = count_in_words(n, rule)
        return Figure(words, None, None, None, draft.band, None)
    split = shares(
        draft.weighted, n, rule, draft.raw, by=draft.step, middle=draft.middle, full=draft.full
    )
    score = nearest(draft.estimate.mean, draft.step)
    # Weights can carry a score past what so many people could give on their own.
    edge = 100 * clamp(n, rule, draft.full) / n
    if alike(n, draft.above, rule, draft.full) or not edge <= score <= 100 - edge:
        return Figure(words, None, None, None, band(draft.favourable), split)
    half = draft.estimate.half() + draft.step / 2
    low, high = outward(max(score - half, 0), min(score + half, 100), draft.step)
    return Figure(words, float(score), float(low), float(high), None, split)


def theme_figures(
    theme: Theme, counts: Mapping[str, Mapping[int, int]], last: Last = nothing
) -> tuple[dict[str, Figure], str | None]:
    """A theme in every group that is shown, and the group to hide where words are not enough.

    ``counts`` are the numbers to tell (:func:`counts_of`), ``last`` gives what the wave before
    told.

    Where the printed figures together say too closely what a few people answered, the figure that
    says most gives way to its band, until none does (rule D6 for derivable groups, D4 iii). Should
    bands alone still say it, the smallest group involved is named.
    """
    drafts = {unit: _draft(theme, unit, last) for unit in theme.shown}
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
        found[unit] = Figure(found[unit].n, None, None, None, drafts[unit].band, None)
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


def telling(
    theme: Theme, found: Mapping[str, Figure], questions: Sequence[Figure] = ()
) -> str | None:
    """The first shown group of which, or of what its shown children leave of it, the printed
    figures tell too closely what a few people answered; ``None`` when there is none.

    A group is read as the mean of its visible cells, weighted as the whole organisation is.
    ``questions`` are the figures of all the theme's questions: their mean is the whole's score,
    out by less than any of them.
    """
    units = [unit for unit in theme.shown if unit in found]
    if not units:
        return None
    places = {unit: place for place, unit in enumerate(units)}
    parents = [places.get(theme.holder(unit) or "") for unit in units]
    ends = np.array([_read(found[unit], theme.step(unit)) for unit in units])
    parted = np.array([bool(theme.shown_children(unit)) for unit in units])[:, None]
    if questions and units[0] == theme.root:
        ends[0] = narrowed(ends[0], _mean_of(theme, questions))
        if ends[0, 0, 1] - ends[0, 0, 0] < FINEST - SLACK:
            return theme.root
    printed_low, printed_high = _whole(ends[:, :, 0], ends[:, :, 1])
    own = np.where(parted, 0.0, printed_low), np.where(parted, 100.0, printed_high)
    weights = dict(zip(theme.cells, person_weights(list(theme.strata.values())), strict=True))
    answers = [theme.cells[unit].answers if unit in theme.cells else 0 for unit in units]
    left = [weights.get(unit, 1.0) * n for unit, n in zip(units, answers, strict=True)]
    people = list(left)
    for place in range(len(units) - 1, 0, -1):
        people[parents[place] or 0] += people[place]
    bounds = _whole(*rests(parents, people, left, printed_low, printed_high))
    full = [unit in theme.cells and theme.cells[unit].full for unit in units]
    told = tells(answers, bounds, own, CAPPED, theme.rule, full)
    return units[int(np.argmax(told))] if told.any() else None


def _mean_of(theme: Theme, questions: Sequence[Figure]) -> Bounds:
    """What questions say of their theme's score and shares in the whole. Shape: (statistics, 2).

    Blanks make it a little less exact, so this is the most that anybody can make of them.
    """
    read = np.array([_read(figure, theme.step(theme.root)) for figure in questions])
    if theme.scale.formula == "favourable":
        read[:, 0] = read[:, 1]
    mean: Bounds = read.mean(axis=0)
    return mean


def narrowed(ends: Bounds, others: Bounds) -> Bounds:
    """Bounds cut by other bounds on the same; as they are where the two do not meet, as blanks
    can make them. Shape of each: (statistics, 2).

    >>> narrowed(np.array([[51.5, 52.5], [0, 9]]), np.array([[50.8, 51.8], [20, 30]])).tolist()
    [[51.5, 51.8], [0.0, 9.0]]
    """
    low, high = np.maximum(ends[:, 0], others[:, 0]), np.minimum(ends[:, 1], others[:, 1])
    return np.where((low <= high)[:, None], np.column_stack([low, high]), ends)


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
        return [score, *(share_ends(words, by) for words in figure.shares)]
    favourable = BAND_ENDS[figure.band] if figure.band else (0.0, 100.0)
    return [score, favourable, (0.0, 100.0), (0.0, 100.0)]


def share_ends(words: str, by: int) -> tuple[float, float]:
    """What a share as printed may stand for, in percent from and to.

    >>> share_ends("60%", 5), share_ends("under 6%", 1), share_ends("28% to 34%", 1)
    ((57.5, 62.5), (0.0, 6.0), (28.0, 34.0))
    """
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


def _draft(theme: Theme, unit: str, last: Last) -> Draft:
    cells = theme.inside(unit)
    first, second, third = (int(count) for count in theme.leanings[unit])
    own = len(theme.asked) * theme.heaviest(cells)
    return Draft(
        theme.estimate(cells),
        theme.above(unit),
        theme.weighted_leanings(cells),
        (first, second, third),
        theme.put_to[unit],
        theme.middle,
        theme.step(unit),
        one_moves(first + second + third, own),
        last(theme, unit, None),
        theme.group(unit).full,
    )


def question_figures(
    theme: Theme, numbers: Mapping[int, int], found: Mapping[str, Figure], last: Last = nothing
) -> dict[str, Figure | None]:
    """Every question of a theme for the whole organisation; ``found`` are the theme's own figures,
    ``numbers`` the whole's numbers to tell, ``last`` gives what the wave before told.

    The mean of a theme's questions is its score, so no question says what the theme may not: none
    is shown where the theme's numbers gave way to a band, and none has a score where it has none.
    Where all together would narrow the theme's score too far, all of them have words.
    """
    overall = found.get(theme.root)
    drafts = {name: _question(theme, name, overall, last) for name in theme.asked}
    told = {
        name: None if draft is None else _question_figure(theme, draft, numbers, overall)
        for name, draft in drafts.items()
    }
    figures = [figure for figure in told.values() if figure is not None]
    if len(figures) < len(told) or telling(theme, found, figures) is None:
        return told
    return {
        name: Figure(figure.n, None, None, None, draft.band, None)
        for (name, draft), figure in zip(drafts.items(), figures, strict=True)
        if draft is not None
    }


def _question(theme: Theme, item_id: str, overall: Figure | None, last: Last) -> Draft | None:
    """One question for the whole organisation, weighted by the theme's visible cells."""
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
    return Draft(
        stratified(strata, stand_in(strata, theme.rule.large)),
        first,
        weigh(leanings, person_weights(strata)),
        (first, second, third),
        theme.put_to[theme.root],
        has_middle(theme.instrument, [item_id]),
        # The mean of the items is the theme's score: no finer than that, whoever skipped one.
        max(step(answers, theme.rule), theme.step(theme.root)),
        one_moves(answers, heaviest(strata)),
        last(theme, theme.root, item_id),
        whole.full,
    )


def favourable_of_question(theme: Theme, item_id: str) -> float | None:
    """Percent favourable among the answers to a question in the whole organisation, weighted as
    its figure is; ``None`` where it may not be told."""
    draft = _question(theme, item_id, None, nothing)
    return None if draft is None else draft.favourable


def _question_figure(
    theme: Theme, draft: Draft, numbers: Mapping[int, int], overall: Figure | None
) -> Figure:
    figure = printed(draft, theme.rule, numbers)
    if overall is not None and overall.score is None and figure.score is not None:
        if overall.shares is None:
            figure = Figure(figure.n, None, None, None, draft.band, None)
        else:
            words = band(draft.favourable)
            figure = Figure(figure.n, None, None, None, words, figure.shares)
    told = numbers[sum(draft.raw)]
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
