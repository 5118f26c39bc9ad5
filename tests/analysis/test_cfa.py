from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ncx2

from analysis.counting.patterns import Products
from analysis.factors.cfa import fit, observed_information
from analysis.factors.factor_model import FactorModelError, Model, Sample
from analysis.factors.fit_indices import indices, noncentrality
from analysis.factors.invariance import EQUAL, ladder, rungs, sentence
from analysis.factors.robust_fit import robust

ITEMS = ("a", "b", "c", "d", "e", "f", "g")
TWO = Model({"calm": ITEMS[:3], "fair": ITEMS[3:]})
LOADINGS = np.array([[1, 0], [0.8, 0], [1.2, 0], [0, 1], [0, 0.7], [0, 0.9], [0, 1.1]])
TOGETHER = np.array([[1.0, 0.4], [0.4, 0.8]])
RESIDUALS = np.array([0.5, 0.6, 0.7, 0.4, 0.5, 0.6, 0.3])
INTERCEPTS = np.array([3.0, 3.2, 2.8, 4.0, 3.5, 3.1, 2.9])
WORDINGS = {item: f"Question {item.upper()}" for item in ITEMS}


def true(n=500, *, means=(0.0, 0.0), loadings=LOADINGS, shift=(), residuals=RESIDUALS):
    """What a group would answer if there were no chance in it; ``shift`` moves intercepts."""
    intercepts = INTERCEPTS.copy()
    for item, by in shift:
        intercepts[ITEMS.index(item)] += by
    return Sample(
        n,
        intercepts + loadings @ np.array(means),
        loadings @ TOGETHER @ loadings.T + np.diag(residuals),
    )


def drawn(n, seed=1, made=None):
    made = made or true()
    return np.random.default_rng(seed).multivariate_normal(made.mean, made.covariance, n)


def test_a_true_model_is_found_again_without_misfit():
    found = fit([true()], TWO)
    assert found.groups[0].loadings == pytest.approx(LOADINGS)
    assert found.groups[0].factors == pytest.approx(TOGETHER)
    assert found.groups[0].residuals == pytest.approx(RESIDUALS)
    fits = indices(found)
    assert fits.df == 13
    assert fits.chisq == pytest.approx(0, abs=1e-9)
    assert (fits.cfi, fits.rmsea, fits.rmsea_low) == (1, 0, 0)
    assert fits.srmr == pytest.approx(0, abs=1e-9)


def test_true_factor_means_are_found_again():
    model = replace(TWO, equal=EQUAL["scalar"])
    found = fit([true(), true(300, means=(0.5, -0.2)), true(200, means=(0.1, 0.3))], model)
    assert found.misfit == pytest.approx(0, abs=1e-10)
    assert found.groups[1].factor_means == pytest.approx([0.5, -0.2])
    assert found.groups[2].factor_means == pytest.approx([0.1, 0.3])
    assert found.groups[0].intercepts == pytest.approx(INTERCEPTS)


def test_other_units_leave_the_fit_alone():
    rows = drawn(250)
    units = np.array([1, 10, 0.1, 5, 1, 100, 3])
    plain, wide = fit([Sample.of(rows)], TWO), fit([Sample.of(rows * units)], TWO)
    assert wide.misfit == pytest.approx(plain.misfit)
    assert wide.groups[0].loadings[1, 0] == pytest.approx(plain.groups[0].loadings[1, 0] * 10)
    assert indices(wide).srmr == pytest.approx(indices(plain).srmr)


def test_a_factor_takes_its_unit_from_an_item_or_its_own_spread():
    rows = drawn(250)
    marked, own = (
        fit([Sample.of(rows)], TWO),
        fit([Sample.of(rows)], replace(TWO, unit_variance=True)),
    )
    assert own.misfit == pytest.approx(marked.misfit)
    for one, two in zip(marked.estimates, own.estimates, strict=True):
        assert one.standardised == pytest.approx(two.standardised)


def test_a_reversed_marker_does_not_lead_astray():
    rows = drawn(250) * [-1, 1, 1, 1, 1, 1, 1]
    assert fit([Sample.of(rows)], TWO).misfit == pytest.approx(fit([Sample.of(-rows)], TWO).misfit)
    assert fit([Sample.of(rows)], TWO).groups[0].loadings[1, 0] < 0


def test_sums_and_products_are_enough():
    rows = np.clip(np.round(drawn(300)), 1, 5).astype(np.int64)
    products = Products(300, rows.sum(axis=0), rows.T @ rows)
    by_rows, by_sums = fit([Sample.of(rows)], TWO), fit([Sample.of_products(products)], TWO)
    assert by_sums.misfit == pytest.approx(by_rows.misfit)


def test_errors_are_the_spread_of_many_samples():
    found = [fit([Sample.of(drawn(400, seed))], TWO) for seed in range(60)]
    spread = np.std([[one.value for one in each.estimates] for each in found], axis=0)
    errors = np.mean([[one.error for one in each.estimates] for each in found], axis=0)
    assert spread[errors > 0] / errors[errors > 0] == pytest.approx(1, abs=0.35)
    assert (spread[errors == 0] == 0).all()
    # The figures of 60 samples wander; together they must not.
    assert np.mean(spread[errors > 0] / errors[errors > 0]) == pytest.approx(1, abs=0.07)


def test_chi_square_of_a_true_model_is_as_large_as_its_freedom():
    found = [indices(fit([Sample.of(drawn(400, seed))], TWO)) for seed in range(60)]
    assert np.mean([one.chisq for one in found]) == pytest.approx(13, abs=2)
    assert 0 <= np.mean([one.pvalue < 0.05 for one in found]) < 0.13


def test_observed_and_expected_information_agree_for_a_true_model():
    found = fit([true()], TWO)
    assert observed_information(found) == pytest.approx(found.information, rel=1e-5, abs=1e-4)


def test_the_ends_of_rmsea_are_where_chi_square_is_rare():
    low, high = noncentrality(85.3, 24)
    assert ncx2.cdf(85.3, 24, low) == pytest.approx(0.95)
    assert ncx2.cdf(85.3, 24, high) == pytest.approx(0.05)
    assert noncentrality(10, 24)[0] == 0
    assert noncentrality(0, 0) == (0, 0)


def test_long_tails_are_scaled_and_normal_answers_are_not():
    rows = drawn(4000)
    assert robust(fit([Sample.of(rows)], TWO), [rows]).factor == pytest.approx(1, abs=0.05)
    # Half of the people answer more loudly: χ² is E s⁴/(E s²)² times too large.
    loud = drawn(40_000, 2) - true().mean
    loud[::2] *= 2
    found = robust(fit([Sample.of(loud)], TWO), [loud])
    assert found.factor == pytest.approx((1 + 16) / 2 / 2.5**2, abs=0.03)
    assert found.chisq == pytest.approx(indices(fit([Sample.of(loud)], TWO)).chisq / found.factor)


def test_the_scaled_chi_square_takes_the_rows_it_was_fitted_to():
    rows = drawn(300)
    with pytest.raises(FactorModelError, match="rows"):
        robust(fit([Sample.of(rows)], TWO), [rows[:-1]])


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: Sample(100, np.zeros(3), np.diag([1.0, 1.0, 0.0])), "does not vary"),
        (lambda: Sample(3, np.zeros(3), np.eye(3)), "too few"),
        (lambda: Sample(100, np.zeros(3), np.ones((3, 3))), "follows exactly"),
        (lambda: Sample(100, np.array([0.0, np.nan, 0.0]), np.eye(3)), "not finite"),
        (lambda: Sample(100, np.zeros(3), np.full((3, 3), np.inf)), "not finite"),
        (lambda: Sample.of(np.zeros((1, 3))), "two people"),
        (lambda: fit([], TWO), "exactly the model's items"),
        (lambda: fit([true()], Model({"f": ITEMS[:3]})), "exactly the model's items"),
        (lambda: fit([true()] * 2, replace(TWO, unit_variance=True)), "first item"),
        (lambda: fit([Sample(99, np.zeros(2), np.eye(2))], Model({"f": ("a", "b")})),
         "three items"),
        (lambda: fit([Sample(99, np.zeros(4), np.eye(4))], Model({"f": tuple("abcd")})),
         "settle|converge"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_named(made, words):
    with pytest.raises(FactorModelError, match=words):
        made()


def test_a_negative_variance_is_not_proper():
    r = np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.3], [0.8, 0.3, 1.0]])
    assert not fit([Sample(300, np.zeros(3), r)], Model({"f": ("a", "b", "c")})).proper
    assert fit([true()], TWO).proper


def test_what_is_the_same_everywhere_climbs_to_the_top():
    found = ladder([true(), true(means=(0.6, 0.2))], TWO)
    assert [step.accepted for step in found.steps] == [True] * 4
    assert found.reached == "strict"
    assert found.scores_compare
    assert "scores can be compared" in sentence(found, WORDINGS)


def test_each_rung_adds_its_equalities():
    steps = rungs([true(), true()], TWO)
    assert [step.difference_df for step in steps] == [0, 5, 5, 7]
    assert [step.fit.df for step in steps] == [26, 31, 36, 43]


def test_different_loadings_stop_at_the_first_rung():
    other = LOADINGS.copy()
    other[[1, 5], [0, 1]] = [2.0, 0.1]
    found = ladder([true(), true(loadings=other)], TWO)
    assert found.reached == "configural"
    assert found.partial is None
    assert not found.scores_compare
    assert "do not seem to mean the same" in sentence(found, WORDINGS)


def test_one_odd_question_is_freed_and_named_but_the_score_may_not_rise():
    found = ladder([true(), true(shift=[("e", 0.9)])], TWO)
    assert found.reached == "metric"
    assert not found.scores_compare
    assert found.partly
    assert found.partial.freed == ("e",)
    said = sentence(found, WORDINGS)
    assert "Apart from “Question E”" in said
    assert "not the score" in said


def test_at_most_one_question_of_a_factor_is_freed():
    found = ladder([true(), true(shift=[("d", 1.5), ("e", -1.5), ("a", 0.9)])], TWO)
    assert found.partial is not None
    assert len(found.partial.freed) == 2
    assert len({"a", "b", "c"} & set(found.partial.freed)) == 1
    assert not found.partly
    assert "do not seem to mean the same" in sentence(found, WORDINGS)


def test_items_that_measure_something_else_stop_before_the_first_rung():
    mixed = Model({"calm": ("a", "d", "f"), "fair": ("b", "c", "e", "g")})
    order = [ITEMS.index(item) for item in mixed.items]
    one = true()
    turned = Sample(one.n, one.mean[order], one.covariance[np.ix_(order, order)])
    found = ladder([turned, turned], mixed)
    assert found.reached is None
    assert "do not measure one thing" in sentence(found, WORDINGS)


def test_waves_of_the_same_people_are_only_indicative():
    found = ladder([true(), true()], TWO, waves=True)
    assert "indicative" in sentence(found, WORDINGS)
    assert "indicative" not in sentence(replace(found, waves=False), WORDINGS)


def test_fewer_than_200_people_in_a_group_are_too_few():
    with pytest.raises(FactorModelError, match="200"):
        ladder([true(), true(199)], TWO)
    with pytest.raises(FactorModelError, match="200"):
        ladder([true()], TWO)
