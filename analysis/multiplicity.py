"""Many comparisons at once: each family, declared before opening, is corrected as a whole."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FALSE_DISCOVERY = 0.05
MOST_HEADLINES = 5

FloatArray = NDArray[np.float64]
Method = Literal["bonferroni", "holm", "hochberg", "BH", "BY"]
Family = Literal["headline", "themes", "groups", "items"]


class FamilyError(ValueError):
    """A family that cannot be corrected as declared."""


def adjusted(p_values: Sequence[float], method: Method) -> list[float]:
    """p values corrected for their number, in the order given; reject where adjusted p ≤ q.

    Formulae for the i-th smallest of m (R: ``p.adjust``): ``bonferroni`` m·p; ``holm``
    max_{j≤i} (m − j + 1)·p_(j); ``hochberg`` min_{j≥i} (m − j + 1)·p_(j); ``BH`` (Benjamini &
    Hochberg 1995) min_{j≥i} (m/j)·p_(j); ``BY`` (Benjamini & Yekutieli 2001) BH times Σ 1/j; all
    capped at 1. Raises :class:`FamilyError` for what is no p: a comparison that could not be made
    must be left out by name, not passed in as NaN.

    >>> adjusted([0.01, 0.04, 0.03], "holm")
    [0.03, 0.06, 0.06]
    """
    found = np.asarray(p_values, dtype=float)
    if not ((found >= 0) & (found <= 1)).all():
        raise FamilyError("Every p value of a family must lie between 0 and 1.")
    if not len(found):
        return []
    order = np.argsort(found, kind="stable")
    result = np.empty(len(found))
    result[order] = np.minimum(_ADJUST[method](found[order]), 1.0)
    return [float(p) for p in result]


def rejected(p_values: Sequence[float], q: float = FALSE_DISCOVERY) -> list[bool]:
    """Benjamini & Hochberg (1995) within one family declared before opening.

    Rejects the hypotheses with the i smallest p, i the largest rank with p_(i) ≤ i·q/m.
    R: ``p.adjust(p, "BH") <= q``.

    >>> rejected([0.01, 0.04, 0.03, 0.9])
    [True, False, False, False]
    """
    if not p_values:
        return []
    order = np.argsort(p_values, kind="stable")
    ranked = np.asarray(p_values)[order]
    within = np.nonzero(ranked <= q * np.arange(1, len(ranked) + 1) / len(ranked))[0]
    threshold = ranked[within[-1]] if len(within) else -1.0
    return [bool(p <= threshold) for p in p_values]


def method_for(family: Family, size: int, *, strongly_dependent: bool = False) -> Method:
    """How a declared family of ``size`` comparisons is corrected (STATISTICS 2.6).

    Holm for the few headline claims, Benjamini & Hochberg for the others, Benjamini & Yekutieli
    where they depend strongly on one another. Raises :class:`FamilyError` for too many headlines.
    """
    if family == "headline":
        if size > MOST_HEADLINES:
            raise FamilyError(
                f"{size} headline claims were declared; at most {MOST_HEADLINES} can be."
            )
        return "holm"
    return "BY" if strongly_dependent else "BH"


def _down(scaled: FloatArray) -> FloatArray:
    return np.minimum.accumulate(scaled[::-1])[::-1]


def _ranks(ranked: FloatArray) -> FloatArray:
    return np.arange(1, len(ranked) + 1, dtype=float)


def _bh(ranked: FloatArray) -> FloatArray:
    return _down(ranked * len(ranked) / _ranks(ranked))


def _by(ranked: FloatArray) -> FloatArray:
    ranks = _ranks(ranked)
    return _down(ranked * len(ranked) / ranks * (1 / ranks).sum())


def _holm(ranked: FloatArray) -> FloatArray:
    return np.maximum.accumulate(ranked * (len(ranked) + 1 - _ranks(ranked)))


def _hochberg(ranked: FloatArray) -> FloatArray:
    return _down(ranked * (len(ranked) + 1 - _ranks(ranked)))


_ADJUST: dict[Method, Callable[[FloatArray], FloatArray]] = {
    "bonferroni": lambda ranked: ranked * len(ranked),
    "holm": _holm,
    "hochberg": _hochberg,
    "BH": _bh,
    "BY": _by,
}
