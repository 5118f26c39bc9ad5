"""Alpha and its intervals, scores, polychoric correlations, distributions and ordered answers."""

import re
from collections.abc import Callable

import numpy as np

from analysis.distributions import describe, proportional_odds
from analysis.factors.polychoric import correlation_matrix, cross_table, joint, thresholds, two_step
from analysis.reference.calls import NAME, complete, numbers, spelt_out
from analysis.reference.family import Family, Looser, Redo
from analysis.reference.folder import Entry, Folder, NotCovered
from analysis.reference.scales import (
    Items,
    asks,
    items,
    only_complete,
    pick_set,
    saying_why,
    table_of,
)
from analysis.reliability import (
    Matrix,
    alpha_without,
    bonett,
    correlations,
    cronbach,
    feldt,
    guttman6,
    item_common,
    item_rest,
    item_total,
    standard_error,
)

Values = dict[str, float]
LEVEL = 0.95


def pairwise(answers: Matrix) -> Matrix:
    """Covariances of each pair over the people who answered both. Shape: (n, k) -> (k, k)."""
    k = answers.shape[1]
    found = np.empty((k, k))
    for i in range(k):
        for j in range(i + 1):
            both = answers[~np.isnan(answers[:, [i, j]]).any(axis=1)]
            found[i, j] = found[j, i] = np.cov(both[:, i], both[:, j])[0, 1]
    return found


def _alpha(entry: Entry, folder: Folder) -> Values:
    found = items(entry, folder)
    answers = found.complete if only_complete(entry) else found.answers
    answers = answers[~np.isnan(answers).all(axis=1)]
    n, k = answers.shape
    matrix = pairwise(answers)
    r = correlations(matrix)
    apart = r[np.tril_indices(k, -1)]
    scores = np.nanmean(answers, axis=1)
    scale = k if re.search(r"cumulative\s*=\s*T", entry.call) else 1
    low, high = feldt(cronbach(matrix), n, k, _level(entry))
    values = {
        "alpha_raw": cronbach(matrix),
        "alpha_std": cronbach(r),
        "lambda6": guttman6(matrix),
        "average_r": float(apart.mean()),
        "median_r": float(np.median(apart)),
        "ase": standard_error(matrix, n),
        "scale_mean": float(scores.mean()) * scale,
        "scale_sd": float(scores.std(ddof=1)) * scale,
        "feldt_lower": low,
        "feldt_upper": high,
    }
    return values | _by_item(found, answers, matrix, scores)


def _level(entry: Entry) -> float:
    """``p = .1`` in the call, or else in the note, asks for an interval of 90%."""
    asked = re.search(r"\bp\s*=\s*(0?\.\d+)", f"{entry.call} ; {entry.note}")
    return 1 - float(asked[1]) if asked else LEVEL


def _by_item(found: Items, answers: Matrix, matrix: Matrix, scores: Matrix) -> Values:
    standard, common, rest = (
        item_total(correlations(matrix)),
        item_common(matrix),
        item_rest(matrix),
    )
    # Of two items psych gives the slope of the dropped one on the other.
    without = alpha_without(matrix) if len(matrix) > 2 else matrix[0, 1] / np.diag(matrix)[::-1]
    values: Values = {}
    for place, item in enumerate(found.names):
        known = ~np.isnan(answers[:, place])
        given = answers[known, place]
        name = f"{item}-" if item in found.turned else item
        for shown in (name, item):
            values |= {
                f"{shown}:r_raw": float(np.corrcoef(given, scores[known])[0, 1]),
                f"{shown}:r_std": float(standard[place]),
                f"{shown}:r_cor": float(common[place]),
                f"{shown}:r_drop": float(rest[place]),
                f"{shown}:mean": float(given.mean()),
                f"{shown}:sd": float(given.std(ddof=1)),
                f"{shown}:n": len(given),
                f"{shown}:alpha_if_dropped": float(without[place]),
            }
    return values


def _interval(
    ends: Callable[[float, int, int, float], tuple[float, float]],
) -> Redo:
    def redo(entry: Entry, folder: Folder) -> Values:
        answers = items(entry, folder).complete
        n, k = answers.shape
        value = cronbach(np.cov(answers.T))
        quantile = re.search(r"q(?:f|norm)\(\s*c?\(?\s*(0?\.\d+)", entry.call)
        level = abs(2 * float(quantile[1]) - 1) if quantile else LEVEL
        lower, upper = ends(value, n, k, level)
        return {"alpha": value, "lower": lower, "upper": upper, "n": n, "k": k}

    return redo


def _scoring(entry: Entry, folder: Folder) -> Values:
    found = items(entry, folder)
    k = len(found.names)
    answered = (~np.isnan(found.answers)).sum(axis=1)
    half = np.nanmean(found.answers[answered >= -(-k // 2)], axis=1)
    whole = found.complete.mean(axis=1)
    values = {
        "n_scored_half": len(half),
        "mean_half": float(half.mean()),
        "sd_half": float(half.std(ddof=1)),
        "n_complete": len(whole),
        "mean_complete": float(whole.mean()),
    }
    for name in entry.values:
        if m := re.fullmatch(r"\w*_alpha_(\w+)", name):
            values[name] = cronbach(pairwise(pick_set(entry, folder, m[1]).answers))
        elif m := re.fullmatch(r"fav_(.+)_top(\d+)", name):
            values[name] = _favourable(found, m[1], int(m[2]))
    return values


def _favourable(found: Items, name: str, top: int) -> float:
    """The share of those who answered that chose one of the best ``top`` codes."""
    item = name if name in found.names else name.removesuffix("r")
    if item not in found.names:
        raise NotCovered(f"There is no item “{name}”.")
    place = found.names.index(item)
    given = found.answers[~np.isnan(found.answers[:, place]), place]
    return float((given > found.top[place] - top).mean())


def _polychoric(entry: Entry, folder: Folder) -> Values:
    found = items(entry, folder)
    answers = found.complete.astype(np.int64)
    r, values = correlation_matrix(answers), Values()
    for i, one in enumerate(found.names):
        counts = np.unique(answers[:, i], return_counts=True)[1]
        values |= {f"thr:{one}|t{at}": float(x) for at, x in enumerate(thresholds(counts), 1)}
        for j, two in enumerate(found.names):
            values |= {f"{program}:{one}-{two}": r[i, j] for program in ("psych", "lavaan")}
            if any(name.endswith(f"_{one}{two}") for name in entry.values):
                table = cross_table(answers[:, i], answers[:, j])
                first, both = two_step(table), joint(table)
                values |= {
                    f"polycor2step_{one}{two}": first.r, "polycor2step_se": first.error,
                    f"polycorML_{one}{two}": both.r, "polycorML_se": both.error,
                }  # fmt: skip
    return values


def _ordinal_alpha(entry: Entry, folder: Folder) -> Values:
    value = cronbach(correlation_matrix(items(entry, folder).complete.astype(np.int64)))
    return {name: value for name in entry.values if name.startswith("ordinal_alpha")}


def _describe(entry: Entry, folder: Folder) -> Values:
    asked = re.search(rf"describe\(\s*{NAME}(?:\$|\[\s*,?\s*['\"])({NAME})", entry.call)
    if not asked:
        raise NotCovered("The call does not say which column it describes.")
    given = numbers(table_of(entry, folder), asked[1])
    codes, counts = np.unique(given[~np.isnan(given)], return_counts=True)
    shape = describe(codes, counts)
    values = {
        "n": shape.n, "mean": shape.mean, "sd": shape.spread, "median": shape.median,
        "skew_type2": shape.skew2, "skew_type3": shape.skew3,
        "kurt_type2": shape.kurtosis2, "kurt_type3": shape.kurtosis3,
        "min": float(codes[0]), "max": float(codes[-1]),
    }  # fmt: skip
    return values | {f"n{code:g}": int(count) for code, count in zip(codes, counts, strict=True)}


def _ordered(entry: Entry, folder: Folder) -> Values:
    asked = re.search(
        rf"(?:(?:as\.)?(?:factor|ordered)\(\s*)?({NAME})\s*\)?\s*~\s*([^,;)]+)", entry.call
    )
    if not asked:
        raise NotCovered("The call has no formula.")
    terms = tuple(term.strip() for term in asked[2].split("+"))
    table, terms = spelt_out(table_of(entry, folder), terms)
    rows, outcome = complete(table, terms, asked[1])
    features, cells = np.unique(rows, axis=0, return_inverse=True)
    codes, options = np.unique(outcome, return_inverse=True)
    counts = np.zeros((len(features), len(codes)), dtype=np.int64)
    np.add.at(counts, (cells, options), 1)
    found = proportional_odds(features, counts)
    names = [f"{code:g}" if isinstance(code, float) else str(code) for code in codes]
    cuts = [f"{low}|{high}" for low, high in zip(names[:-1], names[1:], strict=True)]
    values = {
        "deviance": -2 * found.loglik,
        "logLik": found.loglik,
        "AIC": 2 * (len(cuts) + len(terms)) - 2 * found.loglik,
    }
    for name, value, error in (
        *zip(cuts, found.thresholds, found.threshold_errors, strict=True),
        *zip(terms, found.effects, found.effect_errors, strict=True),
    ):
        values |= {f"est:{name}": float(value), f"clm:{name}": float(value)}
        values |= {f"se:{name}": float(error), f"clm_se:{name}": float(error)}
    return values


def _mixed_ordered(entry: Entry, folder: Folder) -> Values:
    raise NotCovered("We fit no ordered answers with an intercept for each group.")


POLYCHORIC = {
    "psych:.*": Looser(
        1e-4, "psych searches each correlation to 1e-4 only, 2e-5 away in the figures"
    ),
    "polycor2step_se": Looser(1e-4, "polycor has it from differences of the likelihood"),
    "polycor2step_.*": Looser(2e-5, "polycor searches the correlation to 1e-4 only", 1e-4),
    "polycorML_.*": Looser(3e-3, "polycor stops 0.001 of log-likelihood short of the maximum"),
}  # fmt: skip

FAMILIES = (
    Family(asks(r"\bclmm2?\("), _mixed_ordered, {}),
    Family(asks(r"\balpha\(.*polychoric\("), saying_why(_ordinal_alpha),
           {"ordinal_alpha_psych": Looser(2e-5, "psych searches each correlation to 1e-4 only")}),
    Family(asks(r"\bpsych::alpha\(|^\s*alpha\("), saying_why(_alpha), {}),
    Family(asks(r"1\s*-\s*\(1\s*-\s*\w+\)\s*\*\s*qf\("), saying_why(_interval(feldt)), {}),
    Family(asks(r"Bonett"), saying_why(_interval(bonett)), {}),
    Family(asks(r"half rule"), saying_why(_scoring), {}),
    Family(asks(r"\bpolychoric\(|\bpolychor\(|\blavCor\("),
           saying_why(_polychoric), POLYCHORIC),
    Family(asks(r"\bdescribe\("), saying_why(_describe), {}),
    Family(asks(r"\bpolr\(|\bclm\("), saying_why(_ordered),
           {"est:.*": Looser(2e-4, "polr stops early; clm, which does not, is met to 1e-6"),
            "se:.*": Looser(1e-3, "polr has them from differences, where it stopped")}),
)  # fmt: skip
