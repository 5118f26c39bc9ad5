"""A second scorer of themes beside the first: small networks on MiniLM's vectors, joined by logits.

With d the first scorer's logit of theme j and s the mean of what the networks say of the comment's
vectors (see :mod:`minilm`), the joined logit is a·d + b·s + cⱼ. :mod:`analysis.text.fusion` finds
the numbers.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.text.minilm import Vectors
from analysis.text.network import Network
from analysis.text.reading import Ints
from analysis.text.vocabulary import Floats

DECIMALS = 5
Vectorise = Callable[[Sequence[str], Sequence[str]], Vectors]


@dataclass(frozen=True)
class Fusion:
    """What is shipped: the ``networks``, ``first`` and ``second`` for a and b, ``shifts`` for c,
    ``thresholds`` (themes)."""

    networks: tuple[Network, ...]
    first: float
    second: float
    shifts: Floats
    thresholds: Floats

    def logits(self, first: Floats, columns: Floats) -> Floats:
        """Joined logits (comments, themes) from the first scorer's and the networks' columns."""
        second = np.mean([network.logits(columns) for network in self.networks], axis=0)
        found: Floats = self.first * first + self.second * second + self.shifts
        return found


@dataclass(frozen=True)
class SecondScorer:
    """The model, told by ``model_sha256``, and how its vectors are joined to the first scorer."""

    vectorise: Vectorise
    model_sha256: str
    fusion: Fusion

    def vectors(self, texts: Sequence[str], asked: Sequence[str], about: Ints) -> Floats:
        """Vectors of comments (comments, width), each read after the words of its question where
        that is about a theme (``about`` from 0 on). Rounded: how comments lie together in memory
        moves the last digits."""
        known = asked or [""] * len(texts)
        before = [words if at >= 0 else "" for words, at in zip(known, about, strict=True)]
        found: Floats = np.round(self.vectorise(texts, before).astype(float), DECIMALS)
        return found

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over the model and the numbers that join it."""
        fusion = self.fusion
        digest = hashlib.sha256(self.model_sha256.encode())
        for network in fusion.networks:
            for numbers in network.parts:
                digest.update(np.ascontiguousarray(numbers).tobytes())
        for numbers in (fusion.shifts, fusion.thresholds):
            digest.update(np.ascontiguousarray(numbers).tobytes())
        digest.update(f"{fusion.first} {fusion.second}".encode())
        return digest.hexdigest()


def columns_of(vectors: Floats, about: Floats) -> Floats:
    """What the networks read (comments, width + themes): the vectors, and the theme that the
    question is about, 1 in its column."""
    return np.hstack([vectors, about])
