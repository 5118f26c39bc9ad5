"""Names planted into 2,000 real comments, and words taken for names where nobody planted one."""

import time

import pytest

from analysis.text.redact import Redactor
from tests import needed
from tests.analysis import everyday_names, planted

MOST = 2_000
pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def texts():
    return planted.comments(needed.shared("data/osmi/osmi_2014_2019.csv"), MOST)


@pytest.fixture(scope="module")
def roster():
    return planted.roster(1_000, listed=0.5)


@pytest.fixture(scope="module")
def knowing(roster):
    return Redactor(planted.name_set(roster))


def test_with_the_roster_no_planted_name_is_left_in_any_form(texts, roster, knowing, record_figure):
    found = planted.plant(texts, roster, knowing)
    assert len(found.planted) >= 12
    assert min(count for form, count in found.planted.items() if form != "nickname") >= 40
    assert found.left == []
    record_figure("SDC-2", f"roster names left in {len(texts):,} real comments: {len(found.left)}")


def test_hardly_a_word_is_taken_for_a_name(texts, roster, knowing):
    masked, words = planted.false_masks(texts, knowing)
    assert words > 40_000
    assert masked <= 0.5 * words / 1_000
    masked, _ = planted.false_masks(texts, Redactor())
    assert masked <= 0.3 * words / 1_000


def test_names_that_are_words_of_everyday_go_in_capitals_and_cost_no_words(texts):
    people = planted.common_names()
    redactor = Redactor(planted.name_set(people))
    found = planted.plant(texts, people, redactor)
    for form in ("full", "capitals", "initial", "surname first", "title"):
        assert found.recall(form) == 1, form
    assert min(found.recall(form) for form in ("given", "surname", "possessive")) >= 0.97
    assert found.recall("lower case") >= 0.8
    assert found.recall("lower case, full") >= 0.9
    masked, words = planted.false_masks(texts, redactor)
    assert masked <= 0.5 * words / 1_000


def test_names_that_are_words_of_everyday_go_in_lower_case_too(texts):
    """Measured: .98 and .97 of the sentences that the rules were made with, .87 of those kept
    aside."""
    names = (*everyday_names.NAMES, *everyday_names.NAMES_KEPT_ASIDE)
    for some, sentences, least in (
        (names, everyday_names.SENTENCES, 0.97),
        (names[::4], everyday_names.MORE, 0.95),
        (names, everyday_names.KEPT_ASIDE, 0.85),
    ):
        assert everyday_names.plant_all(texts, some, sentences).recall() >= least
    masked, words = planted.false_masks(texts, Redactor(everyday_names.is_name_of(names)))
    assert masked <= 0.5 * words / 1_000


def test_without_a_roster_most_listed_names_go_and_half_of_the_others(texts):
    alone = Redactor()
    listed = planted.plant(texts, planted.roster(1_000, listed=1, seed=9), alone)
    assert listed.recall() >= 0.85
    assert listed.recall("lower case") >= 0.75
    unlisted = planted.plant(texts, planted.roster(1_000, listed=0, seed=9), alone)
    assert unlisted.recall() >= 0.6


def test_redacting_twice_changes_nothing(texts, knowing):
    for text in texts:
        once = knowing.redact(text)
        again = Redactor().redact(once.text)
        assert again.text == once.text
        assert again.flags == once.flags


def test_time_grows_with_the_length_and_no_faster(knowing, texts):
    words = " ".join(texts).split()[:5_000]
    hard = [
        "Ng.",
        "A.",
        "07700",
        "@a",
        "J.",
        "van",
        "der",
        "[name]",
        "1/1/",
        "AB1",
        "Mr",
        "a-b-c-d",
    ]
    for pool in (words, hard * 500, ["O’" * 20 + "x"] * 4_000, ["1 " * 9] * 500):
        took = []
        for count in (len(pool) // 8, len(pool)):
            text = " ".join(pool[:count])
            knowing.redact(text)
            started = time.process_time()
            knowing.redact(text)
            took.append(time.process_time() - started)
        assert took[1] < 1, pool[:3]
        assert took[1] < 24 * max(took[0], 0.002), pool[:3]
