"""The plan told before opening against what comes out after closing."""

import pytest

from analysis.dataset import Unit
from analysis.disclosure import Rule
from analysis.release.planner import RATES, expected, plan, summed_up
from analysis.release.released import settle
from analysis.tally import count
from tests.analysis.made import answers, flat, instrument, organisation, wave

RULE = Rule()


def words(units, **settings):
    return {
        line.id: [outlook.words for outlook in line.outlooks]
        for line in plan(units, RULE, **settings)
    }


def test_a_small_organisation_by_hand():
    """40: 16, 24, 32 answers. 20: 8, 12, 16. 15: 6, 9, 12. 9 people: too few whoever answers."""
    units = flat(("east", 40), ("west", 20), ("north", 15), ("kitchen", 9))
    told = words(units)
    assert told["kitchen"] == ["Not shown"] * 3
    assert told["east"] == ["In words only", "Rounded to 5", "Rounded to 5"]
    # At 80 %: the kitchen's seven need company, and North's twelve are the fewest.
    assert told["north"] == ["Not shown"] * 3
    assert told["west"] == ["Not shown", "In words only", "In words only"]


def test_a_hidden_group_names_the_group_that_holds_its_answers():
    units = (
        Unit("org", "Riverside", None, 100),
        Unit("s", "Care", "org", 60),
        Unit("t", "Nights", "s", 14),
        Unit("u", "Days", "s", 46),
        Unit("v", "Office", "org", 40),
    )
    lines = {line.id: line for line in plan(units, RULE, rates=(0.6,))}
    assert lines["t"].outlooks[0].within == "Care"
    assert lines["s"].outlooks[0].within == ""


def test_nothing_is_promised_where_nothing_will_be_shown():
    (line,) = plan((Unit("org", "Org", None, 11),), RULE, rates=(1.0,))
    assert (line.outlooks[0].how, line.outlooks[0].within) == ("hidden", "")


def test_people_counted_above_answer_above():
    units = (*flat(("east", 40)), Unit("kitchen", "Kitchen", "east", 8))
    label = {"org": "org", "east": "east", "kitchen": "east"}
    lines = {line.id: line for line in plan(units, RULE, counted_in=label)}
    assert lines["kitchen"].counted_in == "East"
    assert lines["east"].counted_in == ""
    assert [outlook.answers for outlook in lines["kitchen"].outlooks] == [0, 0, 0]
    assert [outlook.answers for outlook in lines["east"].outlooks] == [16, 24, 32]


def test_more_people_answer_and_no_fewer_groups_are_told_of_in_the_sum():
    units, _ = organisation(4)
    shown = [sum(line.outlooks[i].how != "hidden" for line in plan(units, RULE)) for i in range(3)]
    assert shown == sorted(shown)
    assert len(summed_up(plan(units, RULE))) == len(RATES)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rate", RATES)
def test_the_plan_comes_true_when_as_many_answer_as_it_says(seed, rate):
    """One theme that nobody skips: the same groups, and the same coarseness, as after closing."""
    units, _ = organisation(seed)
    totals = {group.id: group.answers for group in expected(units, rate)}
    own = dict(totals)
    for unit in units:
        if unit.parent is not None:
            own[unit.parent] -= totals[unit.id]
    book = instrument()
    now = count(wave(answers(own, seed), units), book)
    theme = settle(now, book, RULE).themes[0]
    told = {line.id: line.outlooks[0] for line in plan(units, RULE, rates=(rate,))}
    assert {unit for unit, outlook in told.items() if outlook.how != "hidden"} == set(theme.shown)
    for unit in theme.shown:
        n = theme.group(unit).answers
        assert n == told[unit].answers
        how = "band" if n < 20 else ("whole" if theme.step(unit) == 1 else "fives")
        assert told[unit].how == how


def test_sensitive_questions_need_more():
    units = flat(("east", 30), ("west", 60))
    usual, sensitive = words(units), words(units, sensitive=True)
    assert usual["east"][1] == "In words only"
    assert sensitive["east"][1] == "Not shown"


def test_the_smallest_change_is_asked_for_where_something_is_shown():
    units = flat(("east", 40), ("west", 8))
    asked = []

    def smallest(headcount, rate):
        asked.append((headcount, rate))
        return 3000 / headcount

    lines = {line.id: line for line in plan(units, RULE, rates=(0.6,), smallest=smallest)}
    assert lines["org"].outlooks[0].smallest == 62.5
    assert lines["west"].outlooks[0].smallest is None
    assert (8, 0.6) not in asked


def test_a_change_of_more_than_everything_does_not_show():
    (line,) = plan((Unit("org", "Org", None, 40),), RULE, rates=(0.6,), smallest=lambda n, r: 120)
    assert line.outlooks[0].smallest is None


def test_without_headcounts_there_is_no_plan():
    with pytest.raises(ValueError, match="how many people"):
        plan(flat(("east", None)), RULE)
