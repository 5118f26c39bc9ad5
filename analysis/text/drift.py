"""Has the coder been right as often as before? Only then may an earlier audit lend a hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import chdtrc

from analysis.text.coded_alike import laid_beside
from analysis.text.prevalence import theme_of, why_unaudited
from analysis.text.score_bins import FloatArray, IntArray, ScoreBins, ScoreError

NO_DRIFT = 0.1
WEIGHT = 0.5


def drift(now: ScoreBins, earlier: ScoreBins) -> FloatArray:
    """p that each label's rates by score bin are those of an earlier audit. Shape (labels,).

    Formula: Σ_b χ²_b on as many degrees of freedom as bins in which both audits have rows and not
    all rows agree; χ² = n(ad − bc)²/((a+b)(c+d)(a+c)(b+d)) (Pearson 1900; R: ``prop.test(x, n,
    correct = FALSE)`` in each bin). Where all rows of all shared bins agree, p is 1; where no bin
    is shared, p is missing (NaN).
    """
    squares, df = _squares(now, earlier)
    p = np.where(df > 0, chdtrc(np.maximum(df, 1), squares), 1.0)
    shared = ((now.audited > 0) & (earlier.audited > 0)).any(axis=1)
    found: FloatArray = np.where(shared, p, np.nan)
    return found


def drift_in_all(now: ScoreBins, earlier: ScoreBins) -> float:
    """The same p over all themes at once: the sum of their χ² on the sum of their degrees of
    freedom. Themes move together more often than alone, and one theme's rows seldom show it.
    Directions are left out, because they hold the same comments again.
    """
    themes = [place for place, label in enumerate(now.labels) if theme_of(label) == label]
    squares, df = (found[themes].sum() for found in _squares(now, earlier))
    return float(chdtrc(df, squares)) if df else 1.0


def _squares(now: ScoreBins, earlier: ScoreBins) -> tuple[FloatArray, IntArray]:
    a, b = now.positive.astype(float), (now.audited - now.positive).astype(float)
    c, d = earlier.positive.astype(float), (earlier.audited - earlier.positive).astype(float)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    told = margins > 0
    squares = np.divide(
        (a + b + c + d) * (a * d - b * c) ** 2, margins, out=np.zeros(a.shape), where=told
    )
    return squares.sum(axis=1), told.sum(axis=1)


def why_not_lent(now: ScoreBins, earlier: ScoreBins) -> str:
    """Why an earlier audit may not stand beside this one at all; empty when it may."""
    if now.question != earlier.question or _shipped(now) != _shipped(earlier):
        return "It is of another question or other themes."
    if now.coder != earlier.coder:
        return "Its comments were coded in another way."
    if now.wave == earlier.wave:
        return "It is this wave's own audit."
    if not earlier.out_of_fold:
        return "The software has learnt from it."
    if why_unaudited(earlier):
        return "Too little of it was checked."
    return ""


def _shipped(table: ScoreBins) -> tuple[str, ...]:
    """The labels that do not belong to a theme of the organisation's own."""
    return tuple(label for label in table.labels if theme_of(label) not in table.own)


def borrow(now: ScoreBins, earlier: Sequence[ScoreBins]) -> ScoreBins:
    """This wave's counts with the rows of the latest of ``earlier`` audits, oldest first, at half
    weight: where neither all themes at once (:func:`drift_in_all`) nor the label itself
    (:func:`drift`) shows drift, both p > .1.

    The older ones lend nothing: of many audits some pass the test by chance, and their rows would
    outweigh what people found now. For the same reason what is lent to a bin counts at most half
    of this wave's rows in it, so a bin that none were audited in gets none. Formula: both counts of
    a bin times min(½, n/2n′), n audited now and n′ then. An own theme gets some only from an audit
    that looked for the same. Raises :class:`ScoreError` where :func:`why_not_lent` has a reason.
    """
    for audit in earlier:
        why = why_not_lent(now, audit)
        if why:
            raise ScoreError(why)
    if not earlier:
        return now
    latest = laid_beside(now, earlier[-1])
    if drift_in_all(now, latest) <= NO_DRIFT:
        return now
    fewer = np.minimum(now.audited, latest.audited)
    weight = np.divide(
        WEIGHT * fewer, latest.audited, out=np.zeros(fewer.shape), where=latest.audited > 0
    )
    weight *= (drift(now, latest) > NO_DRIFT)[:, None]
    return replace(
        now, earlier_audited=weight * latest.audited, earlier_positive=weight * latest.positive
    )
