import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_ind

from analysis.disclosure import nearest, outward
from analysis.equivalence import EquivalenceError, equivalence
from analysis.estimate import (
    Difference,
    EstimateError,
    Spread,
    Stratum,
    collapse,
    difference,
    person_weights,
    pooled,
    stand_in,
    stratified,
)
from analysis.multiplicity import rejected
from analysis.scoring import Moments
from tests.analysis.made import reference, shared_rows


def strata_of(name, column="WBEING", people=True):
    groups: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    for row in shared_rows(name):
        groups.setdefault(row["GRP"], []).append(float(row[column]))
        sizes[row["GRP"]] = int(row["N_team"])
    return [
        Stratum(moments_of(values), sizes[group] if people else None)
        for group, values in groups.items()
    ]


def moments_of(values):
    return Moments(len(values), float(np.mean(values)), float(np.var(values, ddof=1)), 0)


def test_the_stratified_mean_and_its_error_as_in_r():
    expected = reference("svy_wave_team_nonresponse")
    found = stratified(strata_of("wave_team_nonresponse.csv"))
    assert found.mean == pytest.approx(expected["mean:WBEING"], rel=1e-9)
    assert found.se_finite == pytest.approx(expected["mean_se:WBEING"], rel=1e-9)


def test_without_headcounts_every_answer_weighs_the_same():
    expected = reference("svy_wave_team_nonresponse")
    found = stratified(strata_of("wave_team_nonresponse.csv", people=False))
    assert found.mean == pytest.approx(expected["unweighted_mean"], rel=1e-9)
    assert found.se_finite == found.se


def test_the_change_between_two_waves_as_in_r():
    expected = reference("svy_change_two_waves")
    first = stratified(strata_of("wave_team_nonresponse.csv"))
    second = stratified(strata_of("wave2_team_nonresponse.csv"))
    assert second.mean - first.mean == pytest.approx(expected["diff"], rel=1e-9)
    finite = np.hypot(first.se_finite, second.se_finite)
    assert finite == pytest.approx(expected["se_diff"], rel=1e-9)
    # Change is judged for conditions, not for these very people: without the correction.
    assert difference(second, first).se > finite


def test_one_stratum_each_is_welchs_test():
    rng = np.random.default_rng(2)
    one, two = rng.normal(50, 20, 40), rng.normal(58, 9, 90)
    found = difference(
        stratified([Stratum(moments_of(two), None)]), stratified([Stratum(moments_of(one), None)])
    )
    expected = ttest_ind(two, one, equal_var=False)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.interval() == pytest.approx(tuple(expected.confidence_interval()), rel=1e-9)


def test_a_whole_group_that_answered_is_known_exactly():
    found = stratified([Stratum(Moments(20, 60.0, 100.0, 10), 20)])
    assert found.interval() == (60.0, 60.0)
    assert found.se > 0


def test_small_strata_take_the_spread_that_stands_in_for_theirs():
    """By hand: Var = 0.4²·100/40 + 0.6²·225/60. The correction is one for both, though everybody of
    the first answered: (0.2²/40·0 + 0.8²/60·(1 − 60/160))/(0.2²/40 + 0.8²/60) = 4/7."""
    strata = [Stratum(Moments(40, 60.0, 4.0, 10), 40), Stratum(Moments(60, 50.0, 225.0, 10), 160)]
    even = [Stratum(strata[0].scores, None), Stratum(strata[1].scores, None)]
    spread = Spread(100.0, 98.0, 50)
    assert stratified(even, spread).se == pytest.approx(np.sqrt(0.16 * 2.5 + 0.36 * 3.75))
    found = stratified(strata, spread)
    assert found.se_finite == pytest.approx(found.se * np.sqrt(4 / 7))
    assert found.df == 98


def test_the_spread_of_few_people_never_stands_in():
    """Under 50 answers in all it is a fixed one, of counts alone."""
    alike, usual = ([Stratum(Moments(20, 60.0, variance, 10), 40)] * 2 for variance in (0.0, 400.0))
    assert stand_in(alike, 50) == stand_in(usual, 50)
    many = [Stratum(Moments(25, 60.0, 784.0, 10), 40)] * 2
    assert stand_in(many, 50).variance == 30**2


@pytest.mark.parametrize("others", [(60,), (55, 80), (20, 30, 15)])
def test_an_interval_does_not_say_whether_a_small_group_is_of_one_mind(others):
    """At 90 % response ten people weigh a lot in the whole's interval; their own spread is not in
    it. The pooled spread of all, which is wrong here, tells."""
    rest = [Stratum(Moments(n, 55.0, 21.0**2, n), round(n / 0.9)) for n in others]
    alike, split = (
        [*rest, Stratum(Moments(10, 50.0, variance, 10), 11)] for variance in (0.0, 40.0**2)
    )
    one, other = (stratified(cells, stand_in(cells, 50)).half() for cells in (alike, split))
    assert one == other
    naive = [
        stratified(cells, Spread(pooled(cells).variance, 50.0, 50)).half()
        for cells in (alike, split)
    ]
    assert naive[1] > naive[0]


@pytest.mark.parametrize("response", [0.5, 0.9])
def test_the_spread_that_stands_in_covers_as_often_as_it_claims(response):
    """Groups of 14 to 30 people with answers to three questions, drawn without replacement."""
    rng = np.random.default_rng(7)
    people = [np.clip(rng.normal(55, 22, n).round(-1), 0, 100) for n in (14, 16, 20, 30, 30)]
    truth = float(np.concatenate(people).mean())
    hits = 0
    for _ in range(400):
        told = [rng.choice(one, round(len(one) * response), replace=False) for one in people]
        cells = [
            Stratum(Moments(len(t), float(t.mean()), float(t.var(ddof=1)), 0), len(one))
            for t, one in zip(told, people, strict=True)
        ]
        low, high = stratified(cells, stand_in(cells, 50)).interval()
        hits += low <= truth <= high
    assert hits / 400 >= 0.93


@pytest.mark.parametrize("divided", [1.0, 1.5, 2.0])
def test_small_groups_more_divided_than_large_ones_have_no_narrower_range_than_is_true(divided):
    """A service of three teams of 30 answers beside four teams of 100 whose spread stands in."""
    rng = np.random.default_rng(8)
    large = [Stratum(Moments(100, 55.0, 17.0**2, 0), 160)] * 4
    hits = []
    for _ in range(400):
        teams = np.clip(rng.normal(55, 17 * divided, (3, 45)), 0, 100)
        cells = [
            Stratum(Moments(30, float(some.mean()), float(some.var(ddof=1)), 0), 45)
            for some in teams[:, :30]
        ]
        found = stratified(cells, stand_in([*cells, *large], 50))
        half = found.half() + 0.5
        low, high = outward(max(nearest(found.mean, 1) - half, 0), found.mean + half, 1)
        hits.append(low <= teams.mean() <= high)
    assert np.mean(hits) >= 0.945


def test_a_group_of_one_mind_that_becomes_of_two_seldom_moves_the_width_of_many():
    """Rule D6 beside :meth:`Spread.beside`: twelve people among ninety in small groups."""
    rng, moved = np.random.default_rng(9), 0
    large = [Stratum(Moments(100, 55.0, 17.0**2, 0), 160)]
    for _ in range(200):
        others = [
            Stratum(Moments(26, 55.0, 20.0**2 * rng.chisquare(25) / 25, 0), 40) for _ in range(3)
        ]
        halves = {
            stratified(cells, stand_in([*cells, *large], 50)).half()
            for cells in (
                [*others, Stratum(Moments(12, 55.0, spread**2, 0), 20)] for spread in (4.0, 24.0)
            )
        }
        moved += len(halves) > 1
    assert moved <= 4


def test_more_answers_than_people_means_the_headcount_is_wrong_not_the_answer_certain():
    found = stratified([Stratum(Moments(25, 60.0, 100.0, 10), 20)])
    assert found.se_finite == found.se > 0


def test_a_group_that_hardly_answered_keeps_the_weight_of_its_people():
    strata = [Stratum(Moments(90, 80.0, 1.0, 0), 90), Stratum(Moments(10, 20.0, 1.0, 0), 810)]
    assert person_weights(strata) == [1.0, 81.0]
    assert stratified(strata).mean == pytest.approx(26)


@pytest.mark.parametrize("rates", [(0.2, 0.9), (0.15, 0.85), (0.12, 0.95)])
def test_the_interval_holds_the_truth_however_unevenly_groups_answer(rates):
    """Four quiet teams and six talkative ones, who differ in what they think."""
    rng = np.random.default_rng(7)
    held, off = 0, []
    for _ in range(200):
        teams = [rng.normal(mean, 20, 100) for mean in [40] * 4 + [65] * 6]
        given = [rates[0]] * 4 + [rates[1]] * 6
        strata = [
            Stratum(moments_of(rng.permutation(team)[: round(100 * rate)]), 100)
            for team, rate in zip(teams, given, strict=True)
        ]
        found, truth = stratified(strata), np.mean(teams)
        low, high = found.interval()
        held += low <= truth <= high
        off.append(found.mean - truth)
    assert abs(np.mean(off)) < 0.5
    assert 0.9 <= held / 200 <= 0.99


def test_an_interval_stays_within_the_scale():
    low, high = stratified([Stratum(Moments(12, 98.0, 400.0, 12), None)]).interval()
    assert (low, high) == (pytest.approx(85.3, abs=0.1), 100.0)


def test_benjamini_and_hochbergs_own_example():
    p = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
    ]
    assert sum(rejected(p)) == 4
    adjusted = [value for key, value in reference("padjust_BH1995").items() if key[:3] == "BH:"]
    assert rejected(p) == [value <= 0.05 for value in adjusted]


@given(st.lists(st.floats(0, 1), max_size=30), st.randoms())
def test_the_order_of_a_family_does_not_matter(p, random):
    pairs = list(zip(p, rejected(p), strict=True))
    random.shuffle(pairs)
    assert rejected([value for value, _ in pairs]) == [found for _, found in pairs]


def test_a_stratum_of_one_is_joined_to_the_smallest_other():
    rng = np.random.default_rng(5)
    values = [rng.normal(50, 10, n) for n in (1, 4, 9)]
    strata = [Stratum(moments_or_one(v), 4 * len(v)) for v in values]
    joined = collapse(strata)
    assert [stratum.scores.n for stratum in joined] == [5, 9]
    both = np.concatenate(values[:2])
    small = next(stratum for stratum in joined if stratum.scores.n == 5)
    assert small.headcount == 20
    assert (small.scores.mean, small.scores.variance) == pytest.approx(
        (both.mean(), both.var(ddof=1))
    )
    assert math.isfinite(stratified(strata).se)
    assert stratified(strata) == stratified(joined)


def test_strata_that_are_large_enough_stay():
    strata = [Stratum(Moments(9, 50.0, 4.0, 5), 20), Stratum(Moments(2, 40.0, 4.0, 0), None)]
    assert collapse(strata) == strata
    assert collapse(strata, least=3)[0].headcount is None
    assert collapse(strata[1:], least=3) == strata[1:]


def moments_or_one(values):
    return moments_of(values) if len(values) > 1 else Moments(1, float(values[0]), math.nan, 0)


@pytest.mark.parametrize(
    ("strata", "why"),
    [
        ([], "Nobody answered"),
        ([Stratum(Moments(0, math.nan, math.nan, 0), 9)], "Nobody answered"),
        ([Stratum(Moments(1, 50.0, math.nan, 0), 9)], "no spread"),
        ([Stratum(Moments(9, math.nan, 4.0, 0), 9)], "no number"),
        ([Stratum(Moments(9, math.inf, 4.0, 0), 9)], "no number"),
        ([Stratum(Moments(9, 50.0, -1.0, 0), 9)], "no spread"),
    ],
)
def test_strata_without_an_honest_mean_are_refused(strata, why):
    with pytest.raises(EstimateError, match=why):
        stratified(strata)


@pytest.mark.parametrize(
    ("value", "se", "bound", "same"),
    [(1, 2, 5, True), (1, 2, 4, False), (0, 9, 5, False), (4, 0, 5, True), (-6, 0.1, 5, False)],
)
def test_alike_means_surely_within_the_bounds(value, se, bound, same):
    for sign in (1, -1):
        found = equivalence(Difference(sign * value, se, 400.0), bound)
        assert found.same is same
        assert (found.p < 0.05) is same


def test_two_one_sided_tests_by_hand():
    found = equivalence(Difference(1.0, 2.0, 30.0), 5)
    assert found.p == pytest.approx(max(t.sf(6 / 2, 30), t.cdf(-4 / 2, 30)))
    assert (found.low, found.high) == pytest.approx(
        (1 - t.ppf(0.95, 30) * 2, 1 + t.ppf(0.95, 30) * 2)
    )


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf])
def test_bounds_that_bound_nothing_are_refused(bad):
    with pytest.raises(EquivalenceError):
        equivalence(Difference(1.0, 2.0, 30.0), bad)
    with pytest.raises(EquivalenceError):
        equivalence(Difference(math.nan, 2.0, 30.0), 5)
