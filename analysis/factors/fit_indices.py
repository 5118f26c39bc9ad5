"""How well a factor model fits: χ², CFI, TLI, RMSEA with its interval, SRMR, AIC and BIC."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chndtr
from scipy.stats import chi2

from analysis.factors.cfa import Fitted


@dataclass(frozen=True)
class Indices:
    """Fit of one model. ``rmsea_low`` to ``rmsea_high`` is a 90 % interval, as is usual."""

    chisq: float
    df: int
    pvalue: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float
    logl: float
    aic: float
    bic: float


def indices(fitted: Fitted) -> Indices:
    """Fit indices of a model against the one in which no items go together.

    χ² = N·F; CFI = 1 − max(χ²−df, 0)/max(χ²−df, χ²_b−df_b, 0) (Bentler 1990); TLI =
    (χ²_b/df_b − χ²/df)/(χ²_b/df_b − 1) (Tucker and Lewis 1973); RMSEA = √(G·max(χ²−df, 0)/(N·df))
    for G groups (Steiger 1998), its ends where χ² is the 5 % and 95 % point of a noncentral χ²;
    SRMR = root mean square of standardised residuals, of means too where they are modelled, the
    groups' weighted by people (Bentler 1995). R: ``lavaan::fitMeasures``.
    """
    n, several = fitted.n, len(fitted.samples)
    items = len(fitted.model.items)
    modelled = fitted.model.means or several > 1
    df = several * items * (items + 3) // 2 - fitted.parameters
    counted = fitted.parameters - (0 if modelled else items)
    chisq = n * max(fitted.misfit, 0.0)
    base, base_df = baseline(fitted)
    logl = _logl(fitted)
    scale = several / (n * df) if df else 0.0
    low, high = (math.sqrt(scale * end) for end in noncentrality(chisq, df))
    return Indices(
        chisq, df, float(chi2.sf(chisq, df)) if df else 1.0,
        cfi(chisq - df, base - base_df), tli(chisq, df, base, base_df),
        math.sqrt(scale * max(chisq - df, 0.0)), low, high, _srmr(fitted, modelled),
        logl, 2 * counted - 2 * logl, counted * math.log(n) - 2 * logl,
    )  # fmt: skip


def baseline(fitted: Fitted) -> tuple[float, int]:
    """χ² and degrees of freedom of the model in which no items go together."""
    total = sum(
        sample.n
        * float(np.log(np.diag(sample.covariance)).sum() - np.linalg.slogdet(sample.covariance)[1])
        for sample in fitted.samples
    )
    items = len(fitted.model.items)
    return total, len(fitted.samples) * items * (items - 1) // 2


def cfi(excess: float, base_excess: float) -> float:
    """Bentler's (1990) comparative fit index from χ² − df of a model and of its baseline."""
    most = max(excess, base_excess, 0.0)
    return 1 - max(excess, 0.0) / most if most else 1.0


def tli(chisq: float, df: int, base: float, base_df: int) -> float:
    """Tucker and Lewis' (1973) index; 1 for a model without degrees of freedom."""
    return (base / base_df - chisq / df) / (base / base_df - 1) if df else 1.0


def noncentrality(chisq: float, df: int, level: float = 0.90) -> tuple[float, float]:
    """Noncentrality λ for which ``chisq`` is the upper and the lower end of ``level``; nought
    where even λ = 0 makes it too rare (Browne and Cudeck 1993)."""
    tail = (1 - level) / 2
    return _lambda(chisq, df, 1 - tail), _lambda(chisq, df, tail)


def _lambda(chisq: float, df: int, share: float) -> float:
    if not df or chndtr(chisq, df, 0) < share:
        return 0.0
    high = chisq + 10 * math.sqrt(chisq + df) + 10
    while chndtr(chisq, df, high) > share:
        high *= 2
    return float(brentq(lambda x: chndtr(chisq, df, x) - share, 0, high, xtol=1e-11, rtol=1e-13))


def _logl(fitted: Fitted) -> float:
    total = 0.0
    for sample, group in zip(fitted.samples, fitted.groups, strict=True):
        implied, gap = group.covariance, sample.mean - group.mean
        fit = np.trace(np.linalg.solve(implied, sample.covariance + np.outer(gap, gap)))
        logs = len(gap) * math.log(2 * math.pi) + np.linalg.slogdet(implied)[1]
        total -= sample.n / 2 * float(logs + fit)
    return total


def _srmr(fitted: Fitted, means: bool) -> float:
    total = 0.0
    for sample, group in zip(fitted.samples, fitted.groups, strict=True):
        spread = np.sqrt(np.diag(sample.covariance))
        off = (sample.covariance - group.covariance) / np.outer(spread, spread)
        gaps = list(off[np.tril_indices(len(spread))])
        if means:
            gaps += list((sample.mean - group.mean) / spread)
        total += sample.n * math.sqrt(float(np.mean(np.square(gaps))))
    return total / fitted.n
