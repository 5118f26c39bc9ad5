"""How many comments hold a theme, with the error of the coder carried: score bins and an audit.

Counting the machine's codes covers the truth half the time. A random audit, coded without seeing
the machine, is the only thing relied on (TEXT 3.2, 3.3): within score bins it says how often the
machine is right *here and now*, and the unaudited comments are drawn from that.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from analysis.text.audited import MOSTLY_CLOSED, NO_AUDIT
from analysis.text.score_bins import BINS, FloatArray, IntArray, ScoreBins, merged

PRIOR = 1 / 3
TAU = 1.0
WIDER = 2.0  # times tau: a second range that allows for twice as much
DRAWS = 10_000  # so that p can be small enough for one difference among two hundred
LARGEST_CLOSED = 0.6
FEWEST_AUDITED = 100
FURTHEST, STEP = 4.0, 0.2  # the grid of how far a directorate may differ, in logits
CERTAIN = 30.0  # logits; a rate drawn as nought has none

Interval = tuple[float, float, float]


class PrevalenceError(ValueError):
    """An estimate that was asked of what cannot give one."""


@dataclass(frozen=True, eq=False)
class Prevalence:
    """Draws of how many comments hold each label.

    ``totals`` (labels, draws) are whole comments of ``comments``; ``wide`` the same with *themes
    only* comments allowed to differ twice as much. ``table`` and ``seed`` give the same draws
    again, to the byte. ``part`` names a directorate; empty for the whole.
    """

    table: ScoreBins
    seed: int
    comments: int
    totals: IntArray
    wide: IntArray
    part: str = ""

    def interval(self, label: str, level: float = 0.95, *, wide: bool = False) -> Interval:
        """Median, lower and upper end, in comments."""
        draws = (self.wide if wide else self.totals)[self.table.place(label)]
        return interval_of(draws, level)

    @cached_property
    def conditions(self) -> FloatArray:
        """Draws of the share that writes so *under such conditions* (estimand b), between 0 and 1.

        Formula: θ ~ Beta(1/3 + T, 1/3 + N − T) for each drawn total T of N comments, which adds
        the sampling of the comments themselves. Shape (labels, draws).
        """
        found = np.empty(self.totals.shape)
        for place, label in enumerate(self.table.labels):
            rng = stream(self.seed, self.table, "sampling", label, self.part)
            yes = self.totals[place]
            found[place] = rng.beta(PRIOR + yes, PRIOR + self.comments - yes)
        return found


def interval_of(draws: NDArray[Any], level: float = 0.95) -> Interval:
    """Median and central interval of draws; its ends are values that were drawn, the outer ones.

    >>> interval_of(np.arange(101), 0.9)
    (50.0, 5.0, 95.0)
    """
    tail = round((1 - level) / 2, 9)
    low = np.quantile(draws, tail, method="lower")
    high = np.quantile(draws, round(1 - tail, 9), method="higher")
    return float(np.median(draws)), float(low), float(high)


def why_unaudited(table: ScoreBins) -> str:
    """Why a question has counts in words only, in one sentence; empty when it has an audit.

    An audit is at least 100 rows, or every readable comment; and where more than 60 % of comments
    are *themes only* it says too little about them (TEXT 3.3).
    """
    readable = int(table.readable[0].sum())
    if not table.rows or table.rows < min(FEWEST_AUDITED, readable):
        return NO_AUDIT
    return MOSTLY_CLOSED if table.closed_share > LARGEST_CLOSED else ""


def estimate(table: ScoreBins, seed: int, draws: int = DRAWS) -> Prevalence:
    """Draws of the number of comments with each label.

    Formula, for each label and score bin b with N_b readable comments, n_b audited and x_b of them
    positive: p_b ~ Beta(1/3 + x_b + x′_b, 1/3 + n_b − x_b + n′_b − x′_b), x′ and n′ borrowed from
    earlier audits at half weight; total = Σ x_b + Σ Binomial(N_b − n_b, p_b)
    + Σ Binomial(U_b, expit(logit p_b + δ)). One δ ~ Normal(0, τ²) stands for all that is unknown of
    the U *themes only* comments, per theme and wave, the same in all bins and directions; τ comes
    from :func:`tau`. A bin without audited rows is counted with its lower neighbour (the lowest
    with the upper). Source: TEXT 3.3; Gelman et al., *Bayesian Data Analysis*, 2.4 for the Beta.
    Raises :class:`PrevalenceError` where :func:`why_unaudited` has a reason.
    """
    why = why_unaudited(table)
    if why:
        raise PrevalenceError(why)
    return _estimate(table, table, seed, draws, "")


def estimate_part(
    whole: ScoreBins, part: ScoreBins, name: str, seed: int, draws: int = DRAWS
) -> Prevalence:
    """The same for one directorate's comments, from the same draws of rates.

    ``part`` counts the directorate's comments, ``whole`` everybody's. The machine may be right more
    or less often there than elsewhere: rates are expit(logit p_b + γ) with one γ ~ Normal(0, 1) for
    all bins, drawn from its distribution given the audited rows of the directorate. Without γ a
    gap between directorates comes out too small. Few audited rows leave γ, and so the share, wide.
    δ is drawn for each ``name`` by itself: nothing says that *themes only* comments differ from
    the others alike in two directorates.
    """
    why = why_unaudited(whole)
    if why:
        raise PrevalenceError(why)
    if part.labels != whole.labels or (part.readable > whole.readable).any():
        raise PrevalenceError("These comments are not a part of the others.")
    return _estimate(whole, part, seed, draws, name)


def _estimate(whole: ScoreBins, part: ScoreBins, seed: int, draws: int, name: str) -> Prevalence:
    shape = (len(whole.labels), draws)
    totals, wide = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    spread = tau(whole)
    for place, label in enumerate(whole.labels):
        bins = merged(whole.audited[place])
        of_theme = (theme_of(label), name) if name else (theme_of(label),)
        evidence = logit(_rates(whole, place, bins, stream(seed, whole, "rates", label), draws))
        delta = stream(seed, whole, "delta", *of_theme).standard_normal(draws)
        rng = stream(seed, whole, "comments", label, name)
        audited, positive = _by_bin(part.audited[place], bins), _by_bin(part.positive[place], bins)
        if name:
            evidence = evidence + _apart(rng, audited, positive, evidence)
        left = _by_bin(part.readable[place], bins) - audited
        closed = _by_bin(part.closed[place], bins)
        seen = int(positive.sum()) + _drawn(rng, left, evidence)
        tau_here = float(spread[place])
        totals[place] = seen + _drawn(rng, closed, evidence + tau_here * delta)
        wide[place] = seen + _drawn(rng, closed, evidence + WIDER * tau_here * delta)
    return Prevalence(whole, seed, part.comments, totals, wide, name)


def _by_bin(counts: IntArray, bins: IntArray) -> IntArray:
    return np.bincount(bins, counts, BINS).astype(np.int64)


def _drawn(rng: np.random.Generator, comments: IntArray, evidence: FloatArray) -> IntArray:
    """Positives among ``comments`` (4,), given logits of the rates (4, draws)."""
    some = comments > 0
    found: IntArray = rng.binomial(comments[some][:, None], expit(evidence[some])).sum(axis=0)
    return found


def _apart(
    rng: np.random.Generator, audited: IntArray, positive: IntArray, evidence: FloatArray
) -> FloatArray:
    """γ for each draw: prior Normal(0, 1) times the binomial likelihood of a directorate's audited
    rows, on a grid, then spread evenly over the grid's step. Shape (draws,)."""
    used = audited > 0
    shifts = np.arange(-FURTHEST, FURTHEST + STEP / 2, STEP)
    odds = np.exp(np.clip(evidence[used], -CERTAIN, CERTAIN))
    # Less what is the same for every shift: Σ x·logit p.
    weight = np.tile(positive.sum() * shifts - shifts**2 / 2, (evidence.shape[1], 1))
    for n, one in zip(audited[used], odds, strict=True):
        weight -= n * np.log1p(one[:, None] * np.exp(shifts))
    weight = np.exp(weight - weight.max(axis=1, keepdims=True)).cumsum(axis=1)
    chosen = (weight < rng.random((len(weight), 1)) * weight[:, -1:]).sum(axis=1)
    found: FloatArray = shifts[chosen] + STEP * (rng.random(len(chosen)) - 0.5)
    return found


def _rates(
    table: ScoreBins, place: int, bins: IntArray, rng: np.random.Generator, draws: int
) -> FloatArray:
    """p_b by merged bin, shape (4, draws); bins that were merged away have a rate nobody uses."""
    audited = table.audited[place] + table.earlier_audited[place]
    positive = table.positive[place] + table.earlier_positive[place]
    n = np.bincount(bins, audited, len(bins))[:, None]
    x = np.bincount(bins, positive, len(bins))[:, None]
    return rng.beta(PRIOR + x, PRIOR + n - x, (len(bins), draws))


def tau(table: ScoreBins) -> FloatArray:
    """How far *themes only* comments may differ, in logits: 1, or as far as board-only comments are
    seen to differ from published ones where that is more. Shape (labels,).

    Formula: max(1, |log((R + ½)/(S + ½))|), R = Σ a_b·d_b/n_b and S = Σ b_b·c_b/n_b of the two
    by two tables of each bin (Mantel & Haenszel 1959): a, b board-only comments with and without
    the label, c, d published ones. The halves keep a handful of comments from deciding.
    """
    a = table.board_positive.astype(np.float64)
    b = table.board_audited - a
    c = table.positive - a
    d = table.audited - table.board_audited - c
    n = np.maximum(table.audited, 1)
    apart = np.log(((a * d / n).sum(axis=1) + 0.5) / ((b * c / n).sum(axis=1) + 0.5))
    found: FloatArray = np.maximum(TAU, np.abs(apart))
    return found


def theme_of(label: str) -> str:
    """The theme of a label with or without a direction.

    >>> theme_of("workload/negative"), theme_of("workload")
    ('workload', 'workload')
    """
    return label.partition("/")[0]


def stream(seed: int, table: ScoreBins, *names: str) -> np.random.Generator:
    """Random numbers of their own for each wave, question and label, so that neither the order of
    labels nor which others there are changes a figure, and two waves are never drawn alike."""
    key = "\x1f".join([str(seed), table.wave, table.question, *names])
    words = np.frombuffer(hashlib.sha256(key.encode()).digest(), dtype="<u4")
    return np.random.default_rng(words)
