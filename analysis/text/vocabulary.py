"""The columns a comment is turned into: which words, pairs, groups and phrases a coder knows."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.text.codebook import WEIGHTS, Codebook
from analysis.text.grams import (
    Grams,
    frequencies,
    group_pairs,
    groups_of,
    looked_up,
    table,
    word_pairs,
)
from analysis.text.language import forms, lists, tokens, words_of
from analysis.text.reading import PIECE, Ints, Reader, Reading, misspellings

CONCEPTS = Path(__file__).parent / "concepts.toml"
Floats = NDArray[np.float64]
LONGEST = 4
LEAST = 2
LEAST_PAIRS = 3
HEARD = 4.0
ECHO, LOUD = 0.7, 0.6


@lru_cache(maxsize=1)
def concepts() -> Mapping[str, tuple[str, ...]]:
    """Groups of stems that mean much the same to a coder, as shipped."""
    written = tomllib.loads(CONCEPTS.read_text(encoding="utf-8"))
    return {
        name: tuple(dict.fromkeys(forms(word)[1] for word in words.split()))
        for name, words in written.items()
    }


@dataclass(frozen=True)
class Phrases:
    """Set phrases of one to four stems, found by walking a tree of known beginnings.

    A state is a stem number or, above those, a beginning of several stems; ``keys`` are
    state × (stems + 1) + next stem, sorted, and ``states`` what they lead to. ``weights`` has a row
    for each state and a column for each kind of phrase.
    """

    stems: int
    keys: Ints
    states: Ints
    weights: sparse.csr_array

    @classmethod
    def of(
        cls, phrases: Iterable[tuple[tuple[str, ...], int, float]], reader: Reader, columns: int
    ) -> "Phrases":
        """From (stems, column, weight) of each phrase."""
        stems = len(reader.stems)
        tree: dict[int, int] = {}
        ends: dict[tuple[int, int], float] = {}
        for parts, column, weight in phrases:
            state = reader.number[parts[0]]
            for part in parts[1:LONGEST]:
                key = state * (stems + 1) + reader.number[part]
                state = tree.setdefault(key, stems + 1 + len(tree))
            ends[state, column] = weight
        keys = sorted(tree)
        rows = [state for state, _ in ends]
        cols = [column for _, column in ends]
        weights = sparse.csr_array(
            (list(ends.values()), (rows, cols)), shape=(stems + 1 + len(tree), columns)
        )
        return cls(stems, np.array(keys, np.int64), np.array([tree[k] for k in keys]), weights)

    def found(self, reading: Reading) -> tuple[Ints, Ints]:
        """Places of words, and the state of each phrase or beginning that stands there."""
        stems, clause = reading.stems, reading.clause
        place = np.flatnonzero(stems)
        state = stems[place]
        places, states = [place], [state]
        for on in range(1, LONGEST):
            inside = place + on < len(stems)
            place, state = place[inside], state[inside]
            same = clause[place + on] == clause[place]
            place, state = place[same], state[same]
            keys = state * (self.stems + 1) + stems[place + on]
            at, number = looked_up(np.arange(len(place)), keys, self.keys)
            place, state = place[at], self.states[number]
            places.append(place)
            states.append(state)
        return np.concatenate(places), np.concatenate(states)

    def weigh(self, rows: Ints, states: Ints, n_rows: int) -> Floats:
        """Weight of the phrases in each row, by column; the same phrase counts once a row."""
        shape = (n_rows, self.weights.shape[0])
        found = sparse.csr_array((np.ones(len(rows)), (rows, states)), shape=shape)
        found.sum_duplicates()
        found.data[:] = 1
        weights: Floats = np.asarray((found @ self.weights).todense())
        return weights


@dataclass(frozen=True)
class Vocabulary:
    """All that is looked for. ``idf`` has a number for each column of ``grams``.

    ``lexicon``: the codebook's phrases, a column for each theme, then once more for those that
    count only in answer to a question about the theme.
    """

    reader: Reader
    grams: Grams
    lexicon: Phrases
    idf: Floats
    themes: tuple[str, ...]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over what stands in which column."""
        digest = hashlib.sha256("\n".join((*self.reader.stems, *self.themes)).encode())
        for numbers in (self.grams.pairs, self.grams.group_pairs, self.grams.groups):
            digest.update(np.ascontiguousarray(numbers).tobytes())
        return digest.hexdigest()

    @property
    def echoed(self) -> int:
        """Words and groups that are told apart where the question is about speaking out."""
        return self.grams.stems + self.grams.n_groups

    @property
    def columns(self) -> int:
        return self.grams.columns + self.echoed + 2 * len(self.themes)

    def found(self, reading: Reading) -> "Found":
        """The phrases, words, pairs and groups of a reading."""
        return Found(*self.lexicon.found(reading), *self.grams.found(reading))

    def heard(
        self, reading: Reading, about: Ints, by_clause: bool, found: "Found | None" = None
    ) -> Floats:
        """The lexicon's evidence for each theme, by comment or by clause."""
        seen = found or self.found(reading)
        rows, n_rows, asked = _rows(reading, about, by_clause)
        weights = self.lexicon.weigh(rows[seen.phrase_places], seen.states, n_rows)
        count = len(self.themes)
        evidence = weights[:, :count].copy()
        asks = np.flatnonzero(asked >= 0)
        evidence[asks, asked[asks]] += weights[asks, count + asked[asks]]
        return evidence

    def features(
        self,
        reading: Reading,
        about: Ints,
        heard: Floats,
        by_clause: bool,
        found: "Found | None" = None,
    ) -> sparse.csr_array:
        """Unit-length TF-IDF of words and of groups, what was asked about, and the lexicon."""
        seen = found or self.found(reading)
        rows, n_rows, asked = _rows(reading, about, by_clause)
        counts = table(rows[seen.places], seen.columns, (n_rows, self.grams.columns))
        counts.data *= self.idf[counts.indices]
        words = self.grams.stems + len(self.grams.pairs)
        is_word = counts.indices < words
        row = np.repeat(np.arange(n_rows), np.diff(counts.indptr))
        unit = counts.data / _lengths(row, is_word, counts.data, n_rows)
        single = counts.indices < self.grams.stems
        group = ~is_word & (counts.indices < words + self.grams.n_groups)
        echo = (asked[row] == 0) & (single | group)
        shift = np.where(single, self.grams.columns, self.grams.columns + self.grams.stems - words)
        known = np.flatnonzero(asked >= 0)
        at = self.grams.columns + self.echoed
        hit, theme = np.nonzero(heard)
        count = len(self.themes)
        parts = (
            (unit, row, counts.indices),
            (ECHO * unit[echo], row[echo], (counts.indices + shift)[echo]),
            (np.ones(len(known)), known, at + asked[known]),
            (LOUD * np.clip(heard[hit, theme], -1, HEARD), hit, at + count + theme),
        )
        data, all_rows, all_columns = (np.concatenate(each) for each in zip(*parts, strict=True))
        return sparse.csr_array((data, (all_rows, all_columns)), shape=(n_rows, self.columns))


class Found(NamedTuple):
    """Where in a reading phrases (or beginnings of some) stand, and their states; where words,
    pairs and groups stand, and their columns."""

    phrase_places: Ints
    states: Ints
    places: Ints
    columns: Ints


def build(codebook: Codebook, texts: Sequence[str]) -> Vocabulary:
    """The vocabulary of seed comments, in which a word stands twice and a pair three times or
    more, with the words of the codebook. Nothing of an organisation's comments ever enters it."""
    themes = tuple(theme.id for theme in codebook.themes)
    listed = _listed(codebook)
    stems = {stem for phrase, _, _ in listed for stem in phrase}
    stems |= {stem for group in concepts().values() for stem in group}
    stems |= {token.stem for phrase in _rule_words() for token in tokens(phrase)}
    stems |= _frequent(texts)
    reader = Reader(sorted(stems), misspellings(_spellings(codebook)))
    groups = groups_of(concepts(), reader.number)
    reading = reader.read(texts)
    at, keys = word_pairs(reading, len(stems))
    pairs = frequencies(reading.text[at], keys, LEAST_PAIRS)
    at, keys = group_pairs(reading, groups[:, 0])
    near = frequencies(reading.text[at], keys, LEAST_PAIRS)
    grams = Grams(len(stems), groups, pairs, near)
    lexicon = Phrases.of(listed, reader, 2 * len(themes))
    places, columns = grams.found(reading)
    counts = table(reading.text[places], columns, (len(texts), grams.columns))
    frequency = np.bincount(counts.indices, minlength=grams.columns)
    idf = np.log((1 + len(texts)) / (1 + frequency)) + 1
    return Vocabulary(reader, grams, lexicon, idf, themes)


def _rows(reading: Reading, about: Ints, by_clause: bool) -> tuple[Ints, int, Ints]:
    """The row of each word, how many rows there are, and what each was asked about."""
    if by_clause:
        return reading.clause, reading.clauses, about[reading.clause_text]
    return reading.text, reading.texts, about


def _lengths(row: Ints, is_word: NDArray[np.bool_], data: Floats, n_rows: int) -> Floats:
    """For each entry the length of its part (words or groups) of its row."""
    part = row + n_rows * is_word
    lengths: Floats = np.sqrt(np.bincount(part, data**2, 2 * n_rows))[part]
    return lengths


def _frequent(texts: Sequence[str]) -> set[str]:
    count: Counter[str] = Counter()
    for text in texts:
        count.update({forms(piece)[1] for piece in PIECE.findall(text) if piece[0].isalnum()})
    return {stem for stem, number in count.items() if number >= LEAST}


def _listed(codebook: Codebook) -> list[tuple[tuple[str, ...], int, float]]:
    """Every phrase of the codebook: its stems, column and weight."""
    return [
        (
            tuple(token.stem for token in tokens(phrase)),
            place + (len(codebook.themes) if kind == "asked" else 0),
            WEIGHTS[kind],
        )
        for place, theme in enumerate(codebook.themes)
        for kind, phrases in theme.words.items()
        for phrase in phrases
    ]


def _rule_words() -> Iterable[str]:
    """What the rules of direction, offers and mockery look for."""
    for name, words in lists().items():
        if name not in ("ambiguous", "no_content", "common", "questions", "languages"):
            yield from [words] if isinstance(words, str) else words


def _spellings(codebook: Codebook) -> set[tuple[str, str]]:
    phrases = [p for theme in codebook.themes for some in theme.words.values() for p in some]
    return {
        (spelling, token.stem)
        for phrase in (*phrases, *words_of("misspelt"))
        for token in tokens(phrase)
        for spelling in (token.word, token.stem)
    }
