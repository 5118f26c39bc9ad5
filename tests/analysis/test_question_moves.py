from dataclasses import replace

import numpy as np
import pytest

from analysis import reports
from analysis.disclosure import nearest
from analysis.question_moves import HEAD, move, moves, worth
from analysis.release.share_ranges import Sampled, stratified_sample, with_range
from analysis.sampling.proportions import newcombe
from analysis.summary import UNLIKE, Comparison, Figure
from tests.analysis import samples

WITH_RULE = samples.summary(1)


def printed(percent, n="400", sampled=None, by=1):
    """A figure of a share with its likely range, of one group of unknown size unless told."""
    sampled = sampled or Sampled(int(n), None)
    plain = Figure(n, 50.0, 45.0, 55.0, None, (f"{percent}%", "11%", "12%"))
    return with_range(plain, sampled, by)


def moved(now, then, people=None):
    units = tuple(
        replace(unit, headcount=people) if unit.parent is None else unit for unit in WITH_RULE.units
    )
    results = replace(WITH_RULE, units=units)
    return move(now, then, results, results)


def with_shares(summary, percent):
    items = tuple(replace(row, figure=printed(percent)) for row in summary.items)
    return replace(summary, items=items)


@pytest.fixture
def two():
    """Two pulses whose every question went from 50 to 66 % favourable."""
    before, now = samples.summary(3), samples.summary(4)
    theme = now.themes[0].id
    rows = tuple(
        replace(row, change=Comparison("cannot_tell", before.wave.label)) for row in now.rows
    )
    return with_shares(before, 50), with_shares(replace(now, rows=rows), 66), theme


def test_it_is_newcombes_range_and_a_little_wider():
    plain = newcombe(248, 400, 200, 400)
    low, high = moved(printed(62), printed(50))
    assert 100 * plain.low - 4 < low < 100 * plain.low
    assert 100 * plain.high < high < 100 * plain.high + 4


@pytest.mark.parametrize(
    "other",
    [
        None,
        replace(printed(50), n="about 45"),
        replace(printed(50), shares=("under 6%", "44%", "50%")),
    ],
)
def test_without_two_plain_shares_there_is_none(other):
    assert moved(printed(62), other) is None
    assert moved(other, printed(62)) is None


def test_shares_in_steps_of_five_are_read_as_such():
    ends = printed(60, by=5).likely_share
    coarse = replace(printed(60), shares=("60%", "20%", "20%"), likely_share=None)
    fine = replace(coarse, shares=("60%", "21%", "19%"))
    assert ends == (50.0, 70.0)
    one, other = (moved(now, now) for now in (coarse, fine))
    assert one[1] - other[1] == 4


def test_every_question_of_a_theme_that_can_be_compared(two):
    before, now, theme = two
    found = moves([before, now], theme)
    assert set(found) == {item.id for item in now.theme(theme).items}
    assert set(found.values()) == {move(printed(66), printed(50), now, before)}
    assert moves([now], theme) == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda label: Comparison("break", label, why=UNLIKE), True),
        (lambda label: Comparison("break", label, why="The scale is another one."), False),
        (lambda label: Comparison("not_shown", label), False),
        (lambda _label: Comparison("higher", "Another pulse"), False),
    ],
)
def test_a_question_is_looked_at_alone_where_the_theme_is_read_differently(two, change, told):
    before, now, theme = two
    rows = tuple(replace(row, change=change(before.wave.label)) for row in now.rows)
    assert bool(moves([before, replace(now, rows=rows)], theme)) is told


def test_other_words_are_another_question(two):
    before, now, theme = two
    first, *rest = before.theme(theme).items
    head = replace(before.theme(theme), items=(replace(first, text="Other words"), *rest))
    themes = tuple(head if one.id == theme else one for one in before.themes)
    assert first.id not in moves([replace(before, themes=themes), now], theme)


def test_the_report_prints_it_with_its_doubt(two):
    before, now, theme = two
    section = next(
        part
        for part in reports.content([before, now]).themes
        if part.name == now.theme(theme).title
    )
    table = next(block for block in section.blocks if HEAD in getattr(block, "head", ()))
    low, high = moves([before, now], theme)[now.theme(theme).items[0].id]
    assert table.rows[0][-1] == f"+{low} to +{high}"
    assert "we can’t tell" in table.note


@pytest.mark.parametrize(
    ("people", "answers", "one", "other"),
    [
        ([4000], [200], [0.5], [0.5]),
        ([4000], [120], [0.9], [0.8]),
        ([4000], [400], [0.3], [0.45]),
        # Where a tenth of one half answered, each of them counts for nine of the other half.
        ([300, 300], [30, 270], [0.5, 0.5], [0.5, 0.5]),
        ([600, 200], [60, 180], [0.5, 0.6], [0.5, 0.5]),
    ],
)
def test_it_covers_the_true_move_as_often_as_it_says(people, answers, one, other):
    rng = np.random.default_rng(1)
    everybody, n = sum(people), sum(answers)
    weights = [there / came for there, came in zip(people, answers, strict=True)]
    sampled = stratified_sample(nearest(n, 5) - 2, everybody, answers, weights, people)

    def drawn(true):
        yes = rng.binomial(answers, true)
        share = 100 * float(np.dot(weights, yes)) / everybody
        return printed(nearest(share, 1), str(nearest(n, 5)), sampled)

    truth = 100 * float(np.dot(people, np.subtract(one, other))) / everybody
    ranges = [moved(drawn(one), drawn(other), everybody) for _ in range(400)]
    assert np.mean([low <= truth <= high for low, high in ranges]) >= 0.95


def test_answers_that_weigh_unevenly_are_worth_fewer():
    even = Sampled(300, 600)
    uneven = replace(even, weights=2.78, one=False)
    ends = [printed(50, "300", one).likely_share for one in (even, uneven)]
    alike, fewer = (worth(50.0, one, 1, 600) for one in ends)
    assert 220 < alike < 300
    assert 85 < fewer < 300 / 2.78
