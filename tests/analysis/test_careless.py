import numpy as np
import pytest

from analysis.careless import (
    CarelessError,
    irv,
    longstring,
    mahalanobis,
    sensitivity,
    unusual,
)

GAP = float("nan")


def test_runs_by_hand():
    rows = [[1, 1, 2, 2, 2], [3, 3, 3, 3, 3], [1, 2, 3, 4, 5], [2, 2, GAP, 2, 2], [GAP] * 5]
    assert longstring(rows).tolist() == [3, 5, 1, 2, 0]


def test_spread_of_a_persons_answers_by_hand():
    found = irv([[1, 2, 3], [4, 4, 4], [5, GAP, 1], [2, GAP, GAP]])
    assert found[:3] == pytest.approx([1, 0, np.sqrt(8)])
    assert np.isnan(found[3])


def test_distance_from_the_usual_pattern():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(200, 1)) + 0.3 * rng.normal(size=(200, 4))
    found = mahalanobis(rows)
    # The mean of (x−x̄)'S⁻¹(x−x̄) is k·(n−1)/n whatever the data.
    assert found.mean() == pytest.approx(4 * 199 / 200)
    odd = np.vstack([rows, [2, -2, 2, -2]])
    assert mahalanobis(odd).argmax() == 200
    assert unusual(odd)[200]
    assert 0 <= unusual(rows).mean() < 0.03
    assert mahalanobis(rows * [1, -2, 5, 0.1]) == pytest.approx(found)


def test_a_gap_is_measured_over_what_was_answered():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(300, 3))
    gap = np.vstack([rows, [3, GAP, GAP], [GAP] * 3])
    found = mahalanobis(gap)
    assert found[300] == pytest.approx((3 - rows[:, 0].mean()) ** 2 / rows[:, 0].var(ddof=1))
    assert np.isnan(found[301])


def test_a_furious_sheet_is_told_but_stays():
    scores = np.array([60.0, 70.0, 80.0, 0.0, GAP])
    marked = np.array([False, False, False, True, True])
    found = sensitivity(scores, marked)
    assert (found.people, found.marked) == (4, 1)
    assert found.mean == 52.5
    assert found.difference == 17.5
    assert scores.tolist()[:4] == [60, 70, 80, 0]
    assert np.isnan(sensitivity([1.0], [True]).mean_without)


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (lambda: longstring([1, 2]), "row of answers"),
        (lambda: irv([[np.inf, 1]]), "not finite"),
        (lambda: mahalanobis([[1, 2], [2, 1]]), "Too few"),
        (lambda: mahalanobis([[1, 2], [2, 2], [3, 2], [5, 2]]), "alike by everybody"),
        (lambda: mahalanobis([[1, 2], [2, 4], [3, 6], [5, 10]]), "worked out"),
        (lambda: sensitivity([1.0], [True, False]), "Every person"),
        (lambda: sensitivity([GAP], [True]), "Nobody"),
    ],
)
def test_what_cannot_be_looked_over_says_why(work, why):
    with pytest.raises(CarelessError, match=why):
        work()
