"""What changed between two audited waves, and how directorates differ, from the same draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.change import Contrast, judge
from analysis.disclosure import Rule
from analysis.estimate import Difference
from analysis.summary import THE_REST, Comparison
from analysis.text.coded_alike import why_apart
from analysis.text.prevalence import (
    LARGEST_CLOSED,
    Prevalence,
    PrevalenceError,
    estimate_part,
    interval_of,
)
from analysis.text.printed_shares import counted, named, percent_of
from analysis.text.score_bins import FloatArray, ScoreBins

# What is to be judged, with the difference of the printed figures; or what is said already.
Asked = tuple[Contrast, int | None] | Comparison
# A directorate and a label; without a directorate it is the whole, since the wave before.
Key = tuple[str, str]
SINCE = ""


@dataclass(frozen=True, eq=False)
class DrawnDifference(Difference):
    """A difference in points of 100 known by its draws, which need not be symmetric.

    ``value`` is the median, ``se`` the standard deviation of the ``draws``.
    """

    draws: FloatArray = field(repr=False, kw_only=True)

    @classmethod
    def of(cls, draws: FloatArray) -> "DrawnDifference":
        return cls(float(np.median(draws)), float(draws.std()), np.inf, draws=draws)

    @property
    def p(self) -> float:
        """Twice the smaller share of draws on one side of nought, (1 + count)/(1 + draws)."""
        side = min((self.draws <= 0).sum(), (self.draws >= 0).sum())
        return min(1.0, 2 * (1 + int(side)) / (1 + len(self.draws)))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        return interval_of(self.draws, level)[1:]


def change_of(now: Prevalence, before: Prevalence, label: str) -> DrawnDifference:
    """Later minus earlier in the share of comments with a label, in points of 100.

    Estimand b, conditions: each wave's draws carry the sampling of its comments, and what is
    unknown of *themes only* comments is drawn for each wave by itself.
    """
    later = now.conditions[now.table.place(label)]
    earlier = before.conditions[before.table.place(label)]
    return DrawnDifference.of(100 * (later - earlier))


def verdicts(asked: Mapping[Key, Asked], rule: Rule) -> dict[Key, Comparison]:
    """The verdicts on all that is compared about one question: one family.

    ``asked`` holds changes and gaps together. Verdicts by :func:`analysis.change.judge`; what is
    a comparison already (a break, not shown) stays as it is and has no part in the family.
    """
    family = {key: one for key, one in asked.items() if not isinstance(one, Comparison)}
    told = dict(zip(family, judge(list(family.values()), rule), strict=True))
    return {key: one if isinstance(one, Comparison) else told[key] for key, one in asked.items()}


def changes(
    now: Prevalence,
    before: Prevalence,
    rule: Rule,
    label_of_wave: str,
    labels: Sequence[str],
    without: Mapping[str, str] | None = None,
) -> dict[Key, Asked]:
    """What is to be judged of each label since an earlier wave.

    ``label_of_wave`` names the earlier wave in words; ``without`` maps labels that the results of
    either wave give no figure to the reason, which those results must tell by themselves (rule
    D14). A label that is not printed in both waves is not compared, and what was coded in different
    ways, or not at all then, is a break. Counts that nobody audited have no draws, so they cannot
    be compared.
    """
    if now.table.wave == before.table.wave or now.table.question != before.table.question:
        raise PrevalenceError("A change needs two waves of one question.")
    n, without = min(now.comments, before.comments), without or {}
    asked: dict[Key, Asked] = {}
    for label in labels:
        asked[SINCE, label] = Comparison("not_shown", label_of_wave, why=without.get(label, ""))
        if why := why_apart(now.table, before.table, label):
            asked[SINCE, label] = Comparison("break", label_of_wave, why=why)
        elif label not in without and all(named(wave, label, rule) for wave in (now, before)):
            later, earlier = percent_of(now, label, rule), percent_of(before, label, rule)
            # Counts rounded so far that nobody can be told apart have a word only: the difference
            # of two such figures may be five points from the true one.
            in_words = counted(now) or counted(before)
            gap = None if later is None or earlier is None or in_words else later - earlier
            contrast = Contrast(change_of(now, before, label), n, label_of_wave)
            asked[SINCE, label] = contrast, gap
    return asked


def gaps(
    whole: ScoreBins,
    parts: Mapping[str, ScoreBins],
    seed: int,
    rule: Rule,
    labels: Sequence[str],
) -> dict[Key, Asked]:
    """What is to be judged of each directorate against everybody else's comments.

    ``parts`` are counts of directorates large enough by answers (:mod:`analysis.text.directorates`)
    and ``whole`` those of all comments to the question. A directorate that may not be set apart
    has no key; a label needs ``rule.comments_theme`` comments in it and in the rest. No figure is
    ever told, only the word.
    """
    asked: dict[Key, Asked] = {}
    if not labels:
        return asked
    whole = whole.only(labels)
    parts = {name: part.only(labels) for name, part in parts.items()}
    for name in set_apart(whole, parts, rule):
        part, others = parts[name], whole.without(parts[name])
        # Of two directorates one is the rest of the other, and is drawn once.
        same = (other for other in parts if other != name and _same(parts[other], others))
        mine = estimate_part(whole, part, name, seed)
        rest = estimate_part(whole, others, next(same, f"all but {name}"), seed)
        n = min(mine.comments, rest.comments)
        for label in labels:
            asked[name, label] = Comparison("not_shown", THE_REST)
            if all(named(one, label, rule) for one in (mine, rest)):
                asked[name, label] = Contrast(change_of(mine, rest, label), n, THE_REST), None
    return asked


def _same(part: ScoreBins, others: ScoreBins) -> bool:
    """Whether a part of the others is all of them."""
    return part.comments == others.comments


def set_apart(whole: ScoreBins, parts: Mapping[str, ScoreBins], rule: Rule) -> tuple[str, ...]:
    """Directorates that may be set against the rest, in the order given.

    Both need ``rule.comments`` comments and as many audited ones, of neither may more than 60 % be
    *themes only*, and what all of them leave is nothing or ``rule.comments`` comments too (rules
    D3, D12): while it is not, the one with fewest comments joins it.
    """
    left = [
        name
        for name, part in parts.items()
        if all(_enough(one, rule) for one in (part, whole.without(part)))
    ]
    while left and 0 < whole.comments - sum(parts[one].comments for one in left) < rule.comments:
        left.remove(min(left, key=lambda name: (parts[name].comments, name)))
    return tuple(left)


def _enough(table: ScoreBins, rule: Rule) -> bool:
    least = min(table.comments, table.rows)
    return least >= rule.comments and table.closed_share <= LARGEST_CLOSED
