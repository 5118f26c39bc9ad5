import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from analysis.factors.polychoric import (
    bivariate_normal,
    correlation_matrix,
    cross_table,
    joint,
    thresholds,
    two_step,
)
from analysis.reliability import ReliabilityError

TABLE = np.array([[40, 21, 9], [18, 50, 33], [5, 22, 61]])


def drawn(r, n, seed=2):
    rng = np.random.default_rng(seed)
    leaning = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], n)
    return np.digitize(leaning[:, 0], [-1, 0.2, 1.1]), np.digitize(leaning[:, 1], [-0.4, 0.5])


@pytest.mark.parametrize("r", [-0.97, -0.4, 0.0, 0.6, 0.99])
@pytest.mark.parametrize(("h", "k"), [(0.3, -1.0), (-2.0, -0.5), (0.0, 0.0), (0.0, 1.2)])
def test_the_bivariate_normal_is_scipys(h, k, r):
    expected = multivariate_normal([0, 0], [[1, r], [r, 1]]).cdf([h, k])
    assert bivariate_normal(np.array(h), np.array(k), r) == pytest.approx(expected, abs=1e-9)


def test_cut_points_are_the_deviates_of_the_shares():
    assert thresholds(np.array([10, 30, 60])) == pytest.approx(norm.ppf([0.1, 0.4]))


def test_halves_have_a_closed_form():
    # For cut points at nought P(both above) = 1/4 + asin(r)/2π.
    found = two_step(np.array([[30, 20], [20, 30]]))
    assert found.r == pytest.approx(np.sin(2 * np.pi * (0.3 - 0.25)))


def test_turning_one_item_round_turns_the_sign():
    assert two_step(TABLE[::-1]).r == pytest.approx(-two_step(TABLE).r)
    assert two_step(TABLE.T).r == pytest.approx(two_step(TABLE).r)


def test_options_that_nobody_used_change_nothing():
    wide = np.insert(np.insert(TABLE, 1, 0, axis=0), 3, 0, axis=1)
    assert two_step(wide).r == two_step(TABLE).r


@pytest.mark.parametrize("r", [-0.7, 0.0, 0.35, 0.9])
def test_a_true_correlation_is_found_again(r):
    table = cross_table(*drawn(r, 20_000))
    for found in (two_step(table), joint(table)):
        assert abs(found.r - r) < 4 * found.error
        assert found.error < 0.02


def test_the_error_is_the_spread_of_many_samples():
    found = [joint(cross_table(*drawn(0.4, 600, seed))) for seed in range(150)]
    assert np.std([one.r for one in found]) == pytest.approx(found[0].error, rel=0.2)


def test_a_matrix_holds_each_pair():
    one, two = drawn(0.5, 500)
    third = np.random.default_rng(1).integers(1, 4, 500)
    found = correlation_matrix(np.column_stack([one, two, third]))
    assert found[0, 1] == found[1, 0] == two_step(cross_table(one, two)).r
    assert np.diag(found).tolist() == [1, 1, 1]


def test_items_that_say_the_same_have_no_certain_correlation():
    with pytest.raises(ReliabilityError, match="go together completely"):
        two_step(np.diag([20, 30, 40]))


def test_one_option_is_no_order():
    with pytest.raises(ReliabilityError, match="two options"):
        two_step(np.array([[5, 7, 9]]))
