"""Made-up waves of comments that a made-up coder scores, whose true codes are all known.

No text is made: a comment is, for each theme, a true code and a score. The coder's scores are
calibrated on the population it learnt from; elsewhere themes are rarer or commoner and the words
tell less, so the scores are wrong in a way that only a fresh audit can see.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from analysis.text.score_bins import BOARD, PUBLISH, THEMES, ScoreBins, tabulate

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SHARES = (0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.14, 0.17, 0.2, 0.25)
# How far the words of a comment with a theme lie from those of others, in standard deviations.
CLEAR = (2.6, 2.2, 2.8, 1.8, 2.4, 2.0, 2.6, 1.6, 2.2, 2.0, 2.4, 1.8)
MOVED_ODDS = (2.0, 0.5, 1.6, 0.6, 1.8, 0.7, 1.5, 0.5, 1.3, 1.8, 0.6, 1.5)
MOVED_CLEAR = 0.75


@dataclass(frozen=True)
class Population:
    """Who writes: for each theme its ``shares`` and how ``clear`` its words are. The coder always
    scores by what it learnt at home."""

    shares: tuple[float, ...] = SHARES
    clear: tuple[float, ...] = CLEAR

    def with_odds(self, ratio: float) -> "Population":
        """Every theme more, or less, usual by an odds ratio."""
        share = expit(logit(np.array(self.shares)) + np.log(ratio))
        return replace(self, shares=tuple(float(s) for s in share))


HOME = Population()
MOVED = Population(
    tuple(
        float(expit(logit(share) + np.log(odds)))
        for share, odds in zip(SHARES, MOVED_ODDS, strict=True)
    ),
    tuple(MOVED_CLEAR * clear for clear in CLEAR),
)


@dataclass(frozen=True, eq=False)
class CodedWave:
    """``scores`` and ``truth`` (comments, themes), ``use`` (comments,)."""

    scores: FloatArray
    truth: BoolArray
    use: NDArray[np.int64]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"t{place}" for place in range(self.truth.shape[1]))

    def audit(self, rng: np.random.Generator, size: int) -> BoolArray:
        """Which comments a random audit of the readable ones picks."""
        readable = np.flatnonzero(self.use != THEMES)
        chosen = np.zeros(len(self.use), dtype=bool)
        chosen[rng.permutation(readable)[:size]] = True
        return chosen

    def table(self, audited: BoolArray, wave: str = "now") -> ScoreBins:
        return tabulate(
            (wave, "q", "coder"),
            self.labels,
            self.scores,
            self.use,
            audited,
            self.truth & audited[:, None],
            out_of_fold=True,
        )


def coded_wave(
    rng: np.random.Generator,
    population: Population = HOME,
    comments: int = 800,
    closed: float = 0.0,
    shift: float = 0.0,
    board: float = 0.2,
) -> CodedWave:
    """A wave of ``comments``, of which a part is ``closed`` (themes only) and a part of the others
    for the ``board``. In closed ones a theme is likelier by ``shift`` logits than the same words
    say elsewhere."""
    use = np.where(rng.random(comments) < board, BOARD, PUBLISH)
    use[: round(closed * comments)] = THEMES
    learnt, shares = np.array(HOME.shares), np.array(population.shares)
    clear, clear_home = np.array(population.clear), np.array(HOME.clear)
    hidden = rng.random((comments, len(shares))) < shares
    words = rng.normal(hidden * clear, 1.0)
    evidence = logit(shares) + clear * words - clear**2 / 2
    moved = evidence + shift * (use == THEMES)[:, None]
    truth = rng.random(words.shape) < expit(moved)
    scores = expit(logit(learnt) + clear_home * words - clear_home**2 / 2)
    return CodedWave(scores, truth, use.astype(np.int64))
