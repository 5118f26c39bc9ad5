"""What results say of how often groups write about a theme: words, behind every gate, everywhere
the same."""

from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
import pytest

from analysis import report_tables, reports, written_groups
from analysis.dataset import Comment
from analysis.summary import NOT_SHOWN, VERDICT_WORDS, Summary
from analysis.text.audit_release import with_review
from analysis.text.coder import Coded
from analysis.text.direction import DIRECTIONS
from analysis.text.human_codes import BLIND, Code, HumanCode
from analysis.text.reviewed import AuditedCounts, Reviewed, count_audit
from tests.analysis import made, samples
from tests.analysis.audited_comments import QUESTION, RULE, USUAL, audited, pulse_of, reviewed

MORE = {**USUAL, "workload": 0.7}
BOOK = made.instrument(
    items=4,
    changes={"d": {"id": QUESTION, "kind": "text", "responses": ""}},
    scale={"items": ["a", "b", "c"]},
)
LOW, HIGH = 0.01, 0.9


def compared(changes=(), **given):
    """A review in which days write of workload more often; the kitchen is in nobody's part."""
    asked = {
        "days": {"usual": MORE, "chance": 1},
        "nights": {"usual": {**USUAL, "workload": 0.15}, "chance": 2},
        "community": {"chance": 3},
        "kitchen": {"chance": 4, "comments": 40, "rows": 40},
    }
    for unit, more in dict(changes).items():
        asked[unit] = {**asked[unit], **more}
    tables = {
        unit: audited(**{"comments": 200, "rows": 80, **more}).bins for unit, more in asked.items()
    }
    whole = reduce(add, tables.values())
    parts = {unit: table for unit, table in tables.items() if unit != "kitchen"}
    return reviewed(replace(AuditedCounts(whole, 90210, {}, parts), **given))


def told(review):
    return with_review(pulse_of(4), review, RULE)


@pytest.fixture(scope="module")
def summary():
    return told(compared())


def words(summary):
    return {(one.unit, one.theme): one.rest.verdict for one in summary.text[0].audit.groups}


def test_every_group_below_the_whole_has_every_theme_that_has_a_figure(summary):
    found = words(summary)
    assert {unit for unit, _ in found} == {unit.id for unit in samples.UNITS[1:]}
    assert {theme for _, theme in found} == set(USUAL)
    assert found["days", "workload"] == "higher"
    assert found["nights", "workload"] == "lower"
    assert {found["nights", "communication"], found["days", "communication"]} <= {
        "same",
        "cannot_tell",
    }
    small = {found[unit, theme] for unit in ("garden", "laundry", "kitchen") for theme in USUAL}
    assert small == {"not_shown"}


def test_no_figure_stands_behind_a_word(summary):
    for one in summary.text[0].audit.groups:
        assert one.rest.difference is one.rest.low is one.rest.high is None
    assert Summary.from_json(summary.to_json()) == summary


def test_promises_that_do_not_name_the_table_are_kept():
    assert told(compared(parts=None)).text[0].audit.groups == ()


def test_a_question_that_nobody_checked_has_no_word_on_any_group():
    unread = {unit: {"rows": 0} for unit in ("days", "nights", "community", "kitchen")}
    result = told(compared(unread)).text[0]
    assert result.audit is None
    assert result.unchecked


def test_too_few_comments_give_no_word_and_one_sentence_says_so():
    nine = {"comments": 9, "rows": 9, "themes_only": 0}
    large = {"comments": 400, "rows": 150}
    few = words(told(compared({"days": large, "nights": nine, "community": nine})))
    assert {few[unit, theme] for unit in ("nights", "community") for theme in USUAL} == {
        "not_shown"
    }
    none = told(compared(parts={}))
    assert set(words(none).values()) == {"not_shown"}
    assert not written_groups.told(none.text[0].audit)
    assert written_groups.of_group(none, "days") == ()
    said = str(reports.content([none]))
    assert written_groups.NOTHING in said
    assert written_groups.TITLE not in said


def test_a_grey_theme_is_compared_nowhere():
    rare = {**USUAL, "fear_speaking_out": 0.03}
    changes = {unit: {"usual": rare} for unit in ("days", "nights", "community", "kitchen")}
    found = words(told(compared(changes)))
    assert {theme for _, theme in found} == {"workload", "communication"}


def test_report_and_files_say_the_same_words(summary):
    audit = summary.text[0].audit
    lines = [
        x for x in report_tables.rows([summary]) if x["kind"] == "comments on a theme in a group"
    ]
    assert len(lines) == len(audit.groups)
    for line, one in zip(lines, audit.groups, strict=True):
        assert (line["group"], line["id"]) == (one.unit, one.theme)
        assert line["against_the_rest"] == VERDICT_WORDS[one.rest.verdict]
        assert not any(line.get(column) for column in report_tables.OF_COMMENTS)
    section = next(p for p in reports.content([summary]).sections if p.id == "what-people-wrote")
    table = next(b for b in section.blocks if getattr(b, "caption", "") == written_groups.TITLE)
    assert table.head == ("Group", *written_groups.themes(audit))
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Days"][0] == "▲ likely higher"
    assert set(rows["Kitchen"]) == {f"▨ {NOT_SHOWN}"}
    assert not any(digit in str(table.rows) for digit in "0123456789")


def test_each_reason_stands_once_with_the_groups_and_themes_it_is_true_of(summary):
    (line,) = written_groups.why_not(summary, summary.text[0].audit)
    assert line == (
        "Days and Nights (Communication and Fear of speaking out); Community team (every theme "
        "shown): the difference could be chance."
    )
    ((result, here),) = written_groups.of_group(summary, "days")
    assert result.question == QUESTION
    assert dict(here)["Workload"].verdict == "higher"


class CasesCoder:
    """Sure of workload where “cases” stands, and nearly sure of nothing elsewhere."""

    mark = "one word 1, codebook 1 (00000000)"
    themes = ("workload",)

    def question(self, text, *known):
        return text

    def code_all(self, texts, questions):
        return [Coded((), (), False, True, self.mark) for _ in texts]

    def scores(self, texts, questions):
        return np.array([[HIGH if "cases" in text else LOW] for text in texts])

    def direction_scores(self, texts, questions):
        ways = np.zeros((len(texts), 1, len(DIRECTIONS)))
        ways[:, :, DIRECTIONS.index("negative")] = self.scores(texts, questions)
        return ways


def published(units):
    """Results of one comment for each unit named, every second one about cases, all coded by
    people who agree with the software; days and nights are large enough."""
    comments = [
        Comment(QUESTION, "Too many cases." if n % 2 else "Nice team.", "publish", unit)
        for n, unit in enumerate(units)
    ]
    codes = [
        HumanCode(
            str(n), QUESTION, one.text,
            (Code("workload", "negative", "barrier", 0, 5),) if "cases" in one.text else (),
            "audit", "reader 1", "1", BLIND,
        )
        for n, one in enumerate(comments)
    ]  # fmt: skip
    counts = count_audit(
        "4", comments, BOOK, codes, {QUESTION: 7}, CasesCoder(),
        directorates=("days", "nights"),
    )  # fmt: skip
    return told(Reviewed(counts, (), (), 4711))


def test_comments_exchanged_between_hidden_groups_change_nothing():
    """Attack A13, from comments to bytes: garden, laundry and kitchen wrote, and no word tells
    which of them wrote what."""
    wrote = ["days"] * 60 + ["nights"] * 60
    plain = published([*wrote, *(["garden", "laundry"] * 12), *(["kitchen"] * 12)])
    other = published([*wrote, *(["laundry", "garden"] * 12), *(["kitchen"] * 12)])
    third = published([*wrote, *(["kitchen"] * 24), *(["garden"] * 12)])
    assert words(plain)["days", "workload"] != "not_shown"
    assert plain.to_json() == other.to_json() == third.to_json()
