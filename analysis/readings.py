"""How each theme's score in the whole organisation may be read, in sentences.

All of it comes from sums over the whole organisation or over visible cells, and is told in words
or whole points, so none of it depends on how answers are spread over hidden groups.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from analysis.change import break_between, judge, regrouped, trend_over
from analysis.counting.patterns import Products
from analysis.disclosure import Group, Rule, nearest, residuals
from analysis.distributions import DistributionError, apart_words
from analysis.factors.factor_model import FactorModelError, Model, Sample
from analysis.factors.invariance import LEAST_PEOPLE, Level, Step, rungs
from analysis.release.bounds import tells
from analysis.release.released import Released
from analysis.release.visible import Theme, roll_up
from analysis.sampling.composition import Part, kitagawa
from analysis.sampling.representation import RepresentationError, answered_alike, representation
from analysis.scoring import moments
from analysis.summary import Figure, Reading
from analysis.tally import Counted
from analysis.verdicts import Before, History

LEVELS: tuple[Level, ...] = ("configural", "metric", "scalar")
UNLIKELY = 0.01
UNEVEN, EVEN = 0.80, 0.90
RESIZED = "A score can move when groups grow or shrink, even if everybody answers as before."
ANEW = "The groups were put together anew, so we cannot say how much of the change lies in that."


def readings(
    released: Released,
    befores: Sequence[Before | None],
    history: History,
    alike: Sequence[bool | None],
) -> tuple[Reading, ...]:
    """One for each theme that is shown for the whole; ``alike`` are :func:`same_meaning` of each.

    The slides since the first wave are a family of their own: looking twice is more comparisons.
    """
    themes = released.themes
    slides = [
        None if same is False else trend_over(theme, history.all_of(theme), theme.root, _same)
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
            make_up="" if same is False else _make_up(theme, figures, before),
            alike=_alike(theme, figures.get(theme.root)),
            since_first=first,
        )
        for theme, figures, before, first, same in zip(
            themes, released.figures, befores, firsts, alike, strict=True
        )
        if theme.root in theme.shown
    )


def evenness(now: Counted, told: Sequence[str]) -> str:
    """Do all groups answer alike? From the groups whose participation is told, and what they
    leave of one another; empty where that is one group, or headcounts are not known.

    Uneven: the R-indicator is under .80 *and* chance alone would hardly make it so (χ² at 1 %).
    Even: the R-indicator is .90 or more. In between nothing is said.
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
        chance = answered_alike(answered, asked)
    except RepresentationError:
        return ""
    if found.indicator < UNEVEN and chance.p < UNLIKELY:
        return "Some groups answered much more than others."
    if found.indicator < EVEN:
        return ""
    return (
        "We see no sign that some groups answered much less than others. "
        "That does not show who was afraid to answer."
    )


def _split(theme: Theme) -> str:
    """How far apart answers to one question lie, on average over questions; from 50 people.

    Each question by itself: answers to an easy and to a hard one differ, although nobody does.
    """
    if theme.group(theme.root).answers < theme.rule.large:
        return ""
    items = theme.counted.tally.items
    try:
        return apart_words([items[item_id].options.sum(axis=0) for item_id in theme.asked])
    except DistributionError:
        return ""


def _alike(theme: Theme, figure: Figure | None) -> str:
    """The score without sheets of one answer throughout, where those are a whole group's worth and
    the score is printed, in whole points; and where the two scores do not say that (nearly) all
    of those sheets say the same (rule D6)."""
    counted = theme.counted.tally.one_answer
    whole = theme.overall
    if counted is None or figure is None or figure.score is None or theme.step(theme.root) > 1:
        return ""
    marked = moments(counted.scores[theme.scale.id], theme.key)
    least = max(theme.rule.k, theme.rule.k_sensitive if theme.sensitive else 0)
    if min(marked.n, whole.n - marked.n) < least:
        return ""
    without = (whole.total - marked.total) / (whole.n - marked.n)
    score, moved = nearest(figure.score, 1), nearest(without - whole.mean, 1)
    if _says_too_much(score, moved, (whole.n, marked.n), theme.rule):
        return ""
    changed = min(max(score + moved, 0), 100)
    about = f"About {nearest(marked.n, 5)} people gave one answer to every question."
    if changed == score:
        return f"{about} Without them the score would be the same."
    return f"{about} Without them the score would be {changed} instead of {score}."


def _says_too_much(score: float, moved: float, people: tuple[int, int], rule: Rule) -> bool:
    """Whether a score and how far it moves without some people tell what these answered, to
    somebody who knows the score better than it is printed.

    Formula: their mean is ȳ − (n − m)/m·Δ for m of n people and a move of Δ.
    """
    n, m = people
    exact = (score - 0.5, score, score + 0.5)
    ends = [[mean - (n - m) / m * (moved + half) for mean in exact] for half in (0.5, -0.5)]
    low, high = (np.clip([[end] for end in side], 0.0, 100.0) for side in ends)
    anything = np.zeros((len(exact), 1)), np.full((len(exact), 1), 100.0)
    return bool(tells([m] * len(exact), (low, high), anything, [True], rule).any())


def same_meaning(theme: Theme, before: Before | None) -> bool | None:
    """Whether a theme's score means in this wave what it meant in the one before (STATISTICS 2.4).

    ``None`` where there is nothing to compare, too few complete answers, or no model fits.
    """
    if before is None or break_between(theme, before.theme, before.since):
        return None
    return _same(theme, before.theme)


def _same(later: Theme, earlier: Theme) -> bool | None:
    """The same of two waves in which the same questions were asked."""
    try:
        first, second = (_sample(one) for one in (earlier, later))
    except FactorModelError:
        return None
    if min(first.n, second.n) < LEAST_PEOPLE:
        return None
    return _tested(later.scale.id, later.asked, _Known.of(first), _Known.of(second))


class _Known(NamedTuple):
    """A sample that can be looked up: two waves are compared again in each wave after them."""

    n: int
    mean: bytes
    covariance: bytes

    @classmethod
    def of(cls, sample: Sample) -> "_Known":
        return cls(sample.n, sample.mean.tobytes(), sample.covariance.tobytes())

    def sample(self) -> Sample:
        mean = np.frombuffer(self.mean)
        return Sample(self.n, mean, np.frombuffer(self.covariance).reshape(len(mean), -1))


@lru_cache(maxsize=1024)
def _tested(name: str, asked: tuple[str, ...], first: _Known, second: _Known) -> bool | None:
    try:
        samples = [first.sample(), second.sample()]
        return reads_alike(rungs(samples, Model({name: asked}), LEVELS))
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


def _make_up(theme: Theme, figures: Mapping[str, Figure], before: Before | None) -> str:
    """Kitagawa's split of the change between two *printed* scores, from printed scores and
    headcounts alone: it tells nothing that is not told already.

    Its parts are the groups next below the whole with a score in whole points in both waves, and
    everybody else, who must be in the same groups in both waves to be one part.
    """
    if before is None or break_between(theme, before.theme, before.since):
        return ""
    then = before.theme
    now_scores, then_scores = _whole_points(theme, figures), _whole_points(then, before.figures)
    if theme.root not in now_scores or then.root not in then_scores:
        return ""
    shared = [
        unit
        for unit in theme.shown_children(theme.root)
        if unit in now_scores
        and unit in then_scores
        and unit in then.shown_children(then.root)
        and not regrouped(theme, then, unit)
    ]
    if _others(theme, shared) != _others(then, shared):
        return ANEW
    after, earlier = _parts(theme, now_scores, shared), _parts(then, then_scores, shared)
    if not shared or not after or after.keys() != earlier.keys():
        return ""
    found = kitagawa(earlier, after)
    if not nearest(abs(found.within), 1) and not nearest(abs(found.make_up), 1):
        return ""  # there is no difference to split
    resized = _points(found.make_up)
    return (
        f"{RESIZED} Since {then.counted.head.label}, {_points(found.within)} in how people "
        f"answered. {resized[0].upper()}{resized[1:]} in groups growing or shrinking."
    )


def _points(value: float) -> str:
    """
    >>> _points(-2.2), _points(1.0), _points(0.4)
    ('about 2 points down are', 'about 1 point up is', 'hardly anything is')
    """
    points = nearest(abs(value), 1)
    if not points:
        return "hardly anything is"
    way = "up" if value > 0 else "down"
    return f"about {points} points {way} are" if points > 1 else f"about 1 point {way} is"


def _whole_points(theme: Theme, figures: Mapping[str, Figure]) -> dict[str, float]:
    """By group the scores that are printed in whole points."""
    return {
        unit: figure.score
        for unit, figure in figures.items()
        if figure.score is not None and theme.step(unit) == 1
    }


def _others(theme: Theme, units: Sequence[str]) -> frozenset[str]:
    """The ids of all groups below the whole that are in none of these."""
    inside = (theme.below(unit) for unit in units)
    return theme.below(theme.root).difference([theme.root], *inside)


def _parts(theme: Theme, scores: Mapping[str, float], units: Sequence[str]) -> dict[str, Part]:
    """People and printed score of each group, by id, and of all others together what the whole's
    printed score leaves for them; empty where a headcount is not known or no score would fit."""
    whole, inside = theme.group(theme.root), [theme.group(unit) for unit in units]
    rest = whole.without(inside)
    if rest.headcount is None:
        return {}
    parts = {group.id: Part(group.headcount or 0, scores[group.id]) for group in inside}
    if rest.answers:
        counted = sum(part.people * part.mean for part in parts.values())
        left = (whole.headcount or 0) * scores[theme.root] - counted
        if rest.headcount <= 0 or not 0 <= left <= 100 * rest.headcount:
            return {}
        parts[""] = Part(rest.headcount, left / rest.headcount)
    return parts if all(part.people > 0 for part in parts.values()) else {}
