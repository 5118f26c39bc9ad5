import csv
import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.control_chart import (
    EXACT_LIMIT,
    ChartError,
    chart,
    check_themes,
    laney,
    limits,
    p_chart,
    signals,
)
from tests.needed import shared

STEADY = [50, 52, 49, 51, 50, 53, 47, 50, 51, 49, 52, 50]


def named(values, **settings):
    return [point.signal for point in signals(values, limits(values, **settings))]


def test_the_flags_of_making_data_count_point_by_point():
    """Eight series, each unscreened, screened, and with a baseline of twelve."""
    words = {
        "outside": ("Below LCL", "Above UCL"),
        "trend": ("7 Point Trend (Decreasing)", "7 Point Trend (Increasing)"),
        "two_of_three": ("2 in 3 Below CL", "2 in 3 Above CL"),
        "one_side": ("7 Points Below CL", "7 Points Above CL"),
    }
    series = defaultdict(list)
    with shared("reference/data/ref_spc_makingdatacount_flags.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            series[row["series"], row["screen"], row["fix"]].append(row)
    assert len(series) == 24
    for (_, screen, fix), rows in series.items():
        values = [float(row["y"]) for row in rows]
        found = limits(values, baseline=int(fix) or None, screen=screen == "TRUE")
        theirs = [float(rows[0][name]) for name in ("mean", "lpl", "upl")]
        assert [found.centre, found.low, found.high] == pytest.approx(theirs, nan_ok=True)
        told = [
            words[point.signal][point.side > 0] if point.signal else "Common Cause"
            for point in signals(values, found)
        ]
        assert told == [row["special_cause"] for row in rows]


def test_limits_by_hand():
    found = limits([10, 12, 10, 12], screen=False)
    assert (found.centre, found.moving_range) == (11, 2)
    assert (found.low, found.high) == (pytest.approx(5.68), pytest.approx(16.32))
    assert found.sigma == pytest.approx(2 / 1.128)
    assert found.most_range == pytest.approx(6.534)
    assert limits([10, 12, 10, 12], factor=EXACT_LIMIT).high == pytest.approx(11 + 6 / 1.128)


def test_one_jump_is_screened_out_of_the_limits_once():
    values = [*STEADY, 90, *STEADY]
    assert limits(values).high < limits(values, screen=False).high
    assert named(values)[12] == "outside"


def test_six_on_one_side_say_nothing_and_seven_do():
    flat = [0, 10, 0, 10, 0, 10, 0]
    assert {point.signal for point in signals([*flat, *[6] * 6], limits(flat))} == {""}
    seven = signals([*flat, *[6] * 7], limits(flat))
    assert [point.signal for point in seven[-7:]] == ["one_side"] * 7
    assert [point.side for point in seven[-7:]] == [1] * 7


def test_a_point_on_the_centre_ends_a_run():
    within = limits([0, 10, 0, 10])
    assert within.centre == 5
    assert {p.signal for p in signals([6, 6, 6, 6, 5, 6, 6, 6], within)} == {""}


def test_six_steps_up_are_a_trend_and_five_are_not():
    within = limits([0, 30, 0, 30])
    assert [p.signal for p in signals([14, 15, 16, 17, 18, 19, 20], within)] == ["trend"] * 7
    assert "trend" not in {p.signal for p in signals([14, 15, 16, 17, 18, 19], within)}
    down = signals([16, 15, 14, 13, 12, 11, 10], within)
    assert {(p.signal, p.side) for p in down} == {("trend", -1)}


@given(st.lists(st.integers(0, 100), min_size=2, max_size=40))
def test_upside_down_the_same_points_stand_out(values):
    turned = [-value for value in values]
    one, other = signals(values, limits(values)), signals(turned, limits(turned))
    assert [p.signal for p in one] == [p.signal for p in other]
    assert [p.side for p in one] == [-p.side for p in other]


def test_a_stable_process_seldom_signals_early():
    """As often as is known from simulation: 7 % by 12 waves, a tenth by 16."""
    rng = np.random.default_rng(3)
    for waves, share in ((6, 0.02), (12, 0.07), (16, 0.11)):
        seen = [any(named(rng.normal(size=waves).tolist())) for _ in range(700)]
        assert np.mean(seen) == pytest.approx(share, abs=0.02)


def test_limits_are_a_trial_until_twelve_waves_and_frozen_after():
    assert chart(STEADY[:11]).trial
    early, late = chart(STEADY), chart([*STEADY, 70, 71, 72])
    assert not early.trial
    assert late.limits == early.limits
    assert [point.signal for point in late.points[-3:]] == ["outside"] * 3
    with pytest.raises(ChartError, match="at least 12"):
        chart(STEADY, frozen_at=8)


def test_charts_are_for_four_themes():
    check_themes(["a", "b", "c", "d", "d"])
    with pytest.raises(ChartError, match="at most 4"):
        check_themes(["a", "b", "c", "d", "e"])


def test_shares_by_hand_and_with_people_who_are_few():
    found = p_chart([20, 30], [50, 50])
    assert (found.centre, found.low[0]) == (0.5, pytest.approx(0.5 - 3 * math.sqrt(0.25 / 50)))
    narrow = p_chart([20, 30], [50, 50], [65, 65])
    ratio = (narrow.high[0] - 0.5) / (found.high[0] - 0.5)
    assert ratio == pytest.approx(math.sqrt(15 / 64))


def test_laneys_limits_are_as_wide_as_the_points_really_spread():
    rng = np.random.default_rng(5)
    answers = [5000] * 40
    spread = rng.binomial(5000, rng.normal(0.5, 0.05, 40)).tolist()
    plain = rng.binomial(5000, 0.5, 40).tolist()
    assert laney(spread, answers).sigma_z > 3
    assert laney(plain, answers).sigma_z == pytest.approx(1, abs=0.3)
    assert (p_chart(spread, answers).high < laney(spread, answers).high).all()


@pytest.mark.parametrize("bad", [[], [5], [1, math.nan, 2], [1, math.inf]])
def test_waves_without_values_are_refused(bad):
    with pytest.raises(ChartError):
        limits(bad)


@pytest.mark.parametrize(
    ("counts", "answers", "people"),
    [
        ([5], [10], None),
        ([5, 5], [10], None),
        ([5, 11], [10, 10], None),
        ([0, 0], [0, 10], None),
        ([0, 0], [10, 10], None),
        ([10, 10], [10, 10], None),
        ([5, 5], [10, 10], [9, 20]),
        ([5, 5], [10, 10], [10, 20]),
    ],
)
def test_shares_that_cannot_be_charted_are_refused(counts, answers, people):
    with pytest.raises(ChartError):
        p_chart(counts, answers, people)


def test_a_series_that_never_moves_has_no_signals_and_no_false_width():
    found = limits([60] * 14)
    assert math.isnan(found.low)
    assert set(named([60] * 14)) == set(named([60] * 14, screen=False)) == {""}
    with pytest.raises(ChartError, match="never moves"):
        chart([*[60] * 12, 80])
