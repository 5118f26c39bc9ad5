"""Which clauses of a comment show a theme, and where the shortest telling stretch stands."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from analysis.text.reading import Ints, Reading
from analysis.text.vocabulary import Floats

NEAR = 1.0
LIKELY = 0.0


@dataclass(frozen=True)
class Evidence:
    """``holds`` (mentions, clauses) has 1 for each clause with evidence of a mention;
    ``logits`` are those of its theme, in the order of the entries."""

    reading: Reading
    rows: Ints
    holds: sparse.csr_array
    logits: Floats

    @cached_property
    def owner(self) -> Ints:
        """The mention of each entry."""
        return np.repeat(np.arange(len(self.rows)), np.diff(self.holds.indptr))

    def apart(self) -> tuple[Ints, sparse.csr_array]:
        """The entries of mentions with several clauses, and each one's clause alone."""
        count = np.diff(self.holds.indptr)
        kept = np.flatnonzero(count[self.owner] > 1)
        shape = (len(kept), self.holds.shape[1])
        alone = (np.ones(len(kept)), self.holds.indices[kept], np.arange(len(kept) + 1))
        return kept, sparse.csr_array(alone, shape=shape)

    def spans(self, code: Ints, entry: Ints) -> tuple[Ints, Ints]:
        """The first and last piece of the evidence of each code: the most telling of its clauses,
        with its neighbour if that tells too, so two clauses at most.

        ``entry``: the entries of each ``code``, codes numbered from 0 in order, clauses in order.
        """
        clause, logit = self.holds.indices[entry], self.logits[entry]
        begin = np.flatnonzero(np.diff(code, prepend=-1))
        most = np.maximum.reduceat(logit, begin) if len(begin) else logit
        hits = np.flatnonzero(logit == most[code])
        best = hits[np.searchsorted(code[hits], np.arange(len(begin)))]
        # What stands beside is a neighbour if it is of the same code and the very next clause.
        near = np.zeros(len(code) + 1, bool)
        near[1:-1] = (np.diff(code) == 0) & (np.diff(clause) == 1)
        before, after = near[best], near[best + 1]
        padded = np.concatenate([logit, [-np.inf]])
        earlier = before & ~(after & (padded[best + 1] > padded[best - 1]))
        reading = self.reading
        first = reading.first[clause[best] - earlier]
        following = np.append(reading.first, len(reading.stems))
        last = following[clause[best] + (after & ~earlier) + 1] - 1
        return reading.piece[first], reading.piece[last]


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
