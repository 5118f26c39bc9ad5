"""What the methods for groups need of people's answers: how many, their mean, their spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class GroupingError(ValueError):
    """Answers from which nothing can be said about groups; its text says why."""


@dataclass(frozen=True, eq=False)
class Groups:
    """J groups of people with one figure each.

    ``n`` people (J,), their ``mean`` (J,) and ``squares`` (J,): the sum of squared distances from
    the group's *own* mean. Two groups or more, every one with somebody in it.
    """

    n: IntArray
    mean: FloatArray
    squares: FloatArray

    def __post_init__(self) -> None:
        if len(self.n) < 2:
            raise GroupingError("There is only one group, so groups cannot be compared.")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.squares).all()):
            raise GroupingError("Some figures are missing or not finite: leave them out first.")
        if (self.n < 1).any():
            raise GroupingError("Some groups have no answers: leave them out first.")

    @classmethod
    def of(cls, values: ArrayLike, labels: Sequence[Any] | NDArray[Any]) -> "Groups":
        """From one figure (N,) and one label (N,) a person; groups in the order of their labels.

        Missing answers must have been left out. Raises :class:`GroupingError`.

        >>> Groups.of([1.0, 3.0, 5.0], ["a", "a", "b"]).mean.tolist()
        [2.0, 5.0]
        """
        figures = np.asarray(values, dtype=np.float64)
        names, place = np.unique(np.asarray(labels), return_inverse=True)
        if len(figures) != len(place):
            raise GroupingError("Every figure needs the label of its group.")
        n = np.bincount(place, minlength=len(names))
        mean = np.bincount(place, figures, minlength=len(names)) / n
        squares = np.zeros(len(names))
        np.add.at(squares, place, (figures - mean[place]) ** 2)
        return cls(n, mean, squares)

    @classmethod
    def of_sums(cls, n: ArrayLike, total: ArrayLike, squares: ArrayLike) -> "Groups":
        """From a tally: people, sum and sum of squares of each group, three arrays (J,).

        Formula: Σ(x − x̄)² = Σx² − (Σx)²/n. Raises :class:`GroupingError`.

        >>> Groups.of_sums([2, 1], [4, 5], [10, 25]).squares.tolist()
        [2.0, 0.0]
        """
        people = np.asarray(n, dtype=np.int64)
        if (people < 1).any():
            raise GroupingError("Some groups have no answers: leave them out first.")
        sums = np.asarray(total, dtype=np.float64)
        about = np.asarray(squares, dtype=np.float64) - sums**2 / people
        return cls(people, sums / people, np.maximum(about, 0.0))

    @property
    def people(self) -> int:
        return int(self.n.sum())

    @property
    def grand_mean(self) -> float:
        """The mean over people."""
        return float(self.n @ self.mean / self.n.sum())

    @property
    def pooled(self) -> float:
        """The pooled variance within groups: Σ squares/(N − J). Raises :class:`GroupingError`."""
        freedom = self.people - len(self.n)
        if freedom < 1:
            raise GroupingError("Every group has one person: spread within groups is unknown.")
        if not self.squares.any():
            raise GroupingError("Nobody differs from anybody in their group.")
        return float(self.squares.sum() / freedom)
