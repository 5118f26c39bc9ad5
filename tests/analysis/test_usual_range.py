"""Where headline scores usually lie: from published figures, for few themes, of the whole only."""

import re
from dataclasses import replace

import pytest

from analysis import change_point, control_chart, plots, usual_range
from analysis.charts import alt_texts
from analysis.summary import THE_REST, Comparison
from analysis.trend import trend
from analysis.usual_range import BY_CHANCE, EXPLORATORY, headlines, long_series
from tests.analysis import samples, strong_words

STEADY = (51, 53, 50, 52, 54, 51, 49, 52, 53, 50, 52, 51)


def series(scores, theme="workload", broken=()):
    """Pulses with these scores of the whole; ``None`` is not shown, ``broken`` places are cut."""
    found = []
    for place, (summary, score) in enumerate(zip(samples.long(len(scores)), scores, strict=True)):
        row = summary.row(theme)
        shown = samples.figure("395", score, score - 3, score + 3, None) if score else None
        change = Comparison("break", "before") if place in broken else row.change
        rows = (replace(row, figure=shown, change=change),)
        found.append(replace(summary, rows=rows, themes=(summary.theme(theme),)))
    return found


def said(scores, **settings):
    return long_series(series(scores, **settings), "workload").said


def test_the_numbers_are_those_of_the_rules():
    assert usual_range.MOST_THEMES == control_chart.MOST_THEMES
    assert usual_range.ENOUGH_PULSES == control_chart.ENOUGH_WAVES
    assert usual_range.ENOUGH_FOR_A_BREAK == change_point.ENOUGH_WAVES


def test_at_most_four_themes_and_fear_is_always_one_of_them():
    base = samples.summary()
    eight = tuple(replace(base.themes[i % 4], id=f"t{i}", fear=i == 7) for i in range(8))
    assert headlines(replace(base, themes=eight)) == ("t7", "t0", "t1", "t2")
    many = replace(base, themes=(*eight, *base.themes))
    assert long_series([many], "workload").said == ()


@pytest.mark.parametrize("pulses", [1, 11])
def test_too_early_is_said_with_the_number_of_pulses(pulses):
    (only,) = said(STEADY[:pulses])
    assert only == f"Too early to say. It takes 12 pulses, and so far {pulses} count."


def test_a_break_starts_anew_and_what_is_not_shown_is_stepped_over():
    assert said(STEADY, broken=(3,)) == (
        "Too early to say. It takes 12 pulses, and so far 9 count.",
    )
    gap = (*STEADY[:4], None, *STEADY[4:])
    assert long_series(series(gap), "workload").have == 12
    found = long_series(series((*STEADY[:3], *gap, 70), broken=(3,)), "workload")
    assert (found.have, found.usual.start, found.usual.marked) == (13, 3, (16,))


def test_limits_by_hand_and_a_steady_series():
    """Mean 51.5; the eleven steps are 2, 3, 2, 2, 3, 2, 3, 1, 3, 2, 1: 24/11 on average."""
    found = long_series(series(STEADY), "workload")
    half = 2.66 * 24 / 11
    assert found.usual.middle == 51.5
    assert (found.usual.low, found.usual.high) == (46, 57)
    assert 45 < 51.5 - half < 51.5 + half < 58
    assert "between 46 and 57" in found.said[0]
    assert "No pulse stands out" in found.said[1]


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ((58,), "January 2026: above the usual range."),
        ((45,), "January 2026: below the usual range."),
        ((57,), None),
        ((52,) * 7, "part of seven pulses or more above the middle of 51.5."),
        ((52,) * 5, None),
        ((48, 49, 50, 51, 52, 53, 54), "part of seven pulses or more that only went up."),
        ((56, 52, 56), "near the top of the usual range, two pulses of three."),
    ],
)
def test_each_rule_in_words_and_nothing_without_its_rule(after, told):
    lines = said((*STEADY, *after))
    if told is None:
        assert lines[1] == "No pulse stands out from that."
    else:
        assert any(line.endswith(told) for line in lines)
        assert BY_CHANCE in lines


def test_many_pulses_that_stand_out_are_told_shortly():
    lines = said((*STEADY, *((60, 40) * 4)))
    assert len([line for line in lines if "the usual range." in line]) == 3
    assert "Earlier pulses stood out too." in lines


def test_a_line_that_never_moves_has_no_range():
    found = long_series(series((50,) * 12), "workload")
    assert found.usual is None
    assert found.said == ("The score has hardly moved, so it has no usual range.",)
    assert long_series(series((50,) * 24), "workload").usual is None


def test_a_break_is_looked_for_from_twenty_pulses_and_marked_as_a_first_look():
    moved = [*STEADY[:10], *(score + 9 for score in STEADY[:10])]
    (line,) = (line for line in said(moved) if line.startswith(EXPLORATORY))
    assert "about 52 before November 2025, about 60 from then on" in line
    for scores in (moved[:19], STEADY + STEADY):
        assert not any(line.startswith(EXPLORATORY) for line in said(scores))


def test_no_team_has_a_usual_range():
    pulses = samples.long(14)
    for theme in pulses[-1].themes:
        for line in long_series(pulses, theme.id).said:
            assert not any(unit.name in line for unit in samples.UNITS)


@pytest.mark.parametrize("pulses", [1, 11, 12, 20, 30])
def test_no_word_of_a_long_series_needs_a_gate(pulses):
    found = samples.long(pulses)
    for theme in found[-1].themes:
        for line in long_series(found, theme.id).said:
            assert strong_words.ungated(line, set()) == []
            assert not strong_words.CAUSAL.search(line)
            assert all(len(part.split()) <= 20 for part in re.split(r"(?<=[.:])\s", line))


def test_the_picture_has_the_limits_and_a_ring_and_its_words_say_so():
    pulses = samples.long(13)
    theme = pulses[-1].theme("speaking_up")
    points, usual = trend(pulses, theme.id), long_series(pulses, theme.id).usual
    drawn = plots.trend_svg(points, theme, usual)
    assert b"Dashed: usual range; ring: stands out." in drawn
    assert b"Dashed" not in plots.trend_svg(points, theme)
    text = alt_texts.trend_alt(points, theme, usual)
    assert text.endswith("Usually from 46 to 57. Stands out: January 2026.")
    assert "Usually" not in alt_texts.trend_alt(points, theme)


def test_nothing_is_compared_with_the_rest():
    assert THE_REST not in " ".join(said(STEADY))
