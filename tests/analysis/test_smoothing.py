import numpy as np
import pytest

from analysis.multilevel.grouped import GroupingError, Groups
from analysis.multilevel.mixed import random_intercept_of
from analysis.smoothing import METHODS, shrink, smooth


@pytest.mark.parametrize("method", METHODS)
def test_equal_variances_by_hand(method):
    # s² of 1, 2, 6 is 7, each known to within 2: τ² = 5, only ML divides by 3 instead of 2.
    found = shrink([1, 2, 6], [2, 2, 2], method)
    between = 14 / 3 - 2 if method == "ML" else 5
    share = between / (between + 2)
    assert found.between == pytest.approx(between)
    assert found.mean == pytest.approx(3)
    assert found.q == pytest.approx(7)
    assert found.i2 == pytest.approx(100 * share)
    assert found.estimate == pytest.approx([3 - 2 * share, 3 - share, 3 + 3 * share])


@pytest.mark.parametrize("method", METHODS)
def test_without_true_differences_nothing_is_shown(method):
    found = shrink([3, 3.1, 2.9], [1, 2, 1], method)
    assert not found.differ
    assert found.estimate == pytest.approx([found.mean] * 3)


def test_paule_and_mandel_is_morris():
    rng = np.random.default_rng(1)
    v = rng.uniform(0.1, 2, 30)
    y = rng.normal(0, np.sqrt(1 + v))
    assert shrink(y, v, "PM").between == pytest.approx(shrink(y, v, "EB").between, rel=1e-9)


def test_a_large_variance_is_found_too():
    found = shrink([0, 1e6, -1e6, 3e6], [1e-3] * 4)
    assert found.between == pytest.approx(np.var([0, 1e6, -1e6, 3e6], ddof=1))


def test_pooled_means_agree_with_the_random_intercept():
    rng = np.random.default_rng(2)
    labels = np.repeat(np.arange(30), 15)
    y = rng.normal(0, 0.5, 30)[labels] + rng.normal(size=450)
    groups = Groups.of(y, labels)
    model = random_intercept_of(groups)
    found = smooth(groups)
    assert found.between == pytest.approx(model.between)
    assert found.estimate == pytest.approx(model.coefficients[0] + model.effects)


def test_a_groups_own_spread_does_not_move_its_weight():
    calm = Groups(np.array([5, 5, 5]), np.array([1.0, 2, 6]), np.array([0.0, 8, 10]))
    wild = Groups(np.array([5, 5, 5]), np.array([1.0, 2, 6]), np.array([10.0, 8, 0]))
    assert smooth(calm).weight == pytest.approx(smooth(wild).weight)


def test_the_worst_team_is_not_made_worse_than_it_is():
    # The lowest of 20 raw means overstates its gap by about .4 of a standard deviation.
    rng = np.random.default_rng(42)
    icc, raw, drawn, covered = 0.05, [], [], []
    for _ in range(400):
        n = rng.integers(6, 26, 20)
        true = rng.normal(0, np.sqrt(icc), 20)
        seen = rng.normal(true, np.sqrt((1 - icc) / n))
        worst = seen.argmin()
        raw.append(seen[worst] - true[worst])
        found = shrink(seen, (1 - icc) / n)
        lowest = found.estimate.argmin()
        drawn.append(found.estimate[lowest] - true[lowest])
        low, high = found.interval()
        covered.append(((low <= true) & (true <= high)).mean())
    assert np.mean(raw) < -0.3
    assert abs(np.mean(drawn)) < 0.05
    assert np.mean(covered) > 0.85


@pytest.mark.parametrize(
    ("y", "v", "method", "why"),
    [
        ([1], [1], "REML", "two groups or more"),
        ([1, 2], [1], "REML", "two groups or more"),
        ([1, 2], [1, 0], "REML", "no variance"),
        ([1, np.nan], [1, 1], "REML", "missing or not finite"),
        ([1, 2], [1, np.inf], "REML", "missing or not finite"),
        ([1, 2], [1, 1], "SJ", "no method"),
    ],
)
def test_what_cannot_be_drawn_together_says_why(y, v, method, why):
    with pytest.raises(GroupingError, match=why):
        shrink(y, v, method)
