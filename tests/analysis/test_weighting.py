import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.sampling.calibration import poststratified, raked, regressed
from analysis.sampling.weighting import (
    WeightError,
    by,
    capped,
    compare_groups,
    design,
    design_effect,
    kish,
    mean,
    quantile,
    regress,
    share_interval,
    share_interval_beta,
    total,
    unusable,
)

RNG = np.random.default_rng(11)


def sample(n=60, seed=1):
    rng = np.random.default_rng(seed)
    strata = rng.permutation(np.repeat(["a", "b", "c"], n // 3)).tolist()
    return rng.uniform(1, 3, n), strata, rng.normal(50, 10, n)


def test_a_simple_random_sample_by_hand():
    y = np.array([2.0, 4.0, 6.0, 8.0])
    found = mean(design(population=[16] * 4), y)
    assert (found.value, found.n, found.df) == (5, 4, 3)
    assert found.se == pytest.approx(math.sqrt(20 / 3 / 4 * 0.75))
    assert total(design(population=[16] * 4), y).value == 80
    assert mean(design(population=[4] * 4), y).se == 0


def test_strata_by_hand():
    """Two strata of 10 and 30 people: ȳ = (10·2 + 30·7)/40."""
    y = np.array([1.0, 3.0, 6.0, 8.0])
    found = mean(design(strata=list("aabb"), population=[10, 10, 30, 30]), y)
    assert found.value == pytest.approx(5.75)
    variance = 0.25**2 * 2 / 2 * 0.8 + 0.75**2 * 2 / 2 * (1 - 2 / 30)
    assert found.se == pytest.approx(math.sqrt(variance))


def test_clusters_of_people_all_alike_are_worth_one_answer_each():
    y = np.repeat([10.0, 20.0, 30.0], 4)
    clusters = np.repeat(["x", "y", "z"], 4).tolist()
    grouped, single = (
        mean(design(np.ones(12), clusters=clusters), y),
        mean(design(np.ones(3)), y[::4]),
    )
    assert (grouped.value, grouped.se, grouped.df) == pytest.approx((20, single.se, 2))


@given(st.floats(0.01, 1000))
def test_the_unit_of_the_weights_does_not_matter_to_a_mean(factor):
    weights, strata, y = sample()
    one, other = design(weights, strata=strata), design(weights * factor, strata=strata)
    assert (mean(one, y).value, mean(one, y).se) == pytest.approx(
        (mean(other, y).value, mean(other, y).se)
    )
    assert kish(weights * factor) == pytest.approx(kish(weights))


def test_the_order_of_people_does_not_matter():
    weights, strata, y = sample()
    order = RNG.permutation(60)
    turned = design(weights[order], strata=[strata[i] for i in order])
    assert mean(turned, y[order]).se == pytest.approx(mean(design(weights, strata=strata), y).se)


def test_groups_are_estimated_within_the_whole_design():
    weights, strata, y = sample()
    of = design(weights, strata=strata)
    groups = np.where(np.arange(60) % 2, "odd", "even").tolist()
    found = by(of, y, groups)
    assert list(found) == ["even", "odd"]
    missing = np.where(np.arange(60) % 2, np.nan, y)
    assert found["even"] == mean(of, missing)
    assert found["even"].n == 30


def test_a_group_comparison_is_the_difference_of_the_means():
    weights, strata, y = sample()
    of = design(weights, strata=strata)
    group = np.arange(60) % 2.0
    found = compare_groups(of, y, group)
    means = by(of, y, group.tolist())
    assert found.difference == pytest.approx(means[1.0].value - means[0.0].value)
    assert found.df == 56
    line = regress(of, y, np.column_stack([np.ones(60), group]))
    assert found.t == pytest.approx(line.coefficients[1] / line.se[1])


def test_equal_weights_and_no_strata_are_the_plain_median_and_no_design_effect():
    y = RNG.normal(size=41)
    of = design(np.ones(41))
    assert quantile(of, y) == np.median(y)
    assert design_effect(of, y) == pytest.approx(1)


def test_intervals_cover_the_population_they_were_drawn_from():
    rng = np.random.default_rng(8)
    sizes = {"a": 40, "b": 80, "c": 160}
    people = {name: rng.normal(size / 2, 10, size) for name, size in sizes.items()}
    truth = np.concatenate(list(people.values())).mean()
    held = 0
    for _ in range(400):
        drawn = {name: rng.choice(values, 15, replace=False) for name, values in people.items()}
        strata = np.repeat(list(sizes), 15).tolist()
        of = design(strata=strata, population=[sizes[name] for name in strata])
        low, high = mean(of, np.concatenate(list(drawn.values()))).interval()
        held += low <= truth <= high
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_share_intervals_hold_the_share_and_stay_inside():
    y = np.array([1.0] * 19 + [0.0])
    found = mean(design(np.ones(20)), y)
    for interval in (share_interval, share_interval_beta):
        low, high = interval(found)
        assert 0 < low < 0.95 < high < 1
        with pytest.raises(WeightError):
            interval(mean(design(np.ones(20)), np.ones(20)))


def test_poststratified_weights_meet_their_totals_and_cut_the_error_of_what_groups_explain():
    weights, strata, _ = sample()
    of = design(weights)
    totals = {"a": 100, "b": 200, "c": 300}
    level = np.array([{"a": 1.0, "b": 2.0, "c": 9.0}[name] for name in strata])
    fitted = poststratified(of, strata, totals)
    assert {n: fitted.weights[np.array(strata) == n].sum() for n in totals} == pytest.approx(totals)
    assert mean(fitted, level).se == pytest.approx(0, abs=1e-12) != mean(of, level).se


def test_raking_meets_both_margins_and_regression_on_a_margin_is_poststratification():
    weights, strata, y = sample()
    of = design(weights)
    half = ["yes" if i < 25 else "no" for i in range(60)]
    first, second = {"a": 100, "b": 200, "c": 300}, {"yes": 350, "no": 250}
    both = raked(of, [(strata, first), (half, second)])
    for groups, totals in ((strata, first), (half, second)):
        found = {name: both.weights[np.array(groups) == name].sum() for name in totals}
        assert found == pytest.approx(totals, rel=1e-8)
    one = poststratified(of, strata, first)
    dummies = np.column_stack([np.array(strata) == name for name in first]).astype(float)
    line = regressed(of, dummies, list(first.values()))
    assert (mean(one, y).value, mean(one, y).se) == pytest.approx(
        (mean(line, y).value, mean(line, y).se)
    )


def test_regression_weights_meet_the_known_sum():
    weights, _, y = sample()
    of = design(weights)
    known = np.column_stack([np.ones(60), y])
    fitted = regressed(of, known, [200.0, 200 * 51.0])
    assert mean(fitted, y).value == pytest.approx(51)
    assert mean(fitted, y).se == pytest.approx(0, abs=1e-9)


@settings(max_examples=30)
@given(st.lists(st.floats(0.1, 50), min_size=8, max_size=40))
def test_effective_answers_lie_between_one_and_all(weights):
    heavy = np.array(weights)
    assert 1 <= kish(heavy) <= len(heavy) + 1e-9
    assert capped(heavy).max() <= 4 * np.median(heavy) + 1e-12


def test_weighting_stops_where_it_costs_too_much_or_one_person_would_count_for_all():
    assert unusable(np.ones(10)) == ""
    assert "One answer" in unusable(np.array([1.0] * 19 + [4.0]))
    assert unusable(np.array([1.0] * 19 + [3.0])) == ""
    assert "too few effective" in unusable(np.array([1.0] * 80 + [9.0] * 20))
    assert "One answer" in unusable(np.ones(6))


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_a_weight_that_is_none_is_refused(bad):
    weights = np.array([1.0, 2.0, bad])
    for refuse in (design, kish, capped, unusable):
        with pytest.raises(WeightError):
            refuse(weights)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({}, "needs rows"),
        ({"weights": []}, "needs rows"),
        ({"weights": [1.0], "strata": ["a", "b"]}, "same number"),
        ({"strata": ["a", None]}, "missing"),
        ({"strata": ["a", math.nan]}, "missing"),
        ({"strata": ["a", "b"], "clusters": ["x", "x"]}, "two strata"),
        ({"population": [1, 1]}, "more in the sample"),
        ({"population": [5, 6]}, "two ways"),
        ({"population": [math.nan, 6]}, "more in the sample"),
    ],
)
def test_a_design_that_cannot_be_is_refused(parts, why):
    with pytest.raises(WeightError, match=why):
        design(**parts)


def test_values_that_say_nothing_are_refused():
    of = design(np.ones(3))
    for bad in (np.full(3, np.nan), np.array([1.0, 2.0, math.inf])):
        with pytest.raises(WeightError):
            mean(of, bad)
    lonely = design(np.ones(3), strata=["a", "a", "b"])
    with pytest.raises(WeightError, match="one cluster only"):
        mean(lonely, np.arange(3.0))
    with pytest.raises(WeightError, match="Every answer is the same"):
        design_effect(of, np.ones(3))
    census = design(clusters=list("xxy"), strata=list("aab"), population=[1.0] * 3)
    with pytest.raises(WeightError, match="too few clusters"):
        mean(census, np.arange(3.0)).interval()


def test_margins_that_cannot_hold_are_refused():
    of = design(np.ones(6))
    groups = list("aabbcc")
    with pytest.raises(WeightError, match="no total"):
        poststratified(of, groups, {"a": 1, "b": 1})
    with pytest.raises(WeightError, match="too few answers"):
        poststratified(of, groups, {"a": 10, "b": 10, "c": 10}, least=3)
    with pytest.raises(WeightError, match="too few answers"):
        poststratified(of, groups, {"a": 1, "b": 1, "c": 1, "d": 1})
    with pytest.raises(WeightError, match="nought"):
        poststratified(of, groups, {"a": 1, "b": 1, "c": 0})
    with pytest.raises(WeightError, match="same total"):
        raked(of, [(groups, {"a": 1, "b": 1, "c": 1}), (list("xxxyyy"), {"x": 2, "y": 2})])
    with pytest.raises(WeightError, match="all hold"):
        raked(of, [(list("aaabbb"), {"a": 1, "b": 2}), (list("xxxyyy"), {"x": 2, "y": 1})])
    with pytest.raises(WeightError, match="falls to nought"):
        regressed(of, np.column_stack([np.ones(6), np.arange(6.0)]), [6, 100])
    with pytest.raises(WeightError, match="same thing"):
        regressed(of, np.ones((6, 2)), [6, 6])
