"""Fitting the second scorer's networks to coded comments, all themes at once, in numpy alone.

A linear head reads too little from the vectors of a model that was made for other ends; one hidden
layer, the same for all themes, finds what in them speaks of work. It is fitted by Adam (Kingma and
Ba 2015) with decay of weights apart from the steps (Loshchilov and Hutter 2019), and with columns
and hidden parts left out by chance (Srivastava et al. 2014), which holds it from learning by heart.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from analysis.text.reading import Ints
from analysis.text.second_scorer import Network
from analysis.text.vocabulary import Floats

Numbers = NDArray[np.float32]
HIDDEN = 256
ROUNDS = 14
TOGETHER = 64
LEFT_OUT = 0.3
STEP, WARM = 1.5e-3, 200
DECAY = 0.02
MEMORY = (0.9, 0.99)
TINY = np.float32(1e-8)
RARE = -2.5
ASKED = 5.0


def fit_network(
    vectors: Floats, about: Floats, labels: Floats, weights: Floats, draw: int, hidden: int = HIDDEN
) -> Network:
    """A network of ``vectors`` (comments, width) and ``about`` (comments, themes), for ``labels``
    (comments, themes) and ``weights`` (comments); ``draw`` seeds all that is left to chance."""
    middle = vectors.mean(axis=0)
    spread = float(vectors.std(axis=0).mean()) or 1.0
    columns = np.hstack([(vectors - middle) / spread, ASKED * about]).astype(np.float32)
    rng = np.random.default_rng(draw)
    width, themes = columns.shape[1], labels.shape[1]
    parts = [
        rng.normal(0, width**-0.5, (width, hidden)),
        np.zeros(hidden),
        rng.normal(0, 0.3 * hidden**-0.5, (hidden, themes)),
        np.full(themes, RARE),
    ]
    found = _fitted([part.astype(np.float32) for part in parts], columns, labels, weights, rng)
    inner, inner_offsets, outer, outer_offsets = (part.astype(float) for part in found)
    # As given, the columns are neither centred nor scaled: the first layer does both.
    inner[: len(middle)] /= spread
    inner[len(middle) :] *= ASKED
    return Network(inner, inner_offsets - middle @ inner[: len(middle)], outer, outer_offsets)


def _fitted(
    parts: list[Numbers],
    columns: Numbers,
    labels: Floats,
    weights: Floats,
    rng: np.random.Generator,
) -> list[Numbers]:
    """The parts after all rounds; of the four only the weights, not the offsets, decay."""
    steps = ROUNDS * (len(columns) // TOGETHER)
    speeds = [np.zeros_like(part) for part in parts]
    sizes = [np.zeros_like(part) for part in parts]
    slow, slower = MEMORY
    for step, rows in enumerate(_batches(len(columns), rng), 1):
        rate = np.float32(STEP * min(1.0, step / WARM) * (1 - step / (steps + 1)))
        steep = _steepness(parts, columns[rows], labels[rows], weights[rows], rng)
        for at, slope in enumerate(steep):
            speeds[at] += np.float32(1 - slow) * (slope - speeds[at])
            sizes[at] += np.float32(1 - slower) * (slope**2 - sizes[at])
            ahead = speeds[at] / np.float32(1 - slow**step)
            ahead /= np.sqrt(sizes[at] / np.float32(1 - slower**step)) + TINY
            decay = np.float32(DECAY if at in (0, 2) else 0.0)
            parts[at] -= rate * (ahead + decay * parts[at])
    return parts


def _batches(count: int, rng: np.random.Generator) -> Iterator[Ints]:
    for _ in range(ROUNDS):
        order = rng.permutation(count)
        for start in range(0, count - TOGETHER + 1, TOGETHER):
            yield order[start : start + TOGETHER]


def _steepness(
    parts: list[Numbers], given: Numbers, labels: Floats, weights: Floats, rng: np.random.Generator
) -> list[Numbers]:
    """How the mean loss of a batch grows with each number, with some left out by chance."""
    inner, inner_offsets, outer, outer_offsets = parts
    kept = np.float32(1 - LEFT_OUT)
    seen = given * (rng.random(given.shape, dtype=np.float32) > LEFT_OUT) / kept
    before = seen @ inner + inner_offsets
    passes = (before > 0) * (rng.random(before.shape, dtype=np.float32) > LEFT_OUT) / kept
    hidden = before * passes
    wrong = expit(hidden @ outer + outer_offsets) - labels
    wrong = (wrong * weights[:, None] / len(given)).astype(np.float32)
    back = (wrong @ outer.T) * passes
    return [seen.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]
