"""Directions learnt from an organisation's own codes, kept only if they are read better.

The shipped model stays as it is; people's codes add to its logits: y = y₀ + v·w + o, with v the
features of a mention and a ridge penalty that holds w and o near 0 (a Gaussian prior centred on
the shipped model), so a few codes change little.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from analysis.text.coder import Coder, Question
from analysis.text.direction import DIRECTIONS, MIXED, Leaning, choose, purpose_number
from analysis.text.evidence import evidence
from analysis.text.human_codes import HumanCode
from analysis.text.reading import Ints
from analysis.text.surely import surely_less
from analysis.text.vocabulary import Floats

TIGHT = 8.0
LEAST_CODES = 50


@dataclass(frozen=True)
class Ways:
    """What came of learning directions: ``leaning`` is the new model if it was ``accepted``.

    ``before`` and ``after`` are the shares of ``codes`` read in people's direction, by models that
    had not seen them.
    """

    leaning: Leaning
    accepted: bool
    codes: int
    before: float
    after: float


class Mentions(NamedTuple):
    """People's codes with a direction: number of the comment, ``features`` and shipped ``logits``
    (codes, directions), and the number of the direction that people gave."""

    comment: Ints
    features: sparse.csr_array
    logits: Floats
    way: Ints


def learn_directions(
    coder: Coder, human: Sequence[HumanCode], questions: Mapping[str, Question], fold: Ints
) -> Ways:
    """Learn from the directions of people's codes, held out by the ``fold`` of their comments.

    Accepted only if, on codes that were held out, as many directions or more are right and the
    log of the chance of the right one, averaged over a comment's codes, rises by more than chance
    (:func:`surely_less`). Fewer than fifty codes change nothing.
    """
    given = mentions(coder, human, questions)
    count = len(given.way)
    if count < LEAST_CODES:
        return Ways(coder.lean, False, count, 0.0, 0.0)
    unseen = given.logits.copy()
    for one in np.unique(fold[given.comment]):
        held = fold[given.comment] == one
        weights, offsets = fit(given, np.flatnonzero(~held))
        unseen[held] += given.features[np.flatnonzero(held)] @ weights + offsets
    (before, far), (after, near) = (_right(logits, given) for logits in (given.logits, unseen))
    if after < before or not surely_less(far, near):
        return Ways(coder.lean, False, count, before, after)
    weights, offsets = fit(given, np.arange(count))
    leaning = replace(
        coder.lean, weights=coder.lean.weights + weights, offsets=coder.lean.offsets + offsets
    )
    return Ways(leaning, True, count, before, after)


def fit(given: Mentions, rows: Ints) -> tuple[Floats, Floats]:
    """``w`` and ``o`` of the module's formula, from some of the codes (L-BFGS)."""
    features, base, way = given.features[rows], given.logits[rows], given.way[rows]
    used = np.unique(features.indices)
    here = sparse.csr_array(features[:, used])
    turned = sparse.csr_array(here.T)
    count = len(DIRECTIONS)
    truth = np.eye(count)[way]

    def cost(found: Floats) -> tuple[float, Floats]:
        added = found.reshape(-1, count)
        logits = base + here @ added[:-1] + added[-1]
        loss = np.sum(logsumexp(logits, axis=1)) - np.sum(truth * logits)
        wrong = softmax(logits, axis=1) - truth
        steep = np.vstack([turned @ wrong, wrong.sum(axis=0)])
        return float(loss + TIGHT / 2 * found @ found), steep.ravel() + TIGHT * found

    start = np.zeros((len(used) + 1) * count)
    fitted = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    weights = np.zeros((features.shape[1], count))
    weights[used] = fitted.reshape(-1, count)[:-1]
    return weights, fitted[-count:]


def mentions(
    coder: Coder, human: Sequence[HumanCode], questions: Mapping[str, Question]
) -> Mentions:
    """Each theme that people found in a comment, read from the clauses the coder would read.

    Where they gave it both poles it counts as mixed. Comments in which nothing can be read, and
    themes that the coder does not have, are left out.
    """
    number = {theme: place for place, theme in enumerate(coder.themes)}
    asked = [questions.get(one.question, Question()) for one in human]
    reading = coder.scorer.vocabulary.reader.read([one.text for one in human])
    about = np.array([number.get(question.about, -1) for question in asked], np.int64)
    scored = coder.scorer.score(reading, about, [question.words for question in asked])
    spoken = ~reading.empty & reading.covered
    found: list[tuple[int, int, int, int]] = []
    for row, one in enumerate(human):
        ways: dict[int, set[int]] = {}
        for code in one.codes if spoken[row] else ():
            if code.theme in number:
                ways.setdefault(number[code.theme], set()).add(DIRECTIONS.index(code.direction))
        purpose = purpose_number(asked[row].purpose)
        for name, said in sorted(ways.items()):
            found.append((row, name, purpose, said.pop() if len(said) == 1 else MIXED))
    columns: Ints = np.array(found, np.int64).reshape(-1, 4).T
    rows, theme, purpose, way = (columns[place] for place in range(4))
    seen = evidence(reading, scored.clause_logits, rows, theme)
    reads = coder.lean.reads(reading, scored.clause_features, coder.themes)
    features, logits = reads.logits(seen.holds, theme, purpose)
    return Mentions(rows, features, logits, way)


def _right(logits: Floats, given: Mentions) -> tuple[float, Floats]:
    """The share of directions that are chosen as people did, and each comment's mean of minus the
    log of the chance of theirs."""
    chances = softmax(logits, axis=1)
    far = -np.log(chances[np.arange(len(given.way)), given.way] + 1e-9)
    _, comment = np.unique(given.comment, return_inverse=True)
    loss: Floats = np.bincount(comment, far) / np.bincount(comment)
    return float(np.mean(choose(chances) == given.way)), loss
