"""Shares, p values of many tests, and who answered: base R and short formulae."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from analysis.multiplicity import FamilyError, Method, adjusted
from analysis.reference.calls import column, formula
from analysis.reference.designs import first_table, table_column
from analysis.reference.family import Family, Redo
from analysis.reference.folder import Entry, Folder, NotCovered
from analysis.sampling.exact_shares import (
    clopper_pearson,
    hypergeometric,
    same_share,
    same_share_exact,
)
from analysis.sampling.proportions import (
    Gap,
    ProportionError,
    manski,
    newcombe,
    wilson,
    wilson_finite,
)
from analysis.sampling.representation import RepresentationError, fit_to_frame, representation

# A name holds the counts, and at its end which of the interval's figures it is.
_ONE = re.compile(r"(wilson|exact)_(\d+)_(\d+)([12])")
_FINITE = re.compile(r"(wilson_fpc|hyper|manski)_(\d+)_(\d+)_of_(\d+)([12])")
_AGAIN = re.compile(r"wilson_fn([12])")
_TWO = re.compile(r"newcombe_(\d+)_(\d+)_vs_(\d+)_(\d+)([123])")
_SAME = re.compile(r"(z2prop|fisher)_(\d+)_(\d+)_(\d+)_(\d+)")

# A p value given twice has “.1” after it.
_CORRECTED = re.compile(r"(\w+):(0?\.\d+(?:e-?\d+)?|\d(?:\.\d+)?e-\d+|[01])((?:\.\d+)?)")
_COUNTS = re.compile(r"chisq\.test\((?:x=)?c\(([\d,]+)\)(?:,p=c\(([\d./,]+)\))?\)")

_INTERVALS = {"wilson": wilson, "exact": clopper_pearson}
_IN_GROUPS = {"wilson_fpc": wilson_finite, "hyper": hypergeometric, "manski": manski}
_TESTS = {"z2prop": same_share, "fisher": same_share_exact}


def _proportions(entry: Entry, folder: Folder) -> Mapping[str, float]:
    return {name: value for name in entry.values for value in _share(name, entry)}


def _share(name: str, entry: Entry) -> Iterator[float]:
    if found := _ONE.fullmatch(name):
        x, n, end = (int(part) for part in found.groups()[1:])
        yield _INTERVALS[found[1]](x, n)[end - 1]
    elif found := _FINITE.fullmatch(name):
        x, n, people, end = (int(part) for part in found.groups()[1:])
        yield _IN_GROUPS[found[1]](x, n, people)[end - 1]
    elif found := _AGAIN.fullmatch(name):
        counts = [one.groups()[1:3] for one in map(_ONE.fullmatch, entry.values) if one]
        if counts:
            x, n = (int(part) for part in counts[0])
            yield wilson(x, n)[int(found[1]) - 1]
    elif found := _TWO.fullmatch(name):
        x, n, y, m, end = (int(part) for part in found.groups())
        gap: Gap = newcombe(x, n, y, m)
        yield (gap.value, gap.low, gap.high)[end - 1]
    elif found := _SAME.fullmatch(name):
        x, n, y, m = (int(part) for part in found.groups()[1:])
        yield _TESTS[found[1]](x, n, y, m)


def _many(entry: Entry, folder: Folder) -> Mapping[str, float]:
    """Each name is a method and the p value that it corrects."""
    result: dict[str, float] = {}
    named = [found.groups() for found in map(_CORRECTED.fullmatch, entry.values) if found]
    for method in get_args(Method):
        family = [(p, again) for kind, p, again in named if kind == method]
        values = adjusted([float(p) for p, _ in family], method)
        for (p, again), value in zip(family, values, strict=True):
            result[f"{method}:{p}{again}"] = value
    return result


def _fit(entry: Entry, folder: Folder) -> Mapping[str, float]:
    found = _COUNTS.search(entry.call.replace(" ", ""))
    if not found:
        raise NotCovered("The counts are not in the call.")
    counts = [int(part) for part in found[1].split(",")]
    shares = [_fraction(part) for part in found[2].split(",")] if found[2] else [1.0] * len(counts)
    fit = fit_to_frame(counts, shares)
    return {"X2.X-squared": fit.statistic, "X2": fit.statistic, "df": fit.df, "p": fit.p}


def _fraction(text: str) -> float:
    """``.25``, or ``1/4``."""
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


def _responded(entry: Entry, folder: Folder) -> Mapping[str, float]:
    asked = formula(entry.call[entry.call.index("glm(") + len("glm(") :])
    if len(asked.terms) != 1:
        raise NotCovered("We compare response over one set of groups at a time.")
    table = first_table(entry, folder)
    groups, said = table_column(table, asked.terms[0]), column(table, asked.outcome)
    if not set(said.to_list()) <= {0, 1}:
        raise NotCovered(f"The column “{asked.outcome}” does not say who answered.")
    answered: dict[object, int] = {}
    people: dict[object, int] = {}
    for group, one in zip(groups.to_list(), said.to_list(), strict=True):
        answered[group] = answered.get(group, 0) + int(one)
        people[group] = people.get(group, 0) + 1
    found = representation(list(answered.values()), list(people.values()))
    return {
        "R": found.indicator,
        "mean_p": found.response,
        "cv": found.variation,
        "max_abs_bias_std": found.variation,
    }


def _calls(pattern: str) -> Callable[[Entry], bool]:
    return lambda entry: re.search(pattern, entry.call) is not None


def _or_say_why(redo: Redo) -> Redo:
    def tried(entry: Entry, folder: Folder) -> Mapping[str, float]:
        try:
            return redo(entry, folder)
        except (FamilyError, ProportionError, RepresentationError) as error:
            raise NotCovered(str(error)) from error

    return tried


FAMILIES = (
    Family(_calls(r"\b(?:prop|binom)\.test\(|\b[Nn]ewcombe\b"), _or_say_why(_proportions), {}),
    Family(_calls(r"\bp\.adjust\("), _or_say_why(_many), {}),
    Family(_calls(r"\bchisq\.test\("), _or_say_why(_fit), {}),
    Family(_calls(r"\bR\s*=\s*1\s*-\s*2\s*\*\s*sd\(.*\bglm\("), _or_say_why(_responded), {}),
)
