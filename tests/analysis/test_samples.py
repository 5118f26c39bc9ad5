"""The hand-made summaries are whole: what is written is what is read back."""

import pytest

from analysis.summary import Summary
from analysis.trend import trend
from tests.analysis import samples


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_summary_survives_being_written_and_read(number):
    summary = samples.summary(number)
    assert Summary.from_json(summary.to_json()) == summary


def test_every_theme_has_a_row_in_every_group():
    summary = samples.summary()
    for theme in summary.themes:
        for unit in summary.units:
            assert summary.row(theme.id, unit.id).unit == unit.id


def test_a_trend_has_its_break_and_its_gap():
    pulses = samples.summaries()
    assert [point.joined for point in trend(pulses, "speaking_up")] == [False, True, False, True]
    assert [point.figure is None for point in trend(pulses, "recognition")] == [
        False,
        True,
        False,
        False,
    ]
