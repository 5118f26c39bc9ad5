import numpy as np
import pytest

from analysis.reliability import (
    ReliabilityError,
    alpha,
    alpha_without,
    bonett,
    check_keys,
    correlations,
    cronbach,
    explained,
    feldt,
    guttman6,
    item_common,
    item_rest,
    item_total,
    sentence,
    spearman_brown,
    standard_error,
    weak_items,
)
from analysis.tally import count
from tests.analysis.made import X, answers, instrument, reference, shared_rows, wave


def counted(rows, book):
    return count(wave(rows), book), book.scales[0]


def rows_of(name, columns):
    return [
        ("org", *(int(row[c]) if row[c] else None for c in columns)) for row in shared_rows(name)
    ]


@pytest.mark.parametrize(
    ("name", "data", "columns", "options", "low", "reverse"),
    [
        (
            "attitude",
            "datasets_attitude.csv",
            ["rating", "complaints", "privileges", "learning", "raises", "critical", "advance"],
            101,
            0,
            (),
        ),
        ("bfi_A", "psych_bfi.csv", [f"A{i}" for i in range(1, 6)], 6, 1, (0,)),
        ("bfi_C", "psych_bfi.csv", [f"C{i}" for i in range(1, 6)], 6, 1, (3, 4)),
    ],
)
def test_alpha_and_feldts_interval_as_in_r(name, data, columns, options, low, reverse):
    expected = reference(f"feldt_def_{name}")
    book = instrument(items=len(columns), options=options, low=low, reverse=reverse)
    found = alpha(*counted(rows_of(data, columns), book))
    assert found.n == expected["n"]
    assert found.value == pytest.approx(expected["alpha"], rel=1e-9)
    assert found.low == pytest.approx(expected["lower"], rel=1e-9)
    assert found.high == pytest.approx(expected["upper"], rel=1e-9)


def test_two_items_of_equal_spread_give_spearman_brown():
    rows = [("org", a, b) for a, b in [(1, 1), (2, 1), (1, 2), (2, 2), (3, 3), (3, 3)]]
    table = np.array([row[1:] for row in rows])
    r = np.corrcoef(table.T)[0, 1]
    assert alpha(*counted(rows, instrument(items=2))).value == pytest.approx(2 * r / (1 + r))


def test_reversing_every_item_leaves_alpha_as_it_was():
    rows = answers({"org": 150}, 5)
    plain = alpha(*counted(rows, instrument()))
    mirrored = alpha(*counted(rows, instrument(reverse=(0, 1, 2))))
    assert plain.value == pytest.approx(mirrored.value, rel=1e-12)


def test_people_asked_the_commonest_set_are_used():
    rows = answers({"org": 120}, 5) + [("org", a, b, X) for _, a, b, _ in answers({"org": 9}, 6)]
    assert alpha(*counted(rows, instrument())).items == ("a", "b", "c")


@pytest.mark.parametrize("rows", [[("org", 1, 1, 1)], [("org", 3, 3, 3)] * 200])
def test_nobody_to_compare_gives_no_alpha(rows):
    found = counted(rows, instrument())
    assert alpha(*found) is None
    assert sentence(*found) == ""


def test_under_100_people_nothing_is_said():
    assert sentence(*counted(answers({"org": 99}, 1), instrument())) == ""
    assert "alpha" in sentence(*counted(answers({"org": 100}, 1), instrument()))


@pytest.mark.parametrize(
    ("noise", "words"),
    [(0.4, "go together well, so"), (1.0, "well enough for"), (2.0, "only loosely, so look at")],
)
def test_words_follow_the_size(noise, words):
    rng = np.random.default_rng(4)
    rows = [
        ("org", *(int(v) for v in np.clip(np.round(rng.normal(lean, noise, 3)), 1, 9)))
        for lean in rng.normal(5, 1, 400)
    ]
    wave = counted(rows, instrument(options=9))
    said, found = sentence(*wave), alpha(*wave)
    assert words in said
    # The number comes last, with its ends and its name, so that nobody has to know it.
    assert said.endswith(
        f"From 0 (not at all) to 1 (fully) that is {found.value:.2f}, "
        f"likely {found.low:.2f} to {found.high:.2f} (alpha)."
    )


def test_a_wrong_key_is_found_and_named():
    wrong = instrument(reverse=(1,))
    found, scale = counted(answers({"org": 300}, 2), wrong)
    problems = check_keys(found, wrong)
    assert len(problems) == 1
    assert "scale 's'" in problems[0]
    assert "Look at 'b' first" in problems[0]
    assert "scoring key is wrong" in sentence(found, scale)


def test_alpha_that_is_negative_by_chance_condemns_no_key():
    """Three questions that have nothing to do with one another."""
    rng = np.random.default_rng(0)
    condemned = doubted = 0
    for _ in range(80):
        rows = [("org", *line) for line in rng.integers(1, 6, (120, 3)).tolist()]
        found, scale = counted(rows, instrument())
        surely = check_keys(found, instrument(), surely=True)
        maybe = check_keys(found, instrument(), surely=False)
        said = sentence(found, scale)
        assert check_keys(found, instrument()) == surely + maybe
        assert bool(surely) == ("a scoring key is wrong" in said)
        assert bool(maybe) == ("a scoring key may be wrong" in said)
        condemned, doubted = condemned + bool(surely), doubted + bool(maybe)
    assert condemned <= 6  # one in forty is to be expected
    assert doubted > 20


def test_two_items_that_mirror_each_other_are_a_wrong_key():
    rows = [("org", v, v) for v in (1, 2, 3, 4, 5)] * 30
    wrong = instrument(items=2, reverse=(1,))
    assert check_keys(count(wave(rows), wrong), wrong, surely=True)


def test_a_right_key_is_not_complained_of():
    right = instrument()
    assert check_keys(count(wave(answers({"org": 300}, 2)), right), right) == []


def test_few_people_do_not_condemn_a_key():
    rows = [("org", 1, 5, 3), ("org", 5, 1, 3)] * 10
    assert check_keys(count(wave(rows), instrument()), instrument()) == []


def test_feldt_widens_with_fewer_people():
    small, large = feldt(0.8, 30, 5), feldt(0.8, 300, 5)
    assert small[0] < large[0] < 0.8 < large[1] < small[1]


def people(seed=3, n=400, loadings=(0.9, 0.7, 0.5, 0.3)):
    """Rows of one factor and noise, so that the items differ in how much they share."""
    rng = np.random.default_rng(seed)
    loadings = np.array(loadings)
    return rng.normal(size=(n, 1)) * loadings + rng.normal(size=(n, len(loadings)))


def test_each_item_beside_the_others_as_rows_have_it():
    rows = people()
    matrix = np.cov(rows.T)
    total = rows.sum(axis=1)
    for place, item in enumerate(rows.T):
        others = np.delete(rows, place, axis=1)
        assert item_total(matrix)[place] == pytest.approx(np.corrcoef(item, total)[0, 1])
        rest = np.corrcoef(item, others.sum(axis=1))[0, 1]
        assert item_rest(matrix)[place] == pytest.approx(rest)
        assert alpha_without(matrix)[place] == pytest.approx(cronbach(np.cov(others.T)))
        design = np.column_stack([np.ones(len(rows)), others])
        left = item - design @ np.linalg.lstsq(design, item)[0]
        assert explained(matrix)[place] == pytest.approx(1 - left.var() / item.var())


def test_only_the_item_that_hardly_belongs_is_named():
    rows = people(n=2000, loadings=(1.2, 1.2, 1.2, 0.1))
    assert weak_items(np.cov(rows.T), ("a", "b", "c", "d")) == ("d",)


def test_lambda_six_of_equally_correlated_items_is_known():
    # With all r = 1/2 and three items R² = 1/3, so λ6 = 1 − 3·(2/3)/6.
    matrix = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
    assert guttman6(matrix) == pytest.approx(2 / 3)
    assert item_common(matrix) == pytest.approx((1 + 1 / 3) / np.sqrt(3 + 1))


def test_the_standard_error_of_alike_items_is_known():
    # Under compound symmetry the variance of alpha is 2k(1−α)²/((k−1)n).
    matrix = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
    expected = (1 - cronbach(matrix)) * np.sqrt(2 * 5 / (4 * 250))
    assert standard_error(matrix, 250) == pytest.approx(expected)


def test_bonetts_and_feldts_intervals_come_together_with_many_people():
    assert bonett(0.8, 20_000, 6) == pytest.approx(feldt(0.8, 20_000, 6), abs=2e-4)
    low, high = bonett(0.8, 50, 6)
    assert low < 0.8 < high
    assert bonett(0.8, 50, 6, level=0.99)[0] < low


def test_both_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(8)
    true = cronbach(np.full((4, 4), 0.5) + 0.5 * np.eye(4))
    held = np.zeros(2)
    for _ in range(600):
        rows = rng.normal(size=(60, 1)) + rng.normal(size=(60, 4))
        found = cronbach(np.cov(rows.T))
        for place, ends in enumerate((feldt, bonett)):
            low, high = ends(found, 60, 4)
            held[place] += low <= true <= high
    assert (held / 600 > 0.925).all()
    assert (held / 600 < 0.975).all()


def test_two_items_of_unequal_spread_are_judged_by_their_correlation():
    rows = [("org", a, b) for a, b in [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (5, 2)]] * 20
    table = np.array([row[1:] for row in rows])
    found = counted(rows, instrument(items=2))
    expected = spearman_brown(np.corrcoef(table.T)[0, 1])
    assert alpha(*found).value == pytest.approx(expected)
    assert "Spearman-Brown" in sentence(*found)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.array([[1.0]]), "two items"),
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), "not finite"),
        (np.array([[1.0, np.inf], [np.inf, 1.0]]), "not finite"),
        (np.array([[1.0, -1.0], [-1.0, 1.0]]), "does not vary"),
        (np.array([[1.0, 0.0], [0.0, 0.0]]), "Item 2 does not vary"),
        (np.ones((3, 3)), "follows exactly"),
    ],
)
def test_what_cannot_be_used_is_named(matrix, words):
    with pytest.raises(ReliabilityError, match=words):
        guttman6(matrix)


def test_a_constant_item_has_no_correlation():
    with pytest.raises(ReliabilityError, match="everybody gave the same"):
        correlations(np.diag([1.0, 0.0, 1.0]))
