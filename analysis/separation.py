"""Do the groups of a theme differ at all? Without that, no group is set against the rest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.agreement import RELIABLE_TO_COMPARE, icc_interval
from analysis.estimate import Stratum
from analysis.multilevel.grouped import GroupingError, Groups
from analysis.multilevel.mixed import random_intercept_of

HARDLY = "Groups differ too little in this theme to say that one is unlike the rest."
MOSTLY_CHANCE = (
    "With this many answers, a group’s score says more about chance than about the group."
)


@dataclass(frozen=True)
class Separation:
    """How much of the differences between people goes with their group.

    ``low`` and ``high`` are the 95 % interval of ICC(1); ``between`` and ``within`` the variances
    by REML, in points². All are missing (NaN) where groups cannot be compared at all.
    """

    low: float
    high: float
    between: float
    within: float

    def reliability(self, n: int) -> float:
        """How much of a group's mean of ``n`` answers is the group and not chance.

        Formula: λ = σ²_b/(σ²_b + σ²_w/n) (STATISTICS 2.3). From 0 to 1.
        """
        return self.between / (self.between + self.within / n) if self.between > 0 else 0.0

    def against(self, n: int) -> str:
        """Why a group of ``n`` answers may not be set against the rest; empty when it may.

        >>> typical = Separation(0.02, 0.09, 5.0, 95.0)
        >>> typical.against(12) == MOSTLY_CHANCE, typical.against(20)
        (True, '')
        """
        if not self.low > 0:
            return HARDLY
        return "" if self.reliability(n) >= RELIABLE_TO_COMPARE else MOSTLY_CHANCE


UNKNOWN = Separation(math.nan, math.nan, math.nan, math.nan)


def separation(cells: Sequence[Stratum]) -> Separation:
    """From the visible cells of a theme, which split the organisation (rule D13).

    A cell's scores are its people's, one each; cells without answers are left out. With fewer
    than two cells, or where nobody differs from their group, it is :data:`UNKNOWN`.
    """
    there = [cell.scores for cell in cells if cell.scores.n]
    try:
        groups = Groups(
            np.array([scores.n for scores in there], dtype=np.int64),
            np.array([scores.mean for scores in there]),
            np.array([(s.n - 1) * s.variance if s.n > 1 else 0.0 for s in there]),
        )
        model = random_intercept_of(groups)
        low, high = icc_interval(groups)
    except GroupingError:
        return UNKNOWN
    return Separation(low, high, model.between, model.within)
