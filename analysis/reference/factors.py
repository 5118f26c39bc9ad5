"""Factor models: one group or several, robust fit, omega, and one exploratory factor."""

import re
from collections.abc import Iterator, Mapping
from typing import get_args

import numpy as np
import polars as pl

from analysis.factors.cfa import Fitted, fit
from analysis.factors.factor_model import Model, Sample
from analysis.factors.fit_indices import Indices, baseline, indices
from analysis.factors.invariance import Level, rungs
from analysis.factors.omega import OneFactor, least_residuals, one_factor
from analysis.factors.robust_fit import robust
from analysis.reference.calls import NAME, column
from analysis.reference.family import TOLERANCE, Family, Looser, Redo
from analysis.reference.folder import Entry, Folder, NotCovered
from analysis.reference.scales import asks, factors, items, pick, saying_why, table_of
from analysis.reliability import Matrix, correlations, cronbach

Values = dict[str, float]

# A loading, by its factor or by the program that looked for one factor, and a covariance.
_SLOPE = re.compile(rf"(loading_(?:un)?std|fa_ml|fa_minres|factanal):.+|({NAME})=~.+:(?:est|std)")
_BETWEEN = re.compile(rf"({NAME})~~({NAME}):(?:est|std)")

_UNKNOWN = re.compile(
    r"orthogonal\s*=\s*T|missing\s*=|wishart|group\.partial|sampling\.weights|cluster\s*=|"
    r"estimator\s*=\s*['\"](?!ML['\"]|MLR['\"])"
)


def _model(entry: Entry, folder: Folder) -> Model:
    unknown = _UNKNOWN.search(entry.call)
    if unknown:
        raise NotCovered(f"We fit no model with “{unknown[0]}”.")
    return Model(
        factors(entry, folder),
        unit_variance=re.search(r"std\.lv\s*=\s*T", entry.call) is not None,
        means=re.search(r"meanstructure\s*=\s*T|MLR", entry.call) is not None,
    )


def _rows(entry: Entry, folder: Folder, model: Model) -> Matrix:
    return pick(entry, folder, model.items).complete


def _measures(found: Indices, fitted: Fitted | None = None) -> Values:
    values = {
        "chisq": found.chisq, "df": found.df, "pvalue": found.pvalue,
        "cfi": found.cfi, "tli": found.tli, "rmsea": found.rmsea,
        "rmsea.ci.lower": found.rmsea_low, "rmsea.ci.upper": found.rmsea_high,
        "srmr": found.srmr, "logl": found.logl, "aic": found.aic, "bic": found.bic,
    }  # fmt: skip
    if fitted:
        base, base_df = baseline(fitted)
        values |= {"baseline.chisq": base, "baseline.df": base_df, "ntotal": fitted.n}
    return values


def _estimates(fitted: Fitted) -> Iterator[tuple[str, float]]:
    for one in fitted.estimates:
        names = {f"{one.left}{one.sign}{one.right}"}
        if one.sign == "~~":
            names.add(f"{one.right}~~{one.left}")
        for name in names:
            yield f"{name}:est", one.value
            yield f"{name}:se", one.error
            yield f"{name}:std", one.standardised


def _cfa(entry: Entry, folder: Folder) -> Values:
    model = _model(entry, folder)
    fitted = fit([Sample.of(_rows(entry, folder, model))], model)
    return _measures(indices(fitted), fitted) | dict(_estimates(fitted))


def _robust(entry: Entry, folder: Folder) -> Values:
    model = _model(entry, folder)
    rows = _rows(entry, folder, model)
    fitted = fit([Sample.of(rows)], model)
    found = robust(fitted, [rows])
    return _measures(indices(fitted), fitted) | {
        **{name: value for name, value in _estimates(fitted) if not name.endswith(":se")},
        "chisq.scaled": found.chisq, "df.scaled": found.df, "cfi.robust": found.cfi,
        "tli.robust": found.tli, "rmsea.robust": found.rmsea,
        "chisq.scaling.factor": found.factor,
    }  # fmt: skip


def _invariance(entry: Entry, folder: Folder) -> Values:
    model = _model(entry, folder)
    asked = re.search(r"group\s*=\s*['\"]([^'\"]+)['\"]", entry.call)
    if not asked:
        raise NotCovered("The call does not name its groups.")
    levels = [level for level in get_args(Level) if f"{level}:chisq" in entry.values]
    if not levels:
        raise NotCovered("No figure is called after a rung of the ladder, like “metric:chisq”.")
    answers = pick(entry, folder, model.items).answers
    groups = column(table_of(entry, folder), asked[1])
    known = ~np.isnan(answers).any(axis=1) & groups.is_not_null().to_numpy()
    labels = groups.to_numpy()
    samples = [
        Sample.of(answers[known & (labels == one)])
        for one in groups.filter(pl.Series(known)).unique(maintain_order=True)
    ]
    values: Values = {}
    for step in rungs(samples, model, levels):
        values |= {f"{step.level}:{name}": x for name, x in _measures(step.fit).items()}
        if step.difference_df:
            values |= {
                f"LRT_chisqdiff:{step.level}": step.difference,
                f"LRT_dfdiff:{step.level}": step.difference_df,
                f"LRT_p:{step.level}": step.pvalue,
            }
    return values


def _omega(entry: Entry, folder: Folder) -> Values:
    model = _model(entry, folder)
    if len(model.factors) > 1:
        raise NotCovered("We work omega out for one factor at a time.")
    rows = _rows(entry, folder, model)
    found = one_factor(np.cov(rows.T, bias=True), len(rows))
    fitted = fit([Sample.of(rows)], model)
    return {
        "omega": found.omega, "omega2": found.omega, "omega3": found.omega_observed,
        "avevar": found.average_variance, "alpha": cronbach(found.matrix),
        "compRelSEM": found.omega_observed,
        **_measures(indices(fitted), fitted),
        **dict(_estimates(fitted)),
        **_loadings(model.items, found),
    }  # fmt: skip


def _loadings(names: tuple[str, ...], found: OneFactor) -> Values:
    values: Values = {}
    for what, figures in (
        ("loading_unstd", found.loadings),
        ("loading_se", found.errors),
        ("loading_std", found.standardised),
        ("theta", found.unique),
    ):
        values |= {f"{what}:{name}": float(x) for name, x in zip(names, figures, strict=True)}
    return values


def _explored(entry: Entry, folder: Folder) -> Values:
    if re.search(r"nfactors\s*=\s*(?!1\b)\d", entry.call):
        raise NotCovered("We explore one factor only.")
    chosen = items(entry, folder)
    rows = chosen.complete
    n, p = rows.shape
    r = correlations(np.cov(rows.T))
    likely, least = one_factor(r, n), least_residuals(r)
    misfit = fit([Sample(n, np.zeros(p), r)], Model({"f": chosen.names}, unit_variance=True)).misfit
    values = {
        "omega_total_1f_minres": 1 - float((1 - least**2).sum() / r.sum()),
        "alpha": cronbach(r),
        "factanal_chisq": (n - 1 - (2 * p + 5) / 6 - 2 / 3) * misfit,
        "factanal_dof": p * (p - 3) // 2,
    }
    for name, by_likelihood, by_residuals in zip(
        chosen.names, likely.standardised, least, strict=True
    ):
        values |= {f"{how}:{name}": float(by_likelihood) for how in ("fa_ml", "factanal")}
        values[f"fa_minres:{name}"] = float(by_residuals)
    return values


def _by_thresholds(entry: Entry, folder: Folder) -> Values:
    raise NotCovered(
        "We fit no factor model to ordered answers by weighted least squares, which needs the "
        "sampling covariances of all polychoric correlations."
    )


def _facing(redo: Redo) -> Redo:
    """A factor whose scale is set by its variance may point either way: ours takes theirs."""

    def turned(entry: Entry, folder: Folder) -> Values:
        ours = dict(redo(entry, folder))
        if "=~" in entry.call and not re.search(r"std\.lv\s*=\s*T", entry.call):
            return ours
        slopes = [(name, found) for name in ours if (found := _SLOPE.fullmatch(name))]
        agreement: dict[str, float] = {}
        for name, found in slopes:
            factor = found[1] or found[2]
            along = ours[name] * entry.values.get(name, 0.0)
            agreement[factor] = agreement.get(factor, 0.0) + along
        for name, found in slopes:
            if agreement[found[1] or found[2]] < 0:
                ours[name] *= -1
        for name in ours:
            between = _BETWEEN.fullmatch(name)
            if between and agreement.get(between[1], 1.0) * agreement.get(between[2], 1.0) < 0:
                ours[name] *= -1
        return ours

    return turned


LAVAAN = "lavaan stops just short of the maximum, where factanal agrees with us to 2e-7"
EXACT_FIT = "lavaan's fit of a model without degrees of freedom is not quite perfect"
LOOSER: Mapping[str, Looser] = {
    "(.*:)?chisq": Looser(TOLERANCE, EXACT_FIT, 1e-8),
    "(.*:)?srmr": Looser(5e-6, LAVAAN, 1e-7),
    "theta:.*|.*~~.*:(est|std)": Looser(
        2e-5, f"{LAVAAN}; small variances are met less closely in proportion"
    ),
    ".*:se": Looser(1e-5, f"{LAVAAN}; errors are slopes there"),
    ".*:(est|std)|loading_.*|omega[23]?|avevar|compRelSEM": Looser(5e-6, LAVAAN),
    "(.*:)?rmsea.ci.*": Looser(1e-5, "lavaan searches the noncentrality to 1e-4 only"),
}
EXPLORED = {
    "fa_minres:.*": Looser(1e-4, "fa stops where a step adds less than 1e-8 to the fit (optim)"),
    "(fa_ml|factanal):.*|omega_total.*": Looser(
        1e-5, "fa and factanal stop just short (optim)", 1e-5
    ),
}

FAMILIES = (
    Family(asks(r"\bcfa\(|measEq", r"WLSMV|DWLS|\bordered\s*="), _by_thresholds, {}),
    Family(asks(r"\bcfa\(", r"reliability\(|compRelSEM"), saying_why(_facing(_omega)), LOOSER),
    Family(asks(r"\bcfa\(", r"group\s*="), saying_why(_invariance), LOOSER),
    Family(asks(r"\bcfa\(", r"MLR"), saying_why(_facing(_robust)), LOOSER),
    Family(asks(r"\bcfa\("), saying_why(_facing(_cfa)), LOOSER),
    Family(asks(r"\bfactanal\(|\bfa\(|\bomega\("), saying_why(_facing(_explored)), EXPLORED),
)
