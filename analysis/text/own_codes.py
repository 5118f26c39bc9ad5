"""Learning from an organisation's own codes, and keeping what was learnt only if it is better.

The shipped coder stays as it is; people's codes add to it: logit = z + t·(c + d) + x·w + o for each
theme, with z the shipped logit, t what the shipped scorer told of the comment (z over and under 0,
and the signs joined in it) and x the comment's features. c is common to all themes, so that a
hundred codes tell how far the shipped probabilities hold here; d, w and o belong to a theme. Ridge
penalties hold all of them near 0, so a few codes change little and many outweigh the seeds (a
Gaussian prior centred on the shipped coder). The features are those of the shipped vocabulary and
of the organisation's own: which of its questions was answered, and words that stand in five of its
comments or more.
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
from analysis.text.learning import LEAST, MOST
from analysis.text.own_directions import Ways, learn_directions
from analysis.text.own_vocabulary import own_vocabulary
from analysis.text.reading import Ints
from analysis.text.scorer import Own, signs_of, told
from analysis.text.surely import surely_less
from analysis.text.vocabulary import Floats, Vocabulary

FOLDS = 5
TIGHT = 2.0
TIGHT_OFFSET = 2.0
TIGHT_SLOPE = 8.0
TIGHT_COMMON = 0.2
HOLDS = (1.0, 4.0)
LEAST_CODED = 20
LEAST_FOR_CUTS = 100
CUTS = np.arange(LEAST, MOST + 0.001, 0.02)
STEPS = np.round(np.arange(-0.2, 0.21, 0.02), 2)
NEAR, NEAR_COMMON = 1.0, 8.0
PRECISION = 0.9
LEAST_SURE = 10
DRAWN = np.round(np.arange(1.0, 0.09, -0.05), 2)


@dataclass(frozen=True)
class Learnt:
    """What came of learning. ``coder`` is the new coder; it finds themes as the old one did unless
    what was learnt of them was ``accepted``, and the same holds for directions (``ways``).

    ``before`` and ``after`` are Brier scores (mean squared distance of probability and truth over
    comments and themes) on comments that the one scored had not seen; ``losses`` are the themes
    whose precision at .8 and over fell under .9. ``ways`` is none where too little was coded.
    """

    coder: Coder
    accepted: bool
    comments: int
    before: float
    after: float
    losses: tuple[str, ...]
    ways: Ways | None = None


class Given(NamedTuple):
    """What is learnt from: redacted ``texts``, the words of their questions, shipped features,
    logits (comments, themes) and all that the scorer ``told``, and people's labels."""

    texts: list[str]
    asked: list[str]
    features: sparse.csr_array
    shipped: Floats
    told: Floats
    labels: Floats


def learn(coder: Coder, human: Sequence[HumanCode], questions: Mapping[str, Question]) -> Learnt:
    """Learn from people's codes of redacted comments; ``questions`` by id.

    Held out by comment in five folds, vocabulary and all. What is learnt of themes is accepted only
    if the Brier score falls by more than chance (:func:`surely_less`) and no theme's precision at
    .8, where ten codes tell it, falls under .9; if it is not, tighter penalties are tried. How far
    probabilities are drawn is chosen on the same held-out comments, so nearly always it is the
    Brier score that decides. For directions see :func:`learn_directions`. Codes of fewer than
    twenty comments change nothing.
    """
    fold = np.array([crc32(f"{one.question} {one.text}".encode()) % FOLDS for one in human])
    if len(set(zip([one.text for one in human], fold, strict=True))) < LEAST_CODED:
        return Learnt(coder, False, len(human), 0.0, 0.0, ())
    vocabulary, scorer = coder.scorer.vocabulary, coder.scorer
    given = comments_given(coder, human, questions)
    old = _squared(expit(given.shipped), given.labels)
    for hold in HOLDS:
        held = _held_out(vocabulary, given, fold, hold)
        accepted = surely_less(old, _squared(held.unseen, given.labels)) and not held.losses
        if accepted:
            break
    ways = learn_directions(coder, human, questions, fold)
    if accepted:
        joining = scorer.joining
        if len(human) >= LEAST_FOR_CUTS:
            joining = replace(
                joining, thresholds=cuts(held.unseen, given.labels, joining.thresholds)
            )
        own = fit(vocabulary, given, np.arange(len(human)), held.hold)
        own = replace(own, drawn=held.drawn)
        scorer = replace(scorer, joining=joining, own=own)
    changed = accepted or ways.accepted
    new = Coder(coder.codebook, scorer, ways.leaning) if changed else coder
    after = float(_squared(held.unseen, given.labels).mean())
    return Learnt(new, accepted, len(human), float(old.mean()), after, held.losses, ways)


class HeldOut(NamedTuple):
    """What came of one strength of the penalties: probabilities ``unseen`` (comments, themes),
    how far they were ``drawn`` (themes), and the themes of which what is sure would be right less
    often than it has to be."""

    hold: float
    drawn: Floats
    unseen: Floats
    losses: tuple[str, ...]


def _held_out(vocabulary: Vocabulary, given: Given, fold: Ints, hold: float) -> HeldOut:
    logits = logits_unseen(vocabulary, given, fold, hold)
    factor = drawn(logits, given.labels)
    unseen: Floats = expit(np.where(logits > 0, factor * logits, logits))
    old, new = (precision(each, given.labels) for each in (expit(given.shipped), unseen))
    lost = (new < PRECISION) & ~(new >= old)
    losses = tuple(theme for theme, one in zip(vocabulary.themes, lost, strict=True) if one)
    return HeldOut(hold, factor, unseen, losses)


def _squared(probabilities: Floats, labels: Floats) -> Floats:
    """Each comment's part in the Brier score."""
    found: Floats = np.mean((probabilities - labels) ** 2, axis=1)
    return found


def logits_unseen(vocabulary: Vocabulary, given: Given, fold: Ints, hold: float = 1.0) -> Floats:
    """Logit of each theme from what was learnt from the other folds."""
    found = np.zeros(given.labels.shape)
    for one in np.unique(fold):
        rows = np.flatnonzero(fold == one)
        own, held = fit(vocabulary, given, np.flatnonzero(fold != one), hold), some(given, rows)
        found[rows] = own.logits(held.features, held.told, held.texts, held.asked)
    return found


def drawn(logits: Floats, labels: Floats) -> Floats:
    """How far what speaks for each theme is drawn to one half, found on comments not seen.

    The greatest factor is taken at which what would be called sure is right nine times in ten, of
    the theme and of all themes together, where ten codes tell it: few codes make a coder bold.
    """
    chances = [expit(np.where(logits > 0, step * logits, logits)) for step in DRAWN]
    right = np.array([precision(each, labels) for each in chances]) >= PRECISION
    together = [precision(each.reshape(-1, 1), labels.reshape(-1, 1)) for each in chances]
    found: Floats = DRAWN[np.argmax(right & (np.array(together) >= PRECISION), axis=0)]
    return found


def some(given: Given, rows: Ints) -> Given:
    """Some of the comments."""
    texts, asked = ([every[row] for row in rows] for every in (given.texts, given.asked))
    parts = (given.features, given.shipped, given.told, given.labels)
    return Given(texts, asked, *(part[rows] for part in parts))


def fit(vocabulary: Vocabulary, given: Given, rows: Ints, hold: float = 1.0) -> Own:
    """The ridge logistic regression of the module's formula on some of the comments, all themes at
    once (L-BFGS). ``hold`` multiplies all penalties. A column that no comment has stays 0."""
    texts, asked, known, shipped, signs, labels = some(given, rows)
    ours = own_vocabulary(vocabulary, texts, asked)
    features = sparse.csr_array(sparse.hstack([known, ours.features(texts, asked)]))
    used = np.unique(features.indices)
    here = sparse.csr_array(features[:, used])
    turned = sparse.csr_array(here.T)
    (themes, kinds), wide = signs.shape[1:], len(used)
    ends = np.cumsum([wide * themes, themes * kinds, themes])
    size = ends[-1] + kinds
    tight = hold * np.repeat(
        [TIGHT, TIGHT_SLOPE, TIGHT_OFFSET, TIGHT_COMMON], np.diff(ends, prepend=0, append=size)
    )

    def parts(found: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        weights, slopes, offsets, common = np.split(found, ends)
        return weights.reshape(wide, themes), slopes.reshape(themes, kinds), offsets, common

    def cost(found: Floats) -> tuple[float, Floats]:
        weights, slopes, offsets, common = parts(found)
        logits = shipped + np.sum(signs * (slopes + common), axis=2) + here @ weights + offsets
        loss = np.sum(np.logaddexp(0, logits) - labels * logits) + tight @ found**2 / 2
        wrong = expit(logits) - labels
        slope = np.sum(wrong[:, :, None] * signs, axis=0)
        steep = [(turned @ wrong).ravel(), slope.ravel(), wrong.sum(axis=0), slope.sum(axis=0)]
        return float(loss), np.concatenate(steep) + tight * found

    found = minimize(cost, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    fitted, slopes, offsets, common = parts(found)
    weights = np.zeros((features.shape[1], themes))
    weights[used] = fitted
    halves = np.zeros(kinds)
    halves[:2] = 1
    return Own(ours, weights, halves + common + slopes, offsets, np.ones(themes))


def cuts(probabilities: Floats, labels: Floats, shipped: Floats) -> Floats:
    """The probability from which each theme is a mention, by F1 on comments not seen.

    The ``shipped`` cuts are first moved all together, then each alone, drawn to where it is: a
    hundred codes tell well where all should be, and little of one theme's own.
    """

    def counts(cut: Floats | float) -> tuple[Floats, Floats]:
        """Twice what is rightly said, and said and true together, by theme."""
        said = probabilities >= cut
        return 2 * np.sum(said * labels, axis=0), said.sum(axis=0) + labels.sum(axis=0)

    moved = [np.clip(shipped + step, LEAST, MOST) for step in STEPS]
    together = np.array([[part.sum() for part in counts(cut)] for cut in moved])
    score = together[:, 0] / np.maximum(together[:, 1], 1) * np.exp(-NEAR * STEPS**2)
    common = moved[int(np.argmax(score))]
    each = [counts(float(cut)) for cut in CUTS]
    alone = np.array([both / np.maximum(either, 1) for both, either in each])
    near = np.exp(-NEAR_COMMON * (CUTS[:, None] - common) ** 2)
    found: Floats = CUTS[np.argmax(alone * near, axis=0)]
    # Nothing is learnt of a theme without a code.
    better: Floats = np.where(labels.any(axis=0), found, common)
    return np.round(better, 2)


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
    seen = signs_of(scorer.vocabulary, scorer.heads, scorer.network, reading, about)
    labels = np.zeros((len(human), len(number)))
    for row, one in enumerate(human):
        labels[row, [number[code.theme] for code in one.codes if code.theme in number]] = 1
    words = [question.words for question in asked]
    features, shipped = scorer.shipped(seen, reading, words)
    signs = told(shipped, seen.joined)
    return Given([one.text for one in human], words, features, shipped, signs, labels)
