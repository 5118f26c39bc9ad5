"""Learning from an organisation's own codes, and keeping what was learnt only if it is better.

The shipped coder stays as it is; people's codes add to it: logit = s·z + x·w + o for each theme,
with z the shipped logit and x the comment's features. Ridge penalties hold s near 1, o near 0 and
w near 0, so a few codes change little and many outweigh the seeds (a Gaussian prior centred on the
shipped coder). The features are those of the shipped vocabulary: no word of a comment is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from analysis.text.coder import SURE, Coder, Question
from analysis.text.human_codes import HumanCode
from analysis.text.learning import thresholds
from analysis.text.reading import Ints
from analysis.text.scorer import Own, signs_of
from analysis.text.vocabulary import Floats

FOLDS = 5
TIGHT = 1.0
TIGHT_SHIFT = 2.0
LEAST_CODED = 20
LEAST_FOR_CUTS = 100
PRECISION = 0.9
LEAST_SURE = 10


@dataclass(frozen=True)
class Learnt:
    """What came of learning. ``coder`` is the new coder if it was ``accepted``, else the old one.

    ``before`` and ``after`` are Brier scores (mean squared distance of probability and truth over
    comments and themes) on comments that the one scored had not seen; ``losses`` are the themes
    whose precision at .8 and over fell under .9.
    """

    coder: Coder
    accepted: bool
    comments: int
    before: float
    after: float
    losses: tuple[str, ...]


def learn(coder: Coder, human: Sequence[HumanCode], questions: Mapping[str, Question]) -> Learnt:
    """Learn from people's codes of redacted comments; ``questions`` by id.

    Held out by comment in five folds. The new coder is accepted only if its Brier score is not
    worse and no theme's precision at .8, where ten codes tell it, falls under .9 (TEXT 4). Codes
    of fewer than twenty comments change nothing.
    """
    fold = np.array([crc32(f"{one.question} {one.text}".encode()) % FOLDS for one in human])
    if len(set(zip([one.text for one in human], fold, strict=True))) < LEAST_CODED:
        return Learnt(coder, False, len(human), 0.0, 0.0, ())
    features, shipped, labels = comments_given(coder, human, questions)
    unseen = np.zeros(labels.shape)
    for one in np.unique(fold):
        inside, rest = fold == one, fold != one
        own = fit(features[rest], shipped[rest], labels[rest])
        unseen[inside] = expit(own.logits(features[inside], shipped[inside]))
    seen = expit(shipped)
    before, after = (float(np.mean((p - labels) ** 2)) for p in (seen, unseen))
    losses = tuple(
        theme
        for theme, old, new in zip(
            coder.themes, precision(seen, labels), precision(unseen, labels), strict=True
        )
        if new < PRECISION and not new >= old
    )
    if after > before or losses:
        return Learnt(coder, False, len(human), before, after, losses)
    joining = coder.scorer.joining
    if len(human) >= LEAST_FOR_CUTS:
        cuts = thresholds(unseen, labels, np.ones(len(human)))
        joining = replace(joining, thresholds=cuts)
    scorer = replace(coder.scorer, joining=joining, own=fit(features, shipped, labels))
    new = Coder(coder.codebook, scorer, coder.lean)
    return Learnt(new, True, len(human), before, after, ())


def fit(features: sparse.csr_array, shipped: Floats, labels: Floats) -> Own:
    """The ridge logistic regression of the module's formula, all themes at once (L-BFGS).

    ``shipped`` (comments, themes) are logits. A column that no comment has stays 0.
    """
    columns, themes = features.shape[1], labels.shape[1]
    used = np.unique(features.indices)
    given = sparse.csr_array(features[:, used])
    turned = sparse.csr_array(given.T)
    size = len(used) * themes

    def cost(found: Floats) -> tuple[float, Floats]:
        weights = found[:size].reshape(len(used), themes)
        slopes, offsets = found[size : size + themes], found[size + themes :]
        logits = shipped * slopes + given @ weights + offsets
        loss = np.sum(np.logaddexp(0, logits) - labels * logits)
        loss += TIGHT / 2 * np.sum(weights**2)
        loss += TIGHT_SHIFT / 2 * (np.sum((slopes - 1) ** 2) + np.sum(offsets**2))
        wrong = expit(logits) - labels
        steep = (
            (turned @ wrong + TIGHT * weights).ravel(),
            np.sum(wrong * shipped, axis=0) + TIGHT_SHIFT * (slopes - 1),
            wrong.sum(axis=0) + TIGHT_SHIFT * offsets,
        )
        return float(loss), np.concatenate(steep)

    start = np.concatenate([np.zeros(size), np.ones(themes), np.zeros(themes)])
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    weights = np.zeros((columns, themes))
    weights[used] = found[:size].reshape(len(used), themes)
    return Own(weights, found[size : size + themes], found[size + themes :])


def precision(probabilities: Floats, labels: Floats) -> Floats:
    """For each theme the share of right codes among those at .8 or over; 1 where there are too
    few to say."""
    sure = probabilities >= SURE
    count = sure.sum(axis=0)
    right: Floats = (sure * labels).sum(axis=0)
    return np.where(count >= LEAST_SURE, right / np.maximum(count, 1), 1.0)


def comments_given(
    coder: Coder, human: Sequence[HumanCode], questions: Mapping[str, Question]
) -> tuple[sparse.csr_array, Floats, Floats]:
    """Features, shipped logits, and people's labels of each comment."""
    number = {theme: place for place, theme in enumerate(coder.themes)}
    asked = [questions.get(one.question, Question()) for one in human]
    about: Ints = np.array([number.get(question.about, -1) for question in asked], np.int64)
    scorer = coder.scorer
    reading = scorer.vocabulary.reader.read([one.text for one in human])
    seen = signs_of(scorer.vocabulary, scorer.heads, reading, about)
    labels = np.zeros((len(human), len(number)))
    for row, one in enumerate(human):
        labels[row, [number[code.theme] for code in one.codes if code.theme in number]] = 1
    return *scorer.shipped(seen, reading), labels
