"""What a summary must not tell: hidden groups, single people, and what two figures leave over."""

import json
import random

import pytest

from analysis.dataset import Unit
from analysis.disclosure import may_show
from analysis.release.visible import Theme
from analysis.summary import Summary
from tests.analysis.made import answers, flat, instrument
from tests.analysis.summarised import BOOK, RULE, counted, made, summary


@pytest.mark.parametrize("seed", range(8))
def test_the_same_answers_in_any_order_give_the_same_bytes(seed):
    units, rows, before = made(seed)
    first = summary(rows, units, [before]).to_json()
    mixed, mixed_before = rows[:], before[:]
    random.Random(seed).shuffle(mixed)
    random.Random(seed).shuffle(mixed_before)
    assert summary(mixed, units, [mixed_before]).to_json() == first
    assert Summary.from_json(first).to_json() == first


def cell_of(unit, units, theme):
    """The nearest group at or above a unit that is shown."""
    parents = {u.id: u.parent for u in units}
    while unit is not None and unit not in theme.shown:
        unit = parents[unit]
    return unit


def exchanged(rows, units, seed):
    """The same wave with answers handed round among groups that no figure tells apart."""
    now = counted(rows, units)
    themes = [Theme(now, BOOK, scale, RULE) for scale in BOOK.scales]
    cells: dict[tuple, list[int]] = {}
    for place, (unit, *_) in enumerate(rows):
        cells.setdefault(tuple(cell_of(unit, units, t) for t in themes), []).append(place)
    swapped = rows[:]
    for places in cells.values():
        sent = random.Random(seed).sample(places, len(places))
        for place, source in zip(places, sent, strict=True):
            swapped[place] = (rows[place][0], *rows[source][1:])
    assert any(len({rows[place][0] for place in places}) > 1 for places in cells.values())
    assert sum(now != then for now, then in zip(swapped, rows, strict=True)) > len(rows) / 2
    return swapped


@pytest.mark.parametrize("seed", range(30))
def test_swapping_answers_between_hidden_groups_changes_no_byte(seed):
    """Attack A13: nothing shown depends on which hidden group an answer came from, in this wave
    or in the one before."""
    units, rows, before = made(seed)
    expected = summary(rows, units, [before]).to_json()
    swapped = summary(exchanged(rows, units, seed), units, [exchanged(before, units, seed)])
    assert swapped.to_json() == expected


@pytest.mark.parametrize("seed", range(30))
def test_every_hidden_figure_is_the_same_refusal(seed):
    """Attack A14: none answered, few answered and hidden beside another cannot be told apart."""
    units, rows, before = made(seed)
    found = summary(rows, units, [before])
    for row in found.rows:
        if row.figure is None:
            assert (row.change.verdict, row.change.against, row.change.why) == ("not_shown", "", "")
            assert row.change == row.rest


@pytest.mark.parametrize("seed", range(30))
def test_every_figure_shown_has_passed_the_rule_and_says_no_more(seed):
    units, rows, _ = made(seed)
    now = counted(rows, units)
    for row in summary(rows, units).rows:
        if row.figure is None:
            continue
        theme = Theme(now, BOOK, BOOK.scale(row.theme), RULE)
        group = theme.group(row.unit)
        assert may_show(group, RULE)
        figure, n = row.figure, group.answers
        assert figure.score not in (0, 100)
        if n < RULE.banded_below:
            assert figure.n == "10–19"
            assert figure.score is figure.low is figure.high is figure.shares is None
            assert figure.band
        elif figure.score is not None:
            step = 5 if n < RULE.large else 1
            assert all(v % step == 0 for v in (figure.score, figure.low, figure.high))
            assert figure.low <= figure.score <= figure.high
            assert figure.band is None


def test_no_number_has_more_digits_than_are_printed():
    units, rows, before = made(3)
    raw = json.loads(summary(rows, units, [before]).to_json())

    def numbers(value):
        if isinstance(value, dict):
            return [n for v in value.values() for n in numbers(v)]
        if isinstance(value, list):
            return [n for v in value for n in numbers(v)]
        return [value] if isinstance(value, float) else []

    assert numbers(raw)
    assert all(value == round(value) for value in numbers(raw))


def test_one_person_who_skips_a_theme_does_not_show_in_its_count():
    """Attack A11: one number of answers a group, whoever skipped one question."""
    units = flat(("east", 200))
    rows = answers({"east": 102}, 1, items=5)
    skipped = [("east", None, None, None, *row[4:]) if i < 4 else row for i, row in enumerate(rows)]
    found = summary(skipped, units)
    assert {row.figure.n for row in found.rows if row.figure} == {"100"}
    assert {row.figure.n for row in found.items if row.figure} == {"100"}


@pytest.mark.parametrize("people", [20, 35, 48, 61, 80])
def test_the_share_who_took_part_tells_no_more_than_the_count_beside_it(people):
    told: dict[str, set[str]] = {}
    for n in range(10, people):
        part = summary(answers({"org": n}, 1, items=5), (Unit("org", "Org", None, people),))
        part = part.participation[0]
        told.setdefault(part.answered, set()).add(part.rate)
    assert told.pop("10–19") == {None}
    assert "100%" not in set().union(*told.values())
    assert all(len(rates) == 1 for rates in told.values())


def test_who_took_part_in_a_small_group_does_not_follow_from_the_others():
    """529 invited less 300 and 200 would leave the 29 of East."""
    units = flat(("east", 29), ("west", 300), ("north", 200))
    parts = summary(
        answers({"east": 25, "west": 211, "north": 96}, 1, items=5), units
    ).participation
    assert [part.unit for part in parts if part.answered] == ["org", "west"]


@pytest.mark.parametrize("people", [50, 60, 80, 120])
def test_what_a_child_leaves_of_its_parent_is_not_read_off_from_the_percents(people):
    """Attack A6 on residuals: ten people left over, all of one mind or not quite.

    Moving up to two of them must not show in any figure of the parent beyond what the child's
    and parent's rounding hides, so the parent's figures go up by 5 where they would.
    """
    units = flat(("east", people + 40), extra=30)
    now = counted(answers({"east": people, "org": 10}, 1, items=5), units)
    theme = Theme(now, BOOK, BOOK.scales[0], RULE)
    assert theme.shown == ("org", "east")
    blur = (people + 10) * theme.step("org") / 100 + people * theme.step("east") / 100
    assert blur >= RULE.clamp_small
    found = summary(answers({"east": people, "org": 10}, 1, items=5), units)
    items = [row.figure for row in found.items if row.item in BOOK.scales[0].items]
    for figure in (found.row("s").figure, *items):
        assert figure.score % theme.step("org") == 0


@pytest.mark.parametrize("answer", [1, 3, 5])
@pytest.mark.parametrize("people", [50, 80, 300])
@pytest.mark.parametrize("heads", [True, False])
def test_a_rest_of_one_mind_does_not_follow_from_parent_and_child(answer, people, heads):
    """Attack A6 on residuals: subtract the child as printed from its parent as printed."""
    units = flat(("east", people + 40 if heads else None), extra=14)
    for seed in range(4):
        rows = answers({"east": people}, seed, items=5) + [("org", *[answer] * 5)] * 10
        found = summary(rows, units)
        whole, part = found.row("s").figure, found.row("s", "east").figure
        if whole.score is None:
            assert whole.low is whole.high is whole.shares is None
            assert found.silence[0].worst is found.silence[0].best is None
            continue
        n, step = people + 10, Theme(counted(rows, units), BOOK, BOOK.scales[0], RULE).step("org")
        weights = (people + 54, people + 40, 14) if heads else (n, people, 10)
        pairs = [(whole.score, part.score)]
        pairs += [
            (float(one[:-1]), float(two[:-1]))
            for one, two in zip(whole.shares, part.shares, strict=True)
            if one[:-1].isdigit() and two[:-1].isdigit()
        ]
        for one, two in pairs:
            lowest = (one - step / 2) * weights[0] - (two + 0.5) * weights[1]
            assert lowest / weights[2] <= 100 - 100 * RULE.clamp_small / 10 + 1e-6


def test_what_is_left_of_a_group_costs_no_figure_when_people_differ():
    rows = answers({"east": 60, "org": 12}, 1, items=5)
    assert summary(rows, flat(("east", 90), extra=20)).row("s").figure.score is not None


ONE = instrument(items=1, scales=[{"id": "s", "title": "Safe", "description": "D", "items": ["a"]}])
QUARTET = flat(("A", 40), ("B", 40), ("C", 40), ("D", 20))


def three_full_and(answered):
    """Three teams of forty who all answered, and ten of a fourth team's twenty."""
    dice = random.Random(1)
    others = [(unit, dice.randint(1, 5)) for unit in "ABC" for _ in range(40)]
    return summary(others + [("D", answer) for answer in answered], QUARTET, book=ONE)


@pytest.mark.parametrize("seed", range(5))
def test_how_alike_a_few_people_are_does_not_show_in_the_width_of_a_range(seed):
    """Three teams answered in full, so only the fourth's people are a sample of anybody."""
    others = answers({"A": 40, "B": 40, "C": 40}, seed, items=5)
    ranges = set()
    for far in (0, 1):
        one, other = (tuple(v + by for v in (3, 4, 3, 3, 4)) for by in (far, -far))
        found = summary(others + [("D", *one), ("D", *other)] * 5, QUARTET).row("s").figure
        ranges.add((found.score, found.low, found.high))
    assert len(ranges) == 1
    assert None not in ranges.pop()


def test_numbers_that_gave_way_do_not_stand_beside_the_question():
    found = three_full_and([3] * 10)
    whole = found.row("s").figure
    assert (whole.score, whole.shares) == (None, None)
    assert whole.band is not None
    assert [row.figure for row in found.items] == [None]


def test_a_question_has_no_score_where_its_theme_has_none():
    """Nearly everybody is on one side of the theme, by way of the two other questions."""
    rows = [("east", 5, 5, 1 + i % 5, 1 + i % 5, 4) for i in range(80)]
    found = summary(rows, flat(("east", 150)))
    whole = found.row("s").figure
    assert whole.score is None
    assert whole.shares is not None
    for row in found.items:
        if row.item in BOOK.scales[0].items:
            assert (row.figure.score, row.figure.low, row.figure.high) == (None, None, None)
            assert row.figure.band is not None


def test_large_parents_keep_whole_numbers():
    units = flat(("east", 300), ("west", 300), extra=30)
    now = counted(answers({"east": 200, "west": 180, "org": 20}, 1, items=5), units)
    assert Theme(now, BOOK, BOOK.scales[0], RULE).step("org") == 1


def test_a_parent_rounded_to_five_gives_no_finer_difference():
    units = flat(("east", 100), extra=30)
    rows = answers({"east": 60, "org": 10}, 1, items=5)
    found = summary(rows, units, [answers({"east": 60, "org": 10}, 2, items=5, shift=1)])
    change = found.row("s").change
    assert change.verdict == "lower"
    assert change.difference is change.low is change.high is None
    assert found.silence[0].worst % 5 == found.silence[0].best % 5 == 0


@pytest.mark.parametrize(("people", "split"), [(60, "under"), (61, "3%")])
def test_two_against_are_not_printed_where_everybody_answered(people, split):
    rows = [("org", *[2 if i < 2 else 4 if i < 40 else 3] * 5) for i in range(60)]
    found = summary(rows, flat(extra=people))
    assert found.row("s").figure.shares[2].startswith(split)
