"""A coder with an organisation's own themes beside the fifteen, which it codes as without them.

The shipped learner cannot learn a theme of which it has no examples, so an own theme is found by
its set phrases alone. Its probability is a guess by how many stand in a comment, never so high that
a code counts as sure; how often it is right only an audit tells (TEXT 3.3).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from analysis.text.codebook import LONGEST
from analysis.text.coder import Coded, Coder, Mention, Question, mentions_of
from analysis.text.direction import DIRECTIONS, Reads
from analysis.text.evidence import evidence
from analysis.text.language import tokens
from analysis.text.own_codebook import OwnCodebook, over
from analysis.text.reading import Ints, Reader, Reading, misspellings
from analysis.text.vocabulary import Floats, Phrases

# Probabilities by what stands there: nothing, only beside words that speak against, one, several.
NOTHING, AGAINST, ONE, SEVERAL = 0.02, 0.2, 0.55, 0.7
MENTION = 0.5


def with_own(coder: Coder, own: OwnCodebook) -> Coder:
    """The coder with these themes beside its own; the coder itself where there are none."""
    return OwnCoder(coder, own) if own.used else coder


class OwnCoder(Coder):
    """Codes the fifteen with the coder given, byte for byte, and own themes after them."""

    def __init__(self, shipped: Coder, own: OwnCodebook) -> None:
        super().__init__(over(shipped.codebook, own), shipped.scorer, shipped.lean)
        self._shipped = shipped
        self._own = own
        self._added = tuple(theme.id for theme in own.used)
        self._finder = Finder(own)

    @cached_property
    def sha256(self) -> str:
        parts = [self._shipped.sha256, *self._own.fingerprints.values()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def mark(self) -> str:
        fingerprint = hashlib.sha256("".join(self._own.fingerprints.values()).encode()).hexdigest()
        return f"{self._shipped.mark}, own themes {self._own.version} ({fingerprint[:8]})"

    @property
    def thresholds(self) -> dict[str, float]:
        return {**self._shipped.thresholds, **dict.fromkeys(self._added, MENTION)}

    def subject(self, texts: Sequence[str]) -> str:
        # Of an own theme the fifteen must hear nothing, also when all answers speak of it.
        return self._shipped.subject(texts)

    def scores(self, texts: Sequence[str], questions: Sequence[Question]) -> Floats:
        known = self._shipped.scores(texts, questions)
        return np.hstack([known, self._finder.scores(self._shipped, texts)])

    def direction_scores(self, texts: Sequence[str], questions: Sequence[Question]) -> Floats:
        known = self._shipped.direction_scores(texts, questions)
        own = self._finder.scores(self._shipped, texts)
        ways = np.full((*own.shape, len(DIRECTIONS)), 1 / len(DIRECTIONS))
        held = np.flatnonzero((own > NOTHING).any(axis=1)).tolist()
        if held:
            seen = self._seen([texts[row] for row in held], [questions[row] for row in held])
            rows, theme = (each.ravel() for each in np.indices((len(held), len(self._added))))
            found = evidence(seen.reading, seen.found.logits, rows, theme)
            ways[held] = seen.lean(found.holds, theme, seen.purpose[rows]).reshape(ways[held].shape)
        return np.concatenate([known, own[:, :, None] * ways], axis=1)

    def _code(self, texts: Sequence[str], questions: Sequence[Question]) -> list[Coded]:
        known = self._shipped.code_all(texts, questions)
        probability = self._finder.scores(self._shipped, texts)
        held = np.flatnonzero((probability >= MENTION).any(axis=1)).tolist()
        added: dict[int, list[Mention]] = {}
        if held:
            some = [texts[row] for row in held], [questions[row] for row in held]
            seen = self._seen(*some)
            rows, theme = np.nonzero(probability[held] >= MENTION)
            found = evidence(seen.reading, seen.found.logits, rows, theme)
            reader = self._shipped.scorer.vocabulary.reader
            mentions = mentions_of(
                *some, reader, self._added, probability[held], found, seen.lean, theme, seen.purpose
            )
            added = dict(zip(held, mentions, strict=True))
        return [
            replace(coded, mentions=(*coded.mentions, *added.get(row, ())), coder=self.mark)
            for row, coded in enumerate(known)
        ]

    def _seen(self, texts: Sequence[str], questions: Sequence[Question]) -> "_Seen":
        """What is needed for places and directions of own themes in comments that have some."""
        reading, about, purpose = self._shipped._read(texts, questions)
        asked = [question.words for question in questions]
        features = self._shipped.scorer.score(reading, about, asked).clause_features
        reads = self._shipped.lean.reads(reading, features, self._shipped.themes)
        lean = AnyTheme(reads.model, reads.rows, reads.counts, reads.themes)
        return _Seen(reading, purpose, lean, self._finder.find(reading))


@dataclass(frozen=True)
class AnyTheme(Reads):
    """The model of directions for a theme it has not learnt: its mean over those it has."""

    def __call__(self, holds: sparse.csr_array, theme: Ints, purpose: Ints) -> Floats:
        ways = [
            super(AnyTheme, self).__call__(holds, np.full(len(theme), one), purpose)
            for one in range(len(self.themes))
        ]
        mean: Floats = np.mean(ways, axis=0)
        return mean


@dataclass(frozen=True)
class Found:
    """``probabilities`` (comments, themes) and ``logits`` (clauses, themes): how much of a theme
    each clause shows, over 0 where it shows it."""

    probabilities: Floats
    logits: Floats


@dataclass(frozen=True)
class _Seen:
    reading: Reading
    purpose: Ints
    lean: AnyTheme
    found: Found


class Finder:
    """Finds the phrases of own themes in comments that a shipped reader has read."""

    def __init__(self, own: OwnCodebook) -> None:
        self._count = len(own.used)
        listed = [
            (phrase, place + further)
            for place, theme in enumerate(own.used)
            for further, phrases in ((0, theme.phrases), (self._count, theme.against))
            for phrase in phrases
        ]
        said = [token for phrase, _ in listed for token in tokens(phrase)]
        spelt = {(form, token.stem) for token in said for form in (token.word, token.stem)}
        self._reader = Reader(sorted({token.stem for token in said}), misspellings(spelt))
        self._phrases = Phrases.of(
            [
                (tuple(token.stem for token in tokens(phrase))[:LONGEST], column, 1.0)
                for phrase, column in listed
            ],
            self._reader,
            2 * self._count,
        )

    def scores(self, coder: Coder, texts: Sequence[str]) -> Floats:
        """Probabilities (comments, themes); 0 where nothing is said, or not in English."""
        if not texts:
            return np.zeros((0, self._count))
        reading = coder.scorer.vocabulary.reader.read(texts)
        spoken = ~reading.empty & reading.covered
        found: Floats = self.find(reading).probabilities * spoken[:, None]
        return found

    def find(self, reading: Reading) -> Found:
        """The themes in each comment and in each clause of a reading."""
        # The same words in the same clauses, numbered as the phrases' reader numbers them.
        mine = replace(reading, stems=self._reader.read(reading.written).stems)
        places, states = self._phrases.found(mine)
        by_clause = self._phrases.weigh(reading.clause[places], states, reading.clauses)
        stand, against = by_clause[:, : self._count], by_clause[:, self._count :] > 0
        shown = np.where(against, 0, stand)
        number, all_of_them = (
            np.stack(
                [np.bincount(reading.clause_text, column, reading.texts) for column in given.T],
                axis=1,
            )
            for given in (shown, stand)
        )
        chance = np.select(
            [number > 1, number > 0, all_of_them > 0], [SEVERAL, ONE, AGAINST], NOTHING
        )
        return Found(chance, shown - MENTION)
