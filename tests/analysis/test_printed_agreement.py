"""How far two people agreed, as it is printed: for themes that both met often enough, and rough."""

import re
from dataclasses import replace

import numpy as np
import pytest

from analysis import report_tables, reports, written
from analysis.summary import NOT_SHOWN, Summary
from analysis.text.audit_release import with_review
from analysis.text.audited import AgreedTheme, AuditedShare
from analysis.text.codebook import load
from analysis.text.printed_agreement import agreed_in_words, agreed_themes
from analysis.text.second_coder import Agreement, agreement
from tests.analysis.audited_comments import RULE, audited, pulse_of, reviewed

SHARES = (AuditedShare("workload", "about 20"), AuditedShare("workload/negative", "10–19"))
ALIKE = (("negative", "negative", 8), ("positive", "negative", 2), ("positive", "positive", 4))
DOUBLES = Agreement("workload", 14, 2, 4, 30, ALIKE, pointed=12, marked=100, shared=41)


def printed(found, shares=SHARES):
    return agreed_themes({"workload": found, "workload/negative": found}, shares, RULE)


def test_a_theme_s_figures_by_hand():
    (one,) = printed(DOUBLES)
    assert one.f1 == 82  # 28/34 = .8235
    assert (one.low, one.high) == (64, 93)  # 2j/(1 + j) of .4810 and .8545, Wilson of 14/20
    # p_o = 44/50 = .88; p_e = .32·.36 + .68·.64 = .5504; q = .34
    assert one.kappa == 73
    assert one.ac1 == 78  # p_e = 2·.34·.66 = .4488
    assert one.usual == 35  # 34 of 100, in steps of 5
    # p_o = 12/14; p_e = (8·10 + 6·4)/196
    assert one.direction == 70
    assert one.span == 82


@pytest.mark.parametrize(
    "found",
    [
        Agreement("workload", 5, 2, 2, 41),  # 9 comments by either
        Agreement("workload", 47, 1, 1, 1),  # all but one: a figure would tell of everybody
    ],
)
def test_too_few_comments_or_nearly_all_have_no_figure(found):
    assert printed(found) == (AgreedTheme("workload"),)


@pytest.mark.parametrize(
    "found", [Agreement("workload", 6, 2, 2, 40), Agreement("workload", 40, 3, 3, 4)]
)
def test_ten_comments_by_either_are_enough(found):
    assert printed(found)[0].f1 is not None


def test_nothing_stands_at_all_under_twenty_comments():
    assert printed(Agreement("workload", 14, 2, 2, 1)) == ()
    assert agreed_in_words({"workload": Agreement("workload", 14, 2, 2, 1)}, 5) == ""


def test_figures_to_a_hundredth_need_fifty_comments_coded_twice():
    """Of fewer, hundredths would give back every count (rule D8)."""
    fewer = replace(DOUBLES, neither=29)
    assert fewer.rows == 49
    assert printed(fewer) == ()
    assert agreed_in_words({"workload": fewer}, 5) != ""


def test_a_grey_theme_has_no_figure_of_agreement_either():
    grey = replace(SHARES[0], grey="too few")
    assert printed(DOUBLES, (grey,)) == (AgreedTheme("workload"),)


def test_directions_and_evidence_need_ten_comments_of_their_own():
    (one,) = printed(replace(DOUBLES, both=9, first=9, pointed=9))
    assert (one.direction, one.span) == (None, None)
    assert one.f1 is not None
    (alike,) = printed(replace(DOUBLES, ways=(("negative", "negative", 14),)))
    assert alike.direction is None, "that all are of one kind is not said"


def test_pages_report_and_files_tell_the_same_of_every_theme():
    summary = with_review(pulse_of(4), reviewed(), RULE)
    audit = summary.text[0].audit
    assert {one.label for one in audit.found.agreed} == {one.theme for one in audit.themes}
    told = next(one for one in audit.found.agreed if one.f1 is not None and one.f1 < 100)
    assert told.low < told.f1 < told.high
    row = next(row for row in written.agreed(audit) if row[0] == load().titles[told.label])
    assert row[1:] == (f"{told.f1}%", f"{told.low}–{told.high}%", f"about {told.usual}%")
    f1 = f"0.{told.f1}"
    line = next(x for x in report_tables.rows([summary]) if x.get("both_found_f1") == f1)
    assert line["id"] == told.label
    assert line["both_found_of_100"] == str(told.usual)
    assert line["evidence_f1"] == NOT_SHOWN  # the made-up coders marked no words
    blocks = next(p for p in reports.content([summary]).sections if p.id == "what-people-wrote")
    table = next(one for one in blocks.blocks if getattr(one, "head", ()) == written.AGREED_HEAD)
    assert row in table.rows
    assert all(all(cells) for cells in table.rows), "no row of a printed table is empty"
    left = [one.label for one in audit.found.agreed if one.f1 is None]
    assert left
    titles = {theme.theme: theme.title for theme in audit.themes}
    assert all(titles[label] in written.not_agreed(audit) for label in left)
    assert Summary.from_json(summary.to_json()).text[0].audit == audit


def test_pages_and_report_tell_agreement_in_plain_words():
    """Kappa, AC1 and F1 are for whoever opens the files."""
    summary = with_review(pulse_of(4), reviewed(), RULE)
    section = next(p for p in reports.content([summary]).sections if p.id == "what-people-wrote")
    said = " ".join(str(block) for block in section.blocks)
    assert "By chance alone" in said
    assert not re.search(r"kappa|\bAC1\b|\bF1\b", said, re.IGNORECASE)


@pytest.mark.parametrize("usual", [0.1, 0.3, 0.6])
def test_by_chance_alone_two_people_meet_as_often_as_is_said(usual):
    rng = np.random.default_rng(3)
    first, second = (rng.random((40_000, 1)) < usual for _ in range(2))
    (found,) = agreement(("workload",), first, second).values()
    assert 100 * found.f1 == pytest.approx(100 * found.prevalence, abs=2)


def test_without_a_second_coder_no_table_stands_anywhere():
    alone = replace(audited(), agreement={})
    summary = with_review(pulse_of(4), reviewed(alone), RULE)
    assert written.agreed(summary.text[0].audit) == ()
    assert summary.text[0].audit.agreement == ""
    assert not any("both_found_f1" in line for line in report_tables.rows([summary]))
