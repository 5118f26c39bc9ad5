import numpy as np
import pytest

from analysis.multilevel.cluster import ByCluster, DesignError, least_squares


def simulated(rng, sizes, between=0.5):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    x = np.column_stack([rng.normal(size=len(labels)), (labels % 2).astype(float)])
    y = rng.normal(0, np.sqrt(between), len(sizes))[labels] + rng.normal(size=len(labels))
    return y, x, labels


def power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    kept = np.where(values > 1e-9, np.maximum(values, 1e-9) ** exponent, 0)
    return (vectors * kept) @ vectors.T


def test_clustered_errors_and_their_freedom_as_whole_matrices_give_them():
    y, x, labels = simulated(np.random.default_rng(1), [3, 5, 2, 8, 4, 6])
    fit = least_squares(y, x)
    clusters = ByCluster.of(fit, labels)
    hat = fit.x @ fit.bread @ fit.x.T
    meat, vectors = np.zeros((3, 3)), []
    for g in range(6):
        own = labels == g
        half = power(np.eye(own.sum()) - hat[np.ix_(own, own)], -0.5)
        score = fit.x[own].T @ half @ fit.residuals[own]
        meat += np.outer(score, score)
        wide = np.zeros((len(y), 3))
        wide[own] = half @ fit.x[own] @ fit.bread
        vectors.append((np.eye(len(y)) - hat) @ wide)
    assert clusters.covariance("HC2") == pytest.approx(fit.bread @ meat @ fit.bread)
    for i in range(3):
        p = np.array([[one[:, i] @ two[:, i] for two in vectors] for one in vectors])
        assert clusters.df_cr2[i] == pytest.approx(np.trace(p) ** 2 / (p**2).sum())


def test_clusters_of_one_are_no_clusters():
    y, x, _ = simulated(np.random.default_rng(2), [1] * 40)
    fit = least_squares(y, x)
    clusters = ByCluster.of(fit, np.arange(40))
    scores = fit.x * fit.residuals[:, None]
    plain = fit.bread @ scores.T @ scores @ fit.bread
    assert clusters.covariance("HC0", adjust=False) == pytest.approx(plain)
    leverage = np.einsum("ij,jk,ik->i", fit.x, fit.bread, fit.x)
    scores /= np.sqrt(1 - leverage)[:, None]
    assert clusters.covariance("HC2") == pytest.approx(fit.bread @ scores.T @ scores @ fit.bread)


def test_a_cluster_that_a_predictor_singles_out_says_nothing_more():
    y, x, labels = simulated(np.random.default_rng(3), [4, 5, 6, 5])
    alone = np.column_stack([x[:, 0], labels == 0])
    errors = ByCluster.of(least_squares(y, alone), labels)
    assert np.isfinite(errors.covariance("HC2")).all()
    assert np.isfinite(errors.df_cr2).all()


def test_few_clusters_raise_no_more_false_alarms_than_promised():
    rng = np.random.default_rng(4)
    small, naive = 0, 0
    for _ in range(400):
        y, x, labels = simulated(rng, rng.integers(4, 20, 10))
        fit = least_squares(y, x[:, 1:])
        small += ByCluster.of(fit, labels).p_cr2[1] < 0.05
        naive += abs(fit.coefficients[1]) > 1.96 * np.sqrt(fit.covariance[1, 1])
    assert 0.025 <= small / 400 <= 0.075
    assert naive / 400 > 0.2


@pytest.mark.parametrize(
    ("y", "x", "why"),
    [
        ([1, 2, 3], [[1], [1], [1]], "same for everybody"),
        ([1, 2, 3, 5], [[1, 2], [2, 4], [3, 6], [5, 10]], "collinear"),
        ([1, 2], [[1], [2]], "no more people"),
        ([1, 2, np.nan], [[1], [2], [4]], "missing or not finite"),
        ([1, 2, 3], [[1], [2], [np.inf]], "missing or not finite"),
        ([1, 2, 3], [[1], [2]], "needs an outcome"),
    ],
)
def test_what_cannot_be_fitted_says_why(y, x, why):
    with pytest.raises(DesignError, match=why):
        least_squares(y, x)


def test_clusters_need_to_be_two_and_everybodys():
    fit = least_squares([1, 2, 4], [[1], [2], [4]])
    with pytest.raises(DesignError, match="only one cluster"):
        ByCluster.of(fit, ["a"] * 3)
    with pytest.raises(DesignError, match="label of a cluster"):
        ByCluster.of(fit, ["a", "b"])


def test_one_person_who_decides_a_coefficient_is_told():
    with pytest.raises(DesignError, match="decides a coefficient"):
        _ = least_squares([1, 2, 4, 3], [[0], [0], [0], [1]]).covariance_hc3
