"""From answers to scores: reverse keys, the half rule, the 0–100 scale.

Points are whole numbers, so that sums over people can be merged in any order and stay exact. An
item's best answer is worth ``Key.full`` points, its worst none; ``full`` is the least common
multiple of the items' ranges, so every option of every item is a whole number of points.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.instrument import Instrument, Item, Scale

IntArray = NDArray[np.int64]
Lean = Literal["favourable", "neutral", "unfavourable"]
LEANS: tuple[Lean, ...] = ("favourable", "neutral", "unfavourable")

# The columns of a scale's table of sums, one row for each number of answered items.
N, POINTS, POINTS_SQ, FAVOUR, FAVOUR_SQ, ABOVE, AT = range(7)
COLUMNS = 7


def keyed(instrument: Instrument, item: Item, code: int) -> tuple[int, int]:
    """An answer's distance from the item's worst option and the item's whole range.

    Formula: x − min, or max − x for a reversed item, with the *declared* range of the response
    set and never the observed one (STATISTICS 2.1).
    """
    answers = instrument.response_set(item)
    span = answers.high - answers.low
    return (answers.high - code if item.reversed else code - answers.low), span


def lean(instrument: Instrument, item: Item, code: int) -> Lean:
    """Favourable is strictly above the middle of the range: the top two of five."""
    distance, span = keyed(instrument, item, code)
    if 2 * distance == span:
        return "neutral"
    return "favourable" if 2 * distance > span else "unfavourable"


@dataclass(frozen=True)
class Key:
    """A scale's scoring, ready for counting.

    ``points`` and ``favourable`` give for each item the worth of each code; ``needed[a]`` is how
    many answers make a score when ``a`` of the items were asked.
    """

    scale: Scale
    full: int
    points: tuple[Mapping[int, int], ...]
    favourable: tuple[frozenset[int], ...]
    needed: tuple[int, ...]

    @classmethod
    def of(cls, instrument: Instrument, scale: Scale) -> "Key":
        items = [instrument.item(item_id) for item_id in scale.items]
        sets = [instrument.response_set(item) for item in items]
        full = math.lcm(*(max(answers.high - answers.low, 1) for answers in sets))
        points, favourable = [], []
        for item, answers in zip(items, sets, strict=True):
            worth = {code: keyed(instrument, item, code) for code in answers.codes()}
            points.append({code: full * d // max(span, 1) for code, (d, span) in worth.items()})
            favourable.append(frozenset(c for c, (d, span) in worth.items() if 2 * d > span))
        needed = tuple(needed_of(scale, asked) for asked in range(len(items) + 1))
        return cls(scale, full, tuple(points), tuple(favourable), needed)


def needed_of(scale: Scale, asked: int) -> int:
    """Answers that make a score when ``asked`` of the scale's items were put to a person.

    The half rule ceil(a/2), both of two; ``min_answered`` where the instrument gives it. What was
    not asked cannot be missed. The ``favourable`` formula counts every response, so one is enough.
    """
    if scale.min_answered:
        return max(1, min(scale.min_answered, asked))
    if scale.formula == "favourable":
        return 1
    return max(1, asked if asked <= 2 else -(-asked // 2))


@dataclass(frozen=True)
class Moments:
    """What a set of people's scores on one scale comes to, 0–100.

    ``n`` people with a score, their ``mean``, the sample ``variance`` (n − 1) of one person's
    contribution to it, and how many lie ``above`` the middle of the scale.
    """

    n: int
    mean: float
    variance: float
    above: int

    @property
    def total(self) -> float:
        """The sum of the people's scores."""
        return self.n * self.mean


NOBODY = Moments(0, math.nan, math.nan, 0)


def moments(table: IntArray, key: Key) -> Moments:
    """Mean and variance from a table of sums with one row for each number of answered items.

    ``mean``: person score s = 100·T/(m·full) over m answered items; the mean of s.
    ``favourable``: the ratio R = ΣF/Σm of favourable to all responses; its variance is that of
    the linearised values 100·(F − R·m)/m̄ (Cochran 1977, 6.4). Missing: people under the half rule
    are not in the table. Shapes: (items + 1, 7) -> scalars; units: points of 100.

    >>> from analysis.instrument import Scale
    >>> key = Key(Scale("x", "X", "", ("a", "b")), 4, ({}, {}), (frozenset(),) * 2, (1, 1, 2))
    >>> rows = np.zeros((3, COLUMNS), dtype=np.int64)
    >>> rows[2, :3] = 2, 12, 80  # two people: 4 and 8 of 8 points
    >>> found = moments(rows, key)
    >>> found.mean, found.variance
    (75.0, 1250.0)
    """
    n = int(table[:, N].sum())
    if n == 0:
        return NOBODY
    answered = np.arange(table.shape[0])
    above = int(table[:, ABOVE].sum())
    if key.scale.formula == "favourable":
        mean, squares = _ratio(table, answered, n)
    else:
        worth = np.divide(
            100.0, answered * key.full, out=np.zeros(len(answered)), where=answered > 0
        )
        mean = math.fsum(table[:, POINTS] * worth) / n
        squares = math.fsum(table[:, POINTS_SQ] * worth**2) - n * mean**2
    variance = max(squares, 0.0) / (n - 1) if n > 1 else math.nan
    return Moments(n, mean, variance, above)


def _ratio(table: IntArray, answered: IntArray, n: int) -> tuple[float, float]:
    responses = int((table[:, N] * answered).sum())
    ratio = int(table[:, FAVOUR].sum()) / responses
    spread = (
        int(table[:, FAVOUR_SQ].sum())
        - 2 * ratio * int((table[:, FAVOUR] * answered).sum())
        + ratio**2 * int((table[:, N] * answered**2).sum())
    )
    return 100 * ratio, spread * (100 * n / responses) ** 2
