"""One figure as it may be printed: tier, rounding, bands and clamps in one place (D5, D6, D8)."""

from dataclasses import dataclass, replace

from analysis.disclosure import (
    Rule,
    alike,
    band,
    clamp,
    count_in_words,
    may_show,
    nearest,
    outward,
    shares,
    step,
)
from analysis.estimate import Estimate, Stratum, person_weights, stratified
from analysis.scoring import LEANS, Moments, keyed
from analysis.summary import Figure
from analysis.visible import Theme, has_middle, item_leanings, roll_up, weigh


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


def printed(draft: Draft, rule: Rule) -> Figure:
    """Round and clamp.

    10–19 answers, and groups where nearly everybody is on one side, have a band and no number.
    """
    n = draft.estimate.n
    words = count_in_words(_one_n(n, draft.put_to, rule), rule)
    favourable = 100 * draft.weighted[0] / sum(draft.weighted)
    if n < rule.banded_below:
        words = count_in_words(n, rule)
        return Figure(words, None, None, None, band(favourable), None)
    split = shares(draft.weighted, n, rule, draft.raw, by=draft.step, middle=draft.middle)
    if alike(n, draft.above, rule):
        return Figure(words, None, None, None, band(favourable), split)
    score = nearest(draft.estimate.mean, draft.step)
    low, high = outward(*draft.estimate.interval(), draft.step)
    return Figure(words, float(score), float(low), float(high), None, split)


def theme_figure(theme: Theme, unit: str) -> Figure | None:
    """A theme in one group; ``None`` where it is not shown."""
    if unit not in theme.shown:
        return None
    cells = theme.inside(unit)
    first, second, third = (int(count) for count in theme.leanings[unit])
    draft = Draft(
        theme.estimate(cells),
        theme.above(unit),
        theme.weighted_leanings(cells),
        (first, second, third),
        theme.put_to[unit],
        has_middle(theme.instrument, theme.asked),
        theme.step(unit),
    )
    figure = printed(draft, theme.rule)
    if tells_of_rest(theme, unit, figure):
        favourable = 100 * draft.weighted[0] / sum(draft.weighted)
        return Figure(figure.n, None, None, None, band(favourable), None)
    return figure


def tells_of_rest(theme: Theme, unit: str, figure: Figure) -> bool:
    """Whether a group's figure and those of its shown children say that the rest of it answered
    (nearly) all alike (rule D6 for derivable groups, attack A6).

    The rest's score, and each of its shares, lies between (W·(f − s/2) − Σ w_c·(f_c + s_c/2))/w_r
    and the same with the signs turned, for figures f printed in steps s and w people in each part
    (answers where headcounts are not known). Over all but the clamp it tells; and so does a score
    or a favourable share under the clamp.
    """
    rest, children = theme.cells.get(unit), theme.shown_children(unit)
    if rest is None or not children or figure.score is None:
        return False
    found = [figure, *(theme_figure(theme, child) for child in children)]
    parts = [theme.group(unit), *(theme.group(child) for child in children), rest]
    known = all(part.headcount for part in parts)
    people = [(part.headcount or 0) if known else part.answers for part in parts]
    steps = [theme.step(unit), *(theme.step(child) for child in children)]
    slack = sum(s * w for s, w in zip(steps, people[:-1], strict=True)) / 2
    edge = 100 * clamp(rest.answers, theme.rule) / rest.answers
    read: list[list[float | None]] = [
        [_score(one) for one in found],
        *([_share(one, place) for one in found] for place in range(len(LEANS))),
    ]
    for position, values in enumerate(read):
        told = [value for value in values if value is not None]
        if len(told) < len(values):
            continue
        others = sum(v * w for v, w in zip(told[1:], people[1:-1], strict=True))
        middle = told[0] * people[0] - others
        low, high = (middle - slack) / people[-1], (middle + slack) / people[-1]
        if low > 100 - edge or (high < edge and position < 2):
            return True
    return False


def _score(figure: Figure | None) -> float | None:
    return figure.score if figure else None


def _share(figure: Figure | None, place: int) -> float | None:
    """A share printed as one number; none where it is a range, "under" or "over"."""
    words = figure.shares[place] if figure and figure.shares else ""
    return float(words[:-1]) if words[:-1].isdigit() else None


def item_figure(theme: Theme, item_id: str) -> Figure | None:
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
    if not may_show(group, theme.rule, sensitive=sensitive or theme.sensitive):
        return None
    item = theme.instrument.item(item_id)
    worth = [
        100 * d / max(s, 1) for d, s in (keyed(theme.instrument, item, c) for c in counts.codes)
    ]
    strata = [
        Stratum(_spread(theme.cut(table, cell).tolist(), worth), theme.cells[cell].headcount)
        for cell in cells
    ]
    if not strata or min(stratum.scores.n for stratum in strata) < 2:
        # A cell that hardly answered this question cannot be weighted up.
        strata = [Stratum(_spread(table[theme.root].tolist(), worth), whole.headcount)]
        leanings = [lean[theme.root]]
    else:
        leanings = [theme.cut(lean, cell) for cell in cells]
    first, second, third = (int(lean[theme.root][place]) for place in range(len(LEANS)))
    draft = Draft(
        stratified(strata),
        first,
        weigh(leanings, person_weights(strata)),
        (first, second, third),
        theme.put_to[theme.root],
        has_middle(theme.instrument, [item_id]),
        # The mean of the items is the theme's score: no finer than that, whoever skipped one.
        max(step(answers, theme.rule), theme.step(theme.root)),
    )
    figure = printed(draft, theme.rule)
    own = _one_n(answers, draft.put_to, theme.rule)
    if theme.rule.banded_below <= own < theme.rule.large and own != draft.put_to:
        # Rule D5: a question's own number of answers is not told under 50.
        return replace(figure, n=f"{theme.rule.banded_below}–{theme.rule.large - 1}")
    return figure


def _spread(counts: list[int], worth: list[float]) -> Moments:
    """Mean and sample variance of answers worth 0 to 100 each."""
    n = sum(counts)
    if n == 0:
        return Moments(0, float("nan"), float("nan"), 0)
    mean = sum(c * w for c, w in zip(counts, worth, strict=True)) / n
    squares = sum(c * (w - mean) ** 2 for c, w in zip(counts, worth, strict=True))
    return Moments(n, mean, squares / (n - 1) if n > 1 else float("nan"), 0)


def _one_n(n: int, put_to: int, rule: Rule) -> int:
    """Rule D5: one number of answers a group, unless a whole group's worth did not answer."""
    return put_to if 0 < put_to - n < rule.k else n
