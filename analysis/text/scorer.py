"""Theme scores of comments: models of a comment and of its clauses, joined and calibrated.

Two kinds of model read the same columns: a linear head for each theme, and a network for all. What
they say of the whole comment misses a theme that one clause of ten speaks of; the highest logit of
a clause misses what is spread. A small calibrated model joins it all with the evidence of the
codebook's words: p = expit(c₀ⱼ + c·xⱼ) with x as in :func:`signs`. It is Platt's scaling with a few
inputs more, learnt on scores of comments that neither had seen.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import expit

from analysis.text.network import Network
from analysis.text.own_vocabulary import OwnVocabulary
from analysis.text.reading import Ints, Reading
from analysis.text.second_scorer import SecondScorer, columns_of
from analysis.text.vocabulary import Floats, Vocabulary

DECIMALS = 3
ELSEWHERE = 0.5
VECTOR_LENGTH = 0.5
SIGNS = (
    *("network", "network_clause", "whole", "clause"),
    *("words", "against", "asked", "elsewhere", "length"),
)
TOLD = SIGNS.index("length")


@dataclass(frozen=True)
class Heads:
    """One linear head a theme: ``weights`` (columns, themes) and ``offsets`` (themes)."""

    weights: Floats
    offsets: Floats

    def logits(self, features: sparse.csr_array) -> Floats:
        """The logit of each row and theme."""
        found: Floats = features @ self.weights + self.offsets
        return found


@dataclass(frozen=True)
class Joining:
    """How signs become a probability: ``common`` weighs the signs, the same for every theme;
    ``offsets`` and ``slopes`` (on what the network says of the whole) belong to each theme, shrunk
    to none."""

    common: Floats
    offsets: Floats
    slopes: Floats
    thresholds: Floats
    elsewhere: float = ELSEWHERE

    def logits(self, signs: Floats) -> Floats:
        """Calibrated logits (comments, themes) from signs (comments, themes, signs).

        What speaks for a theme is drawn to one half by ``elsewhere``: comments of an organisation
        that was not learnt from are less like the seeds than the seeds are like one another.
        """
        return self.drawn(self.raw(signs))

    def raw(self, signs: Floats) -> Floats:
        """The logits as they fit the seeds."""
        found: Floats = signs @ self.common + self.offsets + signs[:, :, 0] * self.slopes
        return found

    def drawn(self, logits: Floats) -> Floats:
        """Those above 0 drawn towards it."""
        return np.where(logits > 0, self.elsewhere * logits, logits)


@dataclass(frozen=True)
class Own:
    """What an organisation's own codes make of a comment: logit = t·s + x·w + o for each theme,
    with t what the shipped scorer told of it (see :func:`told`) and x the shipped features and
    those of its own ``vocabulary``. ``slopes`` are (themes, told), ``offsets`` (themes). Logits
    over 0 are then ``drawn`` towards it, by theme, so that what is called sure is right."""

    vocabulary: OwnVocabulary
    weights: Floats
    slopes: Floats
    offsets: Floats
    drawn: Floats

    def logits(
        self,
        features: sparse.csr_array,
        told: Floats,
        texts: Sequence[str],
        asked: Sequence[str],
    ) -> Floats:
        """Logits of comments with the organisation's own part; ``asked``: words of questions."""
        ours = features.shape[1]
        beside = self.vocabulary.features(texts, asked)
        added = features @ self.weights[:ours] + beside @ self.weights[ours:]
        found: Floats = np.sum(told * self.slopes, axis=2) + added + self.offsets
        return np.where(found > 0, self.drawn * found, found)


@dataclass(frozen=True)
class Signs:
    """``joined`` (comments, themes, signs), ``clauses`` (clauses, themes): the heads' logits, and
    the features of comments and of clauses."""

    joined: Floats
    clauses: Floats
    features: sparse.csr_array
    clause_features: sparse.csr_array


@dataclass(frozen=True)
class Scored:
    """What the scorer saw: calibrated ``probabilities`` (comments, themes), the logits of each
    clause (clauses, themes), and the features of each clause."""

    probabilities: Floats
    clause_logits: Floats
    clause_features: sparse.csr_array


@dataclass(frozen=True)
class Scorer:
    """Vocabulary, heads, network and joining: all that decides a theme.

    ``own`` is there once people have coded, ``second`` only where it was asked for.
    """

    vocabulary: Vocabulary
    heads: Heads
    network: Network
    joining: Joining
    own: Own | None = None
    second: SecondScorer | None = None

    def score(self, reading: Reading, about: Ints, asked: Sequence[str] = ()) -> Scored:
        """Probabilities of comments; ``about`` has the number of the theme asked about, or −1,
        ``asked`` the words of each question where they are known."""
        seen = signs_of(self.vocabulary, self.heads, self.network, reading, about)
        features, logits = self.shipped(seen, reading, asked)
        if self.own:
            logits = self.own.logits(features, told(logits, seen.joined), reading.written, asked)
        return Scored(expit(logits), seen.clauses, seen.clause_features)

    def shipped(
        self, seen: Signs, reading: Reading, asked: Sequence[str]
    ) -> tuple[sparse.csr_array, Floats]:
        """What an organisation's own codes are learnt on: features and logits of comments."""
        if self.second is None:
            return seen.features, self.joining.logits(seen.joined)
        own = seen.joined[:, :, SIGNS.index("asked")]
        about = np.where(own.any(axis=1), own.argmax(axis=1), -1)
        vectors = self.second.vectors(reading.written, asked, about)
        columns = columns_of(vectors, own)
        logits = self.second.fusion.logits(self.joining.raw(seen.joined), columns)
        beside = sparse.csr_array(VECTOR_LENGTH * vectors)
        return sparse.csr_array(sparse.hstack([seen.features, beside])), self.joining.drawn(logits)

    def sha256(self) -> str:
        """SHA-256 over the numbers and the words that decide the codes."""
        digest = hashlib.sha256(self.vocabulary.sha256.encode())
        joining, own = self.joining, self.own
        for numbers in (
            *(self.heads.weights, self.heads.offsets, *self.network.parts, self.vocabulary.idf),
            *(joining.common, joining.offsets, joining.slopes, joining.thresholds),
            np.array([joining.elsewhere]),
            *((own.weights, own.slopes, own.offsets, own.drawn) if own else ()),
        ):
            digest.update(np.ascontiguousarray(np.round(numbers, DECIMALS) + 0.0).tobytes())
        if own:
            digest.update(own.vocabulary.sha256.encode())
        if self.second:
            digest.update(self.second.sha256.encode())
        return digest.hexdigest()


def signs_of(
    vocabulary: Vocabulary, heads: Heads, network: Network, reading: Reading, about: Ints
) -> Signs:
    """What heads and network say of each comment and of each clause."""
    found = vocabulary.found(reading)
    heard = vocabulary.heard(reading, about, by_clause=False, found=found)
    features = vocabulary.features(reading, about, heard, by_clause=False, found=found)
    by_clause = vocabulary.heard(reading, about, by_clause=True, found=found)
    clause_features = vocabulary.features(reading, about, by_clause, by_clause=True, found=found)
    whole, logits = heads.logits(features), heads.logits(clause_features)
    seen, clauses = network.logits(features), network.logits(clause_features)
    said = (seen, _highest(seen, clauses, reading), whole, _highest(whole, logits, reading))
    return Signs(signs(said, heard, about, reading.words), logits, features, clause_features)


def _highest(whole: Floats, clauses: Floats, reading: Reading) -> Floats:
    """The highest logit of a clause of each comment; of a comment without one, its own."""
    best = whole.copy()
    starts = np.flatnonzero(np.diff(reading.clause_text, prepend=-1))
    if len(starts):
        best[reading.clause_text[starts]] = np.maximum.reduceat(clauses, starts)
    return best


def signs(said: Sequence[Floats], heard: Floats, about: Ints, words: Ints) -> Floats:
    """What is joined for each comment and theme, in the order of ``SIGNS``; ``said`` are the first
    four."""
    whole = said[0]
    own = about[:, None] == np.arange(whole.shape[1])
    return np.stack(
        [
            *said,
            np.log1p(np.clip(heard, 0, None)),
            np.clip(heard, None, 0),
            own.astype(float),
            ((about >= 0)[:, None] & ~own).astype(float),
            np.broadcast_to(np.log1p(words)[:, None], whole.shape),
        ],
        axis=2,
    )


def told(logits: Floats, joined: Floats) -> Floats:
    """What own codes weigh anew (comments, themes, told): the shipped logit over 0 and under 0,
    which sum to it, and what was joined in it but for the length."""
    parts = [np.maximum(logits, 0), np.minimum(logits, 0)]
    found: Floats = np.concatenate([np.stack(parts, axis=2), joined[:, :, :TOLD]], axis=2)
    return found
