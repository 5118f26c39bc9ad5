"""Learning from an organisation's own codes, and keeping what was learnt only if it is better.

The shipped coder stays as it is; people's codes add to it: logit = s·z + x·w + o for each theme,
with z the shipped logit and x the comment's features. Ridge penalties hold s near 1, o near 0 and
w near 0, so a few codes change little and many outweigh the seeds (a Gaussian prior centred on the
shipped coder). The features are those of the shipped vocabulary and of the organisation's own:
which of its questions was answered, and words that stand in five of its comments or more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from zlib import crc32

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from analysis.text.coder import SURE, Coder, Question
from analysis.text.human_codes import HumanCode
from analysis.text.learning import thresholds
from analysis.text.own_vocabulary import own_vocabulary
from analysis.text.reading import Ints
from analysis.text.scorer import Own, signs_of
from analysis.text.vocabulary import Floats, Vocabulary

FOLDS = 5
TIGHT = 2.0
TIGHT_SHIFT = 2.0
LEAST_CODED = 20
LEAST_FOR_CUTS = 400
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


class Given(NamedTuple):
    """What is learnt from: redacted ``texts``, the words of their questions, shipped features and
    logits (comments, themes), and people's labels."""

    texts: list[str]
    asked: list[str]
    features: sparse.csr_array
    shipped: Floats
    labels: Floats


def learn(coder: Coder, human: Sequence[HumanCode], questions: Mapping[str, Question]) -> Learnt:
    """Learn from people's codes of redacted comments; ``questions`` by id.

    Held out by comment in five folds, vocabulary and all. The new coder is accepted only if its
    Brier score is not worse and no theme's precision at .8, where ten codes tell it, falls under .9
    (TEXT 4). Codes of fewer than twenty comments change nothing.
    """
    fold = np.array([crc32(f"{one.question} {one.text}".encode()) % FOLDS for one in human])
    if len(set(zip([one.text for one in human], fold, strict=True))) < LEAST_CODED:
        return Learnt(coder, False, len(human), 0.0, 0.0, ())
    vocabulary = coder.scorer.vocabulary
    given = comments_given(coder, human, questions)
    labels, unseen = given.labels, probabilities_unseen(vocabulary, given, fold)
    seen = expit(given.shipped)
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
        joining = replace(joining, thresholds=thresholds(unseen, labels, np.ones(len(human))))
    own = fit(vocabulary, given, np.arange(len(human)))
    new = Coder(coder.codebook, replace(coder.scorer, joining=joining, own=own), coder.lean)
    return Learnt(new, True, len(human), before, after, ())


def probabilities_unseen(vocabulary: Vocabulary, given: Given, fold: Ints) -> Floats:
    """Probability of each theme from what was learnt from the other folds."""
    found = np.zeros(given.labels.shape)
    for one in np.unique(fold):
        rows = np.flatnonzero(fold == one)
        found[rows] = probabilities(
            fit(vocabulary, given, np.flatnonzero(fold != one)), given, rows
        )
    return found


def probabilities(own: Own, given: Given, rows: Ints) -> Floats:
    """Probability of each theme for some of the comments."""
    held = some(given, rows)
    found: Floats = expit(own.logits(held.features, held.shipped, held.texts, held.asked))
    return found


def some(given: Given, rows: Ints) -> Given:
    """Some of the comments."""
    texts, asked = ([every[row] for row in rows] for every in (given.texts, given.asked))
    return Given(texts, asked, given.features[rows], given.shipped[rows], given.labels[rows])


def fit(vocabulary: Vocabulary, given: Given, rows: Ints) -> Own:
    """The ridge logistic regression of the module's formula on some of the comments, all themes at
    once (L-BFGS). A column that no comment has stays 0."""
    texts, asked, known, shipped, labels = some(given, rows)
    ours = own_vocabulary(vocabulary, texts, asked)
    features = sparse.csr_array(sparse.hstack([known, ours.features(texts, asked)]))
    columns, themes = features.shape[1], labels.shape[1]
    used = np.unique(features.indices)
    here = sparse.csr_array(features[:, used])
    turned = sparse.csr_array(here.T)
    size = len(used) * themes

    def cost(found: Floats) -> tuple[float, Floats]:
        weights = found[:size].reshape(len(used), themes)
        slopes, offsets = found[size : size + themes], found[size + themes :]
        logits = shipped * slopes + here @ weights + offsets
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
    return Own(ours, weights, found[size : size + themes], found[size + themes :])


def precision(probabilities: Floats, labels: Floats) -> Floats:
    """For each theme the share of right codes among those at .8 or over; 1 where there are too
    few to say."""
    sure = probabilities >= SURE
    count = sure.sum(axis=0)
    right: Floats = (sure * labels).sum(axis=0)
    return np.where(count >= LEAST_SURE, right / np.maximum(count, 1), 1.0)


def comments_given(
    coder: Coder, human: Sequence[HumanCode], questions: Mapping[str, Question]
) -> Given:
    """The comments as they are learnt from."""
    number = {theme: place for place, theme in enumerate(coder.themes)}
    asked = [questions.get(one.question, Question()) for one in human]
    about: Ints = np.array([number.get(question.about, -1) for question in asked], np.int64)
    scorer = coder.scorer
    reading = scorer.vocabulary.reader.read([one.text for one in human])
    seen = signs_of(scorer.vocabulary, scorer.heads, reading, about)
    labels = np.zeros((len(human), len(number)))
    for row, one in enumerate(human):
        labels[row, [number[code.theme] for code in one.codes if code.theme in number]] = 1
    words = [question.words for question in asked]
    return Given([one.text for one in human], words, *scorer.shipped(seen, reading, words), labels)
