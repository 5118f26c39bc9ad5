"""What changed between two audited waves, and how directorates differ, from the same draws."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add

import numpy as np

from analysis.change import Contrast, judge
from analysis.disclosure import Rule
from analysis.estimate import Difference
from analysis.summary import THE_REST, Comparison
from analysis.text.prevalence import Prevalence, PrevalenceError, estimate_part, interval_of
from analysis.text.printed_shares import named, percent_of
from analysis.text.score_bins import FloatArray, ScoreBins

RECODED = "The comments were coded in another way."


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


def changes(
    now: Prevalence,
    before: Prevalence,
    rule: Rule,
    label_of_wave: str,
    labels: Sequence[str],
    without: Collection[str] = (),
) -> dict[str, Comparison]:
    """The verdict on each label since an earlier wave: one family, that of the question.

    ``label_of_wave`` names the earlier wave in words; ``without`` are labels without a figure in
    either wave (:func:`analysis.text.thin_themes.grey`). A label that is not printed in both waves
    is not compared, and waves coded in different ways are a break. Counts that nobody audited have
    no draws and cannot be passed. Verdicts by :func:`analysis.change.judge`.
    """
    if not (isinstance(now, Prevalence) and isinstance(before, Prevalence)):
        raise PrevalenceError("Counts that nobody has checked cannot be compared.")
    if now.table.wave == before.table.wave or now.table.question != before.table.question:
        raise PrevalenceError("A change needs two waves of one question.")
    if now.table.coder != before.table.coder:
        return {label: Comparison("break", label_of_wave, why=RECODED) for label in labels}
    family: dict[str, tuple[Contrast, int | None]] = {}
    for label in labels:
        if label in without or not all(named(wave, label, rule) for wave in (now, before)):
            continue
        later, earlier = percent_of(now, label, rule), percent_of(before, label, rule)
        gap = None if later is None or earlier is None else later - earlier
        n = min(now.comments, before.comments)
        family[label] = Contrast(change_of(now, before, label), n, label_of_wave), gap
    told = dict(zip(family, judge(list(family.values()), rule), strict=True))
    return {label: told.get(label, Comparison("not_shown", label_of_wave)) for label in labels}


def gaps(
    parts: Mapping[str, ScoreBins],
    seed: int,
    rule: Rule,
    labels: Sequence[str],
    without: Collection[str] = (),
) -> dict[tuple[str, str], Comparison]:
    """Each directorate against the rest, by directorate and label: one family, the question's.

    ``parts`` are all directorates' counts of one question. Both a directorate and the rest need
    ``rule.comments`` comments, and the label enough of them in both; only the word is given.
    Without a second directorate there is nothing to compare.
    """
    if len(parts) < 2:
        return {}
    whole = reduce(add, parts.values())
    family: dict[tuple[str, str], tuple[Contrast, None]] = {}
    for name, part in parts.items():
        others = reduce(add, [other for key, other in parts.items() if key != name])
        mine = estimate_part(whole, part, name, seed)
        rest = estimate_part(whole, others, f"all but {name}", seed)
        for label in labels:
            if label not in without and all(named(one, label, rule) for one in (mine, rest)):
                n = min(mine.comments, rest.comments)
                family[name, label] = Contrast(change_of(mine, rest, label), n, THE_REST), None
    told = dict(zip(family, judge(list(family.values()), rule), strict=True))
    hidden = Comparison("not_shown", THE_REST)
    return {(name, label): told.get((name, label), hidden) for name in parts for label in labels}
