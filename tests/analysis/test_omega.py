import numpy as np
import pytest

from analysis.factors.cfa import fit
from analysis.factors.factor_model import Model, Sample
from analysis.factors.omega import LEAST_DRAWS, bootstrap, fit_many, least_residuals, one_factor
from analysis.reliability import ReliabilityError, cronbach

LOADINGS, UNIQUE = np.array([0.9, 1.4, 0.6, 2.0]), np.array([0.5, 1.0, 0.8, 3.0])
MATRIX = np.outer(LOADINGS, LOADINGS) + np.diag(UNIQUE)


def people(n, seed=5):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) * LOADINGS + rng.normal(size=(n, 4)) * np.sqrt(UNIQUE)


def test_a_true_factor_is_found_again():
    found = one_factor(MATRIX, 400)
    assert found.loadings == pytest.approx(LOADINGS)
    assert found.unique == pytest.approx(UNIQUE)
    assert found.omega == pytest.approx(4.9**2 / (4.9**2 + 5.3))
    assert found.omega_observed == pytest.approx(found.omega)
    assert found.average_variance == pytest.approx(7.13 / 12.43)


def test_three_items_have_loadings_in_closed_form():
    r = np.array([[1.0, 0.42, 0.35], [0.42, 1.0, 0.30], [0.35, 0.30, 1.0]])
    expected = np.sqrt([0.42 * 0.35 / 0.30, 0.42 * 0.30 / 0.35, 0.35 * 0.30 / 0.42])
    assert one_factor(r, 200).loadings == pytest.approx(expected)
    assert least_residuals(r) == pytest.approx(expected)


def test_equal_items_have_the_same_omega_and_alpha():
    matrix = np.full((5, 5), 0.3) + 0.7 * np.eye(5)
    assert one_factor(matrix, 100).omega == pytest.approx(cronbach(matrix))


def test_misfit_parts_the_two_omegas():
    # A second pair that goes together for a reason of its own.
    matrix = MATRIX.copy()
    matrix[0, 1] = matrix[1, 0] = matrix[0, 1] + 0.6
    found = one_factor(matrix, 400)
    assert abs(found.omega - found.omega_observed) > 0.002


def test_the_general_models_fit_is_the_same():
    rows = people(300)
    found = one_factor(np.cov(rows.T, bias=True), 300)
    fitted = fit([Sample.of(rows)], Model({"f": ("a", "b", "c", "d")}, unit_variance=True))
    loadings = [one for one in fitted.estimates if one.sign == "=~"]
    assert found.loadings == pytest.approx([one.value for one in loadings])
    assert found.errors == pytest.approx([one.error for one in loadings])
    assert found.standardised == pytest.approx([one.standardised for one in loadings])


def test_other_units_change_the_loadings_with_them():
    rows = people(300)
    found = one_factor(np.cov(rows.T, bias=True), 300)
    wide = one_factor(np.cov(rows.T * 1e4, bias=True), 300)
    assert wide.loadings == pytest.approx(found.loadings * 1e4)
    assert wide.omega == pytest.approx(found.omega)


def test_many_fits_are_the_single_fits():
    matrices = np.array([np.corrcoef(people(80, seed).T) for seed in range(20)])
    loadings, _, done = fit_many(matrices)
    assert done.all()
    for matrix, found in zip(matrices, loadings, strict=True):
        assert found == pytest.approx(one_factor(matrix, 80).loadings)


def test_the_bootstrap_is_as_wide_as_the_theory_says():
    rows = people(1000)
    found = one_factor(np.cov(rows.T, bias=True), 1000)
    low, high = bootstrap(rows, np.ones(1000, dtype=np.int64), seed=1)
    spread = np.std([one_factor(np.cov(people(1000, s).T), 1000).omega for s in range(150)])
    assert low < found.omega < high
    assert (high - low) / (2 * 1.96 * spread) == pytest.approx(1, abs=0.2)


def test_the_same_seed_gives_the_same_interval():
    rows, ones = people(120), np.ones(120, dtype=np.int64)
    assert bootstrap(rows, ones, seed=4) == bootstrap(rows, ones, seed=4)
    assert bootstrap(rows, ones, seed=4) != bootstrap(rows, ones, seed=5)


def test_the_interval_is_refused_where_it_would_overstate():
    rows, ones = people(120), np.ones(120, dtype=np.int64)
    with pytest.raises(ReliabilityError, match="100 people and 2000 draws"):
        bootstrap(rows[:99], ones[:99], seed=1)
    with pytest.raises(ReliabilityError, match="100 people and 2000 draws"):
        bootstrap(rows, ones, seed=1, draws=LEAST_DRAWS - 1)
    with pytest.raises(ReliabilityError, match="not finite"):
        bootstrap(np.where(rows > 2, np.nan, rows), ones, seed=1)


def test_few_patterns_with_many_people_are_enough():
    rows = np.clip(np.round(people(5000) + 3), 1, 5)
    patterns, counts = np.unique(rows, axis=0, return_counts=True)
    low, high = bootstrap(patterns, counts, seed=2)
    assert low < one_factor(np.cov(rows.T, bias=True), 5000).omega < high


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.eye(2) + 0.3, "three items"),
        (np.diag([1.0, 1.0, 0.0]), "does not vary"),
        (np.full((3, 3), 0.999999999999) + 1e-12 * np.eye(3), "follows exactly"),
        (np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.3], [0.8, 0.3, 1.0]]), "negative variance"),
        (np.array([[1.0, np.nan, 0], [np.nan, 1, 0], [0, 0, 1]]), "not finite"),
    ],
)
def test_items_without_a_factor_are_named(matrix, words):
    with pytest.raises(ReliabilityError, match=words):
        one_factor(matrix, 200)


def test_too_few_people_are_named():
    with pytest.raises(ReliabilityError, match="too few"):
        one_factor(MATRIX, 4)
