import numpy as np
import pytest

from analysis.reliability import alpha, check_keys, feldt, sentence
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
    [(0.4, "go together well (alpha 0."), (1.0, "well enough"), (2.0, "only loosely")],
)
def test_words_follow_the_size(noise, words):
    rng = np.random.default_rng(4)
    rows = [
        ("org", *(int(v) for v in np.clip(np.round(rng.normal(lean, noise, 3)), 1, 9)))
        for lean in rng.normal(5, 1, 400)
    ]
    assert words in sentence(*counted(rows, instrument(options=9)))


def test_a_wrong_key_is_found_and_named():
    wrong = instrument(reverse=(1,))
    found, scale = counted(answers({"org": 300}, 2), wrong)
    problems = check_keys(found, wrong)
    assert len(problems) == 1
    assert "scale 's'" in problems[0]
    assert "Look at 'b' first" in problems[0]
    assert "scoring key is wrong" in sentence(found, scale)


def test_two_items_that_mirror_each_other_are_a_wrong_key():
    rows = [("org", v, v) for v in (1, 2, 3, 4, 5)] * 30
    wrong = instrument(items=2, reverse=(1,))
    assert check_keys(count(wave(rows), wrong), wrong)


def test_a_right_key_is_not_complained_of():
    right = instrument()
    assert check_keys(count(wave(answers({"org": 300}, 2)), right), right) == []


def test_few_people_do_not_condemn_a_key():
    rows = [("org", 1, 5, 3), ("org", 5, 1, 3)] * 10
    assert check_keys(count(wave(rows), instrument()), instrument()) == []


def test_feldt_widens_with_fewer_people():
    small, large = feldt(0.8, 30, 5), feldt(0.8, 300, 5)
    assert small[0] < large[0] < 0.8 < large[1] < small[1]
