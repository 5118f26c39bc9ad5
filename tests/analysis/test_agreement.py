import numpy as np
import pytest

from analysis.agreement import (
    SLIGHTLY_SKEWED,
    ad_m,
    anova,
    comparable,
    icc_interval,
    item_variances,
    r_star,
    r_wg,
    r_wg_j,
    uniform_variance,
)
from analysis.multilevel.grouped import GroupingError, Groups

ANSWERS = [[1, 2], [3, 2], [2, 4], [4, 4], [5, 1]]
LABELS = list("aabbc")


def simulated(rng, icc, sizes):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    true = rng.normal(0, np.sqrt(icc), len(sizes))
    return Groups.of(true[labels] + rng.normal(0, np.sqrt(1 - icc), len(labels)), labels)


def test_agreement_by_hand():
    spread = item_variances(ANSWERS, LABELS)
    assert spread[:2].tolist() == [[2, 0], [2, 0]]
    assert np.isnan(spread[2]).all()  # one person has no spread
    # s̄² = 1 of 2: 2·½/(2·½ + ½)
    assert r_wg_j(spread[:2], uniform_variance(5)) == pytest.approx([2 / 3] * 2)
    assert r_star(spread[:2], uniform_variance(5)) == pytest.approx([0.5] * 2)
    assert r_wg(spread[:2, 0], uniform_variance(5)).tolist() == [0, 0]
    assert ad_m(ANSWERS, LABELS).tolist() == [0.5, 0.5, 0]


def test_disagreement_is_nought_except_for_lindell():
    assert r_wg([3.0], 2).tolist() == [0]
    assert r_wg_j([[3.0, 5.0]], 2).tolist() == [0]
    assert r_star([[3.0, 5.0]], 2).tolist() == [-1]


def test_a_skewed_expectation_is_sterner():
    spread = [[0.8, 1.0]]
    assert r_wg_j(spread, SLIGHTLY_SKEWED) < r_wg_j(spread, uniform_variance(5))


def test_the_size_to_reckon_with_when_groups_differ():
    found = anova(Groups.of([1, 2, 3, 5, 5, 8], list("aaabbc")))
    assert found.mean_size == 2
    assert found.k0 == pytest.approx((6 - 14 / 6) / 2)
    assert found.eta_squared == pytest.approx(1 - 2 / 32)


def test_turning_the_scale_round_changes_nothing():
    rng = np.random.default_rng(1)
    y, labels = rng.integers(1, 6, 60), np.repeat(np.arange(10), 6)
    plain, turned = anova(Groups.of(y, labels)), anova(Groups.of(6 - y, labels))
    assert turned.icc1 == pytest.approx(plain.icc1)
    assert turned.f == pytest.approx(plain.f)


def test_the_interval_of_equal_groups_is_the_textbook_one():
    # Searle 1971: (F/F_u − 1)/(F/F_u + k − 1), with R's qf(.975, 2, 9) and qf(.025, 2, 9).
    groups = Groups.of([1, 2, 3, 4, 3, 4, 5, 6, 7, 8, 9, 10], np.repeat(list("abc"), 4))
    f = anova(groups).f
    low, high = icc_interval(groups)
    upper, lower = 5.7147054, 0.02538889
    assert low == pytest.approx((f / upper - 1) / (f / upper + 3), rel=1e-6)
    assert high == pytest.approx((f / lower - 1) / (f / lower + 3), rel=1e-4)


@pytest.mark.parametrize("icc", [0.0, 0.1])
def test_the_interval_holds_the_truth_19_times_of_20(icc):
    rng = np.random.default_rng(4)
    sizes = rng.integers(3, 25, 15)
    held = 0
    for _ in range(600):
        low, high = icc_interval(simulated(rng, icc, sizes))
        held += low <= icc <= high
    # With no variance between, the lower end is at nought and only the upper can miss.
    assert 0.93 <= held / 600 <= 0.99


def test_most_small_teams_may_not_be_compared():
    rng = np.random.default_rng(6)
    found = comparable(simulated(rng, 0.3, np.array([4, 30, 60] * 10)))
    assert found.low > 0
    assert found.low < found.icc < found.high
    assert found.compare.tolist() == (found.reliability >= 0.5).tolist()
    assert found.rank.tolist() == (found.reliability >= 0.7).tolist()
    assert found.rank.sum() == 20


def test_no_team_may_be_compared_while_the_interval_holds_none():
    # Two far-off groups of large size look reliable, but two say little about a variance.
    groups = Groups(np.array([40, 40]), np.array([3.0, 3.3]), np.array([39.0, 39.0]))
    found = comparable(groups)
    assert found.low == 0
    assert not found.compare.any()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Groups.of([1, 2], ["a", "a"]), "only one group"),
        (lambda: Groups.of([1, np.nan], ["a", "b"]), "missing or not finite"),
        (lambda: Groups.of([1], ["a", "b"]), "needs the label"),
        (lambda: Groups.of_sums([1, 0], [1, 0], [1, 0]), "no answers"),
        (lambda: anova(Groups.of([1, 2], ["a", "b"])), "one person"),
        (lambda: icc_interval(Groups.of([1, 1, 2], list("aab"))), "Nobody differs"),
        (lambda: item_variances([[1, np.nan]], ["a"]), "missing or not finite"),
        (lambda: ad_m([[1, 2]], ["a", "b"]), "row of answers"),
        (lambda: uniform_variance(1), "two options"),
        (lambda: r_wg([1.0], 0), "above nought"),
    ],
)
def test_what_cannot_be_worked_out_says_why(make, why):
    with pytest.raises(GroupingError, match=why):
        make()
