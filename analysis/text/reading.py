"""Many comments read at once: the words, clauses and known stems of each, as arrays.

Nothing here depends on which comments come together or in which order, so a comment gets the same
codes in a batch as alone. Python touches each word once; the rest is numpy.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.text.language import (
    COMMON,
    COVERED,
    ENGLISH,
    FEW_WORDS,
    FOREIGN_SHARE,
    KNOWN,
    NO_CONTENT,
    SHARED,
    TELLING,
    forms,
    is_foreign,
    words_of,
)

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PIECE = re.compile(
    r"\[(?:name|place|date|number|contact)\]|[^\W_]+(?:['’][^\W\d_]+)*"
    r"|[.?!…]+(?=\s|$)|[;\n•]|(?<=\s)[–—-]+(?=\s)"
)
TURNING = frozenset({"but", "however", "although", "though", "yet", "whereas"})
SPELLING = 7
STOP, TURN = -1, -2
COMMON_BIT, EMPTY_BIT, LETTER_BIT, ASKING_BIT, BIDDING_BIT = 1, 2, 4, 8, 16
FOREIGN_BIT, ENGLISH_BIT, BITS = 32, 64, 7
ASKING = frozenset(words_of("asking"))
BIDDING = frozenset(words_of("imperatives") + words_of("removing"))
MOST_FORMS = 200_000


@dataclass(frozen=True)
class Reading:
    """The words of ``texts`` comments, flat.

    ``stems``: number of the stem of each word, 0 for one that is not known. ``text`` and
    ``clause``: which comment and which clause it stands in; ``piece``: which of the pieces of its
    comment it is. ``clause_text``: the comment of each clause; ``turned``: the clause follows a
    "but". ``bits``: marks of the word itself. ``written``: the comments themselves.
    """

    texts: int
    stems: Ints
    text: Ints
    clause: Ints
    piece: Ints
    clause_text: Ints
    turned: Bools
    bits: Ints
    written: Sequence[str]

    @property
    def clauses(self) -> int:
        return len(self.clause_text)

    @cached_property
    def words(self) -> Ints:
        """Words of each comment."""
        return np.bincount(self.text, minlength=self.texts)

    @cached_property
    def first(self) -> Ints:
        """The place of the first word of each clause."""
        return np.searchsorted(self.clause, np.arange(self.clauses))

    @cached_property
    def empty(self) -> Bools:
        """Nothing was said: no letters, or only "n/a", "none", "as above"."""
        spoken = np.bincount(self.text, (self.bits & LETTER_BIT) > 0, self.texts)
        telling = (self.bits & (LETTER_BIT | EMPTY_BIT)) == LETTER_BIT
        silent: Bools = np.bincount(self.text, telling, self.texts) == 0
        return (spoken <= FEW_WORDS) & silent

    @cached_property
    def covered(self) -> Bools:
        """It reads as English: of nine words or more, one in ten is a common one or three in ten
        are known, and no other language has three words to each English one."""
        common, foreign, english = (
            np.bincount(self.text, (self.bits & bit) > 0, self.texts)
            for bit in (COMMON_BIT, FOREIGN_BIT, ENGLISH_BIT)
        )
        told = (common >= COVERED * self.words) | (english >= KNOWN * self.words)
        covered: Bools = ((self.words < TELLING) | told) & (
            (foreign == 0) | (foreign < FOREIGN_SHARE * english)
        )
        return covered

    def pairs(self, gap: int = 1) -> Ints:
        """Places of words with another word of the same clause ``gap`` words on."""
        return np.flatnonzero(self.clause[:-gap] == self.clause[gap:])


class Reader:
    """Reads comments with a fixed list of known stems, the first of which is number 1.

    ``spelt`` maps a word that is written wrong to the known stem that is meant.
    """

    def __init__(self, stems: Sequence[str], spelt: Mapping[str, str]) -> None:
        self.stems = tuple(stems)
        self.number = {stem: place for place, stem in enumerate(self.stems, 1)}
        self._spelt = spelt
        self._codes: dict[str, int] = {}
        shortened = words_of("abbreviations")
        self._shortened = np.array([self.number.get(forms(word)[1], 0) for word in shortened])

    def read(self, texts: Sequence[str]) -> Reading:
        """The arrays of these comments."""
        if len(self._codes) > MOST_FORMS:
            self._codes.clear()
        pieces = [PIECE.findall(text) for text in texts]
        written = [piece for some in pieces for piece in some]
        known = self._codes
        for piece in set(written).difference(known):
            known[piece] = self._code(piece)
        codes = np.fromiter(map(known.__getitem__, written), np.int64, len(written))
        text = np.repeat(np.arange(len(texts)), [len(some) for some in pieces])
        return self._arrays(texts, codes, text)

    @staticmethod
    def pieces(text: str) -> list[re.Match[str]]:
        """The pieces of a comment: words, and what may end a clause."""
        return list(PIECE.finditer(text))

    def places(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each word of a comment that was just read, in the order of its words."""
        known = self._codes
        return [m.span() for m in PIECE.finditer(text) if known[m.group()] >= 0]

    def _arrays(self, texts: Sequence[str], codes: Ints, text: Ints) -> Reading:
        word = codes >= 0
        stems = np.where(word, codes >> BITS, 0)
        ends = ~word
        # A full stop after "Dr" ends nothing.
        after = np.zeros(len(codes), bool)
        after[1:] = np.isin(stems[:-1], self._shortened[self._shortened > 0]) & word[:-1]
        ends &= ~(after & (codes == STOP))
        starts = np.zeros(len(codes), bool)
        starts[1:] = text[1:] != text[:-1]
        part = np.cumsum(ends | starts)
        turn = np.zeros(part[-1] + 1 if len(part) else 1, bool)
        turn[part[codes == TURN]] = True
        place = np.flatnonzero(word)
        begins = np.diff(part[place], prepend=-1) > 0
        first = place[begins]
        owner = text[place]
        return Reading(
            len(texts),
            stems[place],
            owner,
            np.cumsum(begins) - 1,
            place - np.searchsorted(text, np.arange(len(texts)))[owner],
            text[first],
            turn[part[first]],
            codes[place] & (2**BITS - 1),
            texts,
        )

    def _code(self, piece: str) -> int:
        """Stem number and marks of a word in one whole number; negative for the end of a clause."""
        if not (piece[0].isalnum() or piece[0] == "["):
            return STOP
        word, stem = forms(piece)
        if word in TURNING:
            return TURN
        bits = COMMON_BIT * (word in COMMON) + EMPTY_BIT * (word in NO_CONTENT)
        bits += LETTER_BIT * any(letter.isalpha() for letter in word)
        bits += ASKING_BIT * (word in ASKING) + BIDDING_BIT * (word in BIDDING)
        number = self.number.get(self._meant(word, stem), 0)
        if is_foreign(word):
            bits += FOREIGN_BIT
        elif (number or word in ENGLISH) and word not in SHARED:
            bits += ENGLISH_BIT
        return number << BITS | bits

    def _meant(self, word: str, stem: str) -> str:
        if len(word) < SPELLING:
            return stem
        return self._spelt.get(word, self._spelt.get(stem, stem))


def misspellings(words: Collection[tuple[str, str]]) -> dict[str, str]:
    """Words with one letter left out, doubled or swapped with the next, and the stem meant.

    ``words`` are pairs of a spelling and its stem; one that fits two stems, or is a word
    itself, is left out.
    """
    found: dict[str, set[str]] = {}
    right = {spelling for word, stem in words for spelling in (word, stem)}
    for word, stem in words:
        if len(word) <= SPELLING:
            continue
        for i in range(1, len(word)):
            for wrong in (
                word[:i] + word[i + 1 :],
                word[:i] + word[i] + word[i:],
                word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :],
            ):
                found.setdefault(wrong, set()).add(stem)
    return {
        wrong: next(iter(meant))
        for wrong, meant in found.items()
        if len(meant) == 1 and wrong not in right
    }
