"""Does a scale mean the same in every group or wave? Without that "the score rose" may not be said.

A ladder of factor models, each with more that is the same for all: which items belong together
(configural), their loadings (metric), their intercepts (scalar), their residual variances
(strict). Two hundred people or more in each group or wave, never per team (STATISTICS 2.4).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scipy.stats import chi2

from analysis.factors.cfa import Fitted, fit
from analysis.factors.factor_model import FactorModelError, Model, Sample
from analysis.factors.fit_indices import Indices, indices

Level = Literal["configural", "metric", "scalar", "strict"]
EQUAL: Mapping[Level, frozenset[str]] = {
    "configural": frozenset(),
    "metric": frozenset({"loadings"}),
    "scalar": frozenset({"loadings", "intercepts"}),
    "strict": frozenset({"loadings", "intercepts", "residuals"}),
}
LEVELS: tuple[Level, ...] = tuple(EQUAL)

LEAST_PEOPLE = 200
# Chen 2007; Cheung and Rensvold 2002. The limits carry a rounding error of the fit.
CFI_MAY_FALL, RMSEA_MAY_RISE, ROUNDING = 0.010, 0.015, 1e-9
# A ladder needs something to stand on: what even lenient textbooks call a poor fit (Hu and
# Bentler 1999; Browne and Cudeck 1993).
LEAST_CFI, MOST_RMSEA = 0.90, 0.10


@dataclass(frozen=True)
class Step:
    """One rung: its fit, how that differs from the rung below, and whether it holds.

    ``difference`` is the rise in χ² with its degrees of freedom and p, as information only; nought
    for the first rung. ``freed`` names the items whose intercepts differ between groups.
    """

    level: Level
    fit: Indices
    cfi_change: float
    rmsea_change: float
    difference: float
    difference_df: int
    pvalue: float
    accepted: bool
    freed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ladder:
    """All rungs of one scale, and ``partial``: scalar with a few intercepts freed, if it was
    needed and found. ``waves`` are of one organisation, so people may answer in more than one."""

    steps: tuple[Step, ...]
    partial: Step | None
    waves: bool

    @property
    def reached(self) -> Level | None:
        """The highest rung with every rung up to it accepted; none when the first fails."""
        highest: Level | None = None
        for step in self.steps:
            if not step.accepted:
                break
            highest = step.level
        return highest

    @property
    def scores_compare(self) -> bool:
        """Whether "the score rose" may be said: scalar holds for every item."""
        return self.reached in ("scalar", "strict")

    @property
    def partly(self) -> bool:
        """Whether scores compare but for the freed items."""
        return not self.scores_compare and self.partial is not None and self.partial.accepted


def ladder(samples: Sequence[Sample], model: Model, *, waves: bool = False) -> Ladder:
    """Climb from configural to strict.

    A rung holds when ΔCFI ≥ −.010 and ΔRMSEA ≤ .015 against the rung below (Chen 2007; Cheung and
    Rensvold 2002) and its variances are above nought; the first, when CFI ≥ .90 and RMSEA ≤ .10.
    Where scalar alone fails, at most one intercept a factor is freed. ``samples``: at least two
    groups of 200 complete answers. Raises :class:`~analysis.factors.factor_model.FactorModelError`.
    R: ``lavaan::cfa(group.equal=)``, ``lavaan::lavTestLRT``.
    """
    few = min((sample.n for sample in samples), default=0)
    if len(samples) < 2 or few < LEAST_PEOPLE:
        raise FactorModelError(
            f"Comparing what a scale means needs {LEAST_PEOPLE} complete answers in each group."
        )
    steps = rungs(samples, model)
    found = Ladder(steps, None, waves)
    if found.reached != "metric":
        return found
    return Ladder(steps, _freed(samples, model, steps[1]), waves)


def rungs(
    samples: Sequence[Sample], model: Model, levels: Iterable[Level] = LEVELS
) -> tuple[Step, ...]:
    """The rungs one after the other, for any number of people."""
    steps: list[Step] = []
    for level in levels:
        fitted = fit(samples, replace(model, equal=EQUAL[level]))
        steps.append(_step(level, fitted, steps[-1].fit if steps else None))
    return tuple(steps)


def _step(level: Level, fitted: Fitted, below: Indices | None, freed: tuple[str, ...] = ()) -> Step:
    found = indices(fitted)
    if below is None:
        good = found.cfi >= LEAST_CFI and found.rmsea <= MOST_RMSEA
        return Step(level, found, 0.0, 0.0, 0.0, 0, 1.0, good and fitted.proper)
    cfi, rmsea = found.cfi - below.cfi, found.rmsea - below.rmsea
    chisq, df = found.chisq - below.chisq, found.df - below.df
    good = cfi >= -CFI_MAY_FALL - ROUNDING and rmsea <= RMSEA_MAY_RISE + ROUNDING
    pvalue = float(chi2.sf(max(chisq, 0.0), df)) if df else 1.0
    return Step(level, found, cfi, rmsea, chisq, df, pvalue, good and fitted.proper, freed)


def _freed(samples: Sequence[Sample], model: Model, metric: Step) -> Step | None:
    """Scalar with the intercepts freed that help most, one by one, at most one a factor.

    A factor of two items keeps both: one of two items freed leaves one to carry all comparison.
    """
    own: tuple[str, ...] = ()
    open_ = {factor: items for factor, items in model.factors.items() if len(items) > 2}
    step = None
    while open_ and not (step and step.accepted):
        tried = [
            (factor, item, fit(samples, _scalar(model, (*own, item))))
            for factor, items in open_.items()
            for item in items
        ]
        factor, item, fitted = min(tried, key=lambda one: one[2].misfit)
        own = (*own, item)
        del open_[factor]
        step = _step("scalar", fitted, metric.fit, own)
    return step


def _scalar(model: Model, own: tuple[str, ...]) -> Model:
    return replace(model, equal=EQUAL["scalar"], own_intercept=frozenset(own))


def sentence(found: Ladder, wordings: Mapping[str, str]) -> str:
    """What a theme page may say about comparing its score. ``wordings`` are the items' texts."""
    between = "waves" if found.waves else "groups"
    said = _verdict(found, wordings, between)
    if not found.waves:
        return said
    return f"{said} This is indicative: many of the same people answered in each wave."


def _verdict(found: Ladder, wordings: Mapping[str, str], between: str) -> str:
    if found.scores_compare:
        return (
            f"As far as can be tested, the questions mean the same in all {between}, "
            "so their scores can be compared."
        )
    if found.partly and found.partial:
        named = " and ".join(f"“{wordings[item]}”" for item in found.partial.freed)
        return (
            f"Apart from {named}, the questions seem to mean the same in all {between}. "
            f"Compare question by question, not the score."
        )
    if found.reached is None:
        return (
            "The questions do not measure one thing well enough to say whether their score means "
            f"the same in all {between}. Compare question by question."
        )
    return (
        f"The questions do not seem to mean the same in all {between}. "
        f"Compare question by question, not the score."
    )
