import math

import numpy as np
import pytest

from analysis.instrument import InstrumentError, from_dict, to_dict
from analysis.scoring import Key, Moments, lean, moments, needed_of
from analysis.tally import count
from tests.analysis.made import P, X, instrument, reference, shared_rows, wave


def scored(rows, book) -> Moments:
    tally = count(wave(rows), book).tally
    return moments(tally.scores["s"].sum(axis=0), Key.of(book, book.scales[0]))


@pytest.mark.parametrize(
    ("size", "asked", "needed"),
    [(1, 1, 1), (2, 2, 2), (3, 3, 2), (5, 5, 3), (7, 7, 4), (8, 8, 4), (3, 2, 2), (3, 1, 1)],
)
def test_the_half_rule(size, asked, needed):
    assert needed_of(instrument(items=size).scales[0], asked) == needed


def test_an_instrument_may_ask_for_all_items():
    rows = [("org", 5, 5, None), ("org", 1, 1, 1)]
    assert scored(rows, instrument(scale={"min_answered": 3})).n == 1


def test_a_score_is_the_mean_of_the_answered_items_on_0_to_100():
    # 100·(4 + 3)/8 = 87.5 and, reversed third item, 100·(0 + 0 + 4)/12 = 33.3
    found = scored([("org", 5, 4, None), ("org", 1, 1, 1)], instrument(reverse=(2,)))
    assert found.mean == pytest.approx((87.5 + 100 / 3) / 2)
    assert found.variance == pytest.approx((87.5 - 100 / 3) ** 2 / 2)
    assert found.above == 1


def test_prefer_not_to_say_is_missing_and_not_asked_is_no_question():
    found = scored([("org", 5, P, P), ("org", 5, X, X), ("org", X, X, X)], instrument())
    assert found.n == 1
    assert found.mean == 100


def test_items_of_different_ranges_are_rescaled_each_by_its_own():
    raw = to_dict(instrument(items=2))
    raw["responses"]["ten"] = {"options": [{"code": c, "label": str(c)} for c in range(11)]}
    raw["items"][1]["responses"] = "ten"
    book = from_dict(raw)
    # 100·3/4 = 75 and 100·3/10 = 30
    assert scored([("org", 4, 3)], book).mean == pytest.approx(52.5)


def test_reversing_every_item_mirrors_the_score_and_keeps_its_spread():
    rng = np.random.default_rng(8)
    rows = [("org", *(int(v) for v in rng.integers(1, 6, 3))) for _ in range(100)]
    plain, mirrored = scored(rows, instrument()), scored(rows, instrument(reverse=(0, 1, 2)))
    assert plain.mean == pytest.approx(100 - mirrored.mean)
    assert plain.variance == pytest.approx(mirrored.variance)


@pytest.mark.parametrize(
    ("options", "favourable"), [(2, {2}), (3, {3}), (4, {3, 4}), (5, {4, 5}), (7, {5, 6, 7})]
)
def test_favourable_is_above_the_middle(options, favourable):
    book = instrument(options=options)
    codes = range(1, options + 1)
    assert {c for c in codes if lean(book, book.item("a"), c) == "favourable"} == favourable


def test_the_favourable_formula_is_the_share_of_all_responses():
    """Civil Service People Survey: positive responses of all responses to the theme's items."""
    book = instrument(scale={"formula": "favourable"})
    found = scored([("org", 5, 4, 1), ("org", 4, None, None), ("org", 3, 2, P)], book)
    assert found.mean == pytest.approx(100 * 3 / 6)
    assert found.n == 3


def test_the_favourable_formulas_variance_is_that_of_a_plain_share_for_one_item():
    book = instrument(items=1, scale={"formula": "favourable"})
    found = scored([("org", 5)] * 30 + [("org", 1)] * 70, book)
    assert found.variance == pytest.approx(100**2 * 0.3 * 0.7 * 100 / 99)


def test_nobody_has_no_mean():
    assert math.isnan(scored([("org", None, None, None)], instrument()).mean)


def test_agreeableness_of_the_bfi_as_r_scores_it():
    expected = reference("scoring_bfi_A")
    rows = [
        ("org", *(int(row[f"A{i}"]) if row[f"A{i}"] else None for i in range(1, 6)))
        for row in shared_rows("psych_bfi.csv")
    ]
    found = scored(rows, instrument(items=5, options=6, reverse=(0,)))
    assert found.n == expected["n_scored_half"]
    assert 1 + found.mean / 20 == pytest.approx(expected["mean_half"], rel=1e-9)
    assert math.sqrt(found.variance) / 20 == pytest.approx(expected["sd_half"], rel=1e-9)
    complete = scored(rows, instrument(items=5, options=6, reverse=(0,), scale={"min_answered": 5}))
    assert complete.n == expected["n_complete"]
    assert 1 + complete.mean / 20 == pytest.approx(expected["mean_complete"], rel=1e-9)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([1], "need at least two options"),
        ([1, 2, 2], "two options the same code"),
        ([-1, 0, 1], "use the code -1; codes run from 0 to 127"),
        ([1, 200], "use the code 200"),
    ],
)
def test_codes_that_cannot_be_told_from_silence_are_refused(codes, said):
    raw = to_dict(instrument(items=1))
    raw["responses"]["agree"] = {"options": [{"code": c, "label": str(c)} for c in codes]}
    with pytest.raises(InstrumentError, match=said):
        from_dict(raw)
