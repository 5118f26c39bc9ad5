"""Regressions with robust standard errors, and shares of R²."""

import re
from dataclasses import replace

import numpy as np
import polars as pl
from scipy.special import stdtr

from analysis.drivers import (
    adjusted,
    correlations,
    inflation,
    johnson,
    lmg,
    r_squared,
    standardised,
)
from analysis.multilevel.cluster import ByCluster, DesignError, Fit, least_squares
from analysis.multilevel.grouped import FloatArray
from analysis.reference.calls import Formula, complete, data, formula, spelt_out
from analysis.reference.family import Family
from analysis.reference.folder import Entry, Folder, NotCovered

Values = dict[str, float]


def _robust(entry: Entry, folder: Folder) -> Values:
    asked, table = formula(entry.call), data(entry, folder)
    found = re.search(r"cluster\s*=\s*~?\s*(?:[\w.]+\$)?([\w.]+)", entry.call)
    cluster = found[1] if found else asked.outcome
    table, names = spelt_out(table, asked.terms)
    figures, labels = complete(table, (asked.outcome, *names), cluster)
    try:
        fit = least_squares(figures[:, 0], figures[:, 1:])
        errors = {"se_ols": fit.covariance, "se_HC3": fit.covariance_hc3}
        tests: dict[str, FloatArray] = {"beta": fit.coefficients}
        if found:
            clusters = ByCluster.of(fit, labels)
            errors |= _clustered(clusters)
            tests |= _small_sample(fit, clusters, len(np.unique(labels)))
    except DesignError as error:
        raise NotCovered(str(error)) from error
    ours: Values = {}
    terms = ("(Intercept)", *names)
    for i, term in enumerate(terms):
        ours[f"coef:{term}"] = float(fit.coefficients[i])
        ours |= {f"{name}:{term}": _se(cov)[i] for name, cov in errors.items()}
        ours |= {f"{name}{i + 1}": float(values[i]) for name, values in tests.items()}
    return ours


def _clustered(clusters: ByCluster) -> dict[str, FloatArray]:
    return {
        "se_CL_HC0": clusters.covariance("HC0"),
        "se_CL_HC1": clusters.covariance("HC1"),
        "se_CL_HC2": clusters.covariance("HC2"),
        "se_CL_HC0_nocadj": clusters.covariance("HC0", adjust=False),
        "se_CL_HC1_nocadj": clusters.covariance("HC1", adjust=False),
    }


def _small_sample(fit: Fit, clusters: ByCluster, count: int) -> dict[str, FloatArray]:
    plain = _se(clusters.covariance("HC1"))
    return {
        "SE_CR2": _se(clusters.covariance("HC2")),
        "df_Satt": clusters.df_cr2,
        "p_Satt": clusters.p_cr2,
        "SE_CR1S": plain,
        "p_naive_t": 2 * stdtr(count - 1, -np.abs(fit.coefficients / plain)),
    }


def _se(covariance: FloatArray) -> FloatArray:
    return np.asarray(np.sqrt(np.diag(covariance)), dtype=np.float64)


def _shares(entry: Entry, folder: Folder) -> Values:
    table = data(entry, folder)
    asked = _spelt_out(formula(entry.call), table)
    figures, _ = complete(table, (asked.outcome, *asked.terms), asked.outcome)
    try:
        matrix = correlations(figures[:, 0], figures[:, 1:])
        shares = {"lmg": lmg(matrix), "johnson": johnson(matrix)}
    except DesignError as error:
        raise NotCovered(str(error)) from error
    shares |= {f"{name}_share": found / found.sum() for name, found in shares.items()}
    shares |= {"beta": standardised(matrix), "r": matrix[:-1, -1], "vif": inflation(matrix)}
    whole = r_squared(matrix)
    ours = {"R2": whole, "adjR2": adjusted(whole, len(figures), len(asked.terms))}
    for name, found in shares.items():
        ours |= {f"{name}:{term}": float(one) for term, one in zip(asked.terms, found, strict=True)}
    return ours


def _spelt_out(asked: Formula, table: pl.DataFrame) -> Formula:
    """``a + ... + d`` are the columns from a to d, ``.`` all but the outcome."""
    rest = [name for name in table.columns if name != asked.outcome]
    terms: list[str] = []
    for at, term in enumerate(asked.terms):
        if term == ".":
            terms += rest
        elif term == "..." and 0 < at < len(asked.terms) - 1:
            first, last = asked.terms[at - 1], asked.terms[at + 1]
            if first not in rest or last not in rest:
                raise NotCovered(f"There are no columns from “{first}” to “{last}”.")
            terms += rest[rest.index(first) + 1 : rest.index(last)]
        else:
            terms.append(term)
    return replace(asked, terms=tuple(terms))


def _is_shares(entry: Entry) -> bool:
    return "~" in entry.call and any(name.startswith(("lmg:", "johnson:")) for name in entry.values)


def _is_robust(entry: Entry) -> bool:
    return re.search(r"\b(?:vcovCL|vcovHC|coef_test)\(", entry.call) is not None


FAMILIES = (Family(_is_shares, _shares, {}), Family(_is_robust, _robust, {}))
