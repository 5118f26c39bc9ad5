import pytest

from analysis.dataset import Unit
from analysis.disclosure import Rule
from analysis.silence import manski, share_in_words
from analysis.summarise import summarise
from analysis.summary import NOT_SHOWN
from analysis.tally import count
from tests.analysis.made import P, X, flat, instrument, wave


def silence_of(rows, units, book=None):
    book = book or instrument()
    return summarise(count(wave(rows, units), book), book, Rule()).silence[0]


def test_shares_are_of_the_questions_put():
    rows = [("east", 4, 4, 4)] * 50 + [("east", 4, P, P)] * 5 + [("east", None, None, X)] * 5
    found = silence_of(rows, flat(("east", 100)))
    # 175 questions put to 60 people: 10 preferred not to say, 10 left blank.
    assert found.prefer_not == found.skipped == "1 in 18"


def test_a_handful_is_not_told():
    rows = [("east", 4, 4, 4)] * 59 + [("east", 4, 4, P)]
    found = silence_of(rows, flat(("east", 100)))
    assert found.prefer_not == found.skipped == "fewer than 1 in 30"


@pytest.mark.parametrize(("people", "said"), [(100, "1 in 26"), (60, "fewer than 1 in 20")])
def test_where_everybody_answered_it_takes_three(people, said):
    """Rule D10: 7 of 180 questions are those of more than two people and fewer than three."""
    rows = [("east", 4, 4, 4)] * 57 + [("east", P, P, P), ("east", P, P, P), ("east", 4, 4, P)]
    assert silence_of(rows, flat(("east", people))).prefer_not == said


def test_large_shares_are_told_in_tenths_and_never_as_everybody():
    words = [share_in_words(count, 100, 100, Rule()) for count in (25, 26, 55, 100)]
    assert words == ["1 in 4", "3 in 10", "6 in 10", "9 in 10"]


def test_bounds_of_what_the_silent_could_change():
    # 60 of 100 answered with a mean of 75: 45 if the rest said 0, 85 if they said 100.
    rows = [("east", 5, 5, 5)] * 15 + [("east", 4, 4, 4)] * 30 + [("east", 3, 3, 3)] * 15
    found = silence_of(rows, flat(("east", 100)))
    assert manski(75.0, 60, 100) == (45.0, 85.0)
    # Told: about 60 (58 or more) with 75 (74.5 to 75.5): from 58·74.5 to 58·75.5 and 42 more.
    assert (found.worst, found.best) == (43.0, 86.0)


def test_the_bounds_say_nothing_of_the_score_beyond_what_is_printed():
    """Attack A12: scores that print alike have the same bounds."""
    told: dict[float, set] = {}
    for high in range(20, 41):
        rows = [("org", 5, 5, 4)] * high + [("org", 2, 2, 3)] * (60 - high)
        found = summarise(
            count(wave(rows, (Unit("org", "Org", None, 97),)), instrument()), instrument(), Rule()
        )
        ends = (found.silence[0].worst, found.silence[0].best)
        told.setdefault(found.row("s").figure.score, set()).add(ends)
    assert len(told) > 10
    assert all(len(ends) == 1 for ends in told.values())


def test_a_question_left_out_is_silence_in_a_share_of_answers():
    # 80 people of 80, each answering one of four: 80 answers of 320, half of them favourable.
    rows = [("org", 5, None, None, None), ("org", None, 1, None, None)] * 40
    book = instrument(items=4, scale={"formula": "favourable"})
    found = silence_of(rows, (Unit("org", "Org", None, 80),), book)
    assert (found.worst, found.best) == (12.0, 88.0)


@pytest.mark.parametrize(
    "rows",
    [
        [("org", 5, 5, 5)] * 60,
        [("org", 5, 5, 5)] * 59 + [("org", 1, 1, 1)],
        [("org", 2, 3, 4)] * 13,
    ],
)
def test_a_score_told_in_words_does_not_follow_from_its_bounds(rows):
    units = (Unit("org", "Org", None, 100),)
    book = instrument()
    found = summarise(count(wave(rows, units), book), book, Rule())
    assert found.row("s").figure.score is None
    assert found.silence[0].worst is found.silence[0].best is None


def test_the_clamp_is_of_those_asked_and_not_of_all_who_answered():
    rows = [("org", 2, 3, 4)] * 29 + [("org", None, None, None)] + [("org", X, X, X)] * 270
    found = silence_of(rows, (Unit("org", "Org", None, 400),))
    assert found.skipped == "fewer than 1 in 10"


def test_without_a_headcount_there_are_no_bounds():
    found = silence_of([("org", 4, 4, 4)] * 60, flat(("east", None)))
    assert found.worst is found.best is None


def test_silence_so_wide_that_there_is_no_score_is_still_told():
    found = silence_of([("org", P, P, P)] * 60, (Unit("org", "Org", None, 80),))
    assert found.prefer_not == "9 in 10"
    assert found.worst is found.best is None


def test_silence_of_fewer_people_than_any_figure_needs_is_not_told():
    found = silence_of([("org", P, P, P)] * 9, (Unit("org", "Org", None, 80),))
    assert found.prefer_not == found.skipped == NOT_SHOWN
