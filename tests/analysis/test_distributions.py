import numpy as np
import pytest
from scipy import stats

from analysis.distributions import (
    DistributionError,
    apart,
    apart_words,
    describe,
    dominance,
    proportional_odds,
)

CODES = np.arange(1.0, 6.0)
COUNTS = np.array([3, 9, 20, 41, 27])
EARLIER = np.array([10, 20, 30, 25, 15])


def test_a_shape_is_scipys():
    answers = np.repeat(CODES, COUNTS)
    found = describe(CODES, COUNTS)
    assert found.n == 100
    assert found.mean == pytest.approx(answers.mean())
    assert found.spread == pytest.approx(answers.std(ddof=1))
    assert found.median == np.median(answers)
    assert found.skew2 == pytest.approx(stats.skew(answers, bias=False))
    assert found.kurtosis2 == pytest.approx(stats.kurtosis(answers, bias=False))
    # Type 3 is the third and fourth moment over the sample's own spread.
    gaps = (answers - answers.mean()) / answers.std(ddof=1)
    assert found.skew3 == pytest.approx((gaps**3).mean())
    assert found.kurtosis3 == pytest.approx((gaps**4).mean() - 3)


def test_mirrored_answers_mirror_the_shape():
    plain, mirrored = describe(CODES, COUNTS), describe(CODES, COUNTS[::-1])
    assert mirrored.skew2 == pytest.approx(-plain.skew2)
    assert mirrored.kurtosis3 == pytest.approx(plain.kurtosis3)


@pytest.mark.parametrize("counts", [[0, 9, 0, 0, 0], [1, 1, 1, 0, 0], [-1, 5, 5, 5, 5]])
def test_no_shape_without_answers_that_differ(counts):
    with pytest.raises(DistributionError):
        describe(CODES, np.array(counts))


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([0, 2, 90, 8, 0], "close to one another"),
        ([20, 20, 20, 20, 20], "spread out"),
        ([45, 5, 0, 5, 45], "split"),
    ],
)
def test_how_far_apart_people_are_is_said_in_words(counts, words):
    assert words in apart_words([np.array(counts)])


def test_nobody_is_nowhere_apart():
    with pytest.raises(DistributionError):
        apart(np.zeros(5, dtype=np.int64))


def test_two_options_are_a_logistic_regression():
    # For a two by two table the effect is the log odds ratio, its variance the sum of 1/n.
    table = np.array([[30, 70], [55, 45]])
    found = proportional_odds(np.array([[0.0], [1.0]]), table)
    assert found.effects[0] == pytest.approx(np.log(45 * 30 / (55 * 70)))
    assert found.effect_errors[0] == pytest.approx(np.sqrt((1 / table).sum()))
    assert found.thresholds[0] == pytest.approx(np.log(30 / 70))


def test_an_effect_of_nothing_leaves_the_shares():
    found = proportional_odds(np.array([[0.0], [1.0]]), np.array([COUNTS, COUNTS]))
    assert found.effects[0] == pytest.approx(0, abs=1e-9)
    reached = np.cumsum(COUNTS)[:-1] / 100
    assert found.thresholds == pytest.approx(np.log(reached / (1 - reached)))
    assert found.loglik == pytest.approx(2 * (COUNTS * np.log(COUNTS / 100)).sum())


def test_turning_the_options_round_turns_the_effect():
    wave, table = np.array([[0.0], [1.0]]), np.array([EARLIER, COUNTS])
    plain, turned = proportional_odds(wave, table), proportional_odds(wave, table[:, ::-1])
    assert turned.effects == pytest.approx(-plain.effects)
    assert turned.thresholds == pytest.approx(-plain.thresholds[::-1])
    assert turned.effect_errors == pytest.approx(plain.effect_errors)


def test_true_effects_are_found_again():
    rng = np.random.default_rng(3)
    features = rng.normal(size=(4000, 2)).round(1)
    leaning = features @ [0.8, -0.3] + rng.logistic(size=4000)
    codes = np.digitize(leaning, [-1.5, 0.0, 1.0])
    cells, place = np.unique(features, axis=0, return_inverse=True)
    table = np.zeros((len(cells), 4), dtype=np.int64)
    np.add.at(table, (place, codes), 1)
    found = proportional_odds(cells, table)
    assert (np.abs(found.effects - [0.8, -0.3]) < 4 * found.effect_errors).all()
    assert (np.abs(found.thresholds - [-1.5, 0, 1]) < 4 * found.threshold_errors).all()


@pytest.mark.parametrize(
    ("features", "table"),
    [
        ([[0.0], [1.0]], [[5, 0], [0, 5]]),
        ([[0.0, 0.0], [1.0, 1.0]], [[5, 2], [3, 5]]),
        ([[0.0], [np.nan]], [[5, 2], [3, 5]]),
        ([[0.0], [1.0]], [[5, 0], [3, 0]]),
    ],
)
def test_effects_that_cannot_be_known_are_refused(features, table):
    with pytest.raises(DistributionError):
        proportional_odds(np.array(features), np.array(table))


def test_dominance_is_mann_and_whitneys():
    one, two = (np.repeat(CODES, counts) for counts in (COUNTS, EARLIER))
    u = stats.mannwhitneyu(one, two).statistic
    found = dominance(COUNTS, EARLIER)
    assert found.superiority == pytest.approx(u / (len(one) * len(two)))
    assert found.low < found.delta < found.high


def test_dominance_turns_with_the_groups():
    there, back = dominance(COUNTS, EARLIER), dominance(EARLIER, COUNTS)
    assert (back.delta, back.low, back.high) == pytest.approx(
        (-there.delta, -there.high, -there.low)
    )


def test_the_interval_of_dominance_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(7)
    p, q = COUNTS / 100, EARLIER / 100
    sign = np.sign(np.arange(5)[:, None] - np.arange(5))
    held = 0
    for _ in range(1000):
        found = dominance(rng.multinomial(60, p), rng.multinomial(80, q))
        held += found.low <= p @ sign @ q <= found.high
    assert 0.93 < held / 1000 < 0.97


def test_groups_without_overlap_still_have_a_range():
    found = dominance(np.array([0, 0, 10]), np.array([10, 0, 0]))
    assert (found.delta, found.high) == (1.0, 1.0)
    assert 0 < found.low < 1
    back = dominance(np.array([10, 0, 0]), np.array([0, 0, 10]))
    assert (back.delta, back.low, back.high) == (-1.0, -1.0, -found.low)


def test_one_person_dominates_nobody():
    with pytest.raises(DistributionError):
        dominance(np.array([1, 0]), np.array([5, 5]))
