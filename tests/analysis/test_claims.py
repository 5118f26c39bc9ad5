"""No strong word without its gate, in any state a summary can be in."""

import itertools
import re
from dataclasses import replace
from typing import get_args

import pytest

from analysis import claims
from analysis.summary import Comparison, Figure, Participation, Silence, Verdict
from tests.analysis import samples

VERDICTS = get_args(Verdict)
SHOWN = Figure("395", 62.0, 59.0, 65.0, None, ("58%", "22%", "20%"))
BANDED = Figure("10–19", None, None, None, "mixed", None)
STRONG = re.compile(r"\b(rose|risen|fell|fallen|higher|lower|better|worse|improved|differs)\b")
CAUSAL = re.compile(r"\b(because|drives?|impact|due to|led to|significant|no change|anonymous)\b")


def with_row(figure, change=None, rest=None, unit="days"):
    """The sample summary with one group's row (or the whole's) as wanted, in all themes."""
    base = samples.summary(4)
    rows = tuple(
        replace(
            row,
            figure=figure,
            change=change or row.change,
            rest=rest or row.rest,
        )
        if row.unit == unit
        else row
        for row in base.rows
    )
    return replace(base, rows=rows)


def change(verdict, numbers=True):
    if numbers and verdict not in ("first", "break", "not_shown"):
        value = {"higher": 7.0, "lower": -7.0}.get(verdict, 1.0)
        return Comparison(verdict, "August 2026", value, value - 4, value + 4, "A reason.")
    return Comparison(verdict, "August 2026", why="A reason.")


def everything_said(summary, theme, unit):
    return [
        claims.headline(summary, theme, unit),
        claims.change_sentence(summary, theme, unit),
        claims.level_sentence(summary, theme, unit),
        *claims.what_we_dont_know(summary, theme),
        *claims.five_sentences(summary),
    ]


@pytest.mark.parametrize(
    ("verdict", "numbers", "figure"),
    list(itertools.product(VERDICTS, (True, False), (SHOWN, BANDED, None))),
)
def test_strong_words_need_their_verdict(verdict, numbers, figure):
    summary = with_row(figure, change(verdict, numbers), unit="riverside")
    for text in everything_said(summary, "speaking_up", None):
        if verdict not in ("higher", "lower") or figure is None:
            assert not STRONG.search(text), text
        if verdict == "higher":
            assert not re.search(r"\b(fell|lower)\b", text), text
        if verdict == "lower":
            assert not re.search(r"\b(rose|higher)\b", text), text
        if verdict != "same":
            assert "about the same" not in text, text
        assert not CAUSAL.search(text), text


def test_a_change_is_told_with_the_numbers_that_are_shown():
    found = claims.change_sentence(samples.summary(4), "speaking_up")
    assert found == (
        "Safe to speak up rose from 55 to 62 of 100 since August 2026. "
        "Chance alone is unlikely to explain that."
    )
    without = with_row(BANDED, change("lower", numbers=False))
    assert claims.change_sentence(without, "speaking_up", "days") == (
        "Safe to speak up in Days: likely lower than in August 2026."
    )


def test_headlines_of_every_state():
    said = {
        verdict: claims.headline(with_row(SHOWN, change(verdict)), "workload", "days")
        for verdict in VERDICTS
    }
    assert said == {
        "higher": "Workload in Days: likely higher than in August 2026",
        "lower": "Workload in Days: likely lower than in August 2026",
        "same": "Workload in Days: about the same as in August 2026",
        "cannot_tell": "Workload in Days: we can’t tell if it has changed",
        "not_shown": "Workload in Days: the change is not shown",
        "first": "Workload in Days: first pulse, so nothing to compare with",
        "break": "Workload in Days: not comparable with August 2026",
    }
    assert claims.headline(with_row(None), "workload", "days") == "Workload in Days: Not shown"


def test_a_hidden_group_has_one_sentence_whatever_hides_it():
    summary = samples.summary(4)
    texts = {
        claims.change_sentence(summary, "workload", unit).replace(name, "…")
        for unit, name in (("laundry", "Laundry"), ("kitchen", "Kitchen"))
    }
    assert texts == {"Workload in …: Not shown."}


def test_what_we_do_not_know_is_never_empty_and_always_names_the_cause():
    for number, verdict, figure in itertools.product(range(1, 5), VERDICTS, (SHOWN, BANDED, None)):
        summary = with_row(figure, change(verdict), unit="riverside")
        summary = replace(summary, wave=samples.summary(number).wave)
        for theme in summary.themes:
            said = claims.what_we_dont_know(summary, theme.id)
            assert len(said) >= 2
            assert any("cause" in line for line in said)


def test_what_we_do_not_know_names_each_limit():
    base = samples.summary(4)
    said = " ".join(claims.what_we_dont_know(base, "workload"))
    assert "40% did not answer" in said
    assert "somewhere from 37 to 77" in said
    assert "nobody has tested them" in said
    assert "simulated" in said
    validated = replace(
        samples.summary(4, simulated=False),
        participation=(Participation("riverside", None, "395", None),),
        silence=(Silence("speaking_up", "3 in 10", "fewer than 1 in 50", None, None),),
    )
    said = " ".join(claims.what_we_dont_know(validated, "speaking_up"))
    assert "we do not know how many were asked" in said
    assert "3 in 10" in said
    assert "tested" not in said
    assert "simulated" not in said


def test_five_sentences_open_with_who_answered_and_close_with_the_limits():
    said = claims.five_sentences(samples.summary(4))
    assert len(said) == 5
    assert said[0] == "About 415 of 690 people answered (60%)."
    assert said[1].startswith("Safe to speak up rose")
    assert said[2].startswith("Workload fell")
    assert said[-1].startswith("40% did not answer")


@pytest.mark.parametrize(
    ("count", "said"), [("415", "About 415 of"), ("about 45", "About 45 of"), ("10–19", "10–19 of")]
)
def test_who_answered_reads_well_at_every_size(count, said):
    base = replace(
        samples.summary(4), participation=(Participation("riverside", 690, count, "60%"),)
    )
    assert claims.who_answered(base).startswith(said)


def test_five_sentences_without_anything_to_show():
    base = samples.summary(4)
    hidden = tuple(replace(row, figure=None) for row in base.rows)
    nobody = (Participation("riverside", 690, None, None),)
    said = claims.five_sentences(replace(base, rows=hidden, participation=nobody))
    assert said[0] == "Too few people answered to show results."
    assert all(said)


def test_sentences_are_short_and_plain():
    """At most 20 words a sentence, no exclamation mark."""
    for verdict, figure, unit in itertools.product(
        VERDICTS, (SHOWN, BANDED, None), ("riverside", "days")
    ):
        summary = with_row(figure, change(verdict), unit=unit)
        for text in everything_said(summary, "speaking_up", unit):
            assert "!" not in text
            for sentence in re.split(r"(?<=[.:])\s", text):
                assert len(sentence.split()) <= 20, sentence
