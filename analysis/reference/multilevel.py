"""Agreement, intraclass correlations, random intercepts and shrunken means."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.agreement import ad_m, anova, item_variances, r_star, r_wg, r_wg_j
from analysis.multilevel.grouped import FloatArray, GroupingError, Groups
from analysis.multilevel.mixed import RandomIntercept, random_intercept, random_intercept_of
from analysis.reference.calls import (
    chosen,
    column,
    complete,
    data,
    formula,
    numbers,
    spelt_out,
)
from analysis.reference.family import Family, Looser, Redo
from analysis.reference.folder import Entry, Folder, NotCovered
from analysis.reference.uniroot import uniroot
from analysis.smoothing import Method, Smoothed, shrink

Values = dict[str, float]
Rows = Iterator[tuple[str, float, float]]

# Where metafor ends its scoring and its search, as they stand in rma.uni's control.
METAFOR_STOP = 1e-5
METAFOR_MOST, METAFOR_TOLERANCE = 100.0, np.finfo(float).eps ** 0.25
DEFAULT_NULL = 2.0


def _calls(pattern: str) -> Callable[[Entry], bool]:
    return lambda entry: re.search(pattern, entry.call) is not None


def _icc(entry: Entry, folder: Folder) -> Values:
    asked = formula(entry.call)
    if len(asked.terms) != 1:
        raise NotCovered("An intraclass correlation needs one grouping.")
    figures, labels = complete(data(entry, folder), (asked.outcome,), asked.terms[0])
    groups = Groups.of(figures[:, 0], labels)
    found, model = anova(groups), random_intercept_of(groups)
    return {
        "ICC1_pkg": found.icc1_mean_size,
        "ICC2_pkg": found.icc2,
        "MSB": found.between,
        "MSW": found.within,
        "F": found.f,
        "df1": found.df_between,
        "df2": found.df_within,
        "p": found.p,
        "J": len(groups.n),
        "N": groups.people,
        "mean_group_size": found.mean_size,
        "k0": found.k0,
        "ICC1_k0": found.icc1,
        "eta2": found.eta_squared,
        **{f"lmer_{name}": value for name, value in _variances(model).items()},
        "lmer_grand_mean": float(model.coefficients[0]),
        "lmer_grand_mean_se.(Intercept)": float(model.se[0]),
        "lmer_grand_mean_se": float(model.se[0]),
    }


def _variances(model: RandomIntercept) -> Values:
    return {
        "var_between": model.between,
        "var_within": model.within,
        "ICC": model.icc,
        "reml": model.deviance,
    }


def _mult_icc(entry: Entry, folder: Folder) -> Values:
    table = data(entry, folder)
    names, group = chosen(entry, table)
    size = table.height / column(table, group).n_unique()
    ours: Values = {}
    for name in names:
        figures, labels = complete(table, (name,), group)
        icc = random_intercept_of(Groups.of(figures[:, 0], labels)).icc
        ours[f"ICC1:{name}"] = icc
        ours[f"ICC2:{name}"] = size * icc / (1 + (size - 1) * icc)
    return ours


def _lmer(entry: Entry, folder: Folder) -> Values:
    model, terms, _ = _fitted(entry, folder)
    ours = {
        "mu.(Intercept)": float(model.coefficients[0]),
        "mu": float(model.coefficients[0]),
        "mu_se": float(model.se[0]),
        **_variances(model),
    }
    columns = {
        "Estimate": model.coefficients,
        "Std. Error": model.se,
        "df": model.df,
        "t value": model.t,
        "Pr(>|t|)": model.p,
    }
    for name, figures in columns.items():
        for term, figure in zip(("(Intercept)", *terms), figures, strict=True):
            ours[f"{term}:{name}"] = float(figure)
    return ours


def _fitted(entry: Entry, folder: Folder) -> tuple[RandomIntercept, tuple[str, ...], NDArray[Any]]:
    asked = formula(entry.call)
    if not asked.group:
        raise NotCovered("The model has no random intercept.")
    if re.search(r"REML\s*=\s*F", entry.call):
        raise NotCovered("We fit by restricted maximum likelihood only.")
    table, terms = spelt_out(data(entry, folder), asked.terms)
    figures, labels = complete(table, (asked.outcome, *terms), asked.group)
    model = random_intercept(figures[:, 0], labels, figures[:, 1:])
    return model, terms, np.unique(labels)


def _blup_rows(entry: Entry, folder: Folder) -> Rows:
    """The file of groups that ``data`` names beside the answers."""
    for table in folder.tables_named(entry.data)[1:]:
        model, terms, names = _fitted(entry, folder)
        figures, labels = complete(
            data(entry, folder), (formula(entry.call).outcome,), formula(entry.call).group
        )
        groups = Groups.of(figures[:, 0], labels)
        ours = {
            "n": groups.n,
            "mean": groups.mean,
            "sd": np.sqrt(groups.squares / np.maximum(groups.n - 1, 1)),
            "blup_dev": model.effects,
            "blup_condsd": model.effects_sd,
        }
        if not terms:
            ours["blup"] = model.coefficients[0] + model.effects
        yield from _side_by_side(table, names, ours)


def _side_by_side(
    table: pl.DataFrame, names: NDArray[Any], ours: Mapping[str, NDArray[Any]]
) -> Rows:
    """Ours beside a file whose first column names the groups."""
    place = {str(name): i for i, name in enumerate(names)}
    for name in (name for name in table.columns if name in ours):
        for group, theirs in zip(table[:, 0], table[name], strict=True):
            if theirs is not None:
                mine = ours[name][place[str(group)]] if str(group) in place else np.nan
                yield f"{name}:{group}", float(theirs), float(mine)


def _agreement(entry: Entry, folder: Folder) -> Values:
    table = data(entry, folder)
    items, group = chosen(entry, table)
    ours: Values = {}
    for name in entry.values:
        parts = re.fullmatch(r"(mean|median|min|max|sd)_(\w+?)(?:_skew(\d+))?", name)
        if parts is None:
            continue
        null = _null(entry, parts[3])
        figures = _by_group(table, items, group, null).get(parts[2])
        if figures is not None:
            figures = figures[~np.isnan(figures)]
            spread = {"ddof": 1} if parts[1] == "sd" else {}
            ours[name] = float(getattr(np, parts[1].replace("sd", "std"))(figures, **spread))
    return ours


def _by_group(
    table: pl.DataFrame, items: tuple[str, ...], group: str, null: float
) -> dict[str, FloatArray]:
    figures, labels = complete(table, items, group)
    spread = item_variances(figures, labels)
    ours = {
        "gsize": np.unique(labels, return_counts=True)[1].astype(np.float64),
        "rwgj": r_wg_j(spread, null),
        "lindell": r_star(spread, null),
        "rwgj_lindell": r_star(spread, null),
        "adm": ad_m(figures, labels),
    }
    for item in items:
        own, labelled = complete(table, (item,), group)
        ours[f"rwg_{item}"] = r_wg(item_variances(own, labelled)[:, 0], null)
        ours[f"adm_{item}"] = ad_m(own, labelled)
    return ours


def _null(entry: Entry, digits: str | None) -> float:
    """The variance without agreement: the first number after ``ranvar``, or the one of these
    digits; (A^2-1)/12 is worked out."""
    _, _, text = entry.call.partition("ranvar")
    if options := re.match(r"\s*=\s*\(+(\d+)\s*\^\s*2\s*-\s*1\)\s*/\s*12", text):
        given = [str((int(options[1]) ** 2 - 1) / 12)]
        text = text[options.end() :]
    else:
        given = []
    given += re.findall(r"\d*\.?\d+", text)
    if digits:
        return next((float(one) for one in given if one.replace(".", "") == digits),
                    int(digits) / 10 ** (len(digits) - 1))  # fmt: skip
    return float(given[0]) if given else DEFAULT_NULL


def _agreement_rows(entry: Entry, folder: Folder) -> Rows:
    """The file of groups made from the same data set: “ref_rwg_…”."""
    table = data(entry, folder)
    items, group = chosen(entry, table)
    short = re.sub(r"\.csv.*", "", entry.data).partition("_")[2]
    for file in folder.files:
        if short and re.match(rf"ref_rwg_{re.escape(short)}(_|$)", file.stem):
            names = np.unique(complete(table, items, group)[1])
            ours = _by_group(table, items, group, _null(entry, None))
            alone = {name: own for name, own in ours.items() if len(own) == len(names)}
            yield from _side_by_side(folder.table(file.stem), names, alone)


def _rma(entry: Entry, folder: Folder) -> Values:
    named = re.search(r"method\s*=\s*['\"](\w+)['\"]", entry.call)
    method = next((one for one in get_args(Method) if one == (named[1] if named else "REML")), None)
    if method is None:
        raise NotCovered("We have no such method for the variance between groups.")
    y, v, names = _estimates(entry, folder)
    found = _as_metafor(y, v, method)
    ours = {
        "tau2": found.between,
        "se_tau2": found.between_se,
        "mu": found.mean,
        "mu_se": found.mean_se,
        "I2": found.i2,
        "Q": found.q,
        "k": len(y),
    }
    places = [str(i + 1) for i in range(len(y))]
    by = places if any(f"blup:{place}" in entry.values for place in places) else list(names)
    for name, estimate, se in zip(by, found.estimate, found.se, strict=True):
        ours[f"blup:{name}"], ours[f"blup_se:{name}"] = float(estimate), float(se)
    return ours


def _as_metafor(y: FloatArray, v: FloatArray, method: Method) -> Smoothed:
    """metafor stops before the last digits, so its figures are met only where it stops."""
    if method != "PM":
        return shrink(y, v, method, stop=METAFOR_STOP)

    def beyond(between: float) -> float:
        w = 1 / (v + between)
        return float(w @ (y - w @ y / w.sum()) ** 2) - (len(y) - 1)

    between = uniroot(beyond, 0.0, METAFOR_MOST, METAFOR_TOLERANCE) if beyond(0.0) > 0 else 0.0
    return shrink(y, v, method, between=between)


def _estimates(entry: Entry, folder: Folder) -> tuple[FloatArray, FloatArray, list[str]]:
    """The columns that the call gives, or group means with sd²/n of the first so many groups."""
    table = data(entry, folder)
    given = re.search(r"rma(?:\.uni)?\(\s*(?:yi\s*=\s*)?([\w.]+)\s*,\s*(?:vi\s*=\s*)?([\w.]+)",
                      entry.call)  # fmt: skip
    if given and given[1] in table.columns and given[2] in table.columns:
        y, v = numbers(table, given[1]), numbers(table, given[2])
        return y, v, [str(i + 1) for i in range(len(y))]
    first = re.search(r"first (\d+) ([\w.]+)", entry.call)
    if not first or not re.search(r"yi\s*=\s*mean.*vi\s*=\s*sd\s*\^\s*2\s*/\s*n\b", entry.call):
        raise NotCovered("The call does not say what was averaged.")
    count, group = int(first[1]), first[2]
    words = set(re.findall(r"[A-Za-z][\w.]*", f"{entry.call} {entry.note}"))
    others = [name for name in table.columns if name != group and table[name].dtype.is_numeric()]
    said = [name for name in others if name in words]
    every = (
        _means(*first)
        for name in said[:1] or others
        for first in _orders(table, name, group, count)
    )
    found = [one for one in every if one]
    # Where the call hides which column was averaged, or which groups come first, Cochran's Q of
    # the means gives it away.
    if "Q" in entry.values:
        q = entry.values["Q"]
        same = [one for one in found if np.isclose(shrink(one[0], one[1], "DL").q, q)]
        found = same or found[: len(said)]
    if not found or not (said or "Q" in entry.values):
        raise NotCovered("The call does not say which column was averaged.")
    return found[0]


def _orders(
    table: pl.DataFrame, name: str, group: str, count: int
) -> Iterator[tuple[Groups, NDArray[Any]]]:
    """The first groups in the order of their names, and in that of the rows."""
    figures, labels = complete(table, (name,), group)
    names, met = np.unique(labels, return_index=True)
    for order in (np.arange(len(names)), np.argsort(met)):
        first = names[order[:count]]
        known = np.isin(labels, first)
        yield Groups.of(figures[known, 0], labels[known]), first


def _means(groups: Groups, names: NDArray[Any]) -> tuple[FloatArray, FloatArray, list[str]] | None:
    """Means, squared standard errors and names, if all groups have some spread."""
    if (groups.n < 2).any() or (groups.squares == 0).any():
        return None
    place = np.argsort(np.argsort(names))
    spread = groups.squares / (groups.n - 1) / groups.n
    return groups.mean[place], spread[place], [str(one) for one in names]


def _or_say_why(redo: Redo) -> Redo:
    """What our functions refuse, as a sentence on why the analysis does not apply."""

    def redone(entry: Entry, folder: Folder) -> Mapping[str, float]:
        try:
            return redo(entry, folder)
        except GroupingError as error:
            raise NotCovered(str(error)) from error

    return redone


NLME = {
    "ICC1:.*": Looser(1e-4, "nlme searches the logarithm of a variance, which is never 0", 1e-4),
    "ICC2:.*": Looser(1e-4, "the same, as many times as people in a group", 2e-3),
}
LME4 = {
    "(lmer_)?(var_between|ICC)": Looser(
        5e-5, "lme4 stops where another step adds less than 1e-8 to the deviance"
    ),
}

FAMILIES = (
    Family(_calls(r"\bmult\.icc\("), _or_say_why(_mult_icc), NLME),
    Family(_calls(r"\bICC1\(.*~"), _or_say_why(_icc), LME4),
    Family(
        _calls(r"\b(?:rwg[\w.]*|ad\.m)\("),
        _or_say_why(_agreement),
        {},
        _agreement_rows,
    ),
    Family(_calls(r"\blmer\("), _or_say_why(_lmer), LME4, _blup_rows),
    Family(_calls(r"\brma(?:\.uni)?\("), _or_say_why(_rma), {}),
)
