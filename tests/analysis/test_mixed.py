import numpy as np
import pytest

from analysis.multilevel.grouped import GroupingError, Groups
from analysis.multilevel.mixed import random_intercept, random_intercept_of


def simulated(rng, groups=40, size=12, between=0.3, slope=0.5):
    labels = np.repeat(np.arange(groups), rng.integers(size // 2, size * 2, groups))
    x = rng.normal(size=len(labels))
    effects = rng.normal(0, np.sqrt(between), groups)
    return 2 + slope * x + effects[labels] + rng.normal(size=len(labels)), labels, x


def likelihood(y, x, labels, between, within):
    """The restricted deviance from whole matrices, as the textbook writes it."""
    v = within * np.eye(len(y)) + between * (labels[:, None] == labels[None, :])
    inverse = np.linalg.inv(v)
    a = x.T @ inverse @ x
    rest = y - x @ np.linalg.solve(a, x.T @ inverse @ y)
    logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(a)[1]
    return logs + rest @ inverse @ rest + (len(y) - x.shape[1]) * np.log(2 * np.pi)


def test_equal_groups_give_the_anova_answer_by_hand():
    # Means 1, 4, 7 and 2 within: MSB = 2·9 = 18, so between = (18 − 2)/2.
    model = random_intercept([0, 2, 3, 5, 6, 8], list("aabbcc"))
    assert model.within == pytest.approx(2)
    assert model.between == pytest.approx(8)
    assert model.coefficients == pytest.approx([4])
    assert model.reliability == pytest.approx([8 / 9] * 3)
    assert model.effects == pytest.approx([-3 * 8 / 9, 0, 3 * 8 / 9])
    assert model.effects_sd == pytest.approx([np.sqrt(8 / 9)] * 3)
    assert model.df == pytest.approx([2])  # as a t test of three means


def test_the_fit_is_the_top_of_the_likelihood():
    y, labels, x = simulated(np.random.default_rng(3), groups=8, size=5, between=2)
    design = np.column_stack([np.ones(len(y)), x])
    model = random_intercept(y, labels, x[:, None])
    top = likelihood(y, design, labels, model.between, model.within)
    assert model.deviance == pytest.approx(top, rel=1e-10)
    for by, wi in ((1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99)):
        assert likelihood(y, design, labels, model.between * by, model.within * wi) > top


def test_units_do_not_matter():
    y, labels, x = simulated(np.random.default_rng(5))
    plain = random_intercept(y, labels, x[:, None])
    moved = random_intercept(1e4 + 10 * y, labels, 2000 + 0.01 * x[:, None])
    assert moved.between == pytest.approx(100 * plain.between, rel=1e-6)
    assert moved.coefficients[1] == pytest.approx(1000 * plain.coefficients[1], rel=1e-8)
    assert moved.df[1] == pytest.approx(plain.df[1], rel=1e-5)


def test_sums_of_groups_are_enough():
    y, labels, _ = simulated(np.random.default_rng(7))
    n, total, squares = (np.bincount(labels, w) for w in (None, y, y**2))
    whole, summed = (
        random_intercept(y, labels),
        random_intercept_of(Groups.of_sums(n, total, squares)),
    )
    assert summed.between == pytest.approx(whole.between, rel=1e-9)
    assert summed.deviance == pytest.approx(whole.deviance, rel=1e-9)
    assert summed.effects == pytest.approx(whole.effects, rel=1e-7)


def test_the_truth_is_recovered():
    rng = np.random.default_rng(11)
    found = []
    for _ in range(60):
        y, labels, x = simulated(rng)
        model = random_intercept(y, labels, x[:, None])
        found.append((model.between, model.within, model.coefficients[1]))
    assert np.mean(found, axis=0) == pytest.approx([0.3, 1, 0.5], abs=0.03)


def test_without_differences_between_groups_there_are_none():
    model = random_intercept([0, 4, 1, 3, 0, 4], list("aabbcc"))
    assert model.between == 0
    assert not model.effects.any()
    assert model.df.tolist() == [5]


@pytest.mark.parametrize(
    ("y", "labels", "x", "why"),
    [
        ([1, 2, 3], list("aaa"), None, "only one group"),
        ([1, 2, 3], list("abc"), None, "one person"),
        ([1, 1, 2, 2], list("aabb"), None, "Nobody differs"),
        ([1, np.nan, 2, 3], list("aabb"), None, "missing or not finite"),
        ([1, np.inf, 2, 3], list("aabb"), None, "missing or not finite"),
        ([1, 2, 3, 5], list("aabb"), [[1], [1], [1], [1]], "the same for everybody"),
        ([1, 2, 3, 5, 4], list("aabbb"), [[1, 2], [2, 4], [3, 6], [5, 10], [4, 8]], "collinear"),
        ([1, 2, 3], list("aab"), [[1, 2], [2, 5], [3, 6]], "no more people"),
        ([1, 2], list("aab"), None, "needs an outcome"),
    ],
)
def test_what_cannot_be_fitted_says_why(y, labels, x, why):
    with pytest.raises(GroupingError, match=why):
        random_intercept(y, labels, x)
