"""Everybody outside a group, for every group of a tree in one pass over its cells.

Cells stand in the order of a walk down the tree, so a group's cells stand together, and the rest
is what stands before and after them. Sums from either end are added and never subtracted: no digit
is lost when the rest is small.
"""

import math
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.dataset import Unit
from analysis.estimate import Cells, Estimate, FloatArray, Spread, known_of, of_small, unsampled_of

# Columns of the sums: the first of three for small cells, and the first of six for weights by
# people and, where some are unknown, for weights by answers.
ANSWERS, CELLS, LARGE, NO_PEOPLE, UNKNOWN, OF_SMALL, BY_PEOPLE, BY_ANSWERS = 0, 1, 2, 3, 4, 5, 8, 14


@dataclass(frozen=True, eq=False)
class Outside:
    """Sums of the first cells and of the last ones. Shapes: (cells + 1, 20)."""

    before: FloatArray
    after: FloatArray
    instead: Spread

    @classmethod
    def of(cls, cells: Cells, instead: Spread) -> "Outside":
        """Cells in the order of :func:`walk`, each with two answers or more and a spread."""
        n, there = cells.n, cells.people > 0
        small = n < instead.below
        spread = np.where(small, 0.0, cells.variance)
        columns: list[NDArray[Any]] = [
            n,
            np.ones(len(n)),
            ~small,
            ~there,
            ~known_of(cells),
            *of_small(cells, small).T,
        ]
        for weight in (np.where(there, cells.people, 0.0), n):
            share = weight**2 / n
            columns += [weight, weight * cells.mean, share * spread, share * small, share]
            columns += [share * unsampled_of(cells)]
        table = np.column_stack(columns).astype(np.float64)
        nothing = np.zeros((1, table.shape[1]))
        return cls(
            np.vstack([nothing, table.cumsum(axis=0)]),
            np.vstack([table[::-1].cumsum(axis=0)[::-1], nothing]),
            instead,
        )

    def estimate(self, start: int, stop: int) -> Estimate:
        """The mean over all cells but those from ``start`` to ``stop``, of which some are left.

        Formula and missing-data rule: :func:`analysis.estimate.stratified` with ``instead``, from
        sums over strata h of W_h = N_h (n_h where any N is missing): Σ W·ȳ/Σ W for the mean,
        Σ W²·s²/n/(Σ W)² for its variance.
        """
        total = (self.before[start] + self.after[stop]).tolist()
        first = BY_ANSWERS if total[NO_PEOPLE] else BY_PEOPLE
        weight, scores, squares, of_few, share, left = total[first : first + 6]
        instead = self.instead.beside(*total[OF_SMALL:BY_PEOPLE])
        variance = (squares + of_few * instead.variance) / weight**2
        finite = 1.0 if total[UNKNOWN] else left / share
        n = int(total[ANSWERS])
        df = float(max(n - int(total[CELLS]), 1)) if total[LARGE] else instead.df
        return Estimate(n, scores / weight, math.sqrt(variance), math.sqrt(variance * finite), df)


def walk(units: Sequence[Unit], cells: Container[str]) -> tuple[list[str], dict[str, int]]:
    """The cells in the order of a walk down the tree, and where each unit's start.

    >>> tree = [Unit("org", "Org", None), Unit("a", "A", "org"), Unit("b", "B", "org")]
    >>> walk(tree, {"a", "b"})
    (['a', 'b'], {'org': 0, 'a': 0, 'b': 1})
    """
    children: dict[str | None, list[str]] = defaultdict(list)
    for unit in reversed(units):
        children[unit.parent].append(unit.id)
    order: list[str] = []
    start: dict[str, int] = {}
    to_do = children[None]
    while to_do:
        here = to_do.pop()
        start[here] = len(order)
        if here in cells:
            order.append(here)
        to_do.extend(children[here])
    return order, start
