"""How closely do the printed figures say what a few people answered? Bounds, given the rounding.

Each printed figure is an interval for the sum of its people's answers. In a tree of groups the
bounds on what is left of every group follow from two passes, up and down, and are the optimum of
the linear program (rule D4 iii and attack A4 of the statistics specification). Interval ends
that stand beside a score say no more than the score, so they add nothing here.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Rule, clamp

Bounds = NDArray[np.float64]

LEAST_WIDTH = 2.0
LEAST_SHARE = 0.2
FULL = 100.0
SLACK = 1e-9


def rests(
    parents: Sequence[int | None],
    people: Sequence[float],
    left: Sequence[float],
    low: Bounds,
    high: Bounds,
) -> tuple[Bounds, Bounds]:
    """The lowest and highest mean that what is left of each shown group can have.

    Groups stand parents first; ``parents`` are places, ``people`` weights, ``left`` the weight of
    each group without its shown children. ``low`` and ``high`` are the printed bounds in percent,
    shape (groups, statistics). Returns two arrays of that shape, in percent; 0 to 100 where
    nobody is left, and where the figures do not fit these weights and so tell nothing.

    >>> low, high = rests([None, 0], [20, 10], [10, 10],
    ...     np.array([[72.5], [47.5]]), np.array([[77.5], [52.5]]))
    >>> float(low[0, 0]), float(high[0, 0])  # 20 at about 75, 10 of them at about 50
    (92.5, 100.0)
    """
    weight = np.asarray(people, dtype=float)[:, None]
    rest = np.asarray(left, dtype=float)[:, None]
    inner_low, inner_high = np.zeros_like(low), np.repeat(FULL * rest, low.shape[1], axis=1)
    up_low, up_high = weight * low, weight * high
    for place in range(len(parents) - 1, -1, -1):
        up_low[place] = np.maximum(up_low[place], inner_low[place])
        up_high[place] = np.minimum(up_high[place], inner_high[place])
        above = parents[place]
        if above is not None:
            inner_low[above] += up_low[place]
            inner_high[above] += up_high[place]
    down_low, down_high = up_low.copy(), up_high.copy()
    for place, above in enumerate(parents):
        if above is not None:
            others_low = inner_low[above] - up_low[place]
            others_high = inner_high[above] - up_high[place]
            down_low[place] = np.maximum(up_low[place], down_low[above] - others_high)
            down_high[place] = np.minimum(up_high[place], down_high[above] - others_low)
    children_low = inner_low
    children_high = inner_high - FULL * rest
    with np.errstate(divide="ignore", invalid="ignore"):
        lowest = np.maximum((down_low - children_high) / rest, 0.0)
        highest = np.minimum((down_high - children_low) / rest, FULL)
    nothing = (rest <= 0) | (lowest > highest + SLACK)
    return np.where(nothing, 0.0, lowest), np.where(nothing, FULL, highest)


def tells(
    answers: Sequence[int],
    found: tuple[Bounds, Bounds],
    printed: tuple[Bounds, Bounds],
    capped: Sequence[bool],
    rule: Rule,
    full: Sequence[bool] | None = None,
) -> NDArray[np.bool_]:
    """Which cells' bounds say too much about some of their people, by cell.

    ``found`` holds the lowest and highest means, in percent, shape (cells, statistics);
    ``printed`` those that the cell's own figure says, 0 to 100 where it has none. Of any s < k of
    a cell's n people the sum of answers, each 0 to 1, lies between max(0, s − n + n·low) and
    min(s, n·high); that must be at least max(2, s/5) wide, or s itself where s is smaller. Nor may
    other figures tell that fewer than the clamp of rule D6 are on one side. That hardly anybody
    was on the high side counts for the statistics that are ``capped`` only. ``full`` are the cells
    in which everybody answered.

    >>> anything = np.array([[0.0], [0]]), np.array([[100.0], [100]])
    >>> found = np.array([[0.0], [40]]), np.array([[15.0], [60]])
    >>> tells([12, 12], found, anything, [True], Rule()).tolist()
    [True, False]
    """
    low, high = found
    n = np.asarray(answers, dtype=float)[:, None]
    least, most = n * low / FULL, n * np.where(np.asarray(capped), high, FULL) / FULL
    everybody = full if full is not None else [False] * len(answers)
    edges = [clamp(count, rule, one) for count, one in zip(answers, everybody, strict=True)]
    edge = np.array(edges, dtype=float)[:, None]
    alike = (n - least < edge - SLACK) & (low > printed[0] + SLACK)
    none = (most < edge - SLACK) & (high < printed[1] - SLACK)
    some = np.arange(1, rule.k, dtype=float)
    width = np.minimum(some, most[..., None]) - np.maximum(0, some - (n - least)[..., None])
    needed = np.minimum(some, np.maximum(LEAST_WIDTH, LEAST_SHARE * some))
    narrow = ((width < needed - SLACK) & (some < n[..., None])).any(axis=2)
    told: NDArray[np.bool_] = ((narrow | alike | none) & (n > 0)).any(axis=1)
    return told


def of_one_whole(low: Bounds, high: Bounds) -> tuple[Bounds, Bounds]:
    """Bounds on shares that add up to 100, each narrowed by the others.

    Shape of both: (cells, shares), in percent.

    >>> low, high = of_one_whole(np.array([[0.0, 0, 0]]), np.array([[100.0, 5, 6]]))
    >>> low.tolist()
    [[89.0, 0.0, 0.0]]
    """
    others_low = low.sum(axis=1, keepdims=True) - low
    others_high = high.sum(axis=1, keepdims=True) - high
    return np.maximum(low, FULL - others_high), np.minimum(high, FULL - others_low)
