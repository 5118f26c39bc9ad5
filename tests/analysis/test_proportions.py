import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from analysis.sampling.exact_shares import (
    clopper_pearson,
    hypergeometric,
    same_share,
    same_share_exact,
)
from analysis.sampling.proportions import ProportionError, manski, newcombe, wilson, wilson_finite

counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
finite = counts.flatmap(lambda c: st.tuples(st.just(c[0]), st.just(c[1]), st.integers(c[1], 120)))


def coverage(interval, people, answers, truth):
    """How often an interval of the answers of a random part holds the group's own share."""
    held = 0.0
    for x in range(max(0, answers - (people - truth)), min(answers, truth) + 1):
        low, high = interval(x, answers, people)
        chance = float(hypergeom.pmf(x, people, truth, answers))
        held += chance * (low - 1e-12 <= truth / people <= high + 1e-12)
    return held


def test_exact_coverage_in_a_small_group_is_what_is_known():
    """9 of 15 agree, 10 answer: found by counting every possible sample."""
    assert coverage(hypergeometric, 15, 10, 9) == pytest.approx(0.998, abs=5e-4)
    assert coverage(wilson_finite, 15, 10, 9) == pytest.approx(0.911, abs=5e-4)


@pytest.mark.parametrize(("people", "answers"), [(12, 8), (15, 10), (20, 12), (30, 18)])
def test_the_hypergeometric_interval_covers_whatever_the_truth(people, answers):
    assert min(coverage(hypergeometric, people, answers, k) for k in range(people + 1)) >= 0.95


@given(counts)
def test_an_interval_holds_the_share_and_stays_within_none_and_all(count):
    x, n = count
    for low, high in (wilson(x, n), clopper_pearson(x, n)):
        assert 0 <= low <= x / n + 1e-12
        assert x / n - 1e-12 <= high <= 1


@given(counts)
def test_counting_the_others_turns_the_interval_round(count):
    x, n = count
    for interval in (wilson, clopper_pearson):
        low, high = interval(x, n)
        other = interval(n - x, n)
        assert (1 - high, 1 - low) == pytest.approx(other, abs=1e-9)


@given(finite)
def test_a_finite_group_is_known_better_and_never_beyond_what_is_possible(case):
    x, n, people = case
    low, high = hypergeometric(x, n, people)
    least, most = manski(x, n, people)
    assert least - 1e-12 <= low <= high <= most + 1e-12
    narrow, wide = wilson_finite(x, n, people), wilson(x, n)
    assert narrow[1] - narrow[0] <= wide[1] - wide[0] + 1e-9
    if n == people:
        assert low == high == x / n == narrow[0]


def test_two_groups_the_other_way_round_differ_the_other_way():
    found, turned = newcombe(18, 25, 11, 24), newcombe(11, 24, 18, 25)
    assert (found.value, found.low) == pytest.approx((-turned.value, -turned.high))
    assert same_share(18, 25, 11, 24) == pytest.approx(same_share(11, 24, 18, 25))


def test_groups_in_which_nobody_agrees_cannot_be_told_apart():
    assert same_share(0, 9, 0, 20) == 1.0
    assert same_share_exact(0, 9, 0, 20) == 1.0


def test_fishers_p_by_hand():
    """3 of 3 against 0 of 3: one table of 20 on either side."""
    assert same_share_exact(3, 3, 0, 3) == pytest.approx(2 / 20)


@pytest.mark.parametrize("count", [(1, 0), (5, 4), (-1, 4), (1.5, 4), (math.nan, 4), (1, math.inf)])
def test_what_is_no_share_is_refused(count):
    for interval in (wilson, clopper_pearson):
        with pytest.raises(ProportionError):
            interval(*count)


def test_more_answers_than_people_are_refused():
    for bound in (hypergeometric, wilson_finite, manski):
        with pytest.raises(ProportionError, match="group of 9"):
            bound(5, 10, 9)
    with pytest.raises(ProportionError, match="level"):
        wilson(5, 10, 1.0)
