"""Two people coded the same comments, each blind: how far they agree, and what follows from it."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nltk.metrics.agreement import AnnotationTask

from analysis.text.prevalence import PRIOR, Interval, Prevalence, interval_of, stream
from analysis.text.score_bins import BoolArray


class AgreementError(ValueError):
    """Codes that cannot be set against each other."""


@dataclass(frozen=True)
class Agreement:
    """One label in comments that two people coded: found by ``both``, by the ``first`` or the
    ``second`` alone, by ``neither``."""

    label: str
    both: int
    first: int
    second: int
    neither: int

    @property
    def rows(self) -> int:
        return self.both + self.first + self.second + self.neither

    @property
    def f1(self) -> float | None:
        """Positive agreement 2a/(2a + b + c), the same as F1; ``None`` when neither found any."""
        found = 2 * self.both + self.first + self.second
        return 2 * self.both / found if found else None

    @property
    def prevalence(self) -> float:
        """The mean of the two coders' shares, q."""
        return (2 * self.both + self.first + self.second) / (2 * self.rows)

    @property
    def kappa(self) -> float | None:
        """Cohen 1960: (p_o − p_e)/(1 − p_e), p_e by each coder's own share; ``None`` when both
        gave all comments the same code."""
        codes = [(1, 1)] * self.both + [(1, 0)] * self.first
        return _kappa(codes + [(0, 1)] * self.second + [(0, 0)] * self.neither)

    @property
    def ac1(self) -> float:
        """Gwet 2008: (p_o − p_e)/(1 − p_e) with p_e = 2q(1 − q), which a rare theme does not upset.

        >>> round(Agreement("workload", 4, 1, 1, 94).ac1, 4)
        0.9779
        """
        chance = 2 * self.prevalence * (1 - self.prevalence)
        return ((self.both + self.neither) / self.rows - chance) / (1 - chance)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Agreement":
        return cls(**raw)


def agreement(labels: Sequence[str], first: BoolArray, second: BoolArray) -> dict[str, Agreement]:
    """Both coders' codes, shapes (comments, labels), counted for each label.

    Only comments that both coded belong here. Raises :class:`AgreementError` for none, or for
    shapes that differ.
    """
    if first.shape != second.shape or first.shape[1:] != (len(labels),) or not len(first):
        raise AgreementError("Two people must have coded the same comments, and at least one.")
    one, two = first.astype(bool), second.astype(bool)
    counts = [(one & two), (one & ~two), (~one & two), (~one & ~two)]
    sums = [cell.sum(axis=0) for cell in counts]
    return {
        label: Agreement(label, *(int(cell[place]) for cell in sums))
        for place, label in enumerate(labels)
    }


def direction_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Cohen's kappa of directions, over mentions whose theme both coders found.

    ``None`` without such mentions, and when both gave all of them one direction.
    """
    if len(first) != len(second):
        raise AgreementError("Each mention needs a direction from both.")
    return _kappa(list(zip(first, second, strict=True)))


def span_f1(
    words: Sequence[tuple[int, int]],
    one: Collection[tuple[int, int]],
    other: Collection[tuple[int, int]],
) -> float | None:
    """F1 over words of two coders' evidence: 2·shared/(words of one + words of the other).

    ``words`` are the places of a comment's words, ``one`` and ``other`` spans, all (start, end). A
    word belongs to a span that it touches. ``None`` when neither span holds a word.

    >>> span_f1([(0, 3), (4, 9), (10, 14)], [(0, 9)], [(4, 14)])
    0.5
    """
    mine, theirs = _inside(words, one), _inside(words, other)
    total = len(mine) + len(theirs)
    return 2 * len(mine & theirs) / total if total else None


def if_second_were_right(
    found: Prevalence, label: str, agreed: Agreement, level: float = 0.95
) -> Interval:
    """How many comments hold a label if the second coder's codes are the right ones.

    Formula: T₂ ~ Binomial(T, s) + Binomial(N − T, f), s ~ Beta(1/3 + both, 1/3 + first),
    f ~ Beta(1/3 + second, 1/3 + neither), for each drawn total T of N comments (TEXT 3.4).
    """
    totals = found.totals[found.table.place(label)]
    rng = stream(found.seed, found.table, "second coder", label, found.part)
    kept = rng.beta(PRIOR + agreed.both, PRIOR + agreed.first, len(totals))
    added = rng.beta(PRIOR + agreed.second, PRIOR + agreed.neither, len(totals))
    draws = rng.binomial(totals, kept) + rng.binomial(found.comments - totals, added)
    return interval_of(draws, level)


def _kappa(codes: Sequence[tuple[object, object]]) -> float | None:
    if not codes or len({code for pair in codes for code in pair}) == 1:
        return None
    rows = [(coder, row, pair[coder]) for row, pair in enumerate(codes) for coder in (0, 1)]
    found = float(AnnotationTask(rows).kappa())
    return found if math.isfinite(found) else None


def _inside(words: Sequence[tuple[int, int]], spans: Collection[tuple[int, int]]) -> set[int]:
    return {
        place
        for place, (start, end) in enumerate(words)
        if any(start < until and since < end for since, until in spans)
    }
