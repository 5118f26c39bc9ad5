import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.change_point import ChangePointError, breaks, cusum, likely, sup_f, worth_telling


def squares(values):
    return float(((np.array(values) - np.mean(values)) ** 2).sum())


def by_trying_all(values, count, least):
    n = len(values)
    tried = []
    for places in combinations(range(least, n - least + 1), count):
        ends = [0, *places, n]
        parts = [values[i:j] for i, j in zip(ends[:-1], ends[1:], strict=True)]
        if min(len(part) for part in parts) >= least:
            tried.append(sum(squares(part) for part in parts))
    return min(tried)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 20), min_size=20, max_size=26))
def test_the_breaks_are_the_best_of_all(values):
    if len(set(values)) == 1:
        return
    least = int(0.15 * len(values))
    found = breaks(values)
    assert found[0].rss == pytest.approx(squares(values))
    for count in (1, 2):
        best = by_trying_all(values, count, least)
        ends = [0, *found[count].after, len(values)]
        own = sum(squares(values[i:j]) for i, j in zip(ends[:-1], ends[1:], strict=True))
        assert found[count].rss == pytest.approx(best, abs=1e-8)
        assert own == pytest.approx(best, abs=1e-8)


def test_a_break_that_was_put_in_is_found():
    rng = np.random.default_rng(2)
    values = [*rng.normal(50, 2, 14), *rng.normal(58, 2, 12)]
    found = worth_telling(values)
    assert found is not None
    assert found.after == (14,)
    assert cusum(values).p < 0.01


def test_two_breaks_are_told_from_one():
    rng = np.random.default_rng(7)
    values = [*rng.normal(50, 1, 10), *rng.normal(60, 1, 10), *rng.normal(45, 1, 10)]
    assert likely(breaks(values)).after == (10, 20)


def test_a_level_that_stays_is_seldom_called_a_break():
    rng = np.random.default_rng(9)
    told = [worth_telling(rng.normal(size=24).tolist()) for _ in range(300)]
    assert np.mean([found is not None for found in told]) <= 0.05


def test_under_twenty_waves_nothing_is_told():
    values = [0.0, 1.0] * 4 + [50.0, 51.0] * 5
    assert len(values) < 20
    assert worth_telling(values) is None


@given(st.floats(-5, 5).filter(lambda a: abs(a) > 0.1), st.floats(-50, 50))
def test_another_unit_gives_the_same_tests(factor, shift):
    values = np.random.default_rng(4).normal(size=30)
    other = values * factor + shift
    assert cusum(other).statistic == pytest.approx(cusum(values).statistic)
    assert sup_f(other) == pytest.approx(sup_f(values))


def test_the_largest_f_by_hand():
    values = [1.0, 3.0, 2.0, 7.0, 9.0, 8.0]
    whole, parts = squares(values), squares(values[:3]) + squares(values[3:])
    assert sup_f(values) == pytest.approx((whole - parts) / (parts / 4))


@pytest.mark.parametrize("bad", [[], [1.0], [5.0] * 30, [1.0, math.nan] * 9, [1.0, math.inf] * 9])
def test_series_without_anything_to_find_are_refused(bad):
    for look in (breaks, cusum, sup_f):
        with pytest.raises(ChangePointError):
            look(bad)


def test_levels_without_any_spread_have_no_f():
    with pytest.raises(ChangePointError, match="exactly"):
        sup_f([1.0] * 10 + [2.0] * 10)
    assert likely(breaks([1.0] * 10 + [2.0] * 10)).after == (10,)
