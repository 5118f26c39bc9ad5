"""Two people coded the same comments, each blind: how far they agree, and what follows from it."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from nltk.metrics.agreement import AnnotationTask

from analysis.sampling.proportions import wilson
from analysis.text.human_codes import Code
from analysis.text.language import tokens
from analysis.text.prevalence import PRIOR, Interval, Prevalence, interval_of, stream
from analysis.text.score_bins import BoolArray


class AgreementError(ValueError):
    """Codes that cannot be set against each other."""


@dataclass(frozen=True)
class Agreement:
    """One label in comments that two people coded: found by ``both``, by the ``first`` or the
    ``second`` alone, by ``neither``.

    Of comments in which both found it: ``ways`` counts (direction by one, by the other, comments);
    in ``pointed`` of them both marked words as evidence, together ``marked`` words, of which
    ``shared`` were marked by both (``marked`` counts such a word twice).
    """

    label: str
    both: int
    first: int
    second: int
    neither: int
    ways: tuple[tuple[str, str, int], ...] = ()
    pointed: int = 0
    marked: int = 0
    shared: int = 0

    @property
    def rows(self) -> int:
        return self.both + self.first + self.second + self.neither

    @property
    def f1(self) -> float | None:
        """Positive agreement 2a/(2a + b + c), the same as F1; ``None`` when neither found any."""
        found = 2 * self.both + self.first + self.second
        return 2 * self.both / found if found else None

    @property
    def either(self) -> int:
        """How many comments at least one of them found it in."""
        return self.both + self.first + self.second

    def f1_interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """Ends for F1: with j = both/either, F1 = 2j/(1 + j), which rises with j, so the ends are
        those of j (Wilson 1927) put through it. ``None`` when neither found any.

        >>> [round(end, 2) for end in Agreement("workload", 12, 2, 2, 34).f1_interval()]
        [0.67, 0.95]
        """
        if not self.either:
            return None
        low, high = wilson(self.both, self.either, level)
        return 2 * low / (1 + low), 2 * high / (1 + high)

    @property
    def direction_kappa(self) -> float | None:
        """Cohen's kappa of :func:`direction_kappa` over the comments in which both found it."""
        pairs = [(one, other) for one, other, count in self.ways for _ in range(count)]
        return direction_kappa([one for one, _ in pairs], [other for _, other in pairs])

    @property
    def span_f1(self) -> float | None:
        """F1 over words of both coders' evidence, 2·shared/marked, all comments together; ``None``
        where they never both marked words."""
        return 2 * self.shared / self.marked if self.marked else None

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
        ways = tuple((one, other, int(n)) for one, other, n in raw.get("ways", ()))
        return cls(**{**raw, "ways": ways})


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
    found = {}
    for place, label in enumerate(labels):
        both, first_alone, second_alone, neither = (int(cell[place]) for cell in sums)
        found[label] = Agreement(label, both, first_alone, second_alone, neither)
    return found


def with_evidence(
    found: Mapping[str, Agreement],
    comments: Sequence[tuple[str, Sequence[Code], Sequence[Code]]],
) -> dict[str, Agreement]:
    """Agreements of themes with what was said of the comments in which both found the theme.

    ``comments`` are (text, one coder's codes, the other's), the same comments as in ``found``. A
    coder who gave a theme several directions in one comment gave them together, as one answer.
    Evidence counts where both pointed to a part: a code over the whole text points to nothing. A
    word belongs to a span that it touches.

    >>> found = {"workload": Agreement("workload", 1, 0, 0, 0)}
    >>> one, other = (Code("workload", "negative", "barrier", *span) for span in [(0, 8), (4, 14)])
    >>> with_evidence(found, [("too much work", [one], [other])])["workload"].span_f1
    0.5
    """
    ways: dict[str, Counter[tuple[str, str]]] = {label: Counter() for label in found}
    words: dict[str, Counter[str]] = {label: Counter() for label in found}
    for text, one, other in comments:
        places = [(token.start, token.end) for token in tokens(text)]
        for theme in {code.theme for code in one} & {code.theme for code in other} & ways.keys():
            mine = [code for code in one if code.theme == theme]
            theirs = [code for code in other if code.theme == theme]
            ways[theme][_way(mine), _way(theirs)] += 1
            first, second = (_inside(places, _parts(codes, text)) for codes in (mine, theirs))
            if first and second:
                words[theme]["pointed"] += 1
                words[theme]["marked"] += len(first) + len(second)
                words[theme]["shared"] += len(first & second)
    return {
        label: replace(
            agreed,
            ways=tuple((*pair, count) for pair, count in sorted(ways[label].items())),
            pointed=words[label]["pointed"],
            marked=words[label]["marked"],
            shared=words[label]["shared"],
        )
        for label, agreed in found.items()
    }


def _way(codes: Sequence[Code]) -> str:
    return "+".join(sorted({code.direction for code in codes}))


def _parts(codes: Sequence[Code], text: str) -> list[tuple[int, int]]:
    """Where codes point to; nowhere as soon as one of them is the whole text."""
    spans = [(code.start, code.end) for code in codes]
    return [] if (0, len(text)) in spans else spans


def direction_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Cohen's kappa of directions, over mentions whose theme both coders found.

    ``None`` without such mentions, and when both gave all of them one direction.
    """
    if len(first) != len(second):
        raise AgreementError("Each mention needs a direction from both.")
    return _kappa(list(zip(first, second, strict=True)))


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
