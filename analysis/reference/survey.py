"""Survey estimates: the R package ``survey``."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import polars as pl

from analysis.reference.calls import formula, numbers, predictors
from analysis.reference.designs import (
    Plan,
    column_with,
    first_table,
    margins,
    plan,
    split_by,
    texts,
    variable,
)
from analysis.reference.family import Family, Redo
from analysis.reference.folder import Entry, Folder, NotCovered
from analysis.sampling.calibration import poststratified, raked, regressed
from analysis.sampling.weighting import (
    Design,
    FloatArray,
    WeightError,
    by,
    compare_groups,
    design_effect,
    kish,
    mean,
    quantile,
    regress,
    share_interval,
    share_interval_beta,
    total,
)

_WEIGHTS = {"w_poststrat": "postst", "w_rake": "rake", "w_greg": "greg"}


@dataclass(frozen=True)
class _Sample:
    """A table, its design, and the designs calibrated from it."""

    entry: Entry
    table: pl.DataFrame
    plan: Plan

    @cached_property
    def design(self) -> Design:
        return self.plan.of(self.table)

    @cached_property
    def calibrated(self) -> Mapping[str, Design]:
        """Post-stratified and regressed on the first margin, raked to all."""
        known = margins(self.entry, self.table)
        sides = [(texts(self.table, name), totals) for name, totals in known]
        groups, totals = sides[0]
        dummies = np.column_stack([[float(one == level) for one in groups] for level in totals])
        return {
            "postst": poststratified(self.design, groups, totals),
            "rake": raked(self.design, sides),
            "greg": regressed(self.design, dummies, list(totals.values())),
        }

    def by_prefix(self, prefix: str) -> Design:
        if "nofpc" in prefix:
            return self.design.endless()
        kind = prefix.partition("_")[0]
        return self.calibrated[kind] if kind in _WEIGHTS.values() else self.design

    def values(self, name: str) -> FloatArray | None:
        return variable(self.entry, self.table, name)

    @cached_property
    def outcome(self) -> FloatArray:
        """What figures without a variable in their name are of: the first mean's."""
        for name in self.entry.values:
            prefix, _, rest = name.partition(":")
            found = self.values(rest) if prefix.startswith("mean") else None
            if found is not None:
                return found
        raise NotCovered("No figure says which variable the others are of.")


def _estimates(entry: Entry, folder: Folder) -> Mapping[str, float]:
    """What can be worked out; where nothing can, the reason why the last figure could not."""
    sample = _Sample(entry, first_table(entry, folder), plan(entry, folder))
    found: dict[str, float] = {}
    why = ""
    for work in (*_named(sample), _shares, _test, *_single(sample)):
        try:
            found |= work(sample)
        except (NotCovered, WeightError) as reason:
            why = str(reason)
    if why and not found:
        raise NotCovered(why)
    return found


Work = Callable[[_Sample], Mapping[str, float]]


def _named(sample: _Sample) -> Iterator[Work]:
    """Figures called ``what:of`` and their errors ``what_se:of``."""
    groups: dict[str, list[str]] = {}
    for name in sample.entry.values:
        prefix, colon, rest = name.partition(":")
        if colon:
            groups.setdefault(prefix.removesuffix("_se"), []).append(rest)
    for prefix, names in groups.items():
        yield partial(_group, prefix=prefix, names=list(dict.fromkeys(names)))


def _group(sample: _Sample, prefix: str, names: list[str]) -> Mapping[str, float]:
    """Estimates of variables, or of the means in the groups of the column with these levels."""
    of = sample.by_prefix(prefix)
    known = {name: sample.values(name) for name in names}
    work = total if "total" in prefix else mean
    found = {n: work(of, values) for n, values in known.items() if values is not None}
    split = split_by(sample.entry) or sample.plan.strata()
    column = column_with(sample.table, set(names), split)
    if not found and column is not None:
        made = sample.values(prefix.partition("_")[0])
        outcome = sample.outcome if made is None else made
        means = by(of, outcome, texts(sample.table, column))
        found = {name: means[name] for name in names}
    values = {f"{prefix}:{name}": one.value for name, one in found.items()}
    return values | {f"{prefix}_se:{name}": one.se for name, one in found.items()}


def _single(sample: _Sample) -> Iterator[Work]:
    for name, work in _SINGLE.items():
        if name in sample.entry.values:
            yield partial(_alone, name=name, work=work)


def _alone(sample: _Sample, name: str, work: Callable[[_Sample], float]) -> Mapping[str, float]:
    return {name: work(sample)}


def _shares(sample: _Sample) -> Mapping[str, float]:
    """A share's intervals: of the last level that has a share of its own."""
    names = [name.partition(":")[2] for name in sample.entry.values if name.startswith("prop:")]
    values = sample.values(names[-1]) if names else None
    if values is None:
        return {}
    share = mean(sample.design, values)
    logit, exact = share_interval(share), share_interval_beta(share)
    return {
        "logit": share.value,
        "beta": share.value,
        "logit_ci1": logit[0],
        "logit_ci2": logit[1],
        "beta_ci1": exact[0],
        "beta_ci2": exact[1],
    }


def _test(sample: _Sample) -> Mapping[str, float]:
    """Two groups compared; the name of the p value says which column and level."""
    for name in sample.entry.values:
        group = sample.values(name.removeprefix("ttest_p."))
        if name.startswith("ttest_p.") and group is not None:
            found = compare_groups(sample.design, sample.outcome, group)
            return {"ttest_t.t": found.t, "ttest_df.df": found.df, name: found.p}
    return {}


def _naive(sample: _Sample) -> float:
    known = sample.outcome[~np.isnan(sample.outcome)]
    return float(known.std(ddof=1) / math.sqrt(len(known)))


def _kish_effect(sample: _Sample) -> float:
    weights = sample.calibrated["rake"].weights
    return len(weights) / kish(weights)


_SINGLE: Mapping[str, Callable[[_Sample], float]] = {
    "deff": lambda sample: design_effect(sample.design, sample.outcome),
    "median": lambda sample: quantile(sample.design, sample.outcome),
    "N": lambda sample: float(sample.design.weights.sum()),
    "n": lambda sample: float(sample.design.n),
    "unweighted_mean": lambda sample: float(np.nanmean(sample.outcome)),
    "naive_se": _naive,
    "kish_deff_rake": _kish_effect,
}


def _weights(entry: Entry, folder: Folder) -> Iterator[tuple[str, float, float]]:
    """Files of weights that the data of an entry names after its table."""
    table, *others = folder.tables_named(entry.data)
    for other in others:
        named = [column for column in other.columns if column in _WEIGHTS]
        if len(other) != len(table) or not named:
            continue
        sample = _Sample(entry, table, plan(entry, folder))
        try:
            calibrated = sample.calibrated
        except WeightError as error:
            raise NotCovered(str(error)) from error
        for column in named:
            ours = calibrated[_WEIGHTS[column]].weights
            pairs = zip(numbers(other, column), ours, strict=True)
            for row, (theirs, mine) in enumerate(pairs, 1):
                yield f"{column}:{row}", float(theirs), float(mine)


def _change(entry: Entry, folder: Folder) -> Mapping[str, float]:
    """Two waves drawn alike; what they measure is said by another entry on the first."""
    tables = folder.tables_named(entry.data)
    if len(tables) != 2:
        raise NotCovered("A change needs the data of two waves.")
    drawn = plan(entry, folder)
    outcome = _outcome_of(entry, folder, tables[0])
    first, second = (mean(drawn.of(table), numbers(table, outcome)) for table in tables)
    return {
        "m1": first.value,
        "se1": first.se,
        "m2": second.value,
        "se2": second.se,
        "diff": second.value - first.value,
        "se_diff": math.hypot(first.se, second.se),
    }


def _outcome_of(entry: Entry, folder: Folder, table: pl.DataFrame) -> str:
    first = entry.data.partition(".csv")[0]
    for one in (entry, *folder.entries):
        if one is entry or one.data.partition(".csv")[0] == first:
            for name in one.values:
                rest = name.partition(":")[2]
                if name.startswith("mean:") and rest in table.columns:
                    return rest
    raise NotCovered("Nothing says what is measured in the two waves.")


def _line(entry: Entry, folder: Folder) -> Mapping[str, float]:
    """``svyglm`` with a gaussian outcome; words become a column for each level but the first."""
    family = re.search(r"family\s*=\s*(\w+)", entry.call)
    if family and family[1] != "gaussian":
        raise NotCovered("We fit no survey regression but straight lines.")
    table = first_table(entry, folder)
    asked = formula(entry.call[entry.call.index("svyglm") + len("svyglm(") :])
    columns = {"(Intercept)": np.ones(len(table))}
    for term in asked.terms:
        columns |= predictors(table, term)
    of = plan(entry, folder).of(table)
    found = regress(of, numbers(table, asked.outcome), np.column_stack(list(columns.values())))
    result = {f"b:{name}": float(b) for name, b in zip(columns, found.coefficients, strict=True)}
    return result | {f"se:{name}": float(se) for name, se in zip(columns, found.se, strict=True)}


def _calls(pattern: str) -> Callable[[Entry], bool]:
    return lambda entry: re.search(pattern, entry.call) is not None


def _or_say_why(redo: Redo) -> Redo:
    def tried(entry: Entry, folder: Folder) -> Mapping[str, float]:
        try:
            return redo(entry, folder)
        except WeightError as error:
            raise NotCovered(str(error)) from error

    return tried


FAMILIES = (
    Family(_calls(r"\bsvyglm\("), _or_say_why(_line), {}),
    Family(_calls(r"difference of two\b.*\bmeans\b"), _or_say_why(_change), {}),
    Family(_calls(r"\bsvydesign\("), _or_say_why(_estimates), {}, _weights),
)
