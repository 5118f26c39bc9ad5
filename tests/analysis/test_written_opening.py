"""What a page on comments says first: no more than the released figures and verdicts say."""

import re
from dataclasses import replace

import pytest

from analysis import report_written, written, written_opening
from analysis.report_parts import Words
from analysis.summary import NOT_SHOWN, Comparison, TextAudit, TextResult, WrittenTheme
from analysis.text.audit_release import with_review
from analysis.text.audited import MOSTLY_CLOSED, NONE, AuditedQuestion, AuditedShare
from analysis.text.human_codes import OTHER
from tests.analysis import samples, strong_words
from tests.analysis.audited_comments import RULE, audited, before, pulse_of, reviewed

MAY = "May 2026"


def result(*shares, changes=None, leaning="mostly problems", comments="about 275"):
    """An audited question with these shares, each (theme, percent, low, high) or a grey theme."""
    told = tuple(
        AuditedShare(one[0], "about 50", *one[1:])
        if len(one) > 1
        else AuditedShare(one[0], "", grey="Too few.")
        for one in shares
    )
    themes = tuple(
        WrittenTheme(
            one.label,
            one.label.capitalize(),
            leaning,
            Comparison(changes[one.label], MAY) if changes and one.label in changes else None,
        )
        for one in told
    )
    found = AuditedQuestion("4", "barriers", "", comments, "about 150", "about 60", 1, told)
    audit = TextAudit(found, themes)
    return TextResult("barriers", "What?", comments, (), "", (), audited=True, audit=audit)


def said(*shares, **more):
    return written_opening.of_question(result(*shares, **more))


def test_one_theme_stands_above_all_others():
    assert said(("pay", 40, 33, 47), ("change", 20, 15, 26)) == (
        "About 275 people wrote something here. “Pay” came up most: about 4 in 10 wrote about it "
        "(40%, likely 33–47%), mostly problems."
    )


def test_two_that_cannot_be_told_apart_are_named_together():
    words = said(("pay", 40, 33, 47), ("change", 36, 30, 42), ("team", 12, 8, 17))
    assert "“Pay” and “Change” came up most." in words
    assert "33–47% and 30–42%, don’t tell which came first" in words


@pytest.mark.parametrize(
    "shares",
    [
        [("pay", 40, 33, 47), ("change", 36, 30, 42)],
        # Team lies below pay, and yet not below change.
        [("pay", 40, 36, 44), ("change", 34, 28, 40), ("team", 30, 26, 34)],
        [(name, 30, 25, 36) for name in ("pay", "change", "team", "load")] + [("tools", 5, 3, 8)],
    ],
)
def test_where_likely_ranges_meet_no_theme_is_said_to_lead(shares):
    words = said(*shares)
    assert written_opening.NONE_LEADS in words
    assert "came up most" not in words


def read_again(name, percent, low, high, *second):
    """A share, and what the second person's reading of some comments makes of it."""
    return name, percent, low, high, low, high, *second


def test_a_theme_leads_by_either_persons_reading_or_not_at_all():
    pay, change, team = ("pay", 40, 38, 42), ("change", 30, 28, 32), ("team", 10, 8, 12)
    assert "“Pay” came up most: about 4 in 10" in said(pay, change, team)
    as_sure = said(read_again(*pay, 36, 44), read_again(*change, 27, 34), team)
    assert "“Pay” came up most: about 4 in 10" in as_sure
    lower = said(read_again(*pay, 25, 35), read_again(*change, 24, 33), team)
    assert "“Pay” and “Change” came up most." in lower
    assert lower.endswith(written_opening.EITHER_ORDER)
    assert "likely ranges" not in lower, "which lie apart"
    higher = said(pay, read_again(*change, 30, 38), team)
    assert "“Pay” and “Change” came up most." in higher
    assert written_opening.NONE_LEADS in said(pay, change, read_again(*team, 8, 40))
    assert written_opening.NONE_LEADS in said(read_again(*pay, 8, 42), change, team)


def test_what_was_counted_has_no_likely_range():
    """As publications have it that were made before such shares were rounded."""
    words = said(("pay", 40, 40, 40), ("change", 20, 20, 20))
    assert "about 4 in 10 wrote about it (40%, every comment was read), mostly problems" in words
    assert "likely" not in words


def test_most_is_not_nearly_all():
    words = said(("pay", None, 82, 100), ("change", 20, 15, 26))
    assert "“Pay” came up most: most wrote about it (likely 82–100%)" in words


def test_a_theme_without_a_figure_might_lead_and_so_might_nothing_else():
    led = said(("pay", 40, 33, 47), ("change", 20, 15, 26), ("team",))
    assert "Of the themes with a figure, “Pay” came up most" in led
    alone = said(("pay", 40, 33, 47), ("team",))
    assert "Only “Pay” has a figure: about 4 in 10 wrote about it" in alone
    assert written_opening.NO_FIGURES in said(("pay",), ("team",))


def test_what_no_theme_covers_is_not_a_theme_that_leads():
    words = said(("pay", 20, 15, 26), ("change", 8, 5, 12), (OTHER, 60, 55, 66), (NONE, 60, 55, 66))
    assert "“Pay” came up most" in words


def test_under_twenty_comments_there_is_no_share_and_so_no_order():
    words = said(("pay", None), ("change", None), comments="10–19")
    assert words == f"10–19 people wrote something here. {written_opening.NO_SHARES}"


def test_a_theme_of_nearly_all_has_no_percent():
    words = said(("pay", None, 90, 100), ("change", 20, 15, 26))
    assert "“Pay” came up most: nearly all wrote about it (likely 90–100%)" in words


def test_no_leaning_no_direction():
    assert "mostly" not in said(("pay", 40, 33, 47), ("change", 20, 15, 26), leaning="")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"pay": "higher", "change": "lower"},
            "They likely wrote more often about “Pay” and less often about “Change” than in May",
        ),
        ({"pay": "higher", "change": "cannot_tell"}, f"more often about “Pay” than in {MAY}."),
        ({"pay": "same", "change": "cannot_tell"}, "We can’t tell if any theme came up more"),
    ],
)
def test_a_change_needs_its_verdict(changes, words):
    assert words in said(("pay", 40, 33, 47), ("change", 20, 15, 26), changes=changes)


@pytest.mark.parametrize("verdict", ["same", "break", "not_shown", "first"])
def test_without_a_verdict_nothing_is_said_of_a_change(verdict):
    words = said(("pay", 40, 33, 47), ("change", 20, 15, 26), changes={"pay": verdict})
    assert "often" not in words
    assert MAY not in words


def test_counts_that_nobody_checked_name_no_theme_and_no_share():
    few = with_review(pulse_of(4), replace(reviewed(audited(rows=0)), examples=()), RULE)
    words = written_opening.of_question(few.text[0])
    assert words.endswith(written_opening.NOT_CHECKED)
    # People checked all that they may read, and it was not their doing.
    unread = replace(few.text[0], unchecked=MOSTLY_CLOSED)
    assert written_opening.of_question(unread).endswith(written_opening.MOSTLY_UNREAD)
    assert not any(theme.title in words for theme in few.text[0].themes)
    assert "%" not in words
    assert " in 10" not in words


def test_too_few_tell_not_even_how_many():
    hidden = replace(samples.summary(4).text[0], comments=NOT_SHOWN, themes=(), withheld=())
    assert written_opening.of_question(hidden) == written_opening.TOO_FEW
    assert not re.search(r"\d", written_opening.TOO_FEW)


def test_of_several_questions_each_run_of_sentences_names_its_own():
    summary = pulse_of(4)
    second = replace(summary.text[0], question="other", text="And what helped?")
    first, other = written_opening.opening(replace(summary, text=(summary.text[0], second)))
    assert first.startswith(f"“{summary.text[0].text}” ")
    assert other.startswith("“And what helped?” ")
    assert written_opening.opening(replace(summary, text=())) == ()


@pytest.fixture(scope="module")
def released():
    usual = {"workload": 0.4, "fear_speaking_out": 0.06, "communication": 0.2}
    past = before(usual={**usual, "workload": 0.2}, comments=600, rows=200)
    return with_review(pulse_of(4), reviewed(audited(usual=usual)), RULE, [past])


def test_of_real_results_it_says_nothing_that_they_do_not_print(released):
    (words,) = written_opening.opening(released)
    audit = released.text[0].audit
    share = audit.share("workload")
    assert f"({share.percent}%, likely {written.likely(share)}), mostly problems" in words
    assert "They likely wrote more often about “" in words
    printed = {
        share.percent,
        share.low,
        share.high,
        4,
        10,
        400,
    }  # about 4 in 10, about 400 comments
    label = next(one.change.against for one in audit.themes if one.change)
    assert {int(number) for number in re.findall(r"\d+", words.replace(label, ""))} <= printed
    assert strong_words.ungated(words, ()) == []
    assert not strong_words.CAUSAL.search(words)


def test_the_report_opens_with_the_same_words(released):
    section = report_written.what_people_wrote(released)
    assert section.blocks[0] == Words(written_opening.opening(released)[0], "lead")
