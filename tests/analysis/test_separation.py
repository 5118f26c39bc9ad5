"""A group is set against the rest only where groups differ and its answers are many enough."""

import math

import numpy as np
import pytest

from analysis.estimate import Stratum
from analysis.scoring import Moments
from analysis.separation import HARDLY, MOSTLY_CHANCE, UNKNOWN, separation
from tests.analysis.made import shared_rows


def cells(means, n, spread=20.0):
    return [Stratum(Moments(n, mean, spread**2, n // 2), 2 * n) for mean in means]


def test_it_is_the_random_intercept_of_the_reference():
    rows = shared_rows("multilevel_bh1996.csv")
    by_group: dict[str, list[float]] = {}
    for row in rows:
        by_group.setdefault(row["GRP"], []).append(float(row["WBEING"]))
    found = separation(
        [
            Stratum(Moments(len(x), float(np.mean(x)), float(np.var(x, ddof=1)), 0), None)
            for x in by_group.values()
        ]
    )
    # lmer(WBEING ~ 1 + (1|GRP), bh1996)
    assert found.between == pytest.approx(0.0358007750398001, rel=1e-6)
    assert found.within == pytest.approx(0.789497274077662, rel=1e-6)
    assert found.low < 0.0358007750398001 / (0.0358007750398001 + 0.789497274077662) < found.high
    assert found.against(75) == ""
    assert found.against(12) == MOSTLY_CHANCE


def test_groups_that_are_alike_are_not_compared():
    found = separation(cells([50.0, 50.5, 49.5, 50.2], 40))
    assert found.between == 0
    assert {found.against(n) for n in (10, 100, 10_000)} == {HARDLY}


def test_groups_far_apart_are_compared_from_few_answers():
    found = separation(cells([20.0, 40.0, 60.0, 80.0], 40))
    assert found.against(10) == ""
    assert 0.5 < found.reliability(10) < found.reliability(40) < 1


@pytest.mark.parametrize(
    "alone", [[], cells([50.0], 40), cells([10.0, 90.0], 1), cells([10.0, 90.0], 5, spread=0.0)]
)
def test_where_nothing_can_be_known_no_group_is_compared(alone):
    found = separation(alone)
    assert found == UNKNOWN or math.isnan(found.low)
    assert found.against(1000) == HARDLY
