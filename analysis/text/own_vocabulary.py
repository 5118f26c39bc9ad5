"""What an organisation's own comments add to what is looked for: its words and its questions.

A word, or two side by side, enters only if it stands in five different comments or more that
people coded, so that no one comment is kept in it (TEXT 2.3). People code comments whose authors
let them be read: what is for themes only never comes here.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from analysis.text.grams import frequencies, looked_up, table, word_pairs
from analysis.text.language import forms
from analysis.text.reading import PIECE, Ints, Reader, Reading
from analysis.text.vocabulary import Floats, Vocabulary

LEAST = 5


@dataclass(frozen=True)
class OwnVocabulary:
    """Columns: ``new`` stems (numbers of ``reader`` that the shipped vocabulary lacks), ``pairs``
    of stems side by side (sorted keys), and the questions ``asked``. ``idf`` is for the first two.
    """

    reader: Reader
    new: Ints
    pairs: Ints
    idf: Floats
    asked: tuple[str, ...]

    def features(self, texts: Sequence[str], asked: Sequence[str]) -> sparse.csr_array:
        """Unit-length TF-IDF of the words, and 1 for the question (comments, columns)."""
        counts = self.counts(self.reader.read(texts))
        counts.data *= self.idf[counts.indices]
        row = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
        counts.data /= np.sqrt(np.bincount(row, counts.data**2, len(texts)))[row]
        number = {question: place for place, question in enumerate(self.asked)}
        known = np.array([number.get(question, -1) for question in asked], np.int64)
        rows = np.flatnonzero(known >= 0)
        shape = (len(texts), len(self.asked))
        answers = sparse.csr_array((np.ones(len(rows)), (rows, known[rows])), shape=shape)
        return sparse.csr_array(sparse.hstack([counts, answers]))

    def counts(self, reading: Reading) -> sparse.csr_array:
        """1 + log of how often each word and pair stands in each comment."""
        places, columns = looked_up(np.arange(len(reading.stems)), reading.stems, self.new)
        at, keys = word_pairs(reading, len(self.reader.stems))
        pair_places, pair_columns = looked_up(at, keys, self.pairs)
        rows = reading.text[np.concatenate([places, pair_places])]
        found = np.concatenate([columns, pair_columns + len(self.new)])
        return table(rows, found, (reading.texts, len(self.new) + len(self.pairs)))

    @property
    def sha256(self) -> str:
        """SHA-256 over the words, questions and numbers."""
        digest = hashlib.sha256("\n".join([*self.reader.stems, "", *self.asked]).encode())
        for numbers in (self.new, self.pairs, np.round(self.idf, 3)):
            digest.update(np.ascontiguousarray(numbers).tobytes())
        return digest.hexdigest()


def own_vocabulary(known: Vocabulary, texts: Sequence[str], asked: Sequence[str]) -> OwnVocabulary:
    """Words, pairs and questions of five different comments or more."""
    different = sorted(set(zip(texts, asked, strict=True)))
    written = sorted(set(texts))
    count: Counter[str] = Counter()
    for text in written:
        count.update({forms(piece)[1] for piece in PIECE.findall(text) if piece[0].isalnum()})
    stems = sorted(stem for stem, number in count.items() if number >= LEAST)
    reader = Reader(stems, {})
    new = [place for place, stem in enumerate(stems, 1) if stem not in known.reader.number]
    reading = reader.read(written)
    at, keys = word_pairs(reading, len(stems))
    pairs = frequencies(reading.text[at], keys, LEAST)
    answers = Counter(question for _, question in different)
    questions = sorted(one for one, number in answers.items() if one and number >= LEAST)
    flat = np.ones(len(new) + len(pairs))
    found = OwnVocabulary(reader, np.array(new, np.int64), pairs, flat, tuple(questions))
    frequency = np.bincount(found.counts(reading).indices, minlength=len(flat))
    return replace(found, idf=np.log((1 + len(written)) / (1 + frequency)) + 1)
