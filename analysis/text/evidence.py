"""Which clauses of a comment show a theme, and where the shortest telling stretch stands."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from analysis.text.reading import Ints, Reading
from analysis.text.vocabulary import Floats

NEAR = 1.0
LIKELY = 0.0
TOGETHER = 2


@dataclass(frozen=True)
class Evidence:
    """``holds`` (mentions, clauses) has 1 for each clause with evidence of a mention;
    ``logits`` are those of its theme, in the order of the entries."""

    reading: Reading
    rows: Ints
    holds: sparse.csr_array
    logits: Floats

    def clauses(self, mention: int) -> Ints:
        """The clauses of one mention, in order."""
        begin, end = self.holds.indptr[mention], self.holds.indptr[mention + 1]
        found: Ints = self.holds.indices[begin:end]
        return found

    def apart(self) -> tuple[Ints, sparse.csr_array]:
        """The mentions with several clauses, once for each clause, and that clause alone."""
        count = np.diff(self.holds.indptr)
        owner = np.repeat(np.arange(len(count)), count)
        kept = np.flatnonzero(count[owner] > 1)
        shape = (len(kept), self.holds.shape[1])
        ones = np.ones(len(kept))
        alone = (ones, (np.arange(len(kept)), self.holds.indices[kept]))
        return owner[kept], sparse.csr_array(alone, shape=shape)

    def span(self, words: list[tuple[int, int]], mention: int, clauses: Ints) -> tuple[int, int]:
        """Start and end of the most telling of these clauses, with its neighbour if that tells
        too: at most two clauses. ``words`` are the places of the comment's words."""
        begin = self.holds.indptr[mention]
        logits = self.logits[begin + np.searchsorted(self.clauses(mention), clauses)]
        best = int(np.argmax(logits))
        beside = [
            other
            for other in (best - 1, best + 1)
            if 0 <= other < len(clauses) and abs(clauses[other] - clauses[best]) == 1
        ]
        chosen = [best, *sorted(beside, key=lambda other: -logits[other])[: TOGETHER - 1]]
        row = self.rows[mention]
        base = int(np.searchsorted(self.reading.text, row))
        first = int(self.reading.first[clauses[min(chosen)]])
        after = int(clauses[max(chosen)]) + 1
        last = int(self.reading.first[after]) if after < self.reading.clauses else None
        stop = last if last is not None else len(self.reading.stems)
        return words[first - base][0], words[stop - 1 - base][1]


def evidence(reading: Reading, clause_logits: Floats, rows: Ints, theme: Ints) -> Evidence:
    """The clauses of each mention (comment ``rows``, theme number ``theme``) that show it: the one
    with the highest logit, and those near it that would be likely by themselves."""
    first = np.searchsorted(reading.clause_text, np.arange(reading.texts + 1))
    begin, count = first[rows], (first[1:] - first[:-1])[rows]
    mention = np.repeat(np.arange(len(rows)), count)
    within = np.arange(len(mention)) - np.repeat(np.cumsum(count) - count, count)
    clause = begin[mention] + within
    logit = clause_logits[clause, theme[mention]]
    best = np.full(len(rows), -np.inf)
    np.maximum.at(best, mention, logit)
    kept = (logit == best[mention]) | ((logit >= best[mention] - NEAR) & (logit > LIKELY))
    kept_clause, kept_mention = clause[kept], mention[kept]
    bounds = np.concatenate([[0], np.cumsum(np.bincount(kept_mention, minlength=len(rows)))])
    shape = (len(rows), reading.clauses)
    holds = sparse.csr_array((np.ones(len(kept_clause)), kept_clause, bounds), shape=shape)
    return Evidence(reading, rows, holds, logit[kept])
