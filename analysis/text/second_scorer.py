"""A second scorer of themes beside the first: linear heads on MiniLM's vectors, joined by logits.

With d the first scorer's logit of theme j and v the comment's vector (see :mod:`minilm`), the
joined logit is a·d + b·(v·wⱼ + oⱼ) + cⱼ. :mod:`analysis.text.fusion` finds the numbers.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.text.minilm import Vectors
from analysis.text.vocabulary import Floats

DECIMALS = 5
Vectorise = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Fusion:
    """What is shipped: ``weights`` (width, themes) and ``offsets`` (themes) of the heads, ``first``
    and ``second`` for a and b, ``shifts`` for c, ``thresholds`` (themes)."""

    weights: Floats
    offsets: Floats
    first: float
    second: float
    shifts: Floats
    thresholds: Floats

    def logits(self, first: Floats, vectors: Floats) -> Floats:
        """Joined logits (comments, themes) from the first scorer's and vectors (comments, width).

        >>> one = np.array([[2.0]])
        >>> Fusion(one, np.array([1.0]), 0.5, 0.25, np.array([-1.0]), one[0]).logits(one, one)
        array([[1.25]])
        """
        heads = vectors @ self.weights + self.offsets
        found: Floats = self.first * first + self.second * heads + self.shifts
        return found


@dataclass(frozen=True)
class SecondScorer:
    """The model, told by ``model_sha256``, and how its vectors are joined to the first scorer."""

    vectorise: Vectorise
    model_sha256: str
    fusion: Fusion

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Vectors of comments (comments, width), rounded: how comments lie together in memory
        moves the last digits."""
        found: Floats = np.round(self.vectorise(texts).astype(float), DECIMALS)
        return found

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over the model and the numbers that join it."""
        fusion = self.fusion
        digest = hashlib.sha256(self.model_sha256.encode())
        for numbers in (fusion.weights, fusion.offsets, fusion.shifts, fusion.thresholds):
            digest.update(np.ascontiguousarray(numbers).tobytes())
        digest.update(f"{fusion.first} {fusion.second}".encode())
        return digest.hexdigest()
