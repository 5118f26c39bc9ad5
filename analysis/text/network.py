"""Small networks that say of all themes at once what columns of numbers tell of a comment.

A straight head reads too little: what a word tells of a theme hangs on the words beside it. One
hidden layer, the same for all themes, finds what in the columns speaks of work. It is fitted by
Adam (Kingma and Ba 2015) with decay of weights apart from the steps (Loshchilov and Hutter 2019),
and with columns and hidden parts left out by chance (Srivastava et al. 2014), which holds it from
learning by heart: without that, as in scikit-learn's networks, it does worse on writers left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from analysis.text.reading import Ints
from analysis.text.vocabulary import Floats

Numbers = NDArray[np.float32]
Columns: TypeAlias = "Numbers | sparse.csr_array"
MEMORY = (0.9, 0.99)
TINY = np.float32(1e-8)
WARM = 200
RARE = -2.5
ASKED = 5.0


@dataclass(frozen=True)
class Network:
    """One hidden layer: ``inner`` (columns, hidden) and ``inner_offsets`` (hidden), then ``outer``
    (hidden, themes) and ``outer_offsets`` (themes)."""

    inner: Floats
    inner_offsets: Floats
    outer: Floats
    outer_offsets: Floats

    @property
    def parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """All its numbers, in the order in which they are used."""
        return self.inner, self.inner_offsets, self.outer, self.outer_offsets

    def logits(self, columns: Floats | sparse.csr_array) -> Floats:
        """What each row of columns says of each theme: max(0, x·W + o)·V + p.

        >>> one = np.array([[1.0]])
        >>> Network(one, -one[0], 2 * one, one[0]).logits(np.array([[3.0], [0.5]])).tolist()
        [[5.0], [1.0]]
        """
        hidden = np.maximum(columns @ self.inner + self.inner_offsets, 0)
        found: Floats = hidden @ self.outer + self.outer_offsets
        return found


@dataclass(frozen=True)
class Fitting:
    """How a network is fitted: parts of the ``hidden`` layer, ``rounds`` through all rows, rows
    taken ``together``, the greatest ``step``, the ``decay`` of weights, the ``start`` (standard
    deviation of the first layer's weights), and the share ``left_out`` by chance."""

    hidden: int
    rounds: int
    together: int
    step: float
    decay: float
    start: float
    left_out: float = 0.3


VECTORS = Fitting(256, rounds=14, together=64, step=1.5e-3, decay=0.02, start=0.025)
WORDS = Fitting(64, rounds=14, together=128, step=6e-3, decay=0.0, start=0.0375, left_out=0.5)


def averaged(networks: Sequence[Network]) -> Network:
    """One network that says the mean of what several say.

    >>> one = np.array([[1.0]])
    >>> several = [Network(one, 0 * one[0], weight * one, one[0]) for weight in (2.0, 4.0)]
    >>> averaged(several).logits(one).tolist()
    [[4.0]]
    """
    inner, inner_offsets, outer, outer_offsets = zip(*(one.parts for one in networks), strict=True)
    return Network(
        np.hstack(inner),
        np.concatenate(inner_offsets),
        np.vstack(outer) / len(networks),
        np.mean(outer_offsets, axis=0),
    )


def fit_network(
    columns: Columns, labels: Floats, weights: Floats, draw: int, how: Fitting
) -> Network:
    """A network of ``columns`` (rows, columns), dense or sparse, for ``labels`` (rows, themes) and
    ``weights`` (rows); ``draw`` seeds all that is left to chance. On one thread, so that the same
    rows give the same network however many cores there are."""
    rng = np.random.default_rng(draw)
    wide, themes = columns.shape[1], labels.shape[1]
    parts = [
        rng.normal(0, how.start, (wide, how.hidden)),
        np.zeros(how.hidden),
        rng.normal(0, 0.3 * how.hidden**-0.5, (how.hidden, themes)),
        np.full(themes, RARE),
    ]
    with import_module("threadpoolctl").threadpool_limits(1):
        found = _fitted([p.astype(np.float32) for p in parts], columns, labels, weights, rng, how)
    return Network(*(part.astype(float) for part in found))


def fit_to_vectors(
    vectors: Floats, about: Floats, labels: Floats, weights: Floats, draw: int, how: Fitting
) -> Network:
    """A network of ``vectors`` (comments, width) and ``about`` (comments, themes). As given to the
    network that is found, its columns are neither centred nor scaled: its first layer does both."""
    middle = vectors.mean(axis=0)
    spread = float(vectors.std(axis=0).mean()) or 1.0
    columns = np.hstack([(vectors - middle) / spread, ASKED * about]).astype(np.float32)
    found = fit_network(columns, labels, weights, draw, how)
    inner = found.inner.copy()
    inner[: len(middle)] /= spread
    inner[len(middle) :] *= ASKED
    offsets = found.inner_offsets - middle @ inner[: len(middle)]
    return Network(inner, offsets, found.outer, found.outer_offsets)


def _fitted(
    parts: list[Numbers],
    columns: Columns,
    labels: Floats,
    weights: Floats,
    rng: np.random.Generator,
    how: Fitting,
) -> list[Numbers]:
    """The parts after all rounds; of the four only the weights, not the offsets, decay."""
    steps = how.rounds * (columns.shape[0] // how.together)
    speeds = [np.zeros_like(part) for part in parts]
    sizes = [np.zeros_like(part) for part in parts]
    slow, slower = MEMORY
    for step, rows in enumerate(_batches(columns.shape[0], rng, how), 1):
        rate = np.float32(how.step * min(1.0, step / WARM) * (1 - step / (steps + 1)))
        steep = _steepness(parts, columns[rows], labels[rows], weights[rows], rng, how.left_out)
        for at, slope in enumerate(steep):
            speeds[at] += np.float32(1 - slow) * (slope - speeds[at])
            sizes[at] += np.float32(1 - slower) * (slope**2 - sizes[at])
            ahead = speeds[at] / np.float32(1 - slow**step)
            ahead /= np.sqrt(sizes[at] / np.float32(1 - slower**step)) + TINY
            if at in (0, 2) and how.decay:
                ahead += np.float32(how.decay) * parts[at]
            parts[at] -= rate * ahead
    return parts


def _batches(count: int, rng: np.random.Generator, how: Fitting) -> Iterator[Ints]:
    for _ in range(how.rounds):
        order = rng.permutation(count)
        for start in range(0, count - how.together + 1, how.together):
            yield order[start : start + how.together]


def _steepness(
    parts: list[Numbers],
    given: Columns,
    labels: Floats,
    weights: Floats,
    rng: np.random.Generator,
    left_out: float,
) -> list[Numbers]:
    """How the mean loss of a batch grows with each number, with some left out by chance."""
    inner, inner_offsets, outer, outer_offsets = parts
    kept = np.float32(1 - left_out)

    def some(shape: tuple[int, ...]) -> Numbers:
        drawn = rng.random(shape, dtype=np.float32) > left_out
        return drawn.astype(np.float32) / kept

    if isinstance(given, sparse.csr_array):
        seen = given.copy()
        seen.data = (seen.data * some(seen.data.shape)).astype(np.float32)
    else:
        seen = given * some(given.shape)
    before = seen @ inner + inner_offsets
    passes = (before > 0) * some(before.shape)
    hidden = before * passes
    wrong = expit(hidden @ outer + outer_offsets) - labels
    wrong = (wrong * weights[:, None] / len(weights)).astype(np.float32)
    back = (wrong @ outer.T) * passes
    return [seen.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]
