import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from analysis.change import rejected
from analysis.estimate import Stratum, difference, person_weights, stratified
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


def test_more_answers_than_people_means_the_headcount_is_wrong_not_the_answer_certain():
    found = stratified([Stratum(Moments(25, 60.0, 100.0, 10), 20)])
    assert found.se_finite == found.se > 0


def test_no_weight_passes_four_times_the_median():
    strata = [Stratum(Moments(90, 50.0, 1.0, 0), 90), Stratum(Moments(6, 50.0, 1.0, 0), 36)]
    assert person_weights(strata) == pytest.approx([1.0, 4.0])


def test_weights_that_would_cost_too_much_are_not_used():
    """Kish: (90 + 4·10)²/(90 + 16·10) = 67.6 of 100 answers, under 0.7."""
    strata = [Stratum(Moments(90, 50.0, 1.0, 0), 90), Stratum(Moments(10, 50.0, 1.0, 0), 4000)]
    assert person_weights(strata) == [1.0, 1.0]


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
