from dataclasses import replace

import numpy as np
import pytest

from analysis import reports
from analysis.disclosure import nearest
from analysis.question_moves import HEAD, move, moves
from analysis.sampling.proportions import newcombe
from analysis.summary import UNLIKE, Comparison, Figure
from tests.analysis import samples


def printed(percent, n="400"):
    return Figure(n, 50.0, 45.0, 55.0, None, (f"{percent}%", "11%", "12%"), (40.0, 60.0))


def with_shares(summary, percent):
    items = tuple(replace(row, figure=printed(percent)) for row in summary.items)
    return replace(summary, items=items)


@pytest.fixture
def two():
    """Two pulses whose every question went from 50 to 62 % favourable."""
    before, now = samples.summary(3), samples.summary(4)
    theme = now.themes[0].id
    rows = tuple(
        replace(row, change=Comparison("cannot_tell", before.wave.label)) for row in now.rows
    )
    return with_shares(before, 50), with_shares(replace(now, rows=rows), 62), theme


def test_it_is_newcombes_range_and_a_little_wider():
    plain = newcombe(248, 400, 200, 400)
    low, high = move(printed(62), printed(50), {}, {})
    assert 100 * plain.low - 3 < low < 100 * plain.low
    assert 100 * plain.high < high < 100 * plain.high + 3


@pytest.mark.parametrize(
    "other",
    [None, printed(50, "about 45"), replace(printed(50), shares=("under 6%", "44%", "50%"))],
)
def test_without_two_plain_shares_there_is_none(other):
    assert move(printed(62), other, {}, {}) is None
    assert move(other, printed(62), {}, {}) is None


def test_shares_in_steps_of_five_are_read_as_such():
    coarse = replace(printed(60), shares=("60%", "20%", "20%"))
    fine = replace(coarse, shares=("60%", "21%", "19%"))
    one, other = (move(now, now, {}, {}) for now in (coarse, fine))
    assert one[1] - other[1] == 4


def test_every_question_of_a_theme_that_can_be_compared(two):
    before, now, theme = two
    found = moves([before, now], theme)
    assert set(found) == {item.id for item in now.theme(theme).items}
    assert set(found.values()) == {move(printed(62), printed(50), now.rule, before.rule)}
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


def test_it_covers_the_true_move_as_often_as_it_says():
    rng = np.random.default_rng(1)
    for one, other, n in ((0.5, 0.5, 200), (0.9, 0.8, 120), (0.3, 0.45, 400)):
        hits = 0
        for _ in range(400):
            shares = [nearest(100 * rng.binomial(n, p) / n, 1) for p in (one, other)]
            now, then = (printed(share, str(nearest(n, 5))) for share in shares)
            low, high = move(now, then, {}, {})
            hits += low <= 100 * (one - other) <= high
        assert hits >= 380
