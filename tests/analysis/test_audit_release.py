"""What people's audit of comments lets out: shares with their doubt, verdicts, and quotes."""

import json
from dataclasses import replace

import pytest

from analysis import report_tables, reports, written
from analysis.report_parts import Table
from analysis.summary import NOT_SHOWN, Summary
from analysis.text.audit_release import FIRST_TIME, Before, asked_alike, with_review
from analysis.text.codebook import load
from analysis.text.coded_alike import RECODED
from analysis.text.prevalence import MOSTLY_CLOSED, NO_AUDIT, estimate
from analysis.text.printed_shares import percent_of
from analysis.text.reviewed import Reviewed
from tests.analysis.audited_comments import (
    CODER,
    RULE,
    USUAL,
    audited,
    before,
    example,
    pulse_of,
    reviewed,
)


def pulse(number=4):
    return pulse_of(number)


def told(review, number=4, earlier=()):
    return with_review(pulse(number), review, RULE, earlier)


@pytest.fixture(scope="module")
def plain():
    """The newest pulse, audited, with nothing before it."""
    return told(reviewed())


@pytest.fixture(scope="module")
def after_another():
    """The newest pulse, audited, after one that was audited too and told of less workload."""
    usual = {"workload": 0.2, "fear_speaking_out": 0.2, "communication": 0.25}
    return told(reviewed(), earlier=[before(usual=usual, comments=600, rows=200)])


def shares(summary):
    return {share.label: share for share in summary.text[0].audit.found.shares}


def test_shares_are_the_estimates_as_printed_with_their_doubt(plain):
    counted = audited()
    found = shares(plain)
    drawn = estimate(counted.bins, counted.seed)
    workload = found["workload"]
    assert workload.percent == percent_of(drawn, "workload", RULE)
    middle, low, high = (100 * end / 400 for end in drawn.interval("workload"))
    assert workload.low <= low <= middle <= high <= workload.high
    assert workload.wide_low <= workload.low
    assert workload.wide_high >= workload.high
    assert workload.second_low is not None
    assert 33 <= workload.percent <= 47  # 4 in 10 in truth


def test_what_no_theme_covers_and_what_has_none_is_always_told(plain):
    found = shares(plain)
    assert {"other", "none"} <= found.keys()
    assert found["other"].percent is not None
    assert not found["other"].grey


def test_a_direction_has_words_and_never_a_figure(plain):
    """Workload 40 % and its problems 38 % would leave the handful who wrote otherwise."""
    for label, share in shares(plain).items():
        if "/" in label:
            assert share.count
            assert (share.percent, share.low, share.high) == (None, None, None)
            assert share.second_low is share.wide_low is None


def test_what_most_of_a_theme_is_stands_in_words(plain):
    themes = {one.theme: one for one in plain.text[0].audit.themes}
    assert themes["workload"].leaning == "mostly problems"
    assert themes["other"].leaning == ""
    both = told(reviewed(audited(problems=0.55))).text[0].audit.themes
    assert {one.leaning for one in both} == {""}


def leaning_of(negative, positive=(0, 0)):
    """What is said of workload where people found it in 24 of 90 comments with a low score and in 9
    of 10 with a high one, and its directions in so many of the one and the other; in 800."""
    counted = audited(comments=800, rows=100, themes_only=0)
    bins = counted.bins
    kept = {name: getattr(bins, name).copy() for name in ("readable", "audited", "positive")}
    found = {"workload": (24, 9), "workload/negative": negative, "workload/positive": positive}
    for label, (low, high) in found.items():
        at = bins.place(label)
        kept["readable"][at], kept["audited"][at] = [720, 0, 0, 80], [90, 0, 0, 10]
        kept["positive"][at] = [low, 0, 0, high]
    summary = told(reviewed(replace(counted, bins=replace(bins, **kept))))
    return next(one.leaning for one in summary.text[0].audit.themes if one.theme == "workload")


def test_most_of_a_theme_is_problems_only_where_surely_half_of_it_is():
    # Of 33 comments on it 22 are problems: two thirds, and of all comments perhaps under half.
    assert leaning_of(negative=(17, 5)) == ""
    assert leaning_of(negative=(20, 8)) == "mostly problems"


def test_where_two_directions_are_most_of_a_theme_neither_is_said():
    """A comment may hold praise and a problem."""
    assert leaning_of(negative=(24, 9)) == "mostly problems"
    assert leaning_of(negative=(24, 9), positive=(23, 9)) == ""
    assert leaning_of(negative=(24, 9), positive=(17, 5)) == ""


def test_a_theme_that_people_hardly_found_is_named_without_a_figure():
    usual = {"workload": 0.4, "fear_speaking_out": 0.06, "communication": 0.3}
    summary = told(reviewed(audited(usual=usual)))
    fear = shares(summary)["fear_speaking_out"]
    assert fear.grey
    assert fear.percent is fear.low is fear.second_low is None
    assert fear.count == ""
    line = next(x for x in report_tables.rows([summary]) if x.get("id") == "fear_speaking_out")
    assert (line["comments"], line["problems"]) == ("No figure", "")


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"rows": 0}, NO_AUDIT), ({"rows": 60}, NO_AUDIT), ({"themes_only": 0.75}, MOSTLY_CLOSED)],
)
def test_too_little_of_an_audit_leaves_counts_in_words_and_says_why(changed, why):
    result = told(reviewed(audited(**changed))).text[0]
    assert (result.audited, result.audit, result.unchecked) == (False, None, why)
    assert result.themes == pulse().text[0].themes


def test_a_question_whose_counts_are_hidden_stays_hidden_and_is_not_quoted():
    hidden = replace(pulse().text[0], comments=NOT_SHOWN, themes=())
    summary = replace(pulse(), text=(hidden,), quotes=())
    after = with_review(summary, reviewed(), RULE)
    assert after.text == (hidden,)
    assert (after.quotes, after.not_quoted) == ((), ())


def test_comments_are_quoted_from_ten_cleared_ones_up():
    assert told(reviewed(examples=9)).quotes == ()
    assert len(told(reviewed(examples=10)).quotes) == 10


def test_quotes_stand_in_an_order_drawn_by_seed_that_tells_nothing_of_the_desk():
    review = replace(reviewed(examples=40), questions=())
    quotes = told(review).quotes
    assert [quote.text for quote in quotes] != [one.text for one in review.examples]
    other_way_round = replace(review, examples=review.examples[::-1])
    assert told(other_way_round).quotes == quotes
    assert told(replace(review, seed=1)).quotes != quotes


def test_a_quote_names_only_themes_that_are_named_in_the_results():
    rare = replace(example(99), themes=("pay_recognition", "workload"))
    review = reviewed(examples=11)
    quotes = told(replace(review, examples=(*review.examples, rare))).quotes
    assert next(q for q in quotes if q.text == rare.text).themes == ("workload",)


def test_withheld_comments_are_counted_in_words_by_reason():
    review = reviewed(withheld=(("It insults or threatens somebody", 2), ("Unread", 33), ("No", 0)))
    assert told(review).not_quoted == (
        ("It insults or threatens somebody", "fewer than 5"),
        ("Unread", "about 35"),
    )


def test_a_change_has_a_verdict_where_both_pulses_were_audited(after_another):
    changes = {one.theme: one.change for one in after_another.text[0].audit.themes}
    assert (changes["workload"].verdict, changes["workload"].against) == ("higher", "August 2026")
    assert changes["communication"].verdict in ("cannot_tell", "same")
    assert after_another.text[0].audit.since == ""


def changes_after(past, review=None):
    """The change of each theme since this pulse before, by its id."""
    themes = told(review or reviewed(), earlier=[past]).text[0].audit.themes
    return {one.theme: one.change for one in themes if one.change}


def test_a_theme_without_a_verdict_says_why_from_what_both_results_tell_anyway():
    rare = {"workload": 0.2, "fear_speaking_out": 0.06, "communication": 0.001}
    changes = changes_after(before(usual=rare))
    assert changes["workload"].verdict == "higher"
    fear, communication = changes["fear_speaking_out"], changes["communication"]
    assert (fear.verdict, fear.why) == ("not_shown", "No figure in August 2026.")
    assert communication.verdict == "not_shown"
    assert communication.why == "Too few comments in August 2026."
    still = changes_after(before(usual=rare), reviewed(audited(usual={**USUAL, **rare})))
    assert still["fear_speaking_out"].why == "No figure now."


def test_why_a_theme_has_no_verdict_is_the_same_for_nobody_and_for_too_few():
    """Some wrote about it then, or nobody: what that pulse hid stays hidden (rule D14)."""
    some, nobody = (
        {"usual": {**USUAL, "communication": share}, "rows": 300} for share in (0.01, 0)
    )
    found = [audited("3", chance=8, **one).bins for one in (some, nobody)]
    assert [bins.positive[2].sum() for bins in found] == [3, 0]
    said = [changes_after(before(**one))["communication"] for one in (some, nobody)]
    assert said[0] == said[1]
    assert said[0].why


def test_the_first_results_with_a_question_say_that_they_are(plain):
    assert plain.text[0].audit.since == FIRST_TIME
    other = before()
    asked = replace(other.summary.text[0], question="another")
    past = Before(replace(other.summary, text=(asked,)), other.reviewed)
    assert told(reviewed(), earlier=[past]).text[0].audit.since == FIRST_TIME


def test_after_a_pulse_that_nobody_checked_no_arrow_stands_anywhere():
    unchecked = Before(pulse(3), None)
    summary = told(reviewed(), earlier=[unchecked])
    assert all(one.change is None for one in summary.text[0].audit.themes)
    assert "nobody checked" in summary.text[0].audit.since
    said = [written.change(one) for one in summary.text[0].audit.themes]
    assert not any(said)


def test_the_pulse_just_before_counts_and_no_older_one_stands_in_for_it():
    older = before()
    summary = told(reviewed(), earlier=[older, Before(pulse(3), None)])
    assert all(one.change is None for one in summary.text[0].audit.themes)


def test_another_coder_is_a_break_and_so_is_another_wording():
    summary = told(reviewed(audited(coder=f"{CODER}9")), earlier=[before()])
    workload = summary.text[0].audit.themes[0].change
    assert (workload.verdict, workload.why) == ("break", RECODED)
    past = before()
    reworded = replace(past.summary.text[0], text="What else?")
    past = Before(replace(past.summary, text=(reworded,)), past.reviewed)
    change = told(reviewed(), earlier=[past]).text[0].audit.themes[0].change
    assert (change.verdict, change.difference) == ("break", None)


def test_only_audits_of_the_same_words_lend():
    past = [before(), Before(pulse(2), None), before()]
    words = past[0].summary.text[0].text
    spaced = f"  {words.replace(' ', '  ')} "
    assert asked_alike(past, {"barriers": spaced, "another": words}) == [
        one.reviewed.questions[0].bins for one in (past[0], past[2])
    ]
    assert asked_alike(past, {"barriers": "What works well here?"}) == []
    assert asked_alike(past, {}) == []


def test_the_same_review_gives_the_same_bytes_also_when_it_was_kept(plain):
    kept = Reviewed.from_dict(json.loads(json.dumps(reviewed().to_dict())))
    assert told(kept).to_json() == plain.to_json()


def test_results_are_read_back_whole_and_old_ones_too(after_another):
    assert Summary.from_json(after_another.to_json()) == after_another
    old = json.loads(pulse().to_json())
    for result in old["text"]:
        del result["audit"], result["unchecked"]
    for quote in old["quotes"]:
        del quote["themes"]
    del old["not_quoted"]
    assert Summary.from_dict(old) == pulse()


def test_the_report_and_the_files_say_the_same_shares(after_another):
    summary = after_another
    share = shares(summary)["workload"]
    lines = [x for x in report_tables.rows([summary]) if x["kind"] == "comments on a theme"]
    workload = next(x for x in lines if x["id"] == "workload")
    assert workload["of_100_comments"] == str(share.percent)
    assert (workload["comments_low"], workload["comments_high"]) == (
        str(share.low),
        str(share.high),
    )
    content = reports.content([summary])
    section = next(part for part in content.sections if part.id == "what-people-wrote")
    table = next(block for block in section.blocks if isinstance(block, Table))
    row = next(r for r in table.rows if r[0] == load().titles["workload"])
    assert row[1] == f"{share.percent}% ({share.low}–{share.high}%)"


def test_nothing_of_an_unaudited_question_is_a_share():
    lines = [x for x in report_tables.rows([pulse()]) if x["kind"] == "comments on a theme"]
    assert lines
    for line in lines:
        assert not any(line.get(column) for column in report_tables.OF_COMMENTS)
        assert "verdict" not in line


def test_ratings_stand_beside_what_was_written_of_the_same_theme(after_another):
    summary = after_another
    share = shares(summary)["workload"]
    first, second, third = written.beside(summary, "workload")
    assert first.startswith("On the questions: ")
    assert "of 100" in first
    assert (
        f"about 4 in 10 wrote about this (likely {share.low}–{share.high}%), mostly problems"
        in second
    )
    assert third.startswith("How many write about this, since August 2026: ▲")
    assert written.beside(summary, "recognition") == ()
