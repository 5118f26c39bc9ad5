"""How each theme's score in the whole organisation may be read, in sentences.

All of it comes from sums over the whole organisation or over visible cells, and is told in words
or whole points, so none of it depends on how answers are spread over hidden groups.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.change import break_between, judge, regrouped, trend_over
from analysis.composition import Part, kitagawa
from analysis.disclosure import Group, may_show, nearest, residuals
from analysis.distributions import DistributionError, apart_words
from analysis.factor_model import FactorModelError, Model, Sample
from analysis.invariance import LEAST_PEOPLE, Level, Step, rungs
from analysis.patterns import Products
from analysis.representation import RepresentationError, fit_to_frame, representation
from analysis.scoring import moments
from analysis.summary import Reading
from analysis.tally import Counted
from analysis.verdicts import Before, History
from analysis.visible import Theme, roll_up

Counts = NDArray[np.float64]

LEVELS: tuple[Level, ...] = ("configural", "metric", "scalar")
UNLIKELY = 0.01
EVEN = 0.80


def readings(
    themes: Sequence[Theme],
    befores: Sequence[Before | None],
    history: History,
    alike: Sequence[bool | None],
) -> tuple[Reading, ...]:
    """One for each theme that is shown for the whole; ``alike`` are :func:`same_meaning` of each.

    The slides since the first wave are a family of their own: looking twice is more comparisons.
    """
    slides = [
        None if same is False else trend_over(theme, history.all_of(theme), theme.root)
        for theme, same in zip(themes, alike, strict=True)
    ]
    family = [(slide, None) for slide in slides if slide is not None]
    judged = iter(judge(family, themes[0].rule) if family else ())
    firsts = [next(judged) if slide is not None else None for slide in slides]
    return tuple(
        Reading(
            theme.scale.id,
            split=_split(theme),
            meaning=_meaning(theme, before, same),
            make_up=_make_up(theme, before),
            alike=_alike(theme),
            since_first=first,
        )
        for theme, before, first, same in zip(themes, befores, firsts, alike, strict=True)
        if theme.root in theme.shown
    )


def evenness(now: Counted, told: Sequence[str]) -> str:
    """Do all groups answer alike? From the groups whose participation is told, and what they
    leave of one another; empty where that is one group, or headcounts are not known.

    Uneven: the R-indicator is under .80 *and* chance alone would hardly make it so (χ² at 1 %).
    """
    responses = roll_up(now.units, now.tally.units, now.tally.responses)
    groups = [
        Group(
            unit.id, unit.parent, int(responses[unit.id]), int(responses[unit.id]), unit.headcount
        )
        for unit in now.units
    ]
    cells = [cell for cell in residuals(groups, told).values() if cell.headcount != 0]
    asked = [cell.headcount for cell in cells if cell.headcount is not None]
    answered = [cell.answers for cell in cells]
    if len(asked) < max(len(cells), 2):
        return ""
    try:
        found = representation(answered, asked)
        chance = fit_to_frame(answered, asked)
    except RepresentationError:
        return ""
    if found.indicator < EVEN and chance.p < UNLIKELY:
        return (
            "Some groups answered much more than others. "
            "Every group still counts by its people, not by its answers."
        )
    return (
        "As far as we can see, all groups answered about equally. "
        "That does not show who was afraid to answer."
    )


def _split(theme: Theme) -> str:
    """How far apart answers lie, over the theme's questions of the same length; from 50 people."""
    if theme.group(theme.root).answers < theme.rule.large:
        return ""
    tables = [_in_order(theme, item_id) for item_id in theme.asked]
    longest = max(len(table) for table in tables)
    try:
        return apart_words(np.sum([table for table in tables if len(table) == longest], axis=0))
    except DistributionError:
        return ""


def _in_order(theme: Theme, item_id: str) -> Counts:
    """An item's answers in the whole organisation, worst option first. Shape: (options,)."""
    counts: Counts = theme.counted.tally.items[item_id].options.sum(axis=0).astype(np.float64)
    return counts[::-1] if theme.instrument.item(item_id).reversed else counts


def _alike(theme: Theme) -> str:
    """The score without sheets of one answer throughout, where those are a whole group's worth and
    the score is told in whole points."""
    counted = theme.counted.tally.one_answer
    whole = theme.overall
    if counted is None or theme.step(theme.root) > 1:
        return ""
    marked = moments(counted.scores[theme.scale.id], theme.key)
    least = max(theme.rule.k, theme.rule.k_sensitive if theme.sensitive else 0)
    if min(marked.n, whole.n - marked.n) < least:
        return ""
    without = (whole.total - marked.total) / (whole.n - marked.n)
    points = nearest(without - whole.mean, 1)
    score = nearest(theme.estimate(list(theme.cells)).mean, 1)
    about = f"About {nearest(marked.n, 5)} people gave one answer to every question."
    if not points:
        return f"{about} Without them the score would be the same."
    return f"{about} Without them the score would be {score + points} instead of {score}."


def same_meaning(theme: Theme, before: Before | None) -> bool | None:
    """Whether a theme's score means in this wave what it meant in the one before (STATISTICS 2.4).

    ``None`` where there is nothing to compare, too few complete answers, or no model fits.
    """
    if before is None or break_between(theme, before.theme, before.since):
        return None
    try:
        samples = [_sample(one) for one in (before.theme, theme)]
        if min(sample.n for sample in samples) < LEAST_PEOPLE:
            return None
        return reads_alike(rungs(samples, Model({theme.scale.id: theme.asked}), LEVELS))
    except FactorModelError:
        return None


def _sample(theme: Theme) -> Sample:
    """Complete answers to all of the theme's questions, in points of its key."""
    found: Products | None = theme.counted.tally.products[theme.scale.id].get(theme.asked)
    if found is None or found.n == 0:
        raise FactorModelError("Nobody answered every question.")
    mean = found.sums / found.n
    return Sample(found.n, mean, found.cross / found.n - np.outer(mean, mean))


def reads_alike(steps: Sequence[Step]) -> bool | None:
    """Whether a score of both waves means the same; ``None`` where that is open.

    A rung that does not hold counts only when the rise in χ² is unlikely as well: with three
    questions a rung has two degrees of freedom, and there the change in RMSEA swings with chance.
    The rung of one factor says nothing about time, so without it nothing is known.
    """
    configural, metric, scalar = steps
    if not configural.accepted:
        return None
    if any(not step.accepted and step.pvalue < UNLIKELY for step in (metric, scalar)):
        return False
    return True if metric.accepted and scalar.accepted else None


def _meaning(theme: Theme, before: Before | None, alike: bool | None) -> str:
    if before is None or alike is None:
        return ""
    label = before.theme.counted.head.label
    if alike:
        return f"As far as can be tested, people read these questions as they did in {label}."
    return f"People seem to read these questions differently than in {label}. Look at each alone."


def _make_up(theme: Theme, before: Before | None) -> str:
    """Kitagawa's split over the groups just below the whole that both waves show, and the rest."""
    if before is None or before.unlike or break_between(theme, before.theme, before.since):
        return ""
    both = [theme, before.theme]
    if min(one.group(one.root).answers for one in both) < theme.rule.large:
        return ""
    shared = [
        unit
        for unit in theme.shown_children(theme.root)
        if unit in before.theme.shown_children(before.theme.root)
        and not regrouped(theme, before.theme, unit)
    ]
    parts = [_parts(one, shared) for one in both]
    if not shared or not parts[0] or not parts[1]:
        return ""
    found = kitagawa(parts[1], parts[0])
    points = nearest(abs(found.make_up), 1)
    if not points:
        return "Hardly any of the change comes with groups growing or shrinking."
    way = "up" if found.make_up > 0 else "down"
    return (
        f"Groups growing or shrinking moved the score {way} by about {points} "
        f"point{'' if points == 1 else 's'}. That part is not in what people answer."
    )


def _parts(theme: Theme, units: Sequence[str]) -> dict[str, Part]:
    """People and mean of each group and of all others together, by id; empty where a headcount is
    not known, or the others are too few to be seen."""
    inside = [theme.group(unit) for unit in units]
    rest = theme.group(theme.root).without(inside)
    if rest.headcount is None or (
        rest.answers and not may_show(rest, theme.rule, sensitive=theme.sensitive)
    ):
        return {}
    others = [cell for cell in theme.cells if all(cell not in theme.inside(u) for u in units)]
    cells = {group.id: (group, theme.inside(group.id)) for group in inside}
    if rest.answers:
        cells[theme.root] = (rest, others)
    return {
        name: Part(group.headcount or 0, theme.estimate(within).mean)
        for name, (group, within) in cells.items()
    }
