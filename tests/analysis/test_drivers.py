from itertools import permutations

import numpy as np
import pytest

from analysis.drivers import (
    adjusted,
    correlations,
    inflation,
    johnson,
    lmg,
    r_squared,
    together,
    too_few,
)
from analysis.multilevel.cluster import DesignError


def simulated(rng, people=400, weights=(1.0, 1.0, 0.3, 0.0), common=0.4):
    k = len(weights)
    x = np.sqrt(1 - common) * rng.normal(size=(people, k))
    x += np.sqrt(common) * rng.normal(size=(people, 1))
    return x @ np.array(weights) + 1.5 * rng.normal(size=people), x


def test_shares_are_the_average_over_every_order_of_entry():
    y, x = simulated(np.random.default_rng(1), people=60)
    matrix = correlations(y, x)

    def explained(some):
        if not some:
            return 0.0
        own = matrix[np.ix_(some, some)]
        return matrix[-1, some] @ np.linalg.solve(own, matrix[some, -1])

    shares = np.zeros(4)
    orders = list(permutations(range(4)))
    for order in orders:
        for at, j in enumerate(order):
            shares[j] += explained(list(order[: at + 1])) - explained(list(order[:at]))
    assert lmg(matrix) == pytest.approx(shares / len(orders))
    assert lmg(matrix).sum() == pytest.approx(r_squared(matrix))
    assert johnson(matrix).sum() == pytest.approx(r_squared(matrix))


def test_two_predictors_share_alike_by_either_rule():
    matrix = correlations(*simulated(np.random.default_rng(2), weights=(1.0, 0.5)))
    assert johnson(matrix) == pytest.approx(lmg(matrix))


def test_units_and_direction_do_not_matter():
    y, x = simulated(np.random.default_rng(3))
    turned = correlations(-2 * y, x * [1, -10, 0.1, 3] + 7)
    assert lmg(turned) == pytest.approx(lmg(correlations(y, x)))


def test_equals_are_seldom_told_apart_and_the_rest_are():
    rng = np.random.default_rng(4)
    found = [together(*simulated(rng, people=800), resamples=100) for _ in range(12)]
    assert sum(set(one.alike[0]) == {0, 1} for one in found) >= 9
    for one in found:
        assert not {2, 3} & set(one.alike[0])
        assert one.share.sum() == pytest.approx(1)
        assert (one.shares[0] <= one.share).all()
        assert (one.share <= one.shares[1]).all()
        assert one.ranks[0, 3] >= 3


def test_the_same_answers_give_the_same_intervals():
    y, x = simulated(np.random.default_rng(5), people=200)
    assert together(y, x, resamples=50).shares.tolist() == (
        together(y, x, resamples=50).shares.tolist()
    )


def test_what_only_differs_between_teams_is_taken_out():
    rng = np.random.default_rng(6)
    teams = np.repeat(np.arange(40), 10)
    climate = rng.normal(size=40)[teams]
    x = np.column_stack([climate + 0.5 * rng.normal(size=400), rng.normal(size=400)])
    y = 2 * climate + x[:, 1] + rng.normal(size=400)
    across = together(y, x, teams, resamples=100)
    inside = together(y, x, teams, within_teams=True, resamples=100)
    assert across.share[0] > 0.5
    assert inside.share[0] < 0.1


def test_whole_teams_are_drawn_so_shared_moods_widen_the_interval():
    rng = np.random.default_rng(7)
    teams = np.repeat(np.arange(20), 20)
    x = rng.normal(size=(20, 2))[teams] + 0.3 * rng.normal(size=(400, 2))
    y = x[:, 0] + rng.normal(size=20)[teams] + rng.normal(size=400)
    people = np.ptp(together(y, x, resamples=300).shares, axis=0)
    drawn = np.ptp(together(y, x, teams, resamples=300).shares, axis=0)
    assert drawn[0] > 1.5 * people[0]


def test_themes_that_say_the_same_are_named():
    rng = np.random.default_rng(8)
    x = rng.normal(size=(300, 3))
    x[:, 1] = x[:, 0] + 0.3 * rng.normal(size=300)
    found = together(x.sum(axis=1) + rng.normal(size=300), x, resamples=50)
    assert found.too_alike == (0, 1)
    assert inflation(np.eye(4)).tolist() == [1, 1, 1]


def test_how_many_people_it_takes():
    assert "150 people" in too_few(149, 3)
    assert too_few(150, 7) == ""
    assert "160 people" in too_few(150, 8)
    assert adjusted(0.5, 11, 5) == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda y, x: (y[:100], x[:100]), "at least 150 people"),
        (lambda y, x: (y * 0, x), "outcome is the same"),
        (lambda y, x: (y, x * [1, 0, 1, 1]), "same for everybody"),
        (lambda y, x: (y, np.column_stack([x, x[:, 0]])), "collinear"),
        (lambda y, x: (np.where(y > 0, np.nan, y), x), "missing or not finite"),
        (lambda y, x: (y, np.tile(x, 3) + np.random.default_rng(0).normal(size=(400, 12))), "1 to"),
    ],
)
def test_what_cannot_be_shared_out_says_why(change, why):
    with pytest.raises(DesignError, match=why):
        together(*change(*simulated(np.random.default_rng(9))), resamples=10)


def test_teams_must_be_known_to_compare_within_them():
    y, x = simulated(np.random.default_rng(10))
    with pytest.raises(DesignError, match="Teams are needed"):
        together(y, x, within_teams=True)
    with pytest.raises(DesignError, match="needs a team"):
        together(y, x, ["a"])
