"""Which way a mention leans: a complaint, praise, a request, or both poles.

A multinomial logistic regression over the clauses that hold the evidence: their words and groups,
the question's purpose, the theme, and counts from our own list of leaning words, with the words
that turn them ("not", "never") taken into account.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import softmax

from analysis.instrument import Purpose
from analysis.text.codebook import Direction
from analysis.text.language import WORDS, forms, lists, tokens, words_of
from analysis.text.reading import ASKING_BIT, BIDDING_BIT, Ints, Reader, Reading
from analysis.text.vocabulary import Floats, Phrases

DIRECTIONS: tuple[Direction, ...] = ("negative", "positive", "suggestion", "mixed")
PURPOSES: tuple[Purpose, ...] = ("open", "wish", "peak", "shadow", "offer")
NEGATIVE, POSITIVE, SUGGESTION, MIXED = range(4)
REACH = 4
POLE = 0.35
DOUBLE = 0.1
SPLIT = 0.55
KEYED = ("fear_speaking_out", "wellbeing_stress")
COUNTS = (
    *("bad", "good", "bad turned", "good turned", "turned nothing", "strain", "safety"),
    *("asks", "imperative", "removing", "states", "offers", "mocks", "short", "turned"),
)
SHORT = 4
LOUD = 1.5
RULE = 1.0
LACK = 1.5
BARE = 4.0


@dataclass(frozen=True)
class Cues:
    """The lists of leaning words as numbers of stems, and their phrases."""

    bad: Ints
    good: Ints
    strain: Ints
    safety: Ints
    negators: Ints
    removing: Ints
    stating: Ints
    phrases: Phrases

    @classmethod
    def of(cls, reader: Reader) -> "Cues":
        """The lists shipped with Candour, for the words of one reader."""
        names = ("negative", "positive", "strain", "safety", "negators", "removing", "stating")
        bad, good, strain, safety, negators, removing, stating = (
            numbers(reader, words_of(name)) for name in names
        )
        phrases = [
            (tuple(token.stem for token in tokens(phrase)), column, 1.0)
            for column, key in enumerate(("asking_phrases", "offering_phrases", "sarcastic"))
            for phrase in lists()[key]
        ]
        found = Phrases.of(phrases, reader, 3)
        return cls(bad, good, strain, safety, negators, removing, stating, found)

    def counts(self, reading: Reading) -> Floats:
        """How often each cue of ``COUNTS`` stands in each clause."""
        stems, clause = reading.stems, reading.clause
        first = np.zeros(len(stems), bool)
        first[reading.first] = True
        asks = (reading.bits & ASKING_BIT) > 0
        bids = first & ((reading.bits & BIDDING_BIT) > 0)
        bad = np.isin(stems, self.bad) & ~bids
        good = np.isin(stems, self.good) & ~bids & ~asks
        negator = np.isin(stems, self.negators)
        turned = np.zeros(len(stems), bool)
        turning = np.zeros(len(stems), bool)
        for gap in range(1, REACH + 1):
            at = reading.pairs(gap)
            turned[at[negator[at]] + gap] = True
            leans = negator[at] & (bad | good)[at + gap]
            turning[at[leans]] = True
        size = np.bincount(clause, minlength=reading.clauses)
        marks = [
            bad & ~negator & ~turned,
            good & ~turned,
            bad & ~negator & turned,
            good & turned,
            negator & ~turning,
            np.isin(stems, self.strain),
            np.isin(stems, self.safety),
            asks & ~turned,
            bids,
            bids & np.isin(stems, self.removing),
            np.isin(stems, self.stating),
        ]
        columns: list[NDArray[Any]] = [np.bincount(clause, mark, reading.clauses) for mark in marks]
        places, states = self.phrases.found(reading)
        said = self.phrases.weigh(clause[places], states, reading.clauses)
        columns[7] = columns[7] + said[:, 0]
        columns += [said[:, 1], said[:, 2], (size <= SHORT) * 1.0, reading.turned * 1.0]
        return np.stack([np.minimum(column, 2.0) for column in columns], axis=1)


@dataclass(frozen=True)
class Leaning:
    """The fitted model: ``weights`` (features, 4) and ``offsets`` (4), in order of directions."""

    cues: Cues
    weights: Floats
    offsets: Floats

    def reads(
        self, reading: Reading, clause_features: sparse.csr_array, themes: Sequence[str]
    ) -> "Reads":
        """This model on the clauses of one reading."""
        rows = clause_rows(reading, clause_features, self.cues)
        return Reads(self, rows, self.cues.counts(reading), tuple(themes))

    def sha256(self) -> str:
        """SHA-256 over the numbers and word lists that decide directions."""
        digest = hashlib.sha256(WORDS.read_bytes())
        for given in (self.weights, self.offsets):
            digest.update(np.ascontiguousarray(np.round(given, 3) + 0.0).tobytes())
        return digest.hexdigest()


class ClauseCues(NamedTuple):
    """Whether each clause asks, offers, or mocks by a set phrase."""

    asks: NDArray[np.bool_]
    offers: NDArray[np.bool_]
    mocks: NDArray[np.bool_]


@dataclass(frozen=True)
class Reads:
    """A model of directions with the clauses of one reading."""

    model: Leaning
    rows: sparse.csr_array
    counts: Floats
    themes: tuple[str, ...]

    def __call__(self, holds: sparse.csr_array, theme: Ints, purpose: Ints) -> Floats:
        """Probability of each direction for each mention; see :func:`features`."""
        found: Floats = softmax(self.logits(holds, theme, purpose)[1], axis=1)
        return found

    def logits(
        self, holds: sparse.csr_array, theme: Ints, purpose: Ints
    ) -> tuple[sparse.csr_array, Floats]:
        """The features of each mention and its logit for each direction."""
        given = features(self.rows, self.counts, holds, theme, purpose, self.themes)
        logits = given @ self.model.weights + self.model.offsets
        return given, logits + RULE * rules(np.asarray(holds @ self.counts), purpose)

    def cues_of_clauses(self) -> ClauseCues:
        """What the rules read off each clause."""
        asks = self.counts[:, [COUNTS.index("asks"), COUNTS.index("imperative")]].sum(axis=1) > 0
        offers, mocks = (self.counts[:, COUNTS.index(name)] > 0 for name in ("offers", "mocks"))
        return ClauseCues(asks, offers, mocks)


def clause_rows(
    reading: Reading, clause_features: sparse.csr_array, cues: Cues
) -> sparse.csr_array:
    """The features of each clause and, apart, its first word: a wish mostly begins with one."""
    first = reading.stems[reading.first]
    shape = (reading.clauses, cues.phrases.stems + 1)
    ones = np.ones(len(first))
    begins = sparse.csr_array((ones, (np.arange(len(first)), first)), shape=shape)
    return sparse.csr_array(sparse.hstack([LOUD * clause_features, begins]))


def features(
    rows: sparse.csr_array,
    counts: Floats,
    holds: sparse.csr_array,
    theme: Ints,
    purpose: Ints,
    themes: Sequence[str],
) -> sparse.csr_array:
    """A row for each mention.

    ``rows`` are those of :func:`clause_rows`; ``holds`` (mentions, clauses) has 1 for a clause
    with evidence; ``theme`` and ``purpose`` are the
    numbers of each mention's theme and of its question's purpose.
    """
    n = len(theme)
    number = np.maximum(np.asarray(holds.sum(axis=1)).ravel(), 1)
    words = sparse.csr_array(sparse.diags_array(1 / np.sqrt(number)) @ (holds @ rows))
    lean = np.asarray(holds @ counts)
    size = np.minimum(lean, 3.0)
    places = np.arange(n)
    parts: list[Any] = [words, sparse.csr_array(0.5 * size)]
    for name in KEYED:
        keyed = (theme == themes.index(name))[:, None] if name in themes else np.zeros((n, 1))
        parts.append(sparse.csr_array(0.5 * size * keyed))
    ones = np.ones(n)
    wide = len(themes) * len(PURPOSES)
    parts += [
        sparse.csr_array((ones, (places, theme)), shape=(n, len(themes))),
        sparse.csr_array((ones, (places, purpose)), shape=(n, len(PURPOSES))),
        sparse.csr_array((0.5 * ones, (places, theme * len(PURPOSES) + purpose)), shape=(n, wide)),
    ]
    for kind in range(len(PURPOSES)):
        parts.append(sparse.csr_array(0.5 * size * (purpose == kind)[:, None]))
    return sparse.csr_array(sparse.hstack(parts))


def rules(counts: Floats, purpose: Ints) -> Floats:
    """What the codebook's rules say of each mention: 1 for the direction that they point to.

    A request with no complaint is a suggestion, and so is an answer to what should change unless
    it complains or tells how things are: that is a lack, all the more with a harsh word; a bare
    answer takes the direction of its question; praise alone is praise.
    """
    given = dict(zip(COUNTS, counts.T, strict=True))
    bad = given["bad"] * (given["removing"] == 0) + given["good turned"] + given["turned nothing"]
    good = given["good"] + given["bad turned"]
    asks = given["asks"] + given["imperative"] > 0
    wish, peak, shadow = (purpose == PURPOSES.index(name) for name in ("wish", "peak", "shadow"))
    found = np.zeros((len(counts), len(DIRECTIONS)))
    harsh = np.maximum(bad - given["strain"], 0)
    tells = wish & ~asks & ((given["states"] > 0) | (harsh > 0))
    found[:, SUGGESTION] = (asks & (bad == 0)) | (wish & (bad <= 1) & ~tells)
    found[:, POSITIVE] = ~asks & (bad == 0) & ((good > 0) & ~wish & ~shadow | peak)
    found[:, NEGATIVE] = ~asks & ((bad > 0) & (good == 0) & ~wish | shadow & (bad >= good))
    found[:, NEGATIVE] += tells * ((bad >= good) + LACK * ((bad > 0) & (good == 0)))
    bare = (given["short"] == 1) & (bad + good == 0) & ~asks & (wish | peak | shadow)
    found[bare] *= BARE
    return found


def choose(probability: Floats) -> Ints:
    """The direction of each mention: mixed where both poles exceed .35 and it is itself no mere
    doubt between them (.1), or where it is as likely as not; else the likeliest of the others."""
    best = probability[:, :MIXED].argmax(axis=1)
    both = (probability[:, NEGATIVE] > POLE) & (probability[:, POSITIVE] > POLE)
    both &= probability[:, MIXED] >= DOUBLE
    return np.where(both | (probability[:, MIXED] >= 0.5), MIXED, best)


def purpose_number(purpose: Purpose) -> int:
    """The place of a purpose in ``PURPOSES``; those that no corpus has count as open."""
    return PURPOSES.index(purpose) if purpose in PURPOSES else 0


def numbers(reader: Reader, words: Sequence[str]) -> Ints:
    """The stem numbers of a list of words."""
    known = {reader.number.get(forms(word)[1], 0) for word in words}
    return np.array(sorted(known - {0}), np.int64)
