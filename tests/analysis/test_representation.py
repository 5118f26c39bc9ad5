import math

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from analysis.sampling.representation import (
    RepresentationError,
    answered_alike,
    fit_to_frame,
    representation,
)


def test_from_people_one_by_one():
    answered, asked = [30, 12, 55], [40, 60, 70]
    each = np.repeat(np.array(answered) / asked, asked)
    found = representation(answered, asked)
    assert found.indicator == pytest.approx(1 - 2 * each.std(ddof=1))
    assert found.response == pytest.approx(each.mean())
    assert found.variation == pytest.approx(each.std(ddof=1) / each.mean())


def test_groups_that_answer_alike_are_one():
    assert representation([20, 40], [30, 60]).indicator == pytest.approx(1)
    assert representation([30, 0], [30, 30]).indicator == pytest.approx(0, abs=0.02)


def test_the_bound_on_what_silence_can_do_holds():
    """However answers differ between groups, their mean is off by at most that many SDs."""
    rng = np.random.default_rng(6)
    asked = np.array([40, 60, 100])
    for _ in range(50):
        answered = rng.integers(1, asked + 1)
        level = np.repeat(rng.normal(size=3), asked)
        weight = np.repeat(answered / asked, asked)
        off = abs(np.average(level, weights=weight) - level.mean())
        found = representation(answered.tolist(), asked.tolist())
        assert off <= found.variation * level.std(ddof=1) + 1e-12


def test_the_fit_is_pearsons():
    found = fit_to_frame([30, 50, 20], [25, 45, 30])
    theirs = chisquare([30, 50, 20], [25, 45, 30])
    assert (found.statistic, found.p) == pytest.approx(tuple(theirs))
    assert (found.df, found.thin) == (2, False)
    assert fit_to_frame([9, 50, 20], [1, 45, 30]).thin


def test_answered_and_not_answered_are_pearsons_table():
    answered, asked = np.array([30, 12, 55]), np.array([40, 60, 70])
    theirs = chi2_contingency([answered, asked - answered], correction=False)
    found = answered_alike(answered.tolist(), asked.tolist())
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert (found.df, found.thin) == (2, False)
    assert answered_alike([40, 60], [40, 60]).p == answered_alike([0, 0], [40, 60]).p == 1


def test_chance_is_called_unlikely_as_often_as_it_should_be():
    rng = np.random.default_rng(9)
    asked = [60] * 10
    found = [answered_alike(rng.binomial(60, 0.75, 10).tolist(), asked).p for _ in range(1000)]
    assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize(
    ("answered", "asked"), [([5], [9]), ([5, 5], [9]), ([5, 5], [9, 4]), ([5, 0], [9, 0])]
)
def test_a_table_that_says_nothing_is_refused(answered, asked):
    with pytest.raises(RepresentationError):
        answered_alike(answered, asked)


@pytest.mark.parametrize(
    ("answered", "asked"),
    [([], []), ([1], [1, 2]), ([0, 0], [9, 9]), ([5], [0]), ([5], [4]), ([1], [1]),
     ([math.nan], [4]), ([-1, 3], [4, 4]), ([1.5], [4])],
)  # fmt: skip
def test_counts_that_say_nothing_are_refused(answered, asked):
    with pytest.raises(RepresentationError):
        representation(answered, asked)


@pytest.mark.parametrize(
    ("answered", "frame"),
    [([5], [1]), ([5, 5], [1]), ([5, 5], [1, 0]), ([0, 0], [1, 1]), ([5, 5], [math.nan, 1])],
)
def test_a_frame_with_empty_groups_is_refused(answered, frame):
    with pytest.raises(RepresentationError):
        fit_to_frame(answered, frame)
