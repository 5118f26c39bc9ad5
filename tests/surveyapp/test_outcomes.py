"""Did it work? Read from released figures alone."""

from dataclasses import replace

import pytest

from analysis.summary import Comparison, Figure
from surveyapp.services import outcomes
from tests.analysis import samples


def released(number, score, low, high, change):
    """Pulse ``number`` with this figure for workload in the whole organisation."""
    summary = samples.summary(number)
    shown = None if score is None else Figure("395", score, low, high, None, None)
    rows = tuple(
        replace(row, figure=shown, change=change)
        if row.theme == "workload" and row.unit == "riverside"
        else row
        for row in summary.rows
    )
    return replace(summary, rows=rows)


FIRST = Comparison("first", "")
OLD = released(1, 50.0, 47.0, 53.0, FIRST)


def read(*summaries, hoped=5):
    return outcomes.read(summaries, theme="workload", unit=None, hoped=hoped)


@pytest.mark.parametrize(
    ("change", "score", "worked"),
    [
        (Comparison("higher", "", 7.0, 3.0, 11.0), 57.0, "hoped"),
        (Comparison("higher", "", 5.0, 1.0, 9.0), 55.0, "hoped"),
        (Comparison("higher", "", 4.0, 1.0, 7.0), 54.0, "short"),
        (Comparison("same", "", 0.4, -2.0, 2.0), 50.4, "same"),
        (Comparison("cannot_tell", "", 4.0, -1.0, 9.0), 54.0, "cannot_tell"),
        (Comparison("lower", "", -7.0, -11.0, -3.0), 43.0, "wrong"),
        (Comparison("break", "", why="Reworded."), 57.0, "cannot_tell"),
        (Comparison("not_shown", ""), 57.0, "cannot_tell"),
    ],
)
def test_neighbouring_pulses_have_their_own_verdict(change, score, worked):
    new = released(2, score, score - 3, score + 3, change)
    assert read(OLD, new).worked == worked


def test_a_figure_not_shown_tells_nothing():
    new = released(2, None, None, None, Comparison("not_shown", ""))
    assert read(OLD, new).worked == "cannot_tell"


@pytest.mark.parametrize(
    ("score", "worked"),
    [(57.0, "hoped"), (55.9, "cannot_tell"), (43.0, "wrong"), (50.0, "cannot_tell")],
)
def test_pulses_further_apart_need_intervals_that_do_not_overlap(score, worked):
    middle = released(2, 52.0, 49.0, 55.0, Comparison("cannot_tell", ""))
    # Its own change, against the pulse between, is another question.
    new = released(3, score, score - 3, score + 3, Comparison("same", ""))
    assert read(OLD, middle, new).worked == worked


def test_a_break_between_forbids_a_verdict():
    middle = released(2, 52.0, 49.0, 55.0, Comparison("break", ""))
    new = released(3, 70.0, 67.0, 73.0, Comparison("higher", "", 18.0, 12.0, 24.0))
    assert read(OLD, middle, new).worked == "cannot_tell"


def test_every_verdict_has_words_and_a_shape_and_never_claims_a_cause():
    for worked in outcomes.WORDS:
        outcome = outcomes.Outcome(worked, None, None, "May")
        assert outcome.words
        assert outcome.verdict in ("higher", "lower", "same", "cannot_tell")
        assert outcome.doubt == "We can’t be sure our change did it."
