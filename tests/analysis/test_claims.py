"""No strong word without its gate, in any state a summary can be in."""

import inspect
import itertools
import re
from dataclasses import replace
from typing import get_args

import pytest

from analysis import claims, how_to_read, usual_range
from analysis.charts import alt_texts
from analysis.claims import ClaimError, Level
from analysis.summary import (
    THE_REST,
    Comparison,
    Figure,
    Participation,
    Reading,
    Silence,
    Together,
    Verdict,
)
from analysis.trend import trend
from analysis.usual_range import Usual
from tests.analysis import samples, strong_words

VERDICTS = get_args(Verdict)
SHOWN = Figure("395", 62.0, 59.0, 65.0, None, ("58%", "22%", "20%"))
BANDED = Figure("10–19", None, None, None, "mixed", None)
HELPERS = (
    "level", "strong", "slide", "since_first", "who_answered", "listed", "headlines",
)  # fmt: skip
QUIET = Comparison("cannot_tell", "August 2026", why="The difference could be chance.")
FORBIDDEN = re.compile(r"\b(significant|no change|anonymous)\b")


def quiet():
    """The sample summary in which nothing at all is claimed."""
    base = samples.summary(4)
    rows = tuple(
        replace(row, change=QUIET, rest=Comparison("cannot_tell", THE_REST)) for row in base.rows
    )
    return replace(base, rows=rows, readings=(), together=None)


def with_row(figure, change=None, rest=None, unit="days", base=None):
    """The quiet summary with one group's row (or the whole's) as wanted, in all themes."""
    base = base or quiet()
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
    """Every sentence, without the wording of questions."""
    wordings = [item.text for one in summary.themes for item in one.items]
    return [strong_words.without(text, wordings) for text in _said(summary, theme, unit)]


def _said(summary, theme, unit):
    return [
        claims.headline(summary, theme, unit),
        claims.change_sentence(summary, theme, unit),
        claims.level_sentence(summary, theme, unit),
        *claims.what_we_dont_know(summary, theme),
        claims.unheard_in_group(summary.participation_of(unit or summary.root.id)),
        *claims.five_sentences(summary),
        *how_to_read.how_to_read(summary, theme),
        *how_to_read.together(summary),
        how_to_read.together_head(summary),
        how_to_read.together_share(summary),
        *how_to_read.LIMITS,
        how_to_read.NOTHING_TOGETHER,
        *how_to_read.why_not(summary, theme),
        *how_to_read.why_not_here(summary, unit or summary.root.id),
        alt_texts.themes_alt(summary),
        alt_texts.items_alt(summary, theme),
        *(
            alt_texts.trend_alt(trend([summary], theme, unit), summary.theme(theme), usual)
            for usual in (None, Usual(40, 60, 50.0, 0, ()), Usual(40, 60, 50.0, 0, (0,)))
        ),
        *usual_range.long_series([summary], theme).said,
    ]


@pytest.mark.parametrize(
    ("verdict", "numbers", "figure"),
    list(itertools.product(VERDICTS, (True, False), (SHOWN, BANDED, None))),
)
def test_strong_words_need_their_verdict(verdict, numbers, figure):
    summary = with_row(figure, change(verdict, numbers), unit="riverside")
    said = everything_said(summary, "speaking_up", None)
    for text in said:
        allowed = {verdict} if figure else set()
        assert strong_words.ungated(text, allowed) == [], text
        assert not strong_words.CAUSAL.search(strong_words.without_denials(text)), text
        assert not FORBIDDEN.search(text), text
        if verdict != "same":
            assert "about the same" not in text, text
    if verdict in ("higher", "lower") and figure:
        assert any(strong_words.STRONG.search(text) for text in said)


@pytest.mark.parametrize(
    ("verdict", "beside", "figure"),
    list(itertools.product(VERDICTS, VERDICTS, (SHOWN, None))),
)
def test_a_slow_slide_is_told_only_past_its_gate(verdict, beside, figure):
    """``beside``: what is said of the change since the pulse before."""
    since = change(verdict)
    reading = Reading("speaking_up", since_first=replace(since, against="February 2026"))
    base = replace(quiet(), readings=(reading,))
    summary = with_row(figure, change(beside), unit="riverside", base=base)
    known = figure is not None and beside not in ("break", "first")
    allowed = {beside} | ({verdict} if known else set()) if figure else set()
    said = everything_said(summary, "speaking_up", None)
    for text in said:
        assert strong_words.ungated(text, allowed) == [], text
    slid = known and verdict in ("higher", "lower") and beside in ("same", "cannot_tell")
    ending = f"likely {verdict} than in February 2026, though the last pulse alone does not show it"
    assert claims.headline(summary, "speaking_up").endswith(ending) == slid
    assert claims.change_sentence(summary, "speaking_up").endswith(f"{ending}.") == slid
    assert any("though the last pulse" in text for text in claims.five_sentences(summary)) == slid


def test_what_goes_together_claims_no_direction_in_any_state():
    titles = {t.id for t in samples.THEMES} - {"speaking_up"}
    for groups, tenths in itertools.product(
        ((tuple(titles),), tuple((t,) for t in titles), samples.TOGETHER.groups), range(1, 10)
    ):
        found = Together("speaking_up", groups, tenths, "380")
        for text in everything_said(replace(quiet(), together=found), "speaking_up", None):
            assert strong_words.ungated(text, set()) == [], text
            assert not strong_words.CAUSAL.search(strong_words.without_denials(text)), text


def test_what_cannot_be_told_apart_stands_in_one_line():
    summary = samples.summary()
    assert how_to_read.together(summary) == (
        "“Communication”",
        "“Workload” and “Recognition”, which cannot be told apart",
    )
    assert "share about 4 tenths of the differences" in how_to_read.together_share(summary)
    assert how_to_read.together(quiet()) == ()
    assert how_to_read.together_share(quiet()) == how_to_read.together_head(quiet()) == ""


def test_how_to_read_a_score_starts_with_the_first_pulse_and_leaves_out_what_is_empty():
    summary = samples.summary()
    assert how_to_read.how_to_read(summary, "workload") == (
        "Since February 2026: likely lower, by about 12 points (likely 7 to 17).",
        samples.READINGS[2].split,
        samples.READINGS[2].make_up,
    )
    assert len(how_to_read.how_to_read(summary, "speaking_up")) == 4
    assert how_to_read.how_to_read(summary, "recognition") == ()
    hidden = with_row(None, unit="riverside", base=summary)
    assert how_to_read.how_to_read(hidden, "workload") == ()


def test_every_reason_stands_once_with_the_groups_it_holds_for():
    why = Comparison("cannot_tell", THE_REST, why="Groups differ too little.")
    summary = with_row(SHOWN, rest=why, base=with_row(SHOWN, rest=why, unit="nights"))
    assert how_to_read.why_not(summary, "workload") == (
        "Days and Nights: groups differ too little.",
    )
    (line,) = how_to_read.why_not_here(summary, "days")
    assert line == "Every theme shown: groups differ too little."
    hidden = with_row(None, rest=why)
    assert how_to_read.why_not_here(hidden, "days") == ()


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_level_of_a_claim(verdict):
    over_time, beside = change(verdict), Comparison(verdict, THE_REST)
    expected = {"not_shown": Level.NOT_SHOWN}.get(verdict, Level.DESCRIPTION)
    moved = verdict in ("higher", "lower")
    assert claims.level(over_time) == (Level.CHANGED if moved else expected)
    assert claims.level(beside) == (Level.DIFFERENT if moved else expected)
    for figure in (SHOWN, BANDED, None):
        row = with_row(figure, over_time).row("workload", "days")
        assert claims.level(row) == (claims.level(over_time) if figure else Level.NOT_SHOWN)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_strong_word_is_refused_under_its_level(verdict):
    for found, needed in itertools.product((change(verdict), Comparison(verdict, THE_REST)), Level):
        if claims.level(found) >= max(needed, Level.DIFFERENT):
            word = claims.strong(found, needed, "rose", "fell")
            assert word == {"higher": "rose", "lower": "fell"}[verdict]
        else:
            with pytest.raises(ClaimError):
                claims.strong(found, needed, "rose", "fell")


def test_every_sentence_there_is_was_walked():
    """A new function that makes sentences has to be added to :func:`everything_said`."""
    written = inspect.getsource(_said)
    for module in (claims, how_to_read, alt_texts, usual_range):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                # Of no words of their own, or part of another.
                helper = name in HELPERS
                assert helper or f"{name}(" in written, name


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


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (Participation("days", 60, "about 35", "60%"), "40% did not answer."),
        (Participation("days", 60, "about 45", "75%"), ""),
        (Participation("days", 20, "10–19", None), "We do not know what those who did not answer"),
        (Participation("days", None, None, None), "We cannot say how many did not answer here"),
        (None, "We cannot say how many did not answer here"),
    ],
)
def test_a_group_says_what_its_silent_could_change(part, said):
    told = claims.unheard_in_group(part)
    assert told.startswith(said)
    assert bool(told) == bool(said)


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
        summary = replace(summary, readings=samples.READINGS, together=samples.TOGETHER)
        for text in everything_said(summary, "speaking_up", unit):
            assert "!" not in text
            for sentence in re.split(r"(?<=[.:;])\s", text):
                assert len(sentence.split()) <= 20, sentence
